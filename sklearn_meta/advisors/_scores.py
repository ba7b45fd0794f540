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
    >>> from sklearn_meta.advisors._scores import working_scores
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
    """Undo `working_scores` for one number.

    Parameters
    ----------
    value : float
        A score on the working scale.
    metric : str
        The metric's name.

    Returns
    -------
    float
        The greater-is-better score in the metric's own units.
    """
    name = str(metric).removeprefix("neg_")
    if name in LOSSES:
        return -float(np.exp(-value))
    if name == "r2":
        return 1.0 - float(np.exp(-2.0 * value))
    return float(value)


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
