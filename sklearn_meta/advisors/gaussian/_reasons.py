"""Forecasts and explanations of a Gaussian session, which leave it as it is."""

import numpy as np

from sklearn_meta.advisors.contract._explanation import Explanation, find_among_best
from sklearn_meta.advisors.contract._forecast import Forecast
from sklearn_meta.advisors.scores._scores import natural_score, score_bounds, working_scores
from sklearn_meta.advisors.surrogate._attribution import attribute
from sklearn_meta.advisors.surrogate._posterior import condition
from sklearn_meta.advisors.surrogate._prior import ScalePrior

_COVERAGE = 0.8
# Scores of poor configurations lie further below the good ones than normal scores do, and a search
# tells of good ones: what is expected to be behind may be behind by about twice as much.
_SHORTFALL = 1.0


class Reasons:
    """What a Gaussian session expects, and why.

    Parameters
    ----------
    task : TaskDescription
        The task at hand.
    knowledge : Knowledge or None
        The digested experience.
    pool : CandidatePool
        The session's configurations.
    """

    def __init__(self, task, knowledge, pool):
        self.task = task
        self._knowledge = knowledge
        self._scale = ScalePrior() if knowledge is None else knowledge.scale_of(task)
        self._pool = pool
        self._shares = None

    def forecast(self, configurations, told):
        """Say what is expected of some configurations.

        Parameters
        ----------
        configurations : list of dict
            Any of the space.
        told : list of Trial
            Results so far.

        Returns
        -------
        Forecast
        """
        chosen = [self._pool.place(configuration) for configuration in configurations]
        posterior, scores = self._posterior(told)
        variance = posterior.deviations[chosen] ** 2 + self._scale.noise * posterior.spreads**2
        means = posterior.means[chosen]
        if self._is_vague(scores):
            means = np.full_like(means, np.nan)
        return Forecast(
            metric=self.task.told_metric,
            weights=posterior.weights,
            means=means,
            deviations=np.sqrt(variance),
            log_seconds=np.log(self._pool.seconds()[chosen]),
            log_seconds_deviations=self._pool.log_seconds_deviations()[chosen],
            shortfalls=_SHORTFALL * np.maximum(scores.max() - posterior.mean[chosen], 0.0)
            if len(scores)
            else None,
        )

    def expected_score(self, place, told):
        """Return the score expected of a place, in the metric's units; None if nothing is known."""
        posterior, scores = self._posterior(told)
        if self._is_vague(scores):
            return None
        metric = self.task.told_metric
        return float(np.clip(natural_score(posterior.mean[place], metric), *score_bounds(metric)))

    def explain(self, configuration, told, similar):
        """Take the expected score of a configuration apart.

        Parameters
        ----------
        configuration : dict
            Any of the space.
        told : list of Trial
            Results so far.
        similar : list of dict
            The earlier tasks most like this one.

        Returns
        -------
        Explanation
        """
        forecast = self.forecast([configuration], told)
        place = self._pool.place(configuration)
        places, scores = self._results(told)
        mean, covariance = self._pool.field.moments()
        parts = attribute(place, mean, covariance, self._scale, places, scores)
        known, z = self._known_tasks(place, parts.spread)
        numbers = [number for number, trial in enumerate(told) if trial.succeeded]
        names = {name: number for number, name in enumerate(known["task"])}
        return Explanation(
            configuration=dict(configuration),
            metric=self.task.told_metric,
            predicted_score=float(forecast.scores[0]),
            standard_deviation=float(forecast.standard_deviations[0]),
            interval=_pair(forecast.interval(_COVERAGE)),
            predicted_seconds=float(forecast.seconds[0]),
            seconds_interval=_pair(forecast.seconds_interval(_COVERAGE)),
            level=parts.level,
            known=known,
            told={
                "trial": numbers,
                "family": [told[number].configuration["family"] for number in numbers],
                "configuration": [told[number].configuration for number in numbers],
                "observed": scores.tolist(),
                "expected": parts.expected.tolist(),
                "weight": parts.weights.tolist(),
                "moved": parts.moved.tolist(),
            },
            similar=tuple(task["name"] for task in similar) if len(z) else (),
            among_best=find_among_best(similar, [z[names[task["name"]]] for task in similar])
            if len(z)
            else (),
        )

    def _posterior(self, told):
        """Update what this task's scores are expected to be by the results; also their scores."""
        places, scores = self._results(told)
        mean, covariance = self._pool.field.moments()
        return condition(mean, covariance, self._scale, places, scores), scores

    def _results(self, told):
        """Places and working scores of the results that have one."""
        successes = [trial for trial in told if trial.succeeded]
        places = [self._pool.place(trial.configuration) for trial in successes]
        scores = working_scores([trial.score for trial in successes], self.task.told_metric)
        return places, scores

    def _is_vague(self, scores):
        """Tell whether nothing at all is known of the level of scores."""
        return self._scale.is_vague and not len(scores)

    def _known_tasks(self, place, spread):
        """Tell what each earlier task moved a place by; also its normal scores there."""
        anchor = self._pool.field.anchors()[place]
        if self._knowledge is None or anchor < 0:
            nothing = {"task": [], "openml_id": [], "weight": [], "z": [], "moved": []}
            return nothing, np.zeros(0)
        prior, tasks = self._knowledge.prior, self._knowledge.tasks
        if self._shares is None:
            self._shares = prior.shares(self.task.metafeatures)
        weights = self._shares * prior.confidence[anchor] * self._pool.field.shares()[place]
        z = prior.z[:, anchor]
        return {
            "task": [task["name"] for task in tasks],
            "openml_id": [task["openml_id"] for task in tasks],
            "weight": weights.tolist(),
            "z": z.tolist(),
            "moved": (spread * weights * z).tolist(),
        }, z


def _pair(bounds):
    """Take the first of each of two arrays."""
    return tuple(float(bound[0]) for bound in bounds)
