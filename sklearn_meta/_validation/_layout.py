"""The layout that `fit` saw, and how a later table is given it."""

import numpy as np
from scipy import sparse

from sklearn_meta._compat import _check_feature_names, _check_n_features
from sklearn_meta._validation._columns import column_kind, recast_column
from sklearn_meta._validation._rows import is_frame


def record(estimator, X, reset):
    """Record or compare the columns' names and number in scikit-learn's way."""
    if estimator is not None:
        _check_feature_names(estimator, X, reset=reset)
        _check_n_features(estimator, X, reset=reset)


def as_in_fit(estimator, X, reset):
    """Remember the table's layout in fit; give a later table that layout."""
    if estimator is None:
        return X
    if reset:
        estimator._table_layout = _layout(X)
        return X
    layout = getattr(estimator, "_table_layout", None)
    if layout is None:
        return X
    if layout == "sparse":
        return sparse.csr_array(_to_numbers(X)) if not sparse.issparse(X) else X
    if layout == "array":
        return _to_numbers(X)
    return _recast_frame(X, layout)


def _layout(X):
    """Describe a table: its container or, for a frame, the name and kind of each column."""
    if sparse.issparse(X):
        return "sparse"
    if not is_frame(X):
        return "array"
    return tuple((name, column_kind(X[name])) for name in X.columns)


def _to_numbers(X):
    """Make a float array of a table whose columns were numeric in fit."""
    if sparse.issparse(X):
        return X.toarray()
    if not is_frame(X):
        return X
    columns = [recast_column(X[name], "number", name).to_numpy(np.float64) for name in X.columns]
    return np.column_stack(columns)


def _recast_frame(X, layout):
    """Give each column of a table the kind that it had in fit."""
    import pandas as pd

    if not is_frame(X):
        X = pd.DataFrame(X.toarray() if sparse.issparse(X) else X)
    names = [name for name, _ in layout]
    if list(X.columns) != names:
        X = X.set_axis(names, axis=1)
    if _layout(X) == layout:
        return X
    columns = {name: recast_column(X[name], kind, name) for name, kind in layout}
    return pd.DataFrame(columns, index=X.index, copy=False)
