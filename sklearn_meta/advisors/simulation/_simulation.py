"""A task whose results are all known, and a search on it that takes no time."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta.advisors.contract._task import TaskDescription
from sklearn_meta.spaces import configuration_key


@dataclass(frozen=True)
class ListedFamily:
    """A family of which only the name is known.

    Parameters
    ----------
    name : str
        Its name.
    parameters : tuple, default=()
        None: a listed configuration can't be varied.
    """

    name: str
    parameters: tuple = ()


class ListedSpace:
    """A search space that has some listed configurations and no others.

    Parameters
    ----------
    configurations : list of dict
        What it has; any keys and values of JSON, and ``"family"``.

    Attributes
    ----------
    families : dict of str to ListedFamily
        Their families.
    columns : dict of str to int
        Places in the list by :func:`~sklearn_meta.spaces.configuration_key`.
    """

    def __init__(self, configurations):
        self.columns, self._members, self._configurations = {}, {}, list(configurations)
        for number, configuration in enumerate(configurations):
            self.columns.setdefault(configuration_key(configuration), number)
            self._members.setdefault(configuration["family"], []).append(configuration)
        self.families = {name: ListedFamily(name) for name in self._members}

    def at(self, place):
        """Return the configuration at a place of the list."""
        return self._configurations[place]

    def contains(self, configuration):
        """Tell whether a configuration is listed."""
        return configuration_key(configuration) in self.columns

    def complete(self, configuration):
        """Return the configuration; nothing is ever missing."""
        return configuration

    def default_configurations(self):
        """Return the empty list: a default would have no result."""
        return []

    def sample(self, rng, family=None):
        """Draw one of the listed configurations, of any family or of one."""
        name = family or sorted(self._members)[rng.integers(len(self._members))]
        return self._members[name][rng.integers(len(self._members[name]))]


@dataclass(frozen=True)
class SettledTask:
    """All that is known about one task.

    Parameters
    ----------
    description : TaskDescription
        What an advisor may know of it.
    space : ListedSpace
        The configurations with a result, in the order of the arrays.
    scores : ndarray of shape (n_configurations,)
        Greater is better; NaN where the evaluation failed.
    seconds : ndarray of shape (n_configurations,)
        What an evaluation takes altogether; NaN where unknown.
    reference : {"worst", "median"}
        What has a regret of one: the worst score of the task, or the median one.
    """

    description: TaskDescription
    space: ListedSpace
    scores: np.ndarray
    seconds: np.ndarray
    reference: str = "worst"

    @property
    def regret(self):
        """Distance to the best score, in [0, 1]; 1 for failures, shape (n_configurations,)."""
        best = np.nanmax(self.scores)
        poor = np.nanmin(self.scores) if self.reference == "worst" else np.nanmedian(self.scores)
        if best <= poor:
            return np.where(np.isfinite(self.scores), (self.scores < best).astype(float), 1.0)
        return np.nan_to_num(np.minimum((best - self.scores) / (best - poor), 1.0), nan=1.0)


@dataclass(frozen=True)
class Curve:
    """How the regret of the best so far fell.

    Parameters
    ----------
    spent : ndarray of shape (n_evaluations,)
        Seconds after each evaluation, those before the first proposal included.
    regret : ndarray of shape (n_evaluations,)
        Regret of the best so far.
    """

    spent: np.ndarray
    regret: np.ndarray

    def after_trials(self, n_trials):
        """Regret after so many evaluations; 1 before any. The last one lasts."""
        n_done = min(n_trials, len(self.regret))
        return float(self.regret[n_done - 1]) if n_done else 1.0

    def after_seconds(self, seconds):
        """Regret of what had ended by then; 1 if nothing had."""
        return float(np.min(self.regret[self.spent <= seconds], initial=1.0))


def simulate(advisor, task, *, max_trials=None, max_seconds=None, delay=0.0, random_state=0):
    """Search on a settled task.

    The search ends early once the best configuration is found, since nothing changes then.

    Parameters
    ----------
    advisor : BaseAdvisor
        A fitted one.
    task : SettledTask
        Where to search.
    max_trials : int, default=None
        Evaluations to make at most.
    max_seconds : float, default=None
        The deadline, as the advisor is told, if the description has a clock.
    delay : float, default=0.0
        Seconds spent before the first proposal.
    random_state : int, default=0
        Seed of the session.

    Returns
    -------
    Curve
    """
    session = advisor.start(task.description, task.space, random_state=random_state)
    spent, best, regret = delay, 1.0, task.regret
    times, curve = [], []
    while best > 0 and (max_trials is None or len(curve) < max_trials):
        left = None if max_seconds is None else max_seconds - spent
        proposal = session.ask(seconds_left=left) if left is None or left > 0 else None
        if proposal is None:
            break
        column, score, fold_seconds, status = results_of(task, proposal)
        session.tell(proposal.configuration, score, fold_seconds, status)
        spent += float(np.nan_to_num(task.seconds[column]))
        best = min(best, float(regret[column]))
        times.append(spent)
        curve.append(best)
    return Curve(np.array(times), np.array(curve))


def results_of(task, proposal):
    """Look up what a proposal came to on a settled task.

    Parameters
    ----------
    task : SettledTask
        The task.
    proposal : Proposal
        A configuration of its list.

    Returns
    -------
    column : int
        Its place in the arrays of the task.
    score : float
        NaN if the evaluation failed.
    fold_seconds : float
        Seconds of one fold.
    status : {"ok", "error"}
        How it ended.
    """
    column = task.space.columns[configuration_key(proposal.configuration)]
    score = task.scores[column]
    status = "ok" if np.isfinite(score) else "error"
    return column, score, task.seconds[column] / task.description.n_folds, status
