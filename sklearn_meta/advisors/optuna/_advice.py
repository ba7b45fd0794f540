"""Advice for an Optuna study, worked out anew from its trials whenever it is asked for."""

from dataclasses import replace
from threading import Lock

import numpy as np

from sklearn_meta.advisors.optuna._at_hand import ANY_METRIC, experience_for, task_at_hand
from sklearn_meta.advisors.optuna._narrowed import NarrowedExperience
from sklearn_meta.advisors.optuna._ranges import MISSING
from sklearn_meta.advisors.optuna._space import StudySpace
from sklearn_meta.spaces import configuration_key

#: Trials carry what was proposed for them under this name, for other processes to see.
CLAIM = "sklearn_meta:proposal"
_ASKS = 50


class StudyAdvice:
    """What experience says of a study's next trial.

    Nothing is kept between proposals but what was learned from the experience: the study's trials
    are told to a new session each time, so that any number of processes share one study.

    Parameters
    ----------
    family, parameters, fixed, X, y, task, kind, metric, experience, advisor
        As `OptunaSampler` takes them.

    Attributes
    ----------
    names : StudySpace
        Which parameter is which.
    """

    def __init__(self, family, advisor, *, X, y, task, kind, metric, parameters, fixed, experience):
        self.task = task_at_hand(X, y, task=task, kind=kind, metric=metric)
        self.names = StudySpace(family, self.task.kind, parameters, fixed)
        self._experience = experience_for(experience, X, self.task)
        self._advisor = advisor
        self._tuned = None
        self._lock = Lock()  # Optuna's jobs are threads

    def __getstate__(self):
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state):
        self.__dict__ |= {**state, "_lock": Lock()}

    def propose(self, trials, *, sign, seed, own=None, skip=0):
        """Choose a configuration that no trial has, nor has been promised.

        Parameters
        ----------
        trials : list of FrozenTrial
            All trials of the study.
        sign : {1, -1}
            1 if greater values are better.
        seed : int
            Seed of the choice.
        own : int, default=None
            Number of the trial to propose for; its own promise does not count.
        skip : int, default=0
            How many of the best to leave to others.

        Returns
        -------
        Proposal or None
            None if nothing is left.
        """
        with self._lock:
            return self._propose(trials, sign, seed, own, skip)

    def _propose(self, trials, sign, seed, own, skip):
        """Ask until something is new."""
        session, taken = self._session(trials, sign=sign, seed=seed, own=own)
        distributions = distributions_of(trials)
        for _ in range(_ASKS):
            proposal = session.ask()
            if proposal is None:
                return None
            configuration = self._as_drawn(proposal.configuration, distributions)
            if configuration_key(configuration) in taken:
                continue
            if skip == 0:
                return replace(proposal, configuration=configuration)
            skip -= 1
            taken.add(configuration_key(configuration))
        return None

    def portfolio(self, n_trials, distributions):
        """List the configurations that a study may begin with.

        Parameters
        ----------
        n_trials : int
            How many at most.
        distributions : dict of str to BaseDistribution
            What the study draws from, by its names.

        Returns
        -------
        list of dict
            Configurations of the experience first, then the family's default.
        """
        session = self._advisor.start(self.task, self._space(distributions), random_state=0)
        found = {}
        for _ in range(_ASKS):
            proposal = session.ask() if len(found) < n_trials else None
            if proposal is None or proposal.origin not in ("experience", "default"):
                break
            drawn = self._as_drawn(proposal.configuration, distributions)
            found.setdefault(configuration_key(drawn), drawn)
        return list(found.values())

    def key(self, params, distributions):
        """Name a trial's parameters by their content, whatever the study calls them."""
        return configuration_key(self.names.configuration(params, self._space(distributions)))

    def _session(self, trials, *, sign, seed, own):
        """Open a session that knows the study's trials; also the keys of what is taken."""
        space = self._space(distributions_of(trials))
        session = self._advisor.start(self.task, space, random_state=seed)
        values = [t.value for t in trials if t.state.name == "COMPLETE"]
        middle = float(np.median([sign * v for v in values])) if values else np.inf
        taken = set()
        for trial in trials:
            params = trial_params(trial)
            if trial.number == own or not any(map(self.names.parameter_of, params)):
                continue
            configuration = self.names.configuration(params, space)
            key = configuration_key(configuration)
            taken.add(key)
            if not trial.state.is_finished():
                session.pending[key] = configuration
                continue
            score = trial_score(trial, sign, middle)
            status = "ok" if np.isfinite(score) else "error"
            session.tell(configuration, score, status=status)
        return session, taken

    def _space(self, distributions):
        """Return the space of what the study tunes; the advisor learns it anew where it changed."""
        tuned = self.names.tuned(distributions)
        if tuned != self._tuned:
            names = self.names
            metric = None if self.task.metric == ANY_METRIC else self.task.metric
            known = NarrowedExperience(self._experience, names.family, tuned, names.fixed, metric)
            self._advisor.fit(known)
            self._tuned = tuned
        return self.names.searched(tuned)

    def _as_drawn(self, configuration, distributions):
        """Round a configuration to what the study can draw."""
        drawn = dict(configuration)
        for name, distribution in distributions.items():
            parameter = self.names.parameter_of(name)
            if parameter is not None and parameter.name in drawn:
                value = self.names.value(name, distribution, configuration)
                drawn[parameter.name] = drawn[parameter.name] if value is MISSING else value
        return drawn


def trial_params(trial):
    """Parameters of a trial: those drawn, those fixed for it, and those promised to it.

    Parameters
    ----------
    trial : FrozenTrial
        A trial in any state.

    Returns
    -------
    dict of str to object
        Values by name; what was promised goes by the names of the family.
    """
    found = {**trial.system_attrs.get("fixed_params", {}), **trial.params}
    if trial.state.is_finished():
        return found
    promised = trial.system_attrs.get(CLAIM) or {}
    return found | {k: v for k, v in promised.items() if k != "family" and k not in found}


def trial_score(trial, sign, middle):
    """Score of a finished trial, greater is better; NaN if it has none.

    Parameters
    ----------
    trial : FrozenTrial
        A finished trial. What a pruned one had reached counts, but never for more than the middle
        of the others: it was not worth going on with.
    sign : {1, -1}
        1 if greater values are better.
    middle : float
        Median score of the completed trials; infinite if there is none.

    Returns
    -------
    float
    """
    if trial.state.name == "COMPLETE":
        return sign * trial.value
    if trial.state.name == "PRUNED" and trial.intermediate_values:
        reached = sign * trial.intermediate_values[max(trial.intermediate_values)]
        return min(reached, middle) if np.isfinite(reached) else np.nan
    return np.nan


def distributions_of(trials):
    """Latest distribution of each name that trials have drawn from, as a dict."""
    found = {}
    for trial in trials:
        found |= trial.distributions
    return found
