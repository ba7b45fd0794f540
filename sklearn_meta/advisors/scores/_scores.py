"""The scale on which scores are compared: additive where a metric is bounded, else relative.

A loss such as the RMSE depends on the units of the target, so that its spread on one task says
nothing about another. Its logarithm does: a score is then "how many times smaller".
"""

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

LOSSES = frozenset(
    {"rmse", "mae", "mse", "rmsle", "mape", "median_absolute_error", "max_error", "log_loss"}
    | {"mean_squared_error", "root_mean_squared_error", "mean_absolute_error", "poisson_deviance"}
    | {"mean_poisson_deviance", "mean_gamma_deviance", "root_mean_squared_log_error"}
    | {"mean_squared_log_error", "mean_absolute_percentage_error"}
)
_SHARES = frozenset(
    {"roc_auc", "accuracy", "balanced_accuracy", "f1_macro", "f1", "f1_micro", "f1_weighted"}
    | {"average_precision", "precision", "recall", "jaccard", "top_k_accuracy"}
)
_TINY = 1e-9


def working_scores(scores, metric):
    """Bring greater-is-better scores to the scale on which the advisor computes.

    Parameters
    ----------
    scores : array-like of float
        Scores, greater is better (losses negated); NaN where missing.
    metric : str
        The metric's name. Losses are taken as minus their logarithm, ``r2`` as that of the
        unexplained standard deviation, anything else stays.

    Returns
    -------
    ndarray of float, same shape
        Scores, still greater-is-better.

    Examples
    --------
    >>> from sklearn_meta.advisors.scores._scores import working_scores
    >>> working_scores([-1.0, -0.5], "rmse").round(3).tolist()
    [-0.0, 0.693]
    """
    scores = np.asarray(scores, dtype=float)
    name = str(metric).removeprefix("neg_")
    if name in LOSSES:
        return -np.log(np.maximum(-scores, _TINY))
    if name == "r2":
        return -0.5 * np.log(np.maximum(1.0 - scores, _TINY))
    return scores


def natural_score(value, metric):
    """Undo `working_scores`.

    Parameters
    ----------
    value : float or ndarray
        Scores on the working scale.
    metric : str
        The metric's name.

    Returns
    -------
    float or ndarray of the same shape
        Greater-is-better scores in the metric's own units.
    """
    name = str(metric).removeprefix("neg_")
    if name in LOSSES:
        value = -np.exp(-value)
    elif name == "r2":
        value = 1.0 - np.exp(-2.0 * value)
    return value if isinstance(value, np.ndarray) else float(value)


def score_bounds(metric):
    """Return the worst and the best score there can be, greater is better; infinite if unknown.

    Parameters
    ----------
    metric : str
        The metric's name.

    Returns
    -------
    low, high : float
        In the metric's own units.
    """
    name = str(metric).removeprefix("neg_")
    if name in LOSSES:
        return -np.inf, 0.0
    if name == "r2":
        return -np.inf, 1.0
    return (0.0, 1.0) if name in _SHARES else (-np.inf, np.inf)


def normal_scores(scores):
    """Map each row's ranks to normal quantiles, missing cells left out.

    Parameters
    ----------
    scores : ndarray of shape (n_tasks, n_configurations)
        Greater is better, NaN where missing.

    Returns
    -------
    ndarray of shape (n_tasks, n_configurations)
        Standard normal quantiles, ties sharing their mean rank; NaN where missing.
    """
    ranks = rankdata(scores, axis=1, nan_policy="omit")
    counts = np.isfinite(scores).sum(axis=1, keepdims=True)
    return ndtri((ranks - 0.5) / np.maximum(counts, 1))
