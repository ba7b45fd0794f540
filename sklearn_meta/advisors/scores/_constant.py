"""What a constant prediction scores, which the height of other scores is compared with."""

import numpy as np

from sklearn_meta.advisors.scores._scores import LOSSES

_IN_TARGET_UNITS = frozenset({"rmse", "mae", "median_absolute_error", "max_error"})
_LOG_2 = float(np.log(2.0))


def is_in_target_units(metric):
    """Tell whether a metric is a loss in the units of the target."""
    return str(metric).removeprefix("neg_") in _IN_TARGET_UNITS & LOSSES


def constant_scores(metric, target_deviations, entropies):
    """Working scores of the best constant prediction; None where they do not depend on the target.

    Parameters
    ----------
    metric : str
        What is searched for.
    target_deviations : ndarray
        Standard deviations of numeric targets, NaN if unknown.
    entropies : ndarray of the same shape
        Entropies of the classes in bits, NaN if unknown.

    Returns
    -------
    ndarray of the same shape or None
    """
    if is_in_target_units(metric):
        size = np.asarray(target_deviations, dtype=float)
    elif str(metric).removeprefix("neg_") == "log_loss":
        size = np.asarray(entropies, dtype=float) * _LOG_2
    else:
        return None
    return -np.log(np.where(size > 0, size, np.nan))
