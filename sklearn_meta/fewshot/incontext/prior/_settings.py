"""What the prior is made of; every ingredient can be switched off."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class PriorSettings:
    """Sizes of the tables, and shares of what they are made of.

    Parameters
    ----------
    min_train_rows, max_train_rows : int
        Rows to learn from; drawn on a logarithmic scale.
    max_columns : int
        Columns are drawn from 1 to this, small numbers more often.
    max_classes : int
        Half of the classification tables have two classes, the others up to this many.
    layered, graphs, trees : float
        Shares of the three kinds of function; they need not sum to one.
    n_nodes : int
        How many nodes a growing graph has at most.
    activations : bool
        Whether nodes use all activations; False leaves identity, tanh and ReLU.
    mixed_roots : bool
        Whether roots are of many distributions; False leaves the normal.
    min_noise, max_noise : float
        Standard deviation of the noise of a node, of which the node's is one; drawn on a
        logarithmic scale.
    warped : float
        Share of tables in which some columns have heavy tails or few whole numbers.
    categorical : float
        Share of tables with columns of codes or of indicators.
    missing : float
        Share of tables with missing cells.
    junk : float
        Share of tables with columns that have nothing to do with the target.
    duplicates : float
        Share of tables in which a column nearly repeats another.
    outliers : float
        Share of tables with some cells far off.
    imbalanced : bool
        Whether class borders lie anywhere; False makes classes of about equal size.
    label_noise : float
        Share of classification tables with some labels exchanged.
    filtered : bool
        Whether more tables are drawn than wanted (1.4 times as many), so that those which a kernel
        smoother can't predict at all can be left out first.
    """

    min_train_rows: int = 8
    max_train_rows: int = 200
    max_columns: int = 20
    max_classes: int = 10
    layered: float = 0.35
    graphs: float = 0.3
    trees: float = 0.35
    n_nodes: int = 32
    activations: bool = True
    mixed_roots: bool = True
    min_noise: float = 1e-4
    max_noise: float = 0.3
    warped: float = 0.4
    categorical: float = 0.4
    missing: float = 0.2
    junk: float = 0.4
    duplicates: float = 0.15
    outliers: float = 0.1
    imbalanced: bool = True
    label_noise: float = 0.4
    filtered: bool = True

    def to_dict(self):
        """Return the settings as plain values."""
        return asdict(self)
