"""Does the advice help? Searches on known tasks, each left out of what is learned."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import clone

from sklearn_meta.advisors.simulation._blocks import fold_units, read_blocks
from sklearn_meta.advisors.simulation._simulation import simulate
from sklearn_meta.advisors.validation._advisors import label_advisors
from sklearn_meta.advisors.validation._summary import summarise_regret

DEFAULT_MARKS = {"trials": (1, 3, 5, 10, 20), "median_seconds": (1, 3, 10, 30)}
_CURRENCIES = ("trials", "seconds", "median_seconds")


def validate(
    experience,
    advisors=None,
    *,
    kind=None,
    metric=None,
    folds=10,
    groups=None,
    at=None,
    n_fits=1,
    metafeature_seconds=None,
    reference="worst",
    seed=0,
    n_jobs=1,
    per_task=False,
):
    """Simulate searches on the tasks of an experience, each without what it says of them.

    A fold of tasks at a time is left out, near-duplicates together; the advisors learn from the
    other folds, then search on each task left out. An evaluation takes the seconds that are stored
    with it and gives the score that is; one that failed takes its seconds and gives nothing. The
    regret of a search is (best - found) / (best - worst), where best and worst are those of all
    evaluations of the task and found is the best so far; it is 1 until something is found.

    Every search is made twice: without a clock, for the regret after so many trials, and with one,
    for that after so many seconds, as the advisors are told. Since only known configurations have
    results, advisors do not search beyond them here (a parameter ``continuous`` is set to False).

    Parameters
    ----------
    experience : Experience or EvaluationMatrix
        What is known; anything with ``matrix(kind, metric)``.
    advisors : dict of str to BaseAdvisor, list of BaseAdvisor or None, default=None
        Whom to compare; None compares those of :func:`default_advisors`. They are cloned.
    kind : {"classification", "regression", "binary", "multiclass"} or None, default=None
        Kind of the tasks to search on; None is all. Advice on one kind of classification is learned
        from both.
    metric : str or None, default=None
        What is searched for; None is each kind's default, ROC AUC for binary, log loss for
        multiclass tasks, RMSE for regression.
    folds : int or mapping, default=10
        Number of folds, dealt at random; or the number of the fold of each task by id or name.
    groups : mapping or None, default=None
        Near-duplicates by task id or name, left out together; None takes the experience's own.
    at : dict of str to sequence or None, default=None
        When to look, by currency: ``"trials"``, ``"seconds"`` and ``"median_seconds"``, the last
        in units of the median time that an evaluation takes on the task. None is
        ``{"trials": (1, 3, 5, 10, 20), "median_seconds": (1, 3, 10, 30)}``.
    n_fits : int, default=1
        Fits per evaluation: it takes so many times the stored seconds.
    metafeature_seconds : float, mapping or None, default=None
        What the meta-features of a task take, for all tasks or by id or name; charged before the
        first trial to advisors that need them. None takes a column ``metafeature_seconds`` of the
        matrix's tasks, 0 where there is none.
    reference : {"worst", "median"}, default="worst"
        What has a regret of one; with "median", half of the configurations have. Losses have long
        tails: where the worst is far off, "worst" makes everything look well.
    seed : int, default=0
        Seed of folds and searches.
    n_jobs : int, default=1
        Processes, one advisor and fold each.
    per_task : bool, default=False
        Whether to return the regret of each task instead of means.

    Returns
    -------
    DataFrame
        Columns ``advisor``, ``kind`` (classification or regression), ``currency``, ``at``,
        ``regret``, ``standard_error``, ``n_tasks``; see :func:`summarise_regret`. With `per_task`,
        columns ``advisor``, ``kind``, ``task``, ``task_id``, ``group``, ``n_rows``, ``metric``,
        ``currency``, ``at``, ``regret``.

    Raises
    ------
    ValueError
        If there is no task to search on, or a choice is none of those above.

    See Also
    --------
    compare_advisors : Ranks and tests of the per-task result.
    RegretDisplay : A figure.

    Examples
    --------
    >>> from sklearn_meta.advisors import RandomAdvisor, validate
    >>> from sklearn_meta.experience import Experience
    >>> known, at = Experience.bundled(), {"trials": [1, 5]}
    >>> found = validate(known, {"random": RandomAdvisor()}, kind="regression", at=at)
    >>> found[["advisor", "currency", "at"]].values.tolist()
    [['random', 'trials', 1], ['random', 'trials', 5]]
    >>> bool(found["regret"].is_monotonic_decreasing)
    True
    """
    import pandas as pd
    from joblib import Parallel, delayed

    plan = _Plan(_check_marks(at), n_fits, reference, seed)
    if reference not in ("worst", "median"):
        raise ValueError(f"reference must be 'worst' or 'median', got {reference!r}.")
    blocks = read_blocks(experience, kind, metric, folds, groups, seed, metafeature_seconds)
    parts = fold_units(blocks, kind, metric)
    compared = label_advisors(advisors)
    units = [(name, advisor, *part) for name, advisor in compared.items() for part in parts]
    found = Parallel(n_jobs=n_jobs)(delayed(_run_fold)(*unit, plan) for unit in units)
    frame = pd.DataFrame([row for rows in found for row in rows])
    return frame if per_task else summarise_regret(frame)


@dataclass(frozen=True)
class _Plan:
    """What is the same for all searches."""

    marks: dict
    n_fits: int
    reference: str
    seed: int

    @property
    def has_clock(self):
        """Whether anything is asked in seconds."""
        return bool(self.marks["seconds"] or self.marks["median_seconds"])


def _check_marks(at):
    """Fill in currencies that are not asked for."""
    marks = DEFAULT_MARKS if at is None else at
    strange = sorted(set(marks) - set(_CURRENCIES))
    if strange:
        raise ValueError(f"at has the currencies {strange}; it may have {list(_CURRENCIES)}.")
    marks = {currency: tuple(marks.get(currency, ())) for currency in _CURRENCIES}
    if not any(marks.values()) or min(min(m, default=1) for m in marks.values()) <= 0:
        raise ValueError(f"at must name times to look at, all above 0; got {at!r}.")
    return marks


def _run_fold(name, advisor, block, fold, plan):
    """Search on all tasks of a fold; a row for each mark."""
    fitted = clone(advisor).fit(block.learnable(fold))
    tasks, rows = block.matrix.tasks, []
    sizes = tasks["rows_seen" if "rows_seen" in tasks else "n_rows"]
    for number in block.held_out(fold):
        facts = {
            "advisor": name,
            "kind": "regression" if block.kind == "regression" else "classification",
            "task": tasks["name"].iloc[number],
            "task_id": tasks["id"].iloc[number],
            "group": block.groups[number],
            "n_rows": sizes.iloc[number],
            "metric": block.matrix.metric,
        }
        for currency, mark, regret in _search(fitted, block, number, plan):
            rows.append({**facts, "currency": currency, "at": mark, "regret": regret})
    return rows


def _search(advisor, block, number, plan):
    """Search on one task without a clock, then with one; yields currency, mark, regret."""
    settings = {"n_folds": plan.n_fits, "reference": plan.reference}
    seed = {"random_state": (plan.seed * 1_000_003 + int(number)) % 2**31}
    marks = plan.marks
    if marks["trials"]:
        task = block.settle(number, has_clock=False, **settings)
        curve = simulate(advisor, task, max_trials=max(marks["trials"]), **seed)
        for mark in marks["trials"]:
            yield "trials", mark, curve.after_trials(mark)
    if not plan.has_clock:
        return
    task = block.settle(number, has_clock=True, **settings)
    if not np.isfinite(task.scores).any():
        return
    unit = float(np.median(task.seconds))
    limit = max([*marks["seconds"], *(mark * unit for mark in marks["median_seconds"])])
    delay = float(block.delays[number]) if advisor.needs_metafeatures else 0.0
    curve = simulate(advisor, task, max_seconds=limit, delay=delay, **seed)
    for mark in marks["seconds"]:
        yield "seconds", mark, curve.after_seconds(mark)
    for mark in marks["median_seconds"]:
        yield "median_seconds", mark, curve.after_seconds(mark * unit)
