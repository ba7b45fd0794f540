"""What the raw scores of a few configurations say about all others.

The new task is known only by raw scores, never by ranks. With z the vector of normal scores that
the prior speaks of, score = a + b z; the level a is integrated out in closed form, the spread b on
a grid.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import ndtr

_N_NODES = 21
_REACH = 2.5
JITTER = 1e-6
_BASELINE = -2.0


@dataclass(frozen=True)
class Posterior:
    """Mixture of Gaussians over the scores of all points, one for each spread of the grid.

    Parameters
    ----------
    weights : ndarray of shape (n_nodes,)
        Posterior probability of each spread.
    spreads : ndarray of shape (n_nodes,)
        The spreads b.
    baselines : ndarray of shape (n_nodes,)
        Score of a poor configuration, to improve on while nothing was told.
    means : ndarray of shape (n_points, n_nodes)
        Expected scores.
    deviations : ndarray of shape (n_points, n_nodes)
        Standard deviations of the scores.
    """

    weights: np.ndarray
    spreads: np.ndarray
    baselines: np.ndarray
    means: np.ndarray
    deviations: np.ndarray

    @property
    def mean(self):
        """Expected scores, shape (n_points,)."""
        return self.means @ self.weights

    @property
    def spread(self):
        """Expected spread of scores, in their own units."""
        return float(self.spreads @ self.weights)

    def expected_improvement(self, incumbent=None):
        """Average the expected improvement on a score over the spreads, shape (n_points,).

        Parameters
        ----------
        incumbent : float, ndarray of shape (n_points, 1) or None
            The score to improve on, for all points or for each; None stands for that of a poor
            configuration.
        """
        best = self.baselines if incumbent is None else incumbent
        gain = self.means - best
        u = gain / self.deviations
        density = np.exp(-0.5 * u * u) * 0.3989422804014327
        return (gain * ndtr(u) + self.deviations * density) @ self.weights


def condition(mean, covariance, scale, told, scores, pending=()):
    """Update the prior by the raw scores told.

    Parameters
    ----------
    mean : ndarray of shape (n_points,)
        Prior mean of the normal scores.
    covariance : ndarray of shape (n_points, n_points)
        Their prior covariance.
    scale : ScalePrior
        Prior of level and spread of the raw scores.
    told : sequence of int
        Points with a score.
    scores : ndarray of shape (n_told,)
        Their raw scores.
    pending : sequence of int
        Points under evaluation. They are taken to score what is expected of them: means stay,
        variances shrink.

    Returns
    -------
    Posterior
        Over all points.

    References
    ----------
    O'Hagan (1978), "Curve fitting and optimal design for prediction", JRSS B 40(1), for the
    level; Ginsbourger, Le Riche and Carraro (2010), "Kriging is well-suited to parallelize
    optimization", for the pending points.
    """
    scale, spreads, levels, weights = _nodes(scale, scores)
    told = np.asarray(told, dtype=int)
    observed = _Whitened(mean, covariance, scale.noise, told, scores)
    precision = observed.level_information / spreads**2 + 1 / scale.level_sd**2
    likelihood = _log_likelihood(observed.gram, observed.n, spreads, levels, precision, scale)
    weights = _normalised(np.log(weights) + likelihood)
    level_hat = observed.level_pull(spreads, levels, scale) / precision
    means = observed.means(mean, spreads, level_hat)
    if len(pending):
        both = np.concatenate([told, np.asarray(pending, dtype=int)])
        observed = _Whitened(mean, covariance, scale.noise, both, np.zeros(len(both)))
        precision = observed.level_information / spreads**2 + 1 / scale.level_sd**2
    variance = np.outer(observed.unexplained(np.diag(covariance)), spreads**2)
    variance += observed.level_leverage[:, None] ** 2 / precision
    baselines = levels + _BASELINE * spreads
    return Posterior(weights, spreads, baselines, means, np.sqrt(np.maximum(variance, 1e-18)))


def log_evidence(mean, covariance, scale, scores, noises):
    """Log density of raw scores under a prior, level and spread integrated out.

    Parameters
    ----------
    mean : ndarray of shape (n_told,)
        Prior mean of the normal scores.
    covariance : ndarray of shape (n_told, n_told)
        Their prior covariance.
    scale : ScalePrior
        Prior of level and spread of the raw scores; its noise is not looked at.
    scores : ndarray of shape (n_told,)
        The raw scores.
    noises : ndarray of shape (n_noises,)
        Variances of the noise to tell apart.

    Returns
    -------
    ndarray of shape (n_noises,)
        Up to a constant that depends on neither mean, covariance nor noise.
    """
    scale, spreads, levels, weights = _nodes(scale, scores)
    # in the directions of the covariance, which all noises share, scores are independent
    variances, directions = np.linalg.eigh(covariance)
    columns = directions.T @ np.column_stack([scores, mean, np.ones(len(scores))])
    found = []
    for noise in noises:
        each = np.maximum(variances, 0.0) + noise + JITTER
        gram = columns.T @ (columns / each[:, None])
        precision = gram[2, 2] / spreads**2 + 1 / scale.level_sd**2
        likelihood = _log_likelihood(gram, len(scores), spreads, levels, precision, scale)
        most = likelihood.max()
        volume = 0.5 * np.log(each).sum()
        found.append(most + np.log(np.exp(likelihood - most) @ weights) - volume)
    return np.array(found)


def level_of(scale, spreads):
    """Expect the level of a task's scores for each spread that they may have, shape (n_nodes,)."""
    return scale.level + scale.slope * (np.log(spreads) - scale.log_spread)


def _nodes(scale, scores):
    """Prior in units of the scores, nodes of the spread with their levels, and prior weights."""
    scale = scale.in_units_of(np.asarray(scores, dtype=float))
    u = np.linspace(-_REACH, _REACH, _N_NODES)
    spreads = np.exp(scale.log_spread + scale.log_spread_sd * u)
    return scale, spreads, level_of(scale, spreads), _normalised(-0.5 * u * u)


def _normalised(log_weights):
    """Turn log weights into weights that sum to one."""
    weights = np.exp(log_weights - log_weights.max()) + 1e-300
    return weights / weights.sum()


def _log_likelihood(gram, n_told, spreads, levels, precision, scale):
    """Log density of observed scores for each spread, up to a constant.

    The Gram matrix is that of the whitened scores, prior means and ones.
    """
    residual = np.stack([np.ones_like(spreads), -spreads, -levels])
    weighted = gram @ residual
    quadratic = (residual * weighted).sum(axis=0) / spreads**2
    quadratic -= weighted[2] ** 2 / spreads**4 / precision
    volume = 2 * n_told * np.log(spreads) + np.log(scale.level_sd**2 * precision)
    return -0.5 * (quadratic + volume)


class _Whitened:
    """Scores, means and ones of the observed points, decorrelated by the prior covariance."""

    def __init__(self, mean, covariance, noise, points, scores):
        block = covariance[np.ix_(points, points)] + (noise + JITTER) * np.eye(len(points))
        factor = np.linalg.cholesky(block)
        columns = np.column_stack([scores, mean[points], np.ones(len(points))])
        solved = np.hstack([columns, covariance[points]])
        if len(points):
            solved = solve_triangular(factor, solved, lower=True, check_finite=False)
        self.columns, self.cross = solved[:, :3], solved[:, 3:]
        self.gram = self.columns.T @ self.columns
        self.pulls = self.cross.T @ self.columns  # (n_points, 3)
        self.n = len(points)

    @property
    def level_information(self):
        """Precision of the level, in units of the spread."""
        return self.gram[2, 2]

    @property
    def level_leverage(self):
        """How much each point's score moves with the level, given the observed scores."""
        return 1.0 - self.pulls[:, 2]

    def unexplained(self, variance):
        """Prior variance less what the observed points explain of it."""
        return np.maximum(variance - np.einsum("ij,ij->j", self.cross, self.cross), 0.0)

    def level_pull(self, spreads, levels, scale):
        """Precision-weighted mean of the level, for each spread."""
        told = (self.gram[2, 0] - spreads * self.gram[2, 1]) / spreads**2
        return told + levels / scale.level_sd**2

    def means(self, mean, spreads, level_hat):
        """Compute expected scores of all points for each spread, shape (n_points, n_nodes)."""
        learned = self.pulls[:, 0:1] - np.outer(self.pulls[:, 1], spreads)
        return np.outer(mean, spreads) + learned + np.outer(self.level_leverage, level_hat)
