"""Append a finished search to an experience base: what was tried and how it did, never a row."""

import os
import warnings

import numpy as np

from sklearn_meta._validation import n_columns, n_rows
from sklearn_meta.exceptions import ExperienceError, RecordingWarning
from sklearn_meta.search import OK

#: Seconds to wait for others that write to the same file, where the search ran against a clock.
PATIENCE = 2.0
# A trial that the end of the budget cut off says nothing about its configuration.
_STATUSES = {
    OK: "ok",
    "raced": "raced",
    "timeout": "timeout",
    "memory": "memory",
    "crash": "error",
    "error": "error",
}
_SOURCE = "recorded by a search"
#: Shortest budget, in seconds, of which a worker spends a third of a second on its speed.
_MEASURED_BUDGET = 30.0


def question_to_workers(problem, budget):
    """Return what a worker is to be asked before the search: how fast the machine is.

    Once a process, and only where the search is recorded and has the third of a second to spare.

    Parameters
    ----------
    problem : Problem
        The task; `measured` if it is recorded.
    budget : Budget
        What may be spent.

    Returns
    -------
    callable or None
    """
    if not problem.measured or (budget.has_clock and budget.time_budget < _MEASURED_BUDGET):
        return None
    from sklearn_meta.experience.recording._machine import machine_speed

    return machine_speed


def make_if_it_advises(where, experience):
    """Make the base that a search is recorded to if the search is also to ask it.

    On the first use there is nothing yet; a missing base is an error everywhere else.

    Parameters
    ----------
    where : str, path, Experience or None
        The estimator's `record_to`.
    experience : str, path, Experience, list of such or None
        The estimator's `experience`.

    Raises
    ------
    ExperienceError
        If it can't be made, or is the one that comes with the package.
    """
    members = experience if isinstance(experience, list | tuple) else [experience]
    if not isinstance(where, str | os.PathLike):
        return
    if where == "bundled":
        raise ExperienceError(
            "record_to='bundled' asks to write to the base that comes with the package, which is "
            "for reading. Give a file of your own, such as record_to='team.sqlite', and let it "
            "advise too: experience=['bundled', 'team.sqlite']."
        )
    from sklearn_meta.experience.database._database import normalise_location
    from sklearn_meta.experience.recording._append import open_or_create

    places = [m for m in members if isinstance(m, str | os.PathLike) and m != "bundled"]
    if normalise_location(where) in map(normalise_location, places):
        open_or_create(where).close()


def record_run(where, problem, result, has_clock, speed=None):
    """Append a run to a base; a failure is a warning, never an error.

    Parameters
    ----------
    where : str, path, Experience or None
        The estimator's `record_to`; None records nothing.
    problem : Problem
        The task, `measured`.
    result : Result
        What the search brought.
    has_clock : bool
        Whether waiting for others that write is limited.
    speed : float, default=None
        Of the machine that the trials ran on; None if unknown.

    Returns
    -------
    dict or None
        ``where``, ``task`` (its id in the base), ``evaluations`` (their number) and ``error``
        (None, or what went wrong); None if nothing was to be recorded.
    """
    if where is None:
        return None
    done = {"where": _shown(where), "task": None, "evaluations": 0, "error": None}
    try:
        evaluations = evaluations_of(result.trials, problem, speed)
        done["task"] = _append(where, problem, result.advice, evaluations, has_clock)
        done["evaluations"] = len(evaluations)
    except Exception as error:  # noqa: BLE001 - told: the fit matters more than its record
        done["error"] = f"{type(error).__name__}: {error}"
        warnings.warn(
            f"The search could not be recorded to {done['where']!r}, so that no later one will "
            f"learn from it; the fitted model is not affected. {done['error']}",
            RecordingWarning,
            stacklevel=3,
        )
    return done


def _append(where, problem, advice, evaluations, has_clock):
    from sklearn_meta.experience import Experience
    from sklearn_meta.experience.identity._content import content_digest
    from sklearn_meta.experience.leaks._contents import RECORDED
    from sklearn_meta.experience.recording._append import append_run, open_or_create
    from sklearn_meta.experience.recording._shareable import shareable_metafeatures

    if advice.fingerprint is None:
        raise ExperienceError(
            "There was no time to hash the rows, by which the table would be recognised when it "
            "comes again. Grant a larger time_budget, or less other work on the machine."
        )
    task = {
        "name": RECORDED + content_digest(problem.X, problem.y),
        "kind": problem.kind,
        "n_rows": n_rows(problem.X),
        "n_columns": n_columns(problem.X),
        "n_classes": problem.n_classes or 0,
        "source": _SOURCE,
    }
    base = where if isinstance(where, Experience) else open_or_create(where)
    try:
        if has_clock and base is not where:
            base._opened.busy_seconds = PATIENCE
        return append_run(
            base,
            task,
            evaluations,
            fingerprint=advice.fingerprint,
            metafeatures=shareable_metafeatures(advice.metafeatures, problem.kind),
        )
    finally:
        if base is not where:
            base.close()


def evaluations_of(trials, problem, speed=None):
    """Turn trials into evaluations, on the scales of the collector.

    Parameters
    ----------
    trials : list of Trial
        Of a `measured` problem.
    problem : Problem
        The task.
    speed : float, default=None
        Of the machine.

    Returns
    -------
    list of dict
        Keyword arguments of `Experience.add`, without the task. Metrics and seconds are
        means over the folds that were done. Only trials that finished all folds have the status
        "ok", by which they count as scores: "raced" is stopped early for trailing, "timeout" also a
        fit that ended with a part of its iterations. Left out are trials that the end of the budget
        cut off, constant predictions, and configurations that JSON can't hold.
    """
    from sklearn_meta.experience.recording._shareable import shareable_configuration

    found = []
    for trial in trials:
        configuration = shareable_configuration(trial.order.configuration)
        status = _status_of(trial, len(problem.folds))
        if configuration is not None and status is not None:
            facts = _facts_of(trial, status, problem)
            facts["machine_speed"] = None if speed is None else round(speed, 3)
            found.append({"configuration": configuration, **facts})
    return found


def _status_of(trial, n_folds):
    """Return the status that the base knows, or None for what says nothing."""
    if any(fold.facts is None for fold in trial.folds):
        return None  # the constant prediction
    if len(trial.folds) == n_folds:
        return "ok" if all(fold.fraction >= 1.0 for fold in trial.folds) else "timeout"
    return _STATUSES.get(trial.status)


def _facts_of(trial, status, problem):
    from sklearn_meta.experience.recording._shareable import (
        rounded,
        shareable_metrics,
        shareable_reason,
    )

    facts = [fold.facts for fold in trial.folds]
    names = facts[0]["metrics"] if facts else ()
    metrics = {name: np.mean([fold["metrics"][name] for fold in facts]) for name in names}
    # of a trial that was ended within its first fold, what it took is a lower bound
    fit = np.mean([fold["fit_seconds"] for fold in facts]) if facts else trial.seconds
    predict = np.mean([fold["predict_seconds"] for fold in facts]) if facts else 0.0
    return {
        "metrics": shareable_metrics(metrics),
        "fit_seconds": rounded(fit),
        "predict_seconds": rounded(predict),
        "rows_used": max((fold.rows_used for fold in trial.folds), default=None),
        "n_folds": len(trial.folds),
        "status": status,
        "reason": shareable_reason(trial.status, trial.reason),
        "seed": problem.random_state,
        "max_rows": _cap_on_table(trial.order.max_rows, problem),
    }


def _cap_on_table(max_rows, problem):
    """Return the size that the table would be cut to for so many rows to be trained on."""
    if max_rows is None or max_rows >= problem.fit_rows:
        return None
    return round(max_rows * n_rows(problem.X) / problem.fit_rows)


def _shown(where):
    """Name a place as reports may: without a password."""
    from sklearn_meta.experience.database._servers import without_password

    if isinstance(where, str | os.PathLike):
        return without_password(os.fspath(where))
    return without_password(where.location)
