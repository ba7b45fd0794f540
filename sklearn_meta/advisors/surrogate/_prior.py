"""What earlier tasks say about a new one before anything was tried on it (numpy only)."""

from dataclasses import dataclass, replace

import numpy as np

from sklearn_meta.advisors.scores._scores import normal_scores
from sklearn_meta.advisors.surrogate._completion import complete_normal_scores
from sklearn_meta.advisors.surrogate._level import LevelModel, fit_level
from sklearn_meta.advisors.surrogate._ridge import Ridge, fit_ridge
from sklearn_meta.advisors.tasks._rank_scaler import RankScaler

_SHRINKAGE = 0.05
_SHRINKAGE_STRENGTH = 4.0
_VARIANCE_STRENGTH = 3.0
_MEAN_STRENGTH = 2.0
_MIN_SPREAD = 1e-9
# Most of what the line leaves unexplained is in the residual covariance already.
_UNSHARED_NOISE = 0.3
# Where no earlier task says how high scores are, those told do.
_OF_NORMAL = 1.48  # standard deviations in the median distance from the median
_OF_ONE = 0.05  # a score that is alone, or like all others, varies by about so much of itself
_UNSURE = 1.0  # standard deviation of the logarithm of such a spread
_FAR = 5.0  # of the level from the median, in such spreads


@dataclass(frozen=True)
class ScalePrior:
    """Level `a` and spread `b` of raw scores, score = a + b z, as the known tasks have them.

    Parameters
    ----------
    log_spread : float
        Mean of log b.
    log_spread_sd : float
        Standard deviation of log b.
    level : float
        Mean of a at the mean of log b.
    slope : float
        Change of the mean of a per unit of log b.
    level_sd : float
        Standard deviation of a around that line.
    noise : float
        Variance of what the line a + b z leaves unexplained, in units of b squared.
    """

    log_spread: float = -2.0
    log_spread_sd: float = 2.0
    level: float = 0.0
    slope: float = 0.0
    level_sd: float = 10.0
    noise: float = 0.1

    @property
    def is_vague(self):
        """Whether no earlier task says how high scores are, nor in what units."""
        return replace(self, noise=ScalePrior.noise) == ScalePrior()

    def in_units_of(self, scores):
        """Return a prior that a vague one becomes once scores were told; else the prior itself.

        Parameters
        ----------
        scores : ndarray of shape (n_told,)
            Scores of the task at hand, in whatever units.

        Returns
        -------
        ScalePrior
            About their median and how far they are usually from it, both uncertain.
        """
        if not self.is_vague or not len(scores):
            return self
        level = float(np.median(scores))
        around = np.abs(scores - level)
        unit = float(np.median(around)) or float(np.mean(around)) or _OF_ONE * abs(level)
        if not unit > 0:
            return self
        return replace(
            self,
            log_spread=float(np.log(_OF_NORMAL * unit)),
            log_spread_sd=_UNSURE,
            level=level,
            level_sd=_FAR * unit,
        )


@dataclass(frozen=True)
class TaskPrior:
    """A Gaussian over the normal scores of all configurations on an unseen task.

    Parameters
    ----------
    scaler : RankScaler
        Scales meta-features.
    ridge : Ridge
        From scaled meta-features to the mean.
    confidence : ndarray of shape (n_configurations,)
        Shrinks the mean of configurations that few tasks have seen.
    covariance : ndarray of shape (n_configurations, n_configurations)
        Covariance around the mean.
    scale : ScalePrior
        Prior of level and spread of the raw scores.
    z : ndarray of shape (n_tasks, n_configurations)
        Completed normal scores of the known tasks.
    features : ndarray of shape (n_tasks, n_features)
        Their scaled meta-features.
    level : LevelModel or None
        Sharpens `scale` by what a task looks like; None where tasks are too few.
    """

    scaler: RankScaler
    ridge: Ridge
    confidence: np.ndarray
    covariance: np.ndarray
    scale: ScalePrior
    z: np.ndarray
    features: np.ndarray
    level: LevelModel | None = None

    def mean(self, metafeatures):
        """Expect the normal scores, shape (n_configurations,), of a task with these features."""
        return self.confidence * self.ridge.predict(self.scaler.scale_mapping(metafeatures))

    def scale_of(self, metafeatures, constant):
        """Expect level and spread of the raw scores of a task, see `LevelModel.scale_of`."""
        if self.level is None:
            return self.scale
        features = self.scaler.scale_mapping(metafeatures)
        return self.level.scale_of(features, constant) or self.scale

    def shares(self, metafeatures):
        """Weight of each known task in that mean, before confidence; shape (n_tasks,)."""
        return self.ridge.shares(self.scaler.scale_mapping(metafeatures), self.features)


def fit_prior(scores, metafeatures, groups, constants=None):
    """Learn the prior from a task x configuration matrix.

    Ranks of a task's configurations are mapped to normal quantiles; a ridge from rank-scaled
    meta-features gives their mean; the covariance is that of the cross-validated residuals, shrunk
    toward its diagonal.

    Parameters
    ----------
    scores : ndarray of shape (n_tasks, n_configurations)
        Greater is better, on the working scale; NaN where missing, but no row or column of NaN
        alone.
    metafeatures : DataFrame of shape (n_tasks, n_metafeatures)
        Meta-features of the same tasks; may have no columns.
    groups : array-like of shape (n_tasks,)
        Near-duplicate tasks share a group.
    constants : ndarray of shape (n_tasks,), default=None
        Scores of constant predictions, where the level of scores depends on them.

    Returns
    -------
    TaskPrior
        The prior.
    """
    ranked = normal_scores(scores)
    z, spread = complete_normal_scores(ranked)
    scaler = RankScaler.learn(metafeatures)
    features = scaler.scale(metafeatures[list(scaler.names)].to_numpy(dtype=float))
    ridge, residuals = fit_ridge(features, z, np.asarray(groups))
    counts = np.isfinite(scores).sum(axis=0)
    lines = fit_lines(scores, z)
    return TaskPrior(
        scaler=scaler,
        ridge=ridge,
        confidence=counts / (counts + _MEAN_STRENGTH),
        covariance=_shrunk_covariance(residuals, spread),
        scale=fit_scale(lines),
        level=fit_level(lines, features, np.asarray(groups), constants, fit_scale(lines)),
        z=z,
        features=features,
    )


def _shrunk_covariance(residuals, spread):
    """Second moments of residuals; few tasks are helped by a unit variance and more shrinkage."""
    n_tasks = len(residuals)
    moments = residuals.T @ residuals / n_tasks + spread
    shrinkage = max(_SHRINKAGE, _SHRINKAGE_STRENGTH / (n_tasks + _SHRINKAGE_STRENGTH))
    trust = n_tasks / (n_tasks + _VARIANCE_STRENGTH)
    covariance = trust * (1 - shrinkage) * moments
    diagonal = trust * np.diag(moments) + (1 - trust)
    np.fill_diagonal(covariance, diagonal)
    return covariance


@dataclass(frozen=True)
class TaskLines:
    """For each known task, the line score = a + b z that its raw scores follow.

    Parameters
    ----------
    level, log_spread : ndarray of shape (n_tasks,)
        a, and the logarithm of b.
    noise : ndarray of shape (n_tasks,)
        Variance around the line, in units of b squared.
    usable : ndarray of bool of shape (n_tasks,)
        Whether there are enough scores for a line.
    """

    level: np.ndarray
    log_spread: np.ndarray
    noise: np.ndarray
    usable: np.ndarray


def fit_lines(scores, z):
    """Regress each task's raw scores on its normal scores."""
    observed = np.isfinite(scores)
    count = np.maximum(observed.sum(axis=1), 1)
    raw = np.where(observed, scores, 0.0)
    known = np.where(observed, z, 0.0)
    raw_mean, z_mean = raw.sum(axis=1) / count, known.sum(axis=1) / count
    raw_dev = np.where(observed, scores - raw_mean[:, None], 0.0)
    z_dev = np.where(observed, z - z_mean[:, None], 0.0)
    spread = (raw_dev * z_dev).sum(axis=1) / np.maximum((z_dev**2).sum(axis=1), _MIN_SPREAD)
    left = ((raw_dev - spread[:, None] * z_dev) ** 2).sum(axis=1) / count
    positive = np.maximum(spread, _MIN_SPREAD)
    return TaskLines(
        level=raw_mean - spread * z_mean,
        log_spread=np.log(positive),
        noise=left / positive**2,
        usable=(spread > _MIN_SPREAD) & (observed.sum(axis=1) >= 4),
    )


def fit_scale(lines):
    """Summarise the lines of all tasks: what holds for any task, whatever it looks like."""
    usable = lines.usable
    if usable.sum() < 3:
        return ScalePrior()
    return _summarise_lines(lines.level[usable], lines.log_spread[usable], lines.noise[usable])


def _summarise_lines(level, log_spread, noise):
    """Moments of level and log spread over tasks, widened where tasks are few."""
    widen = np.sqrt(1 + 5 / len(level))
    center, sd = log_spread.mean(), log_spread.std()
    deviation = log_spread - center
    slope = (deviation @ (level - level.mean())) / (deviation @ deviation + 1.0)
    around = level - level.mean() - slope * deviation
    return ScalePrior(
        log_spread=float(center),
        log_spread_sd=float(widen * max(sd, 0.3)),
        level=float(level.mean()),
        slope=float(slope),
        level_sd=float(widen * max(around.std(), 1e-3)),
        noise=float(_UNSHARED_NOISE * np.median(noise)),
    )
