"""Why a configuration is expected to score what it does: a small record, and tables of it."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sklearn_meta.advisors.scores._scores import natural_score

_AMONG_THE_BEST = 0.9
_WORDS = {
    "roc_auc": "ROC AUC",
    "log_loss": "log loss",
    "balanced_accuracy": "balanced accuracy",
    "f1_macro": "macro F1",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R2",
}


@dataclass(frozen=True)
class Explanation:
    """An expected score, and what moved it.

    On the working scale (the metric itself where it is bounded; for losses, minus the logarithm of
    the loss, so that +0.1 is a loss a tenth smaller), the expected score is `level`, plus what each
    earlier task moved it by, plus what each result on the task at hand moved it by. The parts add
    up exactly.

    Parameters
    ----------
    configuration : dict
        What is explained.
    metric : str
        What the scores are.
    predicted_score : float
        Expected score in the metric's own units, greater is better (losses are negative); NaN where
        neither the experience nor a result says anything of this metric.
    standard_deviation : float
        Half the width of the interval that holds 68 % of the scores, in the same units.
    interval : tuple of float
        The interval that holds 80 % of the scores.
    predicted_seconds : float
        Expected seconds of one fold.
    seconds_interval : tuple of float
        The interval that holds them with a probability of 80 %.
    level : float
        What a middling configuration is expected to score here, on the working scale.
    known : dict
        Lists of equal length, an entry for each earlier task: ``task``, ``openml_id``, ``weight``
        (share in the expectation), ``z`` (normal score of the configuration, or of the nearest
        known one, on that task), ``moved``.
    told : dict
        Lists of equal length, an entry for each result on the task at hand: ``trial`` (its number,
        in the order of telling), ``family``, ``configuration``, ``observed``, ``expected`` (by the
        earlier tasks alone, both on the working scale), ``weight`` and ``moved``.
    similar : tuple of str
        The earlier tasks most like this one, nearest first.
    among_best : tuple of str
        Those of them on which the configuration was among the best tenth.

    Examples
    --------
    >>> from sklearn_meta.advisors import GaussianAdvisor, TaskDescription
    >>> from sklearn_meta.experience import Experience
    >>> from sklearn_meta.spaces import SearchSpace
    >>> task = TaskDescription("binary", "roc_auc", n_rows=1000, n_columns=20, n_classes=2)
    >>> session = GaussianAdvisor().fit(Experience.bundled()).start(task, SearchSpace("binary"))
    >>> why = session.explain(session.ask().configuration)
    >>> total = why.level + why.tasks["moved"].sum() + why.trials["moved"].sum()
    >>> bool(abs(why.in_metric(total) - why.predicted_score) < 1e-9)
    True
    """

    configuration: dict
    metric: str
    predicted_score: float
    standard_deviation: float
    interval: tuple
    predicted_seconds: float
    seconds_interval: tuple
    level: float
    known: dict
    told: dict
    similar: tuple = ()
    among_best: tuple = ()

    @property
    def tasks(self):
        """DataFrame with a row for each earlier task, what moved the expectation most first."""
        return _most_moving(self.known)

    @property
    def trials(self):
        """DataFrame with a row for each result told, what moved the expectation most first."""
        return _most_moving(self.told)

    def in_metric(self, value):
        """Bring a value of the working scale to the metric's own units."""
        return natural_score(value, self.metric)

    @property
    def reason(self):
        """A sentence: where the configuration did well before, and what is expected of it."""
        parts = []
        if self.similar:
            names = f" ({', '.join(self.among_best[:3])})" if self.among_best else ""
            parts.append(
                f"among the best tenth on {len(self.among_best)} of the {len(self.similar)} most "
                f"similar tasks{names}"
            )
        if np.isfinite(self.predicted_score):
            shown = abs(self.predicted_score) if self.predicted_score < 0 else self.predicted_score
            parts.append(
                f"expected {_WORDS.get(self.metric, self.metric)} "
                f"{shown:.3g} ± {self.standard_deviation:.2g}"
            )
        return "; ".join(parts) or "the default of its family; no earlier task says anything of it"


def find_among_best(similar, z):
    """Name the tasks on which a configuration was among the best tenth.

    Parameters
    ----------
    similar : list of dict
        Tasks, with "name".
    z : ndarray of shape (n_tasks,)
        Normal scores of the configuration on them.

    Returns
    -------
    tuple of str
    """
    good = np.asarray(z) >= ndtri(_AMONG_THE_BEST)
    return tuple(task["name"] for task, is_good in zip(similar, good, strict=True) if is_good)


def _most_moving(columns):
    """Make a frame, the largest moves first; what is summed up in one row stays last."""
    import pandas as pd

    frame = pd.DataFrame(columns)
    is_sum = frame["weight"].isna().to_numpy(dtype=bool)
    order = np.lexsort((-np.abs(frame["moved"].to_numpy(dtype=float)), is_sum))
    return frame.iloc[order].reset_index(drop=True)
