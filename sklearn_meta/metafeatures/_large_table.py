"""Look at a table of many rows without a converted copy of it: only sampled rows are checked."""

from functools import cached_property

import numpy as np

from sklearn_meta._validation import check_table
from sklearn_meta.exceptions import TableError
from sklearn_meta.metafeatures._task_view import TaskView

_CELLS_PER_CHUNK = 10_000_000


def view_of(X, y, kind, sample_weight, random_state):
    """Look at an unchecked table.

    Parameters
    ----------
    X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features)
        As `describe_task` takes it.
    y : ndarray of shape (n_samples,)
        Class codes or numbers.
    kind : {"binary", "multiclass", "regression"}
        What is to be predicted.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights.
    random_state : int, RandomState instance or None
        Seed of the samples.

    Returns
    -------
    TaskView
        The task. Of a DataFrame, and of an array that is not of 8-byte floats, only the sampled
        rows are checked and converted if there are more than the sample holds.
    """
    settings = {"sample_weight": sample_weight, "random_state": random_state}
    if _is_frame(X) and X.shape[0] > 0:
        view = _FrameView(X, y, kind, **settings)
        if X.shape[1] and len(view.rows) < X.shape[0]:
            _refuse_infinite(X)
            return view
    elif _is_numeric_array(X):
        view = TaskView(X, y, kind, **settings)
        if X.shape[1] and len(view.rows) < X.shape[0]:
            _refuse_infinite(X)
            return view
    return TaskView(check_table(None, X, reset=True), y, kind, **settings)


class _FrameView(TaskView):
    """A view of a pandas or polars DataFrame as the user gave it."""

    @cached_property
    def _table(self):
        # a polars frame takes row positions in brackets, as a pandas frame does in iloc
        rows = self.X.iloc[self.rows] if hasattr(self.X, "iloc") else self.X[self.rows]
        return check_table(None, rows, reset=True)

    def _whole_column(self, position):
        checked = self._table.iloc[:, position]
        if not hasattr(self.X, "iloc") or not hasattr(checked, "cat"):
            return checked
        column = self.X.iloc[:, position]
        is_same = hasattr(column, "cat") and len(column.cat.categories) == len(
            checked.cat.categories
        )
        return column if is_same else checked


def _is_frame(X):
    is_polars = type(X).__module__.partition(".")[0] == "polars"
    return (is_polars and not hasattr(X, "collect")) or (
        hasattr(X, "iloc") and hasattr(X, "columns")
    )


def _is_numeric_array(X):
    """Tell arrays that would be copied to become floats of 8 bytes."""
    return isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind in "fiub" and X.dtype != float


def _refuse_infinite(X):
    """Raise if a float is infinite, looking at some million cells at a time."""
    step = max(1000, _CELLS_PER_CHUNK // X.shape[1])
    for start in range(0, X.shape[0], step):
        for name, values in _float_parts(X, start, start + step):
            if np.isinf(values).any():
                raise TableError(
                    "Input X contains infinity or a value too large for dtype('float64'){}. "
                    "Replace such values, for instance by NaN.".format(
                        "" if name is None else f" in column {name!r}"
                    )
                )


def _float_parts(X, start, stop):
    """Yield the floats of some rows, column by column if X is a frame."""
    if isinstance(X, np.ndarray):
        if X.dtype.kind == "f":
            yield None, X[start:stop]
        return
    is_pandas = hasattr(X, "iloc")
    rows = X.iloc[start:stop] if is_pandas else X[start:stop]
    for position, name in enumerate(X.columns):
        column = rows.iloc[:, position] if is_pandas else rows[:, position]
        is_float = isinstance(column.dtype, np.dtype) and column.dtype.kind == "f"
        if is_float or (not is_pandas and column.dtype.is_float()):
            yield name, column.to_numpy()
