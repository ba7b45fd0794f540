"""Does the advice help, live: real searches on tables, warm against cold, by the same engine."""

import logging
import warnings
from collections.abc import Mapping
from time import perf_counter

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import train_test_split

from sklearn_meta._validation import n_columns, n_rows, take_rows
from sklearn_meta.advisors import GaussianAdvisor, RandomAdvisor
from sklearn_meta.automl._classifier import MetaAutoClassifier
from sklearn_meta.automl._kind import guess_kind
from sklearn_meta.automl._live_results import RunsFile
from sklearn_meta.automl._regressor import MetaAutoRegressor
from sklearn_meta.exceptions import SearchWarning
from sklearn_meta.experience.collector._sources import as_sources
from sklearn_meta.experience.handle._for_search import opened_experience
from sklearn_meta.experience.handle._union import ExperienceUnion
from sklearn_meta.search import Scoring, make_folds

logger = logging.getLogger("sklearn_meta")


def validate_live(
    tasks,
    advisors=None,
    *,
    time_budget=30.0,
    seeds=(0,),
    experience="bundled",
    results=None,
    n_jobs=None,
):
    """Search on tables with each advisor, at equal time, and see who finds what when.

    Each table is split into halves; the estimator searches on the first, by the same engine,
    ensemble and splits for all advisors, and is scored on the second. An earlier task that has the
    table's name or group, or shares rows with it, is left out of the experience.

    Parameters
    ----------
    tasks : path, or iterable of (name, X, y), (name, X, y, facts) or objects
        The tables, as `Experience.collect` takes them: a folder with an ``index.json``, tuples, or
        objects with ``name``, ``X`` and ``y``. Facts may hold ``kind`` and ``group``.
    advisors : dict of str to BaseAdvisor or None, default=None
        Whom to compare, by name; None is ``{"gaussian": GaussianAdvisor(), "random":
        RandomAdvisor()}``. They are cloned. A `RandomAdvisor` searches without experience.
    time_budget : float, sequence of float or dict of str to sequence, default=30.0
        Seconds for each fit; several are several runs; by advisor, where they differ.
    seeds : sequence of int, default=(0,)
        Each seed draws the halves anew and seeds the searches.
    experience : as the estimators take it, default="bundled"
        What the advisors learn from.
    results : str, path or None, default=None
        A file that gets a line for each run as it ends; runs that it has are not repeated, so that
        an interrupted validation goes on where it was.
    n_jobs : int, default=None
        Trials at the same time, as the estimators take it.

    Returns
    -------
    DataFrame
        A row for each run: ``table``, ``kind``, ``group``, ``advisor``, ``time_budget``, ``seed``,
        ``scoring``, ``test_score`` and ``constant_score`` (on the second half, of the ensemble and
        of a constant prediction), ``validation_score``, ``seconds`` (of `fit`), ``n_trials``,
        ``curve`` (a list of [seconds, best validation score of a single trial so far]),
        ``n_train``, ``n_test``, ``excluded``, ``status`` ("ok" or "failed") and ``error``.

    Raises
    ------
    ValueError
        If a choice is none of those above.

    Warns
    -----
    SearchWarning
        If Ctrl-C ended it; the runs that had ended are returned.

    See Also
    --------
    compare_live : Wins, losses, and the time to reach what another advisor found.
    sklearn_meta.advisors.validate : The same on stored results, thousands of times faster.

    Notes
    -----
    Advisors take turns in being first on a table, so that what the machine does meanwhile hits all.
    Times mean something on an idle machine only. The experience is opened once for all runs, so
    that opening it (about 0.05 s) is in no run's budget.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.automl import validate_live
    >>> tables = [("iris", *load_iris(return_X_y=True))]
    >>> runs = validate_live(tables, time_budget=1)
    >>> runs[["table", "advisor", "status"]].values.tolist()
    [['iris', 'gaussian', 'ok'], ['iris', 'random', 'ok']]
    """
    import pandas as pd

    if advisors is None:
        advisors = {"gaussian": GaussianAdvisor(), "random": RandomAdvisor()}
    budgets = _budgets_of(advisors, time_budget)
    known = RunsFile(results)
    arms = [(name, budget) for name in advisors for budget in budgets[name]]
    settings = {"n_jobs": n_jobs, "shortest": min(budget for _, budget in arms)}
    with opened_experience(experience) as base:
        try:
            for order, (source, seed) in enumerate(
                (source, seed) for source in as_sources(tasks) for seed in seeds
            ):
                for run in _plan(source, seed, arms, order):
                    if not known.knows(run):
                        _carry_out(run, source, advisors[run["advisor"]], base, settings)
                        known.append(run)
                        _say(run)
        except KeyboardInterrupt:
            warnings.warn(
                f"Interrupted: {len(known.runs)} runs had ended. "
                + ("Call it again to go on." if results is not None else ""),
                SearchWarning,
                stacklevel=2,
            )
    return pd.DataFrame(known.runs)


def _budgets_of(advisors, time_budget):
    """Return the budgets of each advisor."""
    if not isinstance(advisors, Mapping) or not advisors:
        raise ValueError(f"advisors is a dict of names and advisors, got {advisors!r}.")
    if isinstance(time_budget, Mapping):
        missing = sorted(set(advisors) - set(time_budget))
        if missing:
            raise ValueError(f"time_budget names no seconds for {', '.join(missing)}.")
    else:
        time_budget = dict.fromkeys(advisors, time_budget)
    budgets = {name: np.atleast_1d(time_budget[name]).tolist() for name in advisors}
    if any(not budget > 0 for several in budgets.values() for budget in several):
        raise ValueError(f"time_budget has to be seconds above 0, got {time_budget!r}.")
    return budgets


def _plan(source, seed, arms, order):
    """List the runs of a table and a seed; who comes first takes turns."""
    turn = order % len(arms)
    return [
        {"table": source.name, "advisor": name, "time_budget": float(budget), "seed": int(seed)}
        for name, budget in [*arms[turn:], *arms[:turn]]
    ]


def _carry_out(run, source, advisor, base, settings):
    """Fit, score, and fill in the run."""
    run |= {"group": source.facts.get("group") or source.name, "status": "ok", "error": ""}
    try:
        parts = _halves(source, run["seed"], settings["shortest"])
        estimator = _estimator(run, parts, advisor, _without(base, source), settings["n_jobs"])
        started = perf_counter()
        estimator.fit(parts["X"], parts["y"])
        run["seconds"] = perf_counter() - started
        if estimator.interrupted_:
            raise KeyboardInterrupt
        run |= _facts(estimator, parts)
    except (ValueError, RuntimeError, MemoryError, OSError) as error:
        run.update(status="failed", error=f"{type(error).__name__}: {error}"[:300])


def _without(base, source):
    """Hide earlier tasks of the table's name or group."""
    if base is None:
        return None
    if isinstance(base, ExperienceUnion):
        return ExperienceUnion([_without(member, source) for member in base.members])
    groups = [source.facts["group"]] if source.facts.get("group") else []
    return base.without(names=[source.name], groups=groups)


def _halves(source, seed, shortest):
    """Split a table into halves, and the first one into folds, the same for all advisors."""
    X, y = source.load()
    y = y.to_numpy() if hasattr(y, "to_numpy") else np.asarray(y)
    kind = source.facts.get("kind") or guess_kind(y)
    is_regression = kind == "regression"
    counts = None if is_regression else np.unique(y, return_counts=True)[1]
    stratify = None if is_regression or counts.min() < 2 else y
    train, test = train_test_split(
        np.arange(n_rows(X)), test_size=0.5, random_state=seed, stratify=stratify
    )
    if not is_regression:  # a class that is not in the first half has no chance
        test = test[np.isin(y[test], y[train])]
        kind = "binary" if len(np.unique(y[train])) == 2 else "multiclass"
    folds = make_folds(
        take_rows(X, train),
        y[train],
        kind,
        time_budget=shortest,
        n_columns=n_columns(X),
        seed=seed,
    )
    return {
        "kind": kind,
        "X": take_rows(X, train),
        "y": y[train],
        "X_test": take_rows(X, test),
        "y_test": y[test],
        "folds": folds,
    }


def _estimator(run, parts, advisor, experience, n_jobs):
    twin = MetaAutoRegressor if parts["kind"] == "regression" else MetaAutoClassifier
    return twin(
        time_budget=run["time_budget"],
        cv=parts["folds"],
        experience=None if isinstance(advisor, RandomAdvisor) else experience,
        advisor=clone(advisor),
        n_jobs=n_jobs,
        random_state=run["seed"],
    )


def _facts(estimator, parts):
    """Score the second half, and follow the best trial so far."""
    classes = getattr(estimator, "classes_", None)
    y_test, n_test = parts["y_test"], len(parts["y_test"])
    if classes is None:
        predictions = estimator.predict(parts["X_test"])
        truth, constant = y_test, np.full(n_test, parts["y"].mean())
    else:
        predictions = estimator.predict_proba(parts["X_test"])
        truth = np.searchsorted(classes, y_test)
        shares = np.bincount(np.searchsorted(classes, parts["y"])) / len(parts["y"])
        constant = np.tile(shares, (n_test, 1))
    score = Scoring(estimator.scoring_, parts["kind"], classes)
    return {
        "kind": parts["kind"],
        "scoring": estimator.scoring_,
        "test_score": float(score(parts["X_test"], truth, predictions)),
        "constant_score": float(score(parts["X_test"], truth, constant)),
        "validation_score": float(estimator.score_),
        "n_trials": int(estimator.n_trials_),
        "curve": _curve(estimator.trials_),
        "n_train": len(parts["y"]),
        "n_test": n_test,
        "excluded": list(estimator.excluded_tasks_),
    }


def _curve(trials):
    """List seconds and scores of the trials that were better than all before them."""
    curve = []
    for trial in sorted(trials, key=lambda trial: trial["ended"]):
        is_better = not curve or trial["score"] > curve[-1][1]
        if trial["status"] == "ok" and np.isfinite(trial["score"]) and is_better:
            curve.append([round(float(trial["ended"]), 3), float(trial["score"])])
    return curve


def _say(run):
    """Log how a run went."""
    told = f"{run['test_score']:.5g} on test rows" if run["status"] == "ok" else run["error"]
    logger.info(
        "%s, %s, %g s, seed %d: %s",
        *(run[k] for k in ("table", "advisor", "time_budget", "seed")),
        told,
    )
