"""Describe a task by named numbers, the meta-features."""

import numpy as np

from sklearn_meta._validation import check_regression_target, check_weights
from sklearn_meta.metafeatures._information import information_metafeatures
from sklearn_meta.metafeatures._landmarking import landmarking_metafeatures
from sklearn_meta.metafeatures._large_table import view_of
from sklearn_meta.metafeatures._simple import simple_metafeatures
from sklearn_meta.metafeatures._statistical import statistical_metafeatures
from sklearn_meta.metafeatures._task_view import TaskView

GROUPS = {
    "simple": simple_metafeatures,
    "statistical": statistical_metafeatures,
    "information": information_metafeatures,
    "landmarking": landmarking_metafeatures,
}


CHEAP = ("simple", "statistical", "information")


def describe_task(X, y=None, *, kind=None, groups=CHEAP, sample_weight=None, random_state=0):
    """Describe a task by meta-features under OpenML's quality names.

    Counts of rows, columns, classes and missing values are of the whole table; all else is
    computed on at most 5,000 rows, 100 numeric and 100 nominal columns (landmarks: 1,000 rows),
    drawn with a seed. Time and memory are so bounded on any table. The names of a group are the
    same for every task; a value that is undefined for a task is NaN.

    Parameters
    ----------
    X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features), or TaskView
        The table; or a task already looked at (then `y`, `kind`, `sample_weight` and
        `random_state` are its own).
    y : array-like of shape (n_samples,), default=None
        The target: labels of any type, or numbers for regression.
    kind : {"binary", "multiclass", "regression"} or None, default=None
        What is to be predicted. None calls numbers with fractions a regression target, two
        distinct values binary and everything else multiclass.
    groups : iterable of {"simple", "statistical", "information", "landmarking"}
        Which meta-features to compute, by default all but the landmarks.
    sample_weight : array-like of shape (n_samples,) or None, default=None
        Weights, none negative. A whole number counts as so many rows, 0 as none; others are
        rescaled to mean 1.
    random_state : int, RandomState instance or None, default=0
        Seed of the samples.

    Returns
    -------
    dict of str to float
        The meta-features by name.

    Raises
    ------
    ValueError
        If a group or kind is unknown, `y` is missing or its length differs from that of `X`, or
        weights are negative or all zero.

    References
    ----------
    Vanschoren, J., van Rijn, J. N., Bischl, B., & Torgo, L. (2014). OpenML: networked science in
    machine learning. ACM SIGKDD Explorations, 15(2), 49-60.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.metafeatures import describe_task
    >>> found = describe_task(*load_iris(return_X_y=True))
    >>> found["NumberOfInstances"], found["NumberOfFeatures"], found["MajorityClassPercentage"]
    (150.0, 5.0, 33.33333333333333)
    >>> round(found["MeanSkewnessOfNumericAtts"], 3)
    0.064
    """
    extractors = [_group(name) for name in _as_names(groups)]
    view = X if isinstance(X, TaskView) else look_at(X, y, kind, sample_weight, random_state)
    found = {}
    for extract in extractors:
        found |= extract(view)
    return found


def metafeature_names(groups=CHEAP):
    """List the names that `describe_task` gives, in its order.

    Parameters
    ----------
    groups : iterable of {"simple", "statistical", "information", "landmarking"}
        The groups.

    Returns
    -------
    list of str
        The names.

    Examples
    --------
    >>> from sklearn_meta.metafeatures import metafeature_names
    >>> metafeature_names(["information"])[:3]
    ['ClassEntropy', 'MinAttributeEntropy', 'Quartile1AttributeEntropy']
    """
    smallest = TaskView(np.zeros((1, 1)), np.zeros(1, dtype=int), "binary")
    return list(describe_task(smallest, groups=groups))


def _as_names(groups):
    return (groups,) if isinstance(groups, str) else tuple(groups)


def _group(name):
    if name not in GROUPS:
        raise ValueError(
            f"There is no group {name!r} of meta-features; the groups are {', '.join(GROUPS)}."
        )
    return GROUPS[name]


def look_at(X, y, kind=None, sample_weight=None, random_state=0):
    """Check a target and weights, and look at an unchecked table.

    Parameters
    ----------
    X, y, kind, sample_weight, random_state
        As `describe_task` takes them.

    Returns
    -------
    TaskView
        The task.
    """
    if y is None:
        raise ValueError("y is None; describe_task needs the target beside the table.")
    y = y.to_numpy() if hasattr(y, "to_numpy") else np.asarray(y)
    y = y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y
    if y.ndim != 1:
        raise ValueError(f"y has shape {y.shape}; one target value per row is wanted.")
    if kind is None:
        kind = _kind_of(y)
    y = check_regression_target(y) if kind == "regression" else _codes(y)
    return view_of(X, y, kind, check_weights(sample_weight, len(y)), random_state)


def _kind_of(y):
    """Guess what is to be predicted, as `sklearn.utils.multiclass.type_of_target` does."""
    if y.dtype.kind == "f" and (y != np.floor(y)).any():
        return "regression"
    return "multiclass" if _codes(y).max(initial=0) > 1 else "binary"


def _codes(labels):
    import pandas as pd

    codes = pd.factorize(labels)[0]
    if (codes < 0).any():
        raise ValueError("Input y contains NaN. Drop the rows whose target is missing.")
    return codes.astype(np.int64)
