"""What every advisor shares: a task goes in, a session of ask and tell comes out."""

from abc import ABCMeta, abstractmethod
from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_random_state

from sklearn_meta.spaces import configuration_key

_ATTEMPTS = 20  # proposals looked at for each one that is wanted


@dataclass(frozen=True)
class Proposal:
    """A configuration to try next, and why.

    Parameters
    ----------
    configuration : dict
        What to evaluate.
    origin : {"experience", "surrogate", "default", "random"}
        Where it comes from: the experience of earlier tasks, the search between and beyond their
        configurations, the defaults of a family no earlier task has seen, or chance.
    predicted_score : float or None
        Expected score (greater is better).
    predicted_seconds : float or None
        Expected seconds for one fold, fit and predict together.
    reason : str
        One line for the report.
    """

    configuration: dict
    origin: str
    predicted_score: float | None = None
    predicted_seconds: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Trial:
    """A result that a session was told.

    Parameters
    ----------
    configuration : dict
        What was evaluated.
    score : float
        Its score, greater is better; NaN if there is none.
    seconds : float
        Seconds for one fold; NaN if unknown.
    status : str
        "ok", or what went wrong.
    """

    configuration: dict
    score: float
    seconds: float
    status: str

    @property
    def succeeded(self):
        """Whether the trial ended with a usable score."""
        return self.status == "ok" and bool(np.isfinite(self.score))


class AdviceSession(metaclass=ABCMeta):
    """The advice for one task, kept up to date by the results told.

    A leaf writes `_propose`, and `_learn` if results change its mind; who was asked, who was told
    and that nothing is proposed twice is settled here.

    Parameters
    ----------
    task : TaskDescription
        The task at hand.
    space : SearchSpace
        What may be tried on it.
    random_state : int, RandomState instance or None
        Seed of the session's choices.

    Attributes
    ----------
    told : dict of str to Trial
        Results so far, by configuration key.
    pending : dict of str to dict
        Configurations that were asked for and not told yet, by key.
    """

    def __init__(self, task, space, *, random_state=None):
        self.task = task
        self.space = space
        self.told = {}
        self.pending = {}
        self._rng = np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))

    def ask(self, *, seconds_left=None):
        """Say what to try next.

        Parameters
        ----------
        seconds_left : float or None, default=None
            Seconds until the deadline; candidates predicted to take longer are left out. Ignored
            where the task has no clock.

        Returns
        -------
        Proposal or None
            A configuration never proposed nor told before; None when nothing is left.
        """
        if not self.task.has_clock:
            seconds_left = None
        proposal = self._propose(seconds_left)
        if proposal is not None:
            self.pending[configuration_key(proposal.configuration)] = proposal.configuration
        return proposal

    def tell(self, configuration, score, seconds=np.nan, status="ok"):
        """Take the result of a trial, whether it was asked for or not.

        Parameters
        ----------
        configuration : dict
            What was evaluated; it need not come from this session.
        score : float
            Its score, greater is better; NaN if it has none.
        seconds : float, default=nan
            Seconds for one fold, fit and predict together; NaN if unknown.
        status : str, default="ok"
            "ok", or what went wrong ("timeout", "memory", "error").
        """
        key = configuration_key(configuration)
        self.pending.pop(key, None)
        trial = Trial(dict(configuration), _as_float(score), _as_float(seconds), status)
        self.told[key] = trial
        self._learn(key, trial)

    def similar_tasks(self):
        """Name the earlier tasks that the advice leans on.

        Returns
        -------
        list of dict
            Nearest first, with keys "name", "openml_id", "distance", "weight", "best_family";
            empty where the advisor knows no earlier tasks.
        """
        return []

    def shortlist(self, n, *, max_per_family=None):
        """Choose the configurations to recommend, by what is known so far.

        Parameters
        ----------
        n : int
            How many at most.
        max_per_family : int or None, default=None
            How many of one family at most; None for any number.

        Returns
        -------
        list of dict
            The best first. They count as asked for.
        """
        chosen, of_family = [], {}
        for _ in range(_ATTEMPTS * n):
            proposal = self.ask() if len(chosen) < n else None
            if proposal is None:
                break
            family = proposal.configuration["family"]
            of_family[family] = of_family.get(family, 0) + 1
            if max_per_family is None or of_family[family] <= max_per_family:
                chosen.append(proposal.configuration)
        return chosen

    def forecast(self, configurations):
        """Say what evaluations of some configurations are expected to bring.

        Parameters
        ----------
        configurations : list of dict
            Any of the space, tried or not.

        Returns
        -------
        Forecast or None
            None where the advisor expects no particular score.
        """
        return None

    def explain(self, configuration):
        """Say why a configuration is expected to score what it does.

        Parameters
        ----------
        configuration : dict
            Any of the space, tried or not.

        Returns
        -------
        Explanation or None
            None where the advisor expects no particular score.
        """
        return None

    def _seen(self, key):
        """Tell whether a configuration was asked for or told already."""
        return key in self.told or key in self.pending

    def _learn(self, key, trial):  # noqa: B027 - a leaf that does not learn leaves it empty
        """Take note of one result."""

    @abstractmethod
    def _propose(self, seconds_left):
        """Return a Proposal that was not seen yet, or None."""


def _as_float(value):
    """Turn a number or None into a float, None into NaN."""
    return np.nan if value is None else float(value)
