"""What known configurations are expected to score on a task, on a scale that raw scores share."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta.advisors.surrogate._completion import complete_normal_scores
from sklearn_meta.advisors.surrogate._prior import ScalePrior, fit_lines, fit_scale
from sklearn_meta.advisors.surrogate._ridge import Ridge, fit_ridge
from sklearn_meta.advisors.tasks._rank_scaler import RankScaler

_DEPTH = 3.0
_MEAN_STRENGTH = 2.0


@dataclass(frozen=True)
class Expectation:
    """Ridge from meta-features to standardised scores.

    Parameters
    ----------
    scaler : RankScaler
        Scales meta-features.
    ridge : Ridge
        From scaled meta-features to the mean.
    confidence : ndarray of shape (n_configurations,)
        Shrinks the mean of configurations that few tasks have seen.
    scale : ScalePrior
        Prior of level and spread of raw scores.
    z : ndarray of shape (n_tasks, n_configurations)
        Standardised scores of the known tasks, NaN where missing.
    features : ndarray of shape (n_tasks, n_features)
        Their scaled meta-features.
    tasks : list of dict
        Their names.
    metric : str
        What the raw scores are.
    """

    scaler: RankScaler
    ridge: Ridge
    confidence: np.ndarray
    scale: ScalePrior
    z: np.ndarray
    features: np.ndarray
    tasks: list
    metric: str

    def mean(self, metafeatures):
        """Expect the standardised scores, shape (n_configurations,), of a task that looks so."""
        return self.confidence * self.ridge.predict(self.scaler.scale_mapping(metafeatures))


def learn_expectation(results, metafeatures):
    """Learn from the results of earlier tasks.

    Parameters
    ----------
    results : Results
        Of the tasks.
    metafeatures : DataFrame of n_tasks rows
        To look at; may have no columns.

    Returns
    -------
    Expectation
    """
    shallow = without_depths_of_tasks(results.scores)
    z = standardised(shallow)
    completed, _ = complete_normal_scores(z)
    scaler = RankScaler.learn(metafeatures)
    features = scaler.scale(metafeatures[list(scaler.names)].to_numpy(dtype=float))
    ridge, _ = fit_ridge(features, completed, results.groups)
    counts = np.isfinite(z).sum(axis=0)
    return Expectation(
        scaler=scaler,
        ridge=ridge,
        confidence=counts / (counts + _MEAN_STRENGTH),
        scale=fit_scale(fit_lines(shallow, z)),
        z=z,
        features=features,
        tasks=results.name_tasks(),
        metric=results.metric,
    )


def without_depths_of_tasks(scores):
    """Raise scores that are far below the middle of their task.

    Parameters
    ----------
    scores : ndarray of shape (n_tasks, n_configurations)
        Greater is better, NaN where missing.

    Returns
    -------
    ndarray of shape (n_tasks, n_configurations)
        None farther below its task's best than three times as far as the median is.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.advisors.deep_kernel._expectation import without_depths_of_tasks
    >>> without_depths_of_tasks(np.array([[0.9, 0.8, -50.0]])).round(2).tolist()
    [[0.9, 0.8, 0.6]]
    """
    best = np.nanmax(scores, axis=1, keepdims=True)
    apart = best - np.nanmedian(scores, axis=1, keepdims=True)
    return np.where(apart > 0, np.maximum(scores, best - _DEPTH * apart), scores)


def standardised(scores):
    """Give each task's scores mean 0 and variance 1; a task where all are equal has zeros."""
    mean = np.nanmean(scores, axis=1, keepdims=True)
    spread = np.nanstd(scores, axis=1, keepdims=True)
    return (scores - mean) / np.where(spread > 1e-12, spread, 1.0)
