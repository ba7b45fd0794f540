"""What a search knows while it runs."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field


@dataclass
class State:
    """A running search.

    Attributes
    ----------
    budget : Budget
        Counts the seconds of `fit`.
    scope : ExitStack
        What lasts until scikit-learn has chosen its workers.
    splits : list of (ndarray, ndarray)
        The folds.
    advice : SearchAdvice
        Who proposes.
    rounds : Rounds
        The search.
    backend : StoppableBackend or None
        Where fits run; None if that is the user's choice, or nothing has to be ended.
    """

    budget: object
    scope: ExitStack
    splits: list = field(default_factory=list)
    advice: object = None
    rounds: object = None
    backend: object = None

    @contextmanager
    def under_limit(self, limit):
        """Carry out a round that is ended after so many seconds.

        Parameters
        ----------
        limit : float or None
            Seconds; None to wait for its end. Then a lone worker is not waited for: the round
            runs in this process while the worker starts.
        """
        backend = self.backend
        if backend is None:
            yield
            return
        backend.in_caller = not backend.may_fork or (backend.n_workers == 1 and limit is None)
        if limit is not None and not backend.in_caller:
            backend.start_timer(limit)
        try:
            yield
        finally:
            backend.stop_timer()
