"""What the advisors share that learn from an experience."""

from abc import abstractmethod

from sklearn_meta.advisors.contract._advisor import BaseAdvisor


class ExperiencedAdvisor(BaseAdvisor):
    """An advisor that digests the experience once for each kind of task and metric.

    A leaf writes `_digest`, and `start` with the help of `_digest_of`.
    """

    def fit(self, experience=None):
        """Keep the experience; it is digested when the first task of a kind comes.

        Parameters
        ----------
        experience : Experience or None, default=None
            Any object with ``matrix(kind, metric)``; None for no experience at all.

        Returns
        -------
        self
            The advisor.
        """
        self._validate_params()
        self._digests = {}
        return super().fit(experience)

    def _digest_of(self, kind, metric):
        """Return what was learned for a kind and a metric; None where nothing is known."""
        if self.experience_ is None:
            return None
        if (kind, metric) not in self._digests:
            matrix = self.experience_.matrix(kind, metric)
            self._digests[kind, metric] = self._digest(matrix, metric)
        return self._digests[kind, metric]

    @abstractmethod
    def _digest(self, matrix, metric):
        """Learn from a matrix; return None if there is not a single score."""
