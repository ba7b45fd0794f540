"""A session of the Gaussian advisor: where beliefs become the next trial."""

from functools import partial

import numpy as np

from sklearn_meta.advisors.configurations._continuous import propose_continuous
from sklearn_meta.advisors.contract._session import AdviceSession, Proposal
from sklearn_meta.advisors.gaussian._pool import CandidatePool
from sklearn_meta.advisors.gaussian._reasons import Reasons
from sklearn_meta.advisors.scores._scores import working_scores
from sklearn_meta.advisors.surrogate._posterior import condition
from sklearn_meta.advisors.surrogate._prior import ScalePrior
from sklearn_meta.advisors.tasks._cost import OVERHEAD_SECONDS
from sklearn_meta.advisors.tasks._similar import name_similar, task_distances
from sklearn_meta.spaces import configuration_key

_STRANGER_EVERY = 4
_ENDLESS = 50.0
_NEAR_TIE = 0.995
_MIN_TOLD = 5
_NEGLIGIBLE = 0.1
_CHEAP_SHARE = 0.25


class GaussianSession(AdviceSession):
    """One task's posterior, and the choice it leads to.

    Parameters
    ----------
    task : TaskDescription
        The task at hand.
    space : SearchSpace
        What may be tried on it.
    knowledge : Knowledge or None
        The digested experience.
    continuous : bool
        Whether to go beyond the known configurations.
    boldness : float
        When to; see `GaussianAdvisor`.
    variety : float
        How much families that the ensemble lacks are favoured; see `GaussianAdvisor`.
    random_state : int, RandomState instance or None
        Seed.
    """

    def __init__(self, task, space, knowledge, *, continuous, boldness, variety, random_state):
        super().__init__(task, space, random_state=random_state)
        self._knowledge = knowledge
        comparable = knowledge is not None and task.is_comparable
        self._scale = knowledge.scale if comparable else ScalePrior()
        self._continuous = continuous
        self._boldness = boldness
        self._variety = variety if task.is_for_ensemble else 0.0
        self._pool = CandidatePool(knowledge, task, space)
        self._reasons = Reasons(task, knowledge, self._pool)
        self._turn = 0
        self._n_asked = 0

    def similar_tasks(self, n_tasks=5):
        """Name the earlier tasks that look and behave most like this one.

        Parameters
        ----------
        n_tasks : int, default=5
            How many to name.

        Returns
        -------
        list of dict
            Nearest first; see `AdviceSession.similar_tasks`.
        """
        if self._knowledge is None:
            return []
        prior = self._knowledge.prior
        told = self._pool.told_known([trial for trial in self.told.values() if trial.succeeded])
        numbers = [number for number, _ in told]
        scores = working_scores([trial.score for _, trial in told], self.task.told_metric)
        features = prior.scaler.scale_mapping(self.task.metafeatures)
        distances = task_distances(features, prior.features, scores, prior.z[:, numbers])
        return name_similar(self._knowledge.tasks, distances, n_tasks)

    def shortlist(self, n, *, max_per_family=None):
        """Choose the configurations with the most expected improvement, near ties by seconds.

        Parameters
        ----------
        n : int
            How many at most.
        max_per_family : int or None, default=None
            How many of one family at most; None for any number.

        Returns
        -------
        list of dict
            The best first, configurations of earlier tasks before defaults.
        """
        posterior, incumbent = self._posterior()
        improvement = posterior.expected_improvement(incumbent) * self._reliability()
        seconds, families = self._pool.seconds(), np.array(self._pool.families())
        places = self._affordable(seconds, None)
        known = np.array(
            [self._pool.origins[place] == "experience" for place in places], dtype=bool
        )
        chosen, limit = [], n if max_per_family is None else max_per_family
        for left in (places[known], places[~known]):
            while len(left) and len(chosen) < n:
                best = self._best(improvement, seconds, left)
                if (families[chosen] == families[best]).sum() < limit:
                    chosen.append(best)
                left = left[left != best]
        return [dict(self._pool.configurations[place]) for place in chosen]

    def forecast(self, configurations):
        """Say what evaluations of some configurations are expected to bring.

        Parameters
        ----------
        configurations : list of dict
            Any of the space, tried or not.

        Returns
        -------
        Forecast
            Scores are NaN while neither the experience nor a result says how high they are.
        """
        return self._reasons.forecast(configurations, list(self.told.values()))

    def explain(self, configuration):
        """Say why a configuration is expected to score what it does.

        Parameters
        ----------
        configuration : dict
            Any of the space, tried or not.

        Returns
        -------
        Explanation
            What each earlier task and each result told moved the expectation by.
        """
        told = list(self.told.values())
        return self._reasons.explain(configuration, told, self.similar_tasks())

    def _learn(self, key, trial):
        """Place the configuration in the field, and learn from its time."""
        place = self._pool.place(trial.configuration)
        if self.task.has_clock and np.isfinite(trial.seconds):
            self._pool.learn_seconds(place, trial.seconds, trial.status == "ok")

    def _propose(self, seconds_left):
        """Weigh the known candidates; take turns with the continuous search where they are weak."""
        self._n_asked += 1
        posterior, incumbent = self._posterior()
        seconds = self._pool.seconds()
        open_places = self._affordable(seconds, seconds_left)
        strangers = [place for place in self._pool.strangers() if place in open_places]
        if strangers and self._knowledge is not None and self._n_asked % _STRANGER_EVERY == 0:
            reason = "a family that no earlier task has seen"
            return self._proposal(strangers[0], seconds, reason)
        improvement = posterior.expected_improvement(incumbent) * self._reliability()
        if not strangers and self._is_bold(improvement[open_places], posterior.spread):
            found = self._explore(seconds_left)
            if found is not None:
                return found
        if incumbent is not None and self._variety:
            to_beat = incumbent - self._allowance() * posterior.spread
            improvement = posterior.expected_improvement(to_beat[:, None]) * self._reliability()
        best = self._best(improvement, seconds, open_places)
        if best is None:
            return None
        return self._proposal(best, seconds, _reason(improvement[best], incumbent))

    def _posterior(self):
        """Update the prior by all told scores; also the best of them, None if there is none."""
        successes = [trial for trial in self.told.values() if trial.succeeded]
        places = [self._pool.place(trial.configuration) for trial in successes]
        scores = working_scores([trial.score for trial in successes], self.task.told_metric)
        pending = [self._pool.place(configuration) for configuration in self.pending.values()]
        mean, covariance = self._pool.field.moments()
        posterior = condition(mean, covariance, self._scale, places, scores, pending)
        return posterior, (float(scores.max()) if len(scores) else None)

    def _affordable(self, seconds, seconds_left):
        """Places that are neither told nor pending, and that fit into the time left."""
        pool = self._pool
        taken = {pool.place(t.configuration) for t in self.told.values()}
        taken |= {pool.place(configuration) for configuration in self.pending.values()}
        places = [n for n in range(len(pool)) if n not in taken and pool.origins[n] != "told"]
        if not places:
            return np.array([], dtype=int)
        places = np.array(places)
        return places[seconds[places] <= self._limit(seconds[places], seconds_left)]

    def _limit(self, seconds, seconds_left):
        """Longest fold that may be proposed."""
        if self.task.has_clock:
            return np.inf if seconds_left is None else seconds_left / self.task.n_folds
        return max(_ENDLESS * float(np.median(seconds)), _ENDLESS)

    def _reliability(self):
        """Halve the promise of a family for each failure beyond its successes, shape (n,)."""
        balance = {}
        for trial in self.told.values():
            family = trial.configuration["family"]
            balance[family] = balance.get(family, 0) + (-1 if trial.succeeded else 1)
        return np.array([0.5 ** max(balance.get(name, 0), 0) for name in self._pool.families()])

    def _allowance(self):
        """How far below the best each configuration may score, in spreads, shape (n,).

        An ensemble gains from models that err elsewhere, and those of one family err alike.
        """
        n_results = {}
        for trial in self.told.values():
            if trial.succeeded:
                family = trial.configuration["family"]
                n_results[family] = n_results.get(family, 0) + 1
        counts = [n_results.get(name, 0) for name in self._pool.families()]
        return self._variety * 0.5 ** np.array(counts, dtype=float)

    def _best(self, improvement, seconds, open_places):
        """Find the open place with most improvement, per second where there is a clock."""
        if not len(open_places):
            return None
        if self.task.has_clock:
            price = seconds * self.task.n_folds + OVERHEAD_SECONDS
            return int(open_places[np.argmax((improvement / price)[open_places])])
        promise = improvement[open_places]
        ties = open_places[promise >= _NEAR_TIE * promise.max()]
        return int(ties[np.argmin(seconds[ties])])

    def _is_bold(self, improvement, spread):
        """Tell whether it is the continuous search's turn.

        Every second time the known candidates are weak; three times in four when they are worth
        next to nothing.
        """
        if not self._continuous or not len(improvement):
            return self._continuous
        promise = float(improvement.max()) / spread
        n_scores = sum(trial.succeeded for trial in self.told.values())
        if promise >= self._boldness or n_scores < _MIN_TOLD:
            return False
        self._turn += 1
        if promise < self._boldness * _NEGLIGIBLE:
            return self._turn % 4 != 0
        return self._turn % 2 == 1

    def _explore(self, seconds_left):
        """Propose something that no one listed; better a cheap one than all the time left."""
        trials = list(self.told.values())
        limits = [None] if seconds_left is None else [_CHEAP_SHARE * seconds_left, seconds_left]
        for limit in limits:
            configuration = propose_continuous(
                self.space, trials, self._rng, partial(self._is_open, limit)
            )
            if configuration is not None:
                break
        else:
            return None
        place = self._pool.place(configuration)
        return self._proposal(
            place, self._pool.seconds(), "near or between the best so far", "surrogate"
        )

    def _is_open(self, limit, configuration):
        """Tell whether a configuration is new and fits into a limit of seconds."""
        if self._seen(configuration_key(configuration)):
            return False
        return limit is None or self._pool.seconds_of(configuration) * self.task.n_folds <= limit

    def _proposal(self, place, seconds, reason, origin=None):
        """Word the choice."""
        origin = origin or self._pool.origins[place]
        return Proposal(
            dict(self._pool.configurations[place]),
            origin,
            predicted_score=self._reasons.expected_score(place, list(self.told.values())),
            predicted_seconds=float(seconds[place]),
            reason=reason,
        )


def _reason(improvement, incumbent):
    """One line for the report."""
    if incumbent is None:
        return "the best start by what earlier tasks say"
    return f"expected improvement {improvement:.2g}"
