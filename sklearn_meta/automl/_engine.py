"""One search from start to end: advice, trials, ensemble."""

import warnings
from dataclasses import dataclass

import numpy as np

from sklearn_meta.automl._advice import Advice, start_advice
from sklearn_meta.automl._fallback import constant_outcome, may_fall_back
from sklearn_meta.automl._finish import Finisher, Outcome
from sklearn_meta.exceptions import AllTrialsFailedError, SearchWarning
from sklearn_meta.search import Budget, Crew, Problem, Progress, Schedule, SearchLoop, make_rungs

TINY_CELLS = 5_000  # below, a deterministic search runs in the caller: processes would cost more
ZERO_SHOT_TRIALS = 1  # so few trials are spent on the advice alone, without openings


@dataclass
class Plan:
    """What to search, with what.

    Attributes
    ----------
    problem : Problem
        The task.
    budget : Budget
        Seconds and trials.
    crew : Crew
        Who carries out the trials; started.
    advisor, experience, ensemble, verbose
        As the estimator's parameters.
    """

    problem: Problem
    budget: Budget
    crew: Crew
    advisor: object = None
    experience: object = "bundled"
    ensemble: bool = True
    verbose: int = 0


@dataclass
class Result:
    """What a search brought.

    Attributes
    ----------
    trials : list of Trial
        All trials, by number.
    outcome : Outcome
        What predicts.
    advice : Advice
        What the advisor leaned on.
    spent : dict of str to float
        Seconds of each phase.
    interrupted : bool
        Whether the user ended the search.
    reasons : dict of int to (proposal, explanation)
        Why each advised trial was proposed, by its number.
    """

    trials: list
    outcome: Outcome
    advice: Advice
    spent: dict
    interrupted: bool
    reasons: dict


def run(plan):
    """Carry out a plan.

    Parameters
    ----------
    plan : Plan
        What to search.

    Returns
    -------
    Result

    Raises
    ------
    AllTrialsFailedError
        If no trial has a usable model.
    """
    problem, budget, crew = plan.problem, plan.budget, plan.crew
    crew.give(problem)
    if len(problem.folds) == 1:
        budget.reserve_for_refits()
    rungs = make_rungs(problem.fit_rows, has_clock=budget.has_clock)
    progress = Progress(plan.verbose)
    finisher = Finisher(problem, crew, budget, plan.ensemble)
    schedule = Schedule(None, problem, rungs, constant_score(problem))
    loop = SearchLoop(problem, crew, schedule, budget, progress, finisher.seconds_needed)
    prepared = budget.elapsed()
    if budget.max_trials is None or budget.max_trials > ZERO_SHOT_TRIALS:
        loop.open()  # before the advice, so that there is a model however slow the machine is
    opened = budget.elapsed()
    advice = start_advice(
        problem,
        budget,
        advisor=plan.advisor,
        experience=plan.experience,
        n_fit_rows=rungs[0] or problem.fit_rows,
        random_state=problem.random_state,
        ensemble=plan.ensemble,
        recorded=problem.measured,
    )
    schedule.follow(advice.session)
    advised = budget.elapsed()
    trials = sorted(loop.run(), key=lambda trial: trial.order.number)
    searched = budget.elapsed()
    outcome = finisher.finish(trials)
    if outcome is None and may_fall_back(trials, budget):
        outcome = constant_outcome(problem, number=len(trials))
        trials.append(outcome.best)
        warnings.warn(_SHORT_BUDGET.format(budget.time_budget), SearchWarning, stacklevel=4)
    if outcome is None:
        progress.close("no trial succeeded")
        raise AllTrialsFailedError(_failure_message(trials))
    progress.close(f"done: {len(trials)} trials, score {outcome.score:.5g}")
    spent = {
        "prepare": prepared,
        "advise": advised - opened,
        "search": searched - advised + opened - prepared,
        "finish": budget.elapsed() - searched,
    }
    return Result(trials, outcome, advice, spent, loop.interrupted, schedule.reasons)


def constant_score(problem):
    """Return the score of the best constant prediction, the zero of the race between trials."""
    train, valid = problem.folds[0]
    if problem.kind == "regression":
        predictions = np.full(len(valid), problem.y[train].mean())
    else:
        shares = np.bincount(problem.y[train], minlength=problem.n_classes) / len(train)
        predictions = np.tile(shares, (len(valid), 1))
    try:
        return problem.score_fold(0, predictions)
    except Exception:  # noqa: BLE001 - a scorer that fails will say so with each trial
        return float("-inf")


_SHORT_BUDGET = (
    "No trial ended within time_budget={} s, so the model is a constant prediction. "
    "Grant more time, or allow cheaper families."
)


def _failure_message(trials):
    reasons = {}
    for trial in trials:
        reasons.setdefault(trial.reason or trial.status, []).append(trial)
    worst = sorted(reasons.items(), key=lambda item: -len(item[1]))[:3]
    told = "; ".join(
        f"{len(found)} x {reason} (e.g. {found[0].order.configuration['family']})"
        for reason, found in worst
    )
    return (
        f"All {len(trials)} trials failed: {told}. If one reason stands for all, the cause is "
        "likely in the scorer or the data; else allow more families or a larger budget."
    )
