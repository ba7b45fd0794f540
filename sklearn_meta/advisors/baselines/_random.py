"""Advice that knows nothing: the baseline that any other advisor has to beat."""

from sklearn_meta.advisors.contract._advisor import BaseAdvisor
from sklearn_meta.advisors.contract._session import AdviceSession, Proposal
from sklearn_meta.spaces import configuration_key

_ATTEMPTS = 200


class RandomAdvisor(BaseAdvisor):
    """Propose configurations in purely random order, every family equally often.

    Examples
    --------
    >>> from sklearn_meta.advisors import RandomAdvisor, TaskDescription
    >>> from sklearn_meta.spaces import SearchSpace
    >>> task = TaskDescription("binary", "roc_auc", n_rows=100, n_columns=4, n_classes=2)
    >>> session = RandomAdvisor().fit().start(task, SearchSpace("binary"), random_state=0)
    >>> session.ask().origin
    'random'
    """

    def start(self, task, space, *, random_state=None):
        """Open a session of random proposals; see `BaseAdvisor.start`."""
        return _RandomSession(task, space, random_state=random_state)


class _RandomSession(AdviceSession):
    """Draw until something new turns up."""

    def _propose(self, seconds_left):
        """Draw a family, then a configuration of it."""
        families = sorted(self.space.families)
        if not families:
            return None
        for _ in range(_ATTEMPTS):
            family = families[self._rng.integers(len(families))]
            configuration = self.space.sample(self._rng, family=family)
            if not self._seen(configuration_key(configuration)):
                return Proposal(configuration, "random", reason="drawn at random")
        return None
