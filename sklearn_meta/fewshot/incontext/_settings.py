"""Sizes of the model."""

from dataclasses import asdict, dataclass

MAX_CLASSES = 10  # of a real table that is trained on; of more, some are taken for one


@dataclass(frozen=True)
class ModelSettings:
    """Sizes of an `InContextModel`; plain values, kept beside its weights.

    Parameters
    ----------
    kind : {"classification", "regression"}
        What is predicted.
    order : {"columns_first", "alternating"}
        Whether columns are read once and rows after, or both by turns.
    cell_width, row_width : int
        Length of the vectors of a cell and of a row.
    n_heads : int
        Heads of attention.
    column_layers, row_layers : int
        Layers over columns (or over both, by turns), and over rows.
    n_anchors : int
        Vectors by which a column sums up its cells.
    n_queries : int
        Vectors that gather the cells of a row.
    n_thoughts : int
        Learned rows beside the training rows, to which attention can turn.
    smoothers : bool
        Whether the closed-form predictions of `_smoothers` go in.
    n_quantiles : int
        Quantiles that a regression predicts.
    """

    kind: str = "classification"
    order: str = "columns_first"
    cell_width: int = 32
    row_width: int = 96
    n_heads: int = 4
    column_layers: int = 1
    row_layers: int = 3
    n_anchors: int = 8
    n_queries: int = 4
    n_thoughts: int = 8
    smoothers: bool = True
    n_quantiles: int = 32

    def to_dict(self):
        """Return the settings as plain values."""
        return asdict(self)
