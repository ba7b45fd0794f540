"""A session that goes down a list of known configurations, then on without one."""

import numpy as np

from sklearn_meta.advisors.configurations._continuous import propose_continuous
from sklearn_meta.advisors.configurations._known import known_candidates
from sklearn_meta.advisors.contract._session import AdviceSession, Proposal
from sklearn_meta.spaces import configuration_key

_ATTEMPTS = 200


class ListSession(AdviceSession):
    """Known configurations in a fixed order, then defaults, then the continuous space.

    What is predicted to take longer than the time left is passed over. When no known configuration
    is left, families that none of them belongs to get a turn with their defaults; then come
    mutations of the best results, a Parzen estimator, and chance.

    Parameters
    ----------
    task : TaskDescription
        The task at hand.
    space : SearchSpace
        What may be tried on it.
    configurations : list of dict
        What earlier tasks have seen.
    order : sequence of int
        Numbers of `configurations`, best first.
    log_seconds : ndarray of shape (n_configurations,)
        Predicted log seconds of one fold for each of them.
    reason : str
        Why a configuration of the list is proposed.
    random_state : int, RandomState instance or None
        Seed.
    """

    def __init__(self, task, space, *, configurations, order, log_seconds, reason, random_state):
        super().__init__(task, space, random_state=random_state)
        usable = dict(known_candidates(configurations, space))
        seconds = np.exp(log_seconds)
        self._listed = [
            (configuration_key(usable[number]), usable[number], float(seconds[number]))
            for number in order
            if number in usable
        ]
        self._family_seconds = _medians(
            [configuration["family"] for _, configuration, _ in self._listed],
            [one for _, _, one in self._listed],
        )
        self._defaults = [(configuration_key(c), c) for c in space.default_configurations()]
        self._reason = reason

    def _propose(self, seconds_left):
        """Take the next of the list that fits, else go on without it."""
        limit = np.inf if seconds_left is None else seconds_left / self.task.n_folds
        for key, configuration, seconds in self._listed:
            if seconds <= limit and not self._seen(key):
                return Proposal(
                    dict(configuration),
                    "experience",
                    predicted_seconds=seconds,
                    reason=self._reason,
                )
        for key, configuration in self._defaults:
            if not self._seen(key) and self._fits(configuration, limit):
                return Proposal(dict(configuration), "default", reason="the default of its family")
        return self._go_on(limit)

    def _go_on(self, limit):
        """Propose something that no one listed."""

        def is_open(configuration):
            new = not self._seen(configuration_key(configuration))
            return new and self._fits(configuration, limit)

        trials = list(self.told.values())
        found = propose_continuous(self.space, trials, self._rng, is_open)
        if found is not None:
            return Proposal(found, "surrogate", reason="near or between the best so far")
        for _ in range(_ATTEMPTS if self.space.families else 0):
            drawn = self.space.sample(self._rng)
            if is_open(drawn):
                return Proposal(drawn, "random", reason="drawn at random")
        return None

    def _fits(self, configuration, limit):
        """Tell whether what the list says of a family fits into a limit; unknown ones do."""
        return self._family_seconds.get(configuration["family"], 0.0) <= limit


def _medians(names, values):
    """Median of the values of each name."""
    return {
        name: float(np.median([v for n, v in zip(names, values, strict=True) if n == name]))
        for name in set(names)
    }
