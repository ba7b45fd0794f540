"""Cross-validation or holdout: how a table is split for the search."""

import warnings
from textwrap import shorten

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
    check_cv,
)

MAX_VALID_ROWS = 10_000  # more tells nothing new of a model and costs every trial its predictions
RUNG_ROWS = 6_000  # what a first look at a configuration trains on where a table is larger
RUNG_GROWTH = 5
MANY_ROWS = 50_000  # above, one holdout, and first looks at fewer rows in any case


def make_folds(X, y, kind, *, cv=None, groups=None, time_budget=None, n_columns=1, seed=0):
    """Split a table into folds for the search.

    Parameters
    ----------
    X, y : table and target
        As the splitter wants them.
    kind : {"binary", "multiclass", "regression"}
        Classes are stratified.
    cv : int, splitter, iterable or None
        As in scikit-learn; None chooses by the work: 5 folds for what is quick to fit, else (3 or)
        one holdout.
    groups : array-like of shape (n_samples,), default=None
        Rows of one group stay on one side of every split.
    time_budget : float, default=None
        Seconds granted; a short one makes for fewer folds.
    n_columns : int, default=1
        Columns of the table.
    seed : int, default=0
        Seed of the default splits.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        Row numbers to train on and to validate on.

    Raises
    ------
    ValueError
        If the splitter yields nothing or an empty side.
    """
    if cv is None:
        splitter = _default_splitter(y, kind, groups, time_budget, n_columns, seed)
    else:
        splitter = check_cv(cv, y, classifier=kind != "regression")
    with warnings.catch_warnings():
        # rare classes are not in every fold: their probability is then 0 there, which is right
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        try:
            folds = [(np.asarray(a), np.asarray(b)) for a, b in splitter.split(X, y, groups)]
        except ValueError as error:
            raise ValueError(_which_parameter(error, cv, groups)) from error
    if not folds or any(not len(train) or not len(valid) for train, valid in folds):
        raise ValueError(
            f"cv={shorten(repr(cv), 80)} gave {len(folds)} splits of {len(y)} rows, some without "
            "rows to train or validate on; at least one with rows on both sides is needed."
        )
    return folds


def _which_parameter(error, cv, groups):
    """Say of a splitter's error which of our parameters it is about."""
    reason = str(error).rstrip(".")
    if groups is None and "groups" in reason:
        return f"{reason}. cv={shorten(repr(cv), 80)} splits by groups: pass groups=... to fit."
    if groups is not None:
        n_groups = len(np.unique(groups))
        return (
            f"{reason}. The rows are of {n_groups} groups (groups=...), and no group may be on "
            "both sides of a split: give groups that tell more rows apart, or another cv=..."
        )
    return f"{reason}. Give other splits with cv=..."


def n_default_folds(n_rows, n_columns, n_classes, time_budget):
    """Choose how many folds: what a fit costs at this size, and how many fits the budget holds.

    The estimate (seconds of a boosting fit) needs to be right within a factor of three only.
    """
    trees_a_round = n_classes if n_classes > 2 else 1
    seconds = 0.1 + 2e-6 * n_rows * min(n_columns, 200) ** 0.7 * trees_a_round
    if n_rows > MANY_ROWS:
        return 1
    if time_budget is None:
        return 5 if n_rows <= 5_000 else 3 if n_rows <= 20_000 else 1
    affordable = time_budget / (12 * seconds)
    return 5 if affordable >= 3 else 1


def _default_splitter(y, kind, groups, time_budget, n_columns, seed):
    n_rows = len(y)
    n_classes = len(np.unique(y)) if kind != "regression" else 1
    n_folds = n_default_folds(n_rows, n_columns, n_classes, time_budget)
    if groups is not None:
        n_groups = len(np.unique(groups))
        if n_groups < 2:
            raise ValueError(
                "groups has the same value for all rows, so no row could be validated on: give at "
                "least two groups, or groups=None."
            )
        if n_folds == 1 and n_groups > 2:
            return GroupShuffleSplit(1, test_size=0.25, random_state=seed)
        if kind == "regression":
            return GroupKFold(min(max(n_folds, 2), n_groups), shuffle=True, random_state=seed)
        return StratifiedGroupKFold(min(max(n_folds, 2), n_groups), shuffle=True, random_state=seed)
    smallest = n_rows if kind == "regression" else np.unique(y, return_counts=True)[1].min()
    stratified = kind != "regression"
    if n_folds == 1:
        n_valid = int(min(max(0.2 * n_rows, min(0.5 * n_rows, 1_000)), MAX_VALID_ROWS))
        if stratified and smallest >= 2 and n_valid >= n_classes:
            return StratifiedShuffleSplit(1, test_size=n_valid, random_state=seed)
        return ShuffleSplit(1, test_size=n_valid, random_state=seed)
    if kind == "binary" and smallest > 1:
        n_folds = min(n_folds, smallest)  # a fold without one of two classes has no ROC AUC
    n_folds = min(n_folds, n_rows)
    if stratified and np.unique(y, return_counts=True)[1].max() >= n_folds:
        return StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    return KFold(n_folds, shuffle=True, random_state=seed)


def make_rungs(fit_rows, has_clock=True):
    """Return how many rows trials train on, step by step: None is all of them.

    Successive halving over rows (Jamieson & Talwalkar 2016): a large table is first tried on few.
    Without a clock, only what would take very long is.
    """
    rungs, rows = [], RUNG_ROWS
    while fit_rows > 1.7 * rows and (has_clock or fit_rows > MANY_ROWS):
        rungs.append(rows)
        rows *= RUNG_GROWTH
    return (*rungs, None)
