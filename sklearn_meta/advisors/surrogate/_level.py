"""How high the scores of a task will be, from what it looks like."""

from dataclasses import dataclass, replace

import numpy as np

from sklearn_meta.advisors.surrogate._ridge import Ridge, fit_ridge

_MIN_TASKS = 10
_MIN_LEVEL_SD = 1e-3
_MIN_LOG_SPREAD_SD = 0.3


@dataclass(frozen=True)
class LevelModel:
    """Level and spread of a task's scores by its meta-features.

    Both are ridges on rank-scaled meta-features, relative to the score of a constant prediction
    where that depends on the target: its standard deviation for errors in its units, the entropy of
    its classes for log loss.

    Parameters
    ----------
    level, log_spread : Ridge
        From scaled meta-features to the level, relative to a constant, and to the log of the
        spread.
    scale : ScalePrior
        Deviations around both, and how they hang together; its level and spread are means.
    is_relative : bool
        Whether the level is relative to a constant prediction.
    """

    level: Ridge
    log_spread: Ridge
    scale: object
    is_relative: bool

    def scale_of(self, features, constant):
        """Return the prior of level and spread for a task.

        Parameters
        ----------
        features : ndarray of shape (n_features,)
            Its scaled meta-features.
        constant : float
            Score of the constant prediction on the working scale; NaN if unknown.

        Returns
        -------
        ScalePrior or None
            None where the level is relative to a constant that is not known.
        """
        if self.is_relative and not np.isfinite(constant):
            return None
        return replace(
            self.scale,
            level=float(self.level.predict(features)[0]) + (constant if self.is_relative else 0.0),
            log_spread=float(self.log_spread.predict(features)[0]),
        )


def fit_level(lines, features, groups, constants, scale):
    """Learn level and spread from the lines of the known tasks.

    Parameters
    ----------
    lines : TaskLines
        Level and log spread of each task.
    features : ndarray of shape (n_tasks, n_features)
        Scaled meta-features.
    groups : ndarray of shape (n_tasks,)
        Near-duplicates share a label.
    constants : ndarray of shape (n_tasks,) or None
        Working scores of constant predictions, NaN if unknown; None where they do not matter.
    scale : ScalePrior
        What holds for any task; its noise is taken over.

    Returns
    -------
    LevelModel or None
        None if there are too few tasks to learn from.
    """
    offsets = np.zeros(len(features)) if constants is None else constants
    used = lines.usable & np.isfinite(offsets)
    if used.sum() < _MIN_TASKS:
        return None
    level = (lines.level - offsets)[used]
    ridges, residuals = [], []
    for target in (level, lines.log_spread[used]):
        ridge, left = fit_ridge(features[used], target[:, None], groups[used])
        ridges.append(ridge)
        residuals.append(left[:, 0])
    around, deviation = residuals
    slope = float(deviation @ around / (deviation @ deviation + 1.0))
    around = around - slope * deviation
    widen = np.sqrt(1 + 5 / used.sum())
    return LevelModel(
        level=ridges[0],
        log_spread=ridges[1],
        scale=replace(
            scale,
            slope=slope,
            level_sd=float(widen * max(np.sqrt((around**2).mean()), _MIN_LEVEL_SD)),
            log_spread_sd=float(widen * max(np.sqrt((deviation**2).mean()), _MIN_LOG_SPREAD_SD)),
        ),
        is_relative=constants is not None,
    )
