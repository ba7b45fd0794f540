"""Fill the missing cells of a task x configuration matrix by what a Gaussian expects there."""

import numpy as np

_ROUNDS = 3
_MEAN_STRENGTH = 2.0
_SHRINKAGE = 0.1


def complete_normal_scores(z):
    """Fill missing normal scores by conditional means, as in expectation maximisation.

    The ranks of a task are those among the configurations it has, so that a task with only good
    ones would make them look mediocre. Therefore each incomplete row is first brought to the level
    and the spread that its configurations have on average.

    Parameters
    ----------
    z : ndarray of shape (n_tasks, n_configurations)
        Normal scores of each task, NaN where missing; no row or column may be missing altogether.

    Returns
    -------
    filled : ndarray of shape (n_tasks, n_configurations)
        The same, with conditional means in the gaps.
    spread : ndarray of shape (n_configurations, n_configurations)
        Mean conditional covariance of what was filled in, to be added to a covariance of `filled`.

    References
    ----------
    Dempster, Laird and Rubin (1977), "Maximum likelihood from incomplete data via the EM
    algorithm", Journal of the Royal Statistical Society B 39(1).
    """
    observed = np.isfinite(z)
    n_configurations = z.shape[1]
    if observed.all():
        return z.copy(), np.zeros((n_configurations, n_configurations))
    strength = observed.sum(axis=0) + _MEAN_STRENGTH
    mean = np.nansum(z, axis=0) / strength
    filled = np.where(observed, z, mean)
    covariance = _shrunk(_moments(filled - mean) + np.diag((~observed).mean(axis=0)))
    spread = np.zeros_like(covariance)
    for _ in range(_ROUNDS):
        levelled = _levelled(z, observed, mean, covariance)
        filled, spread = _expect(levelled, observed, mean, covariance)
        mean = filled.mean(axis=0) * observed.sum(axis=0) / strength
        covariance = _shrunk(_moments(filled - mean) + spread)
    return filled, spread


def _moments(residuals):
    """Second moments of rows."""
    return residuals.T @ residuals / len(residuals)


def _shrunk(covariance):
    """Shrink toward the diagonal, so that every block can be inverted."""
    diagonal = np.diag(covariance)
    return (1 - _SHRINKAGE) * covariance + np.diag(_SHRINKAGE * diagonal + 1e-3)


def _levelled(z, observed, mean, covariance):
    """Shift and stretch incomplete rows to where their configurations usually lie."""
    levelled = z.copy()
    variance = np.diag(covariance)
    for row in np.flatnonzero(~observed.all(axis=1)):
        here = observed[row]
        spread = np.sqrt(mean[here].var() + variance[here].mean())
        levelled[row, here] = mean[here].mean() + min(spread, 1.0) * z[row, here]
    return levelled


def _expect(z, observed, mean, covariance):
    """Conditional means of all gaps, and the mean conditional covariance."""
    filled = z.copy()
    spread = np.zeros_like(covariance)
    patterns, members = np.unique(observed, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        if pattern.all():
            continue
        rows = np.flatnonzero(members == number)
        gaps = np.flatnonzero(~pattern)
        seen = np.flatnonzero(pattern)
        cross = covariance[np.ix_(seen, gaps)]
        gain = np.linalg.solve(covariance[np.ix_(seen, seen)], cross)
        filled[np.ix_(rows, gaps)] = mean[gaps] + (z[np.ix_(rows, seen)] - mean[seen]) @ gain
        conditional = covariance[np.ix_(gaps, gaps)] - cross.T @ gain
        spread[np.ix_(gaps, gaps)] += len(rows) * conditional / len(z)
    return filled, spread
