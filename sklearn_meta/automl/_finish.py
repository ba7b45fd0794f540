"""From finished trials to something that predicts: choose, refit where time is left, load."""

import pickle
from dataclasses import dataclass, replace

import numpy as np

from sklearn_meta.automl._members import Member
from sklearn_meta.automl._selection import Validation, select_ensemble
from sklearn_meta.search import (
    KEPT_TRIALS,
    OK,
    Budget,
    Crew,
    Problem,
    fit_fold,
    model_path,
    read_fold,
)

LOAD_SECONDS = 0.1  # kept for reading models and tidying up
LOADED_MEMBERS = 5  # reckoned with before the ensemble is chosen
LOADED_BYTES = 1e8  # a second, of pickled models
CHOICE_SECONDS = 3e-5  # for each validation row and class: some hundred scores


@dataclass
class Outcome:
    """What the search came to.

    Attributes
    ----------
    members : list of Member
        What predicts, the heaviest first.
    score : float
        Score of their mean on the validation rows.
    best : Trial
        The best single trial.
    best_pipeline : Pipeline
        Its configuration, fitted on all rows if time allowed, else on those of the first fold.
    refitted : bool
        Whether `best_pipeline` saw all rows.
    predictions : ndarray
        The ensemble's predictions for the validation rows, fold after fold.
    rows : ndarray of int
        The numbers of those rows.
    """

    members: list
    score: float
    best: object
    best_pipeline: object
    refitted: bool
    predictions: np.ndarray
    rows: np.ndarray


@dataclass
class Finisher:
    """Turns trials into an `Outcome` within what is left of the budget.

    Parameters
    ----------
    problem : Problem
        The task.
    crew : Crew
        For refits; its spool holds predictions and models.
    budget : Budget
        What is left.
    ensemble : bool
        Whether more than one configuration may predict.
    """

    problem: Problem
    crew: Crew
    budget: Budget
    ensemble: bool = True

    def seconds_needed(self, trials):
        """Return the seconds that `finish` is expected to take; infinity where nothing is known.

        The refit counts only if it fits into what may be kept for the end at most.
        """
        candidates, n_folds = complete_trials(trials)
        if not candidates or n_folds < len(self.problem.folds):
            return float("inf")
        loading = sum(map(self._size, candidates[:LOADED_MEMBERS])) / LOADED_BYTES
        n_rows = sum(len(valid) for _, valid in self.problem.folds)
        choosing = CHOICE_SECONDS * n_rows * max(self.problem.n_classes or 1, 1)
        needed = 2 * (LOAD_SECONDS + choosing + loading)  # the choice gets half of what is left
        refit = self._refit_seconds(candidates[0])
        return needed + (refit if needed + refit <= self.budget.largest_reserve else 0.0)

    def finish(self, trials):
        """Return the outcome of the trials; None if none of them has a usable model."""
        candidates, n_folds = complete_trials(trials)
        if not candidates:
            return None
        self.problem = replace(self.problem, folds=self.problem.folds[:n_folds])
        best = candidates[0]
        holdout = len(self.problem.folds) == 1
        refits = None if holdout else self._start_refits([best])
        weights, score, predictions = self._choose(candidates, best)
        ranked = sorted(weights, key=lambda number: -weights[number])
        by_number = {trial.order.number: trial for trial in candidates}
        if holdout:
            wanted = [by_number[number] for number in ranked]
            refits = self._start_refits(wanted if best in wanted else [*wanted, best])
        members = self._members(ranked, weights, by_number)  # read while the refits run
        refitted = self._await_refits(refits)
        for member in members:
            if holdout and member.trial in refitted:
                member.models = [refitted[member.trial]]
        best_pipeline = refitted.get(best.order.number)
        return Outcome(
            members=members,
            score=score,
            best=best,
            best_pipeline=best_pipeline or self._model_of(best, members),
            refitted=best_pipeline is not None,
            predictions=predictions,
            rows=np.concatenate([valid for _, valid in self.problem.folds]),
        )

    def _choose(self, candidates, best):
        """Return the weights by trial number, the score and the validation predictions."""
        validation = Validation(self.problem)
        if not self.ensemble or len(candidates) == 1:
            stacked = self._predictions(best)
            return {best.order.number: 1.0}, validation.score(stacked), stacked
        stacked = [self._predictions(trial) for trial in candidates]
        weights, score = select_ensemble(
            stacked,
            np.array([trial.score for trial in candidates]),
            validation,
            seconds_left=0.5 * (self.budget.left() - LOAD_SECONDS),
        )
        chosen = np.flatnonzero(weights)
        mean = sum(weights[index] * stacked[index] for index in chosen)
        return {candidates[index].order.number: weights[index] for index in chosen}, score, mean

    def _predictions(self, trial):
        folds = range(len(self.problem.folds))
        return np.concatenate(
            [read_fold(self.crew.spool, trial.order.number, fold)[1] for fold in folds]
        )

    def _start_refits(self, trials):
        """Start refitting on all rows what is predicted to be done in time, best first."""
        left = self.budget.left() - LOAD_SECONDS
        busy = np.zeros(self.crew.n_slots)  # seconds planned for each slot
        wanted = []
        for trial in trials:
            seconds = self._refit_seconds(trial)
            slot = busy.argmin()
            if busy[slot] + seconds < left:
                busy[slot] += seconds
                wanted.append(trial.order)
        batch = self.crew.start_calls(refit, [(order.configuration,) for order in wanted])
        return [order.number for order in wanted], batch

    def _size(self, trial):
        """Return the bytes of a trial's models on disk."""
        folds = range(len(trial.folds))
        paths = [model_path(self.crew.spool, trial.order.number, fold) for fold in folds]
        return sum(path.stat().st_size for path in paths if path.exists())

    def _refit_seconds(self, trial):
        """Predict what fitting a trial's configuration on all rows takes."""
        slowest = max(trial.folds, key=lambda fold: fold.fit_seconds)
        growth = len(self.problem.y) / max(slowest.rows_used, 1)
        return 1.3 * slowest.fit_seconds * growth / max(slowest.fraction, 0.01) + 0.05

    def _await_refits(self, refits):
        """Return the pipelines of the refits that ended in time and well, by trial number."""
        numbers, batch = refits
        pipelines = batch.results(self.budget.left() - LOAD_SECONDS)
        return {
            number: pipeline
            for number, pipeline in zip(numbers, pipelines, strict=True)
            if pipeline is not None
        }

    def _members(self, ranked, weights, trials):
        """Load the models, the heaviest member first, until the budget ends."""
        members = []
        for number in ranked:
            models = [self._load(trials[number], fold) for fold in range(len(self.problem.folds))]
            members.append(Member(number, float(weights[number]), models))
            if self.budget.left() <= LOAD_SECONDS:
                break
        total = sum(member.weight for member in members)
        for member in members:
            member.weight /= total
        return members

    def _model_of(self, trial, members):
        """Return a fold model of a trial, from memory if it is a member."""
        loaded = [member.models[0] for member in members if member.trial == trial.order.number]
        return loaded[0] if loaded else self._load(trial, 0)

    def _load(self, trial, fold):
        with model_path(self.crew.spool, trial.order.number, fold).open("rb") as stream:
            return pickle.load(stream)


_USABLE = (OK, "deadline", "timeout", "raced")


def complete_trials(trials):
    """Find the trials that may predict.

    Parameters
    ----------
    trials : list of Trial
        All trials.

    Returns
    -------
    candidates : list of Trial
        Those with all folds, the best first; if there are none, those with the most.
    n_folds : int
        How many folds they have; 0 if no trial is usable.
    """
    usable = [trial for trial in trials if trial.folds and trial.status in _USABLE]
    most = max((len(trial.folds) for trial in usable), default=0)
    complete = [trial for trial in usable if most and len(trial.folds) == most]
    complete.sort(key=lambda trial: (-trial.score, trial.order.number))
    return complete[:KEPT_TRIALS], most  # the spool holds no more


def refit(problem, configuration):
    """Fit a configuration on all rows of a problem; return the pipeline."""
    return fit_fold(problem.without_validation(), configuration, 0).model
