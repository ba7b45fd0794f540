"""Make a task ready to be collected, and run one fold of it in a worker."""

import os
import pickle
import warnings
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from sklearn_meta._optional import is_installed

TASK_FACTS = ("openml_id", "group", "source", "licence")
# What a fit would import at its first use in a worker, and what would then count as its seconds.
_PRELOADED = (
    "sklearn.ensemble",
    "sklearn.gaussian_process",
    "sklearn.neural_network",
    "sklearn.svm",
    "skrub",
    "lightgbm",
    "xgboost",
    "catboost",
)


@dataclass
class PreparedTask:
    """A task as the collector runs it: what the base stores of it, and the problems to solve.

    Attributes
    ----------
    name : str
        Name of the table.
    record : dict
        Arguments for `Experience.add_task`, without the name.
    problems : dict of int to Problem
        For each cap on the rows (0 for none), ascending, the rows that take part, and their folds.
    """

    name: str
    record: dict
    problems: dict


def as_sizes(max_rows):
    """Check caps on the rows of a table, and bring them into ascending order.

    Parameters
    ----------
    max_rows : int, None, or sequence of them
        Caps; None or 0 for none.

    Returns
    -------
    tuple of int
        Without repetitions; 0, for no cap, comes last.

    Raises
    ------
    ValueError
        If one is negative or no whole number, or there is none.

    Examples
    --------
    >>> from sklearn_meta.experience.collector._task import as_sizes
    >>> as_sizes([6000, 2000, None])
    (2000, 6000, 0)
    """
    sizes = list(max_rows) if isinstance(max_rows, (list, tuple)) else [max_rows]
    sizes = [0 if size is None else size for size in sizes]
    legal = all(isinstance(size, int | np.integer) and size >= 0 for size in sizes)
    if not sizes or not legal:
        raise ValueError(
            "max_rows is a number of rows, None for all of them, or a list of such, as in "
            f"max_rows=(2000, 6000); got {max_rows!r}."
        )
    return tuple(sorted({int(size) for size in sizes}, key=lambda size: (size == 0, size)))


def telling_sizes(sizes, n_rows):
    """Leave out the caps that do not cut a table of `n_rows` rows more than a smaller one does."""
    seen = [n_rows if size == 0 else min(size, n_rows) for size in sizes]
    return [size for i, size in enumerate(sizes) if seen[i] not in seen[:i]]


def prepare_task(name, X, y, facts, *, folds, max_rows, random_state):
    """Check a table, describe it, and draw the rows and folds to evaluate on.

    The fingerprint and the meta-features are those of the whole table, the evaluations see at most
    `max_rows` of its rows (several caps give several problems).
    """
    from sklearn_meta._validation import check_table, n_columns, n_rows
    from sklearn_meta.experience.identity._fingerprint import Fingerprint
    from sklearn_meta.metafeatures import describe_task

    X = check_table(None, X, reset=True)
    kind, y, n_classes = _encode_target(y, facts.get("kind"), n_rows(X))
    record = {
        "kind": kind,
        "n_rows": n_rows(X),
        "n_columns": n_columns(X),
        "n_classes": n_classes or 0,
        "fingerprint": Fingerprint.of(X),
        "metafeatures": describe_task(X, y, kind=kind, random_state=random_state),
        **{fact: facts.get(fact) for fact in TASK_FACTS},
    }
    problems = {
        size: _problem(X, y, kind, n_classes, folds, size or None, random_state)
        for size in telling_sizes(as_sizes(max_rows), n_rows(X))
    }
    return PreparedTask(name, record, problems)


def _problem(X, y, kind, n_classes, folds, max_rows, random_state):
    """Draw the rows that take part, and split them."""
    from sklearn_meta._validation import n_rows, take_rows
    from sklearn_meta.metafeatures import column_roles
    from sklearn_meta.search import Problem, subsample

    rows = subsample(np.arange(n_rows(X)), y, kind, max_rows, random_state)
    X, y = take_rows(X, rows), y[rows]
    return Problem(
        X=X,
        y=y,
        kind=kind,
        n_classes=n_classes,
        folds=_make_folds(X, y, kind, folds, random_state),
        roles=column_roles(X),
        random_state=random_state,
    )


def _encode_target(y, kind, n_samples):
    """Return the kind, the target as codes or floats, and the number of classes (or None)."""
    from sklearn.utils.multiclass import type_of_target

    from sklearn_meta._validation import check_classification_target, check_regression_target

    if kind is None:
        kind = "regression" if type_of_target(y) == "continuous" else "multiclass"
    if kind == "regression":
        return kind, check_regression_target(y, n_samples), None
    codes, classes = check_classification_target(y, n_samples)
    return "binary" if len(classes) == 2 else "multiclass", codes, len(classes)


def _make_folds(X, y, kind, n_folds, random_state):
    """Split into shuffled folds, stratified by class as far as rare classes allow."""
    from sklearn.model_selection import KFold, StratifiedKFold

    stratified = kind != "regression" and np.bincount(y).max() >= n_folds
    splitter = StratifiedKFold if stratified else KFold
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        folds = splitter(n_folds, shuffle=True, random_state=random_state).split(X, y)
        return [(np.asarray(train), np.asarray(valid)) for train, valid in folds]


def save_problem(problem, folder, name):
    """Write a problem where workers find it; return the path."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        pickle.dump(problem, file, protocol=pickle.HIGHEST_PROTOCOL)
    return path


_loaded = {"path": None, "problem": None}


def load_problem(path):
    """Keep a problem at hand in this worker, for all evaluations on it; imports come first."""
    for module in _PRELOADED:
        if is_installed(module.partition(".")[0]):
            import_module(module)
    with open(path, "rb") as file:
        _loaded.update(path=path, problem=pickle.load(file))


def run_fold(path, configuration, fold):
    """Evaluate a configuration on one fold of the problem at hand.

    Returns
    -------
    dict
        ``metrics`` (dict of str to float), ``fit_seconds``, ``predict_seconds``, ``rows_used``.
    """
    from sklearn_meta.search import evaluate_metrics, fit_fold

    if _loaded["path"] != path:
        load_problem(path)
    problem = _loaded["problem"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # unconverged fits are part of what is measured
        outcome = fit_fold(problem, configuration, fold)
    y_valid = problem.y[problem.folds[fold][1]]
    return {
        "metrics": evaluate_metrics(problem.kind, y_valid, outcome.predictions),
        # processor time: what a single thread takes, also where the machine is shared
        "fit_seconds": outcome.fit_cpu_seconds,
        "predict_seconds": outcome.predict_cpu_seconds,
        "rows_used": outcome.rows_used,
    }
