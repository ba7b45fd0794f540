"""What evaluations are expected to bring: a middle, an interval, seconds."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from sklearn_meta.advisors.scores._scores import natural_score, score_bounds

_HALVINGS = 40
_REACH = 9.0
_ONE_DEVIATION = float(ndtr(1.0))


@dataclass(frozen=True)
class Forecast:
    """What evaluations of some configurations are expected to score, and how long they take.

    Scores are a mixture of Gaussians on the working scale (see the notes), seconds are log-normal.

    Parameters
    ----------
    metric : str
        What the scores are.
    weights : ndarray of shape (n_parts,)
        Of the mixture's parts; they sum to one.
    means, deviations : ndarray of shape (n, n_parts)
        Means and standard deviations of the parts, on the working scale.
    log_seconds, log_seconds_deviations : ndarray of shape (n,)
        Mean and standard deviation of the natural logarithm of the seconds of one fold.
    shortfalls : ndarray of shape (n,) or None, default=None
        By how much more than a deviation a score may fall short of its mean: each part is wider
        below its mean than above.

    Notes
    -----
    The working scale is the metric itself where it is bounded (ROC AUC, accuracy), minus its
    logarithm for losses, and minus the log of the unexplained standard deviation for R2.

    References
    ----------
    Wallis (2014), "The two-piece normal, binormal, or double Gaussian distribution", Statistical
    Science 29(1).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.advisors import Forecast
    >>> one = Forecast(
    ...     "rmse", np.ones(1), np.zeros((1, 1)), np.ones((1, 1)), np.zeros(1), np.ones(1)
    ... )
    >>> one.scores
    array([-1.])
    >>> [bound.round(2).tolist() for bound in one.interval(0.9)]
    [[-5.18], [-0.19]]
    """

    metric: str
    weights: np.ndarray
    means: np.ndarray
    deviations: np.ndarray
    log_seconds: np.ndarray
    log_seconds_deviations: np.ndarray
    shortfalls: np.ndarray | None = None

    @property
    def scores(self):
        """Expected scores in the metric's own units, greater is better, shape (n,)."""
        return self._natural(self.means @ self.weights)

    @property
    def standard_deviations(self):
        """Half the width of the central 68 % interval, in the metric's units, shape (n,)."""
        return (self.quantile(_ONE_DEVIATION) - self.quantile(1.0 - _ONE_DEVIATION)) / 2

    @property
    def seconds(self):
        """Expected seconds of one fold (the middle of the distribution), shape (n,)."""
        return np.exp(np.clip(self.log_seconds, -9.0, 12.0))

    def interval(self, coverage):
        """Return the central interval that holds a score with some probability.

        Parameters
        ----------
        coverage : float
            The probability, between 0 and 1.

        Returns
        -------
        low, high : ndarray of shape (n,)
            In the metric's own units, greater is better.
        """
        return self.quantile((1 - coverage) / 2), self.quantile((1 + coverage) / 2)

    def seconds_interval(self, coverage):
        """Return the central interval of the seconds of one fold, as two arrays of shape (n,)."""
        reach = ndtri((1 + coverage) / 2) * self.log_seconds_deviations
        return np.exp(self.log_seconds - reach), np.exp(self.log_seconds + reach)

    def quantile(self, probability):
        """Return the score that is not exceeded with a probability, shape (n,)."""
        low = (self.means - _REACH * self._below()).min(axis=1)
        high = (self.means + _REACH * self.deviations).max(axis=1)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            below = self.probability_below(middle) < probability
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return self._natural((low + high) / 2)

    def probability_below(self, scores):
        """Return the probability of a worse score than these on the working scale, shape (n,)."""
        excess = np.asarray(scores)[:, None] - self.means
        above, below = self.deviations, self._below()
        share = 2.0 / (above + below)  # of two halves of Gaussians that meet at the mean
        worse = share * below * ndtr(np.minimum(excess, 0.0) / below)
        better = share * above * (ndtr(np.maximum(excess, 0.0) / above) - 0.5)
        return (worse + better) @ self.weights

    def _below(self):
        """Return the standard deviations of the lower halves, shape (n, n_parts)."""
        if self.shortfalls is None:
            return self.deviations
        return np.hypot(self.deviations, self.shortfalls[:, None])

    def _natural(self, values):
        """Bring values of the working scale to the metric's units, no better than is possible."""
        low, high = score_bounds(self.metric)
        return np.clip(natural_score(values, self.metric), low, high)
