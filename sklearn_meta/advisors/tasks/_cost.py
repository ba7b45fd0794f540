"""How long a configuration will take: from stored seconds, corrected by the seconds told."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

OVERHEAD_SECONDS = 0.05  # of a trial, whatever it fits
_SLOPE_STRENGTH = 8.0
_DEFAULT_SLOPES = np.array([1.0, 0.5, 0.3])
_DEFAULT_LOG_SECONDS = np.log(0.3)
_UNKNOWN_SD = 1.0
_MACHINE_SD = 1.0
_FAMILY_SD = 0.5
_FLOOR = 1e-4
_ROUNDS = 6
_ROWS, _CENTER = 0, np.log([1000.0, 20.0, 2.0])


@dataclass(frozen=True)
class CostModel:
    """Log seconds of each configuration as a line in log rows, log columns and log classes.

    Parameters
    ----------
    intercepts : ndarray of shape (n_configurations,)
        Log seconds at 1,000 rows, 20 columns and 2 classes.
    slopes : ndarray of shape (n_configurations, 3)
        Per unit of log rows, log columns, log classes.
    deviations : ndarray of shape (n_configurations,)
        Standard deviation of what the line leaves unexplained.
    max_log_rows : float
        Largest log rows seen. Beyond, seconds grow at least in proportion to rows: overheads
        flatten the line on small tables, and would make a big one look cheap.
    """

    intercepts: np.ndarray
    slopes: np.ndarray
    deviations: np.ndarray
    max_log_rows: float

    def log_seconds(self, n_rows, n_columns, n_classes):
        """Predicted log seconds of one fold for every configuration.

        Parameters
        ----------
        n_rows, n_columns, n_classes : int
            Rows a fold trains on, columns, classes (0 or 1 for regression).

        Returns
        -------
        ndarray of shape (n_configurations,)
            Natural logarithms of seconds.
        """
        x = size_features(n_rows, n_columns, n_classes)[0]
        excess = max(x[_ROWS] - (self.max_log_rows - _CENTER[_ROWS]), 0.0)
        beyond = excess * np.maximum(1.0 - self.slopes[:, _ROWS], 0.0)
        return self.intercepts + self.slopes @ x + beyond


def size_features(n_rows, n_columns, n_classes):
    """Centred logs of rows, columns and classes, shape (n, 3)."""
    sizes = np.column_stack([np.atleast_1d(size) for size in (n_rows, n_columns, n_classes)])
    floors = np.array([1.0, 1.0, 2.0])
    return np.log(np.maximum(np.nan_to_num(sizes.astype(float)), floors)) - _CENTER


def fit_cost(seconds, finished, rows, n_columns, n_classes, families):
    """Learn the seconds of all configurations.

    Each configuration has a ridge of its own, pulled toward the line that all share. A time of an
    evaluation that did not finish is a lower bound; its place is taken by the expectation beyond
    that bound.

    Parameters
    ----------
    seconds : ndarray of shape (n_tasks, n_configurations)
        Fit and predict seconds per fold, NaN where missing.
    finished : ndarray of bool of shape (n_tasks, n_configurations)
        Whether the evaluation finished.
    rows : ndarray of shape (n_tasks, n_configurations)
        Rows that were trained on.
    n_columns, n_classes : ndarray of shape (n_tasks,)
        Size of each task.
    families : sequence of str of length n_configurations
        Configurations without stored seconds take after their family.

    Returns
    -------
    CostModel
        The model.

    References
    ----------
    Tobin (1958), "Estimation of relationships for limited dependent variables", Econometrica 26.
    """
    n_tasks, n_configurations = seconds.shape
    observed = np.isfinite(seconds) & np.isfinite(rows)
    sizes = [np.repeat(size, n_configurations) for size in (n_columns, n_classes)]
    x = size_features(rows.ravel(), *sizes).reshape(n_tasks, n_configurations, 3)
    x = x * observed[:, :, None]
    known = np.log(np.maximum(np.where(observed, seconds, 1.0), _FLOOR))
    bounded = observed & ~finished
    y, used = known, observed & finished
    for _ in range(_ROUNDS if bounded.any() else 1):
        intercepts, slopes = _fit_lines(x * used[:, :, None], y * used, used)
        lines = intercepts + np.einsum("tcf,cf->tc", x, slopes)
        deviations = _spread(y - lines, used)
        y, used = np.where(bounded, _expected_beyond(known, lines, deviations), known), observed
    count = observed.sum(axis=0)
    _inherit(intercepts, slopes, count, families)
    max_log_rows = float(np.log(np.max(rows, where=observed, initial=1.0)))
    return CostModel(
        intercepts=intercepts,
        slopes=slopes,
        deviations=np.where(count > 0, deviations, _UNKNOWN_SD),
        max_log_rows=max_log_rows,
    )


def _fit_lines(x, y, observed):
    """Fit intercepts and slopes of all configurations."""
    return _own_lines(x, y, observed, _shared_slopes(x, y, observed))


def _spread(residuals, observed):
    """Estimate each configuration's standard deviation, 0.5 where residuals are few."""
    squares = np.where(observed, residuals**2, 0.0).sum(axis=0)
    return np.sqrt((squares + 3 * 0.25) / (observed.sum(axis=0) + 3))


def _expected_beyond(bounds, means, deviations):
    """Mean of a Gaussian above a bound."""
    u = (bounds - means) / deviations
    log_hazard = -0.5 * u**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(-u)
    return means + deviations * np.exp(log_hazard)


def _centred(x, y, observed):
    """Subtract from each configuration's cells their means."""
    count = np.maximum(observed.sum(axis=0), 1)
    x_mean, y_mean = x.sum(axis=0) / count[:, None], y.sum(axis=0) / count
    return (x - x_mean) * observed[:, :, None], (y - y_mean) * observed, x_mean, y_mean


def _shared_slopes(x, y, observed):
    """Slopes common to all configurations, pulled toward plausible ones where data are few."""
    x, y, _, _ = _centred(x, y, observed)
    gram = np.einsum("tcf,tcg->fg", x, x) + _SLOPE_STRENGTH * np.eye(3)
    return np.linalg.solve(gram, np.einsum("tcf,tc->f", x, y) + _SLOPE_STRENGTH * _DEFAULT_SLOPES)


def _own_lines(x, y, observed, shared):
    """Intercept and slopes of each configuration, pulled toward the shared slopes."""
    x_dev, y_dev, x_mean, y_mean = _centred(x, y, observed)
    gram = np.einsum("tcf,tcg->cfg", x_dev, x_dev) + _SLOPE_STRENGTH * np.eye(3)
    target = np.einsum("tcf,tc->cf", x_dev, y_dev) + _SLOPE_STRENGTH * shared
    slopes = np.linalg.solve(gram, target[:, :, None])[:, :, 0]
    return y_mean - np.einsum("cf,cf->c", x_mean, slopes), slopes


def _inherit(intercepts, slopes, count, families):
    """Give configurations without seconds the mean line of their family, else of all (in place)."""
    families = np.asarray(families)
    known = count > 0
    for number in np.flatnonzero(~known):
        kin = known & (families == families[number])
        kin = kin if kin.any() else known
        intercepts[number] = intercepts[kin].mean() if kin.any() else _DEFAULT_LOG_SECONDS
        slopes[number] = slopes[kin].mean(axis=0) if kin.any() else _DEFAULT_SLOPES


class Calibration:
    """How much slower or faster than stored seconds things are on this machine and this table.

    One offset for everything and one per family, each the posterior mean of a Gaussian.
    """

    def __init__(self):
        self._residuals = []

    def learn(self, family, log_ratio, deviation):
        """Take one result.

        Parameters
        ----------
        family : str
            The family that was timed.
        log_ratio : float
            Log of measured over predicted seconds.
        deviation : float
            Standard deviation of the prediction.
        """
        self._residuals.append((family, float(log_ratio), float(deviation) ** 2))

    def offsets(self, families):
        """Offsets in log seconds for a sequence of families, shape (n,)."""
        if not self._residuals:
            return np.zeros(len(families))
        names, ratios, variances = zip(*self._residuals, strict=True)
        ratios, precisions = np.array(ratios), 1 / (np.array(variances) + _FAMILY_SD**2)
        overall = (precisions @ ratios) / (precisions.sum() + 1 / _MACHINE_SD**2)
        offsets = {}
        for name in set(names):
            own = np.array([known == name for known in names])
            weights = 1 / np.array(variances)[own]
            left = weights @ (ratios[own] - overall)
            offsets[name] = overall + left / (weights.sum() + 1 / _FAMILY_SD**2)
        return np.array([offsets.get(family, overall) for family in families])
