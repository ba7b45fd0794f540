"""The task at hand, as advisors are told of it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TaskDescription:
    """What an advisor may know about the task at hand.

    Parameters
    ----------
    kind : {"binary", "multiclass", "regression"}
        What is predicted.
    metric : str
        Name of the metric that is searched for, as the experience knows it.
    n_rows : int
        Rows that one fold trains on.
    n_columns : int
        Columns of the table.
    n_classes : int
        Classes of the target; 0 or 1 for regression.
    metafeatures : dict of str to float
        Meta-features under OpenML's quality names; missing ones may be absent or NaN.
    n_folds : int, default=1
        Folds that one trial is evaluated on.
    has_clock : bool, default=True
        Whether the search runs against a clock. Without one, measured seconds enter no decision.
    target_deviation : float or None, default=None
        Standard deviation of a numeric target, which the size of errors is compared with; None
        where it is not known.
    is_comparable : bool, default=True
        Whether the scores told are those of `metric` itself, so that earlier tasks say how high
        they will be. False where `metric` is only the nearest that an experience keeps.
    scored_by : str, default="score"
        Where the scores told are not those of `metric`: the scorer's name. Losses that are known
        by name are compared by their logarithms, anything else as it is.
    is_for_ensemble : bool, default=False
        Whether the best trials will be combined, so that one unlike the others helps although it
        scores less by itself.
    """

    kind: str
    metric: str
    n_rows: int
    n_columns: int
    n_classes: int = 0
    metafeatures: dict = field(default_factory=dict)
    n_folds: int = 1
    has_clock: bool = True
    target_deviation: float | None = None
    is_comparable: bool = True
    scored_by: str = "score"
    is_for_ensemble: bool = False

    @property
    def told_metric(self):
        """The name of what the scores told are scores of."""
        return self.metric if self.is_comparable else self.scored_by
