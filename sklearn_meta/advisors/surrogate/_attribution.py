"""An expected score taken apart: what the earlier tasks and what each result contributed."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from sklearn_meta.advisors.surrogate._posterior import JITTER, condition, level_of


@dataclass(frozen=True)
class Attribution:
    """The parts of one expected score, on the working scale; they add up to it exactly.

    Parameters
    ----------
    level : float
        Expected score of a middling configuration.
    spread : float
        What one unit of prior mean is worth: the expected difference that a standard deviation
        among configurations makes.
    weights : ndarray of shape (n_told,)
        What a result that is better than expected by one unit moves the expectation by.
    expected : ndarray of shape (n_told,)
        What was expected of the configurations told, by the earlier tasks alone.
    moved : ndarray of shape (n_told,)
        By how much each result moved the expectation.
    """

    level: float
    spread: float
    weights: np.ndarray
    expected: np.ndarray
    moved: np.ndarray


def attribute(place, mean, covariance, scale, told, scores):
    """Take the posterior mean of a point apart.

    With the posterior probabilities of the spreads held fixed, the posterior mean is linear in the
    prior means and in the results told: for the spread b, it is ``level + b * mean`` of the point,
    plus, for each result, a weight times how far it is from what ``level + b * mean`` said of it.
    The parts of all spreads are averaged by their probabilities.

    Parameters
    ----------
    place : int
        The point.
    mean, covariance, scale, told, scores
        As :func:`~sklearn_meta.advisors.surrogate._posterior.condition` takes them.

    Returns
    -------
    Attribution
        ``level + spread * mean[place] + moved.sum()`` is the posterior mean.
    """
    told = np.asarray(told, dtype=int)
    scale = scale.in_units_of(np.asarray(scores, dtype=float))
    posterior = condition(mean, covariance, scale, told, scores)
    spreads = posterior.spreads
    levels = level_of(scale, spreads)
    gains = _gains(place, covariance, scale, told, spreads)
    expected = np.outer(spreads, mean[told]) + levels[:, None]
    moved = gains * (np.asarray(scores, dtype=float) - expected)
    return Attribution(
        level=float(posterior.weights @ levels),
        spread=posterior.spread,
        weights=posterior.weights @ gains,
        expected=posterior.weights @ expected,
        moved=posterior.weights @ moved,
    )


def _gains(place, covariance, scale, told, spreads):
    """Weight of each result for each spread, shape (n_nodes, n_told)."""
    if not len(told):
        return np.zeros((len(spreads), 0))
    block = covariance[np.ix_(told, told)] + (scale.noise + JITTER) * np.eye(len(told))
    right = np.column_stack([covariance[told, place], np.ones(len(told))])
    own, ones = cho_solve(cho_factor(block, lower=True), right).T
    precision = ones.sum() / spreads**2 + 1 / scale.level_sd**2
    through_level = (1.0 - own.sum()) / (spreads**2 * precision)
    return own + np.outer(through_level, ones)
