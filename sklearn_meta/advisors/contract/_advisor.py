"""What every advisor shares: it is fitted on an experience, and starts sessions."""

from abc import ABCMeta, abstractmethod

from sklearn.base import BaseEstimator


class BaseAdvisor(BaseEstimator, metaclass=ABCMeta):
    """Base of all advisors: `fit` on an experience, `start` a session for a task.

    An advisor is a scikit-learn style object: its parameters are those of `__init__`, it clones and
    pickles. What it learned from the experience ends in an underscore. A session belongs to one
    task and is asked and told.

    Attributes
    ----------
    needs_metafeatures : bool
        Whether the advice looks at the task's meta-features, so that these have to be computed.
    """

    needs_metafeatures = False

    def fit(self, experience=None):
        """Keep the experience to learn from.

        Parameters
        ----------
        experience : Experience or None, default=None
            Any object with ``matrix(kind, metric)``; None for no experience at all.

        Returns
        -------
        self
            The advisor.
        """
        self.experience_ = experience
        return self

    @abstractmethod
    def start(self, task, space, *, random_state=None):
        """Open a session of advice for one task.

        Parameters
        ----------
        task : TaskDescription
            The task at hand.
        space : SearchSpace
            What may be tried on it.
        random_state : int, RandomState instance or None, default=None
            Seed of the session.

        Returns
        -------
        AdviceSession
            To be asked and told.
        """
