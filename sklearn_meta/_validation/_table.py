"""Bring tables and targets into the few forms that the rest of the package speaks of.

A table leaves :func:`check_table` as a float array, a sparse CSR matrix or a pandas DataFrame
whose columns have one of five kinds of dtype: number, bool, ``str``, ``category``, datetime.
"""

import numpy as np
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    assert_all_finite,
    check_array,
    check_consistent_length,
    column_or_1d,
)

from sklearn_meta._column_dtypes import column_kind, normalise_column, recast_column
from sklearn_meta._compat import _check_feature_names, _check_n_features, _check_sample_weight
from sklearn_meta.exceptions import TableError


def check_table(estimator, X, *, reset):
    """Check a table and bring it into one of three containers.

    Parameters
    ----------
    estimator : estimator or None
        Where ``n_features_in_``, ``feature_names_in_`` and the columns' kinds are recorded
        (`reset` true) or looked up (`reset` false). None checks without recording.
    X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features)
        Numbers may be missing but not infinite.
    reset : bool
        True in `fit`, False in `predict`.

    Returns
    -------
    ndarray of float64, DataFrame or CSR matrix, of shape (n_samples, n_features)
        The table. A DataFrame has a plain index, string column names (or ``0 .. p - 1`` if the
        names given were not unique strings) and only number, bool, ``str``, ``category`` and
        naive datetime columns.

    Raises
    ------
    ValueError
        If the table is not two-dimensional, empty, infinite somewhere, or does not match the
        table that `fit` saw.
    TypeError
        If a cell holds something that is neither a number, a text, a boolean nor a time.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_meta._validation import check_table
    >>> X = pd.DataFrame({"age": pd.array([1, None], dtype="Int64"), "city": ["Rome", None]})
    >>> check_table(None, X, reset=True).dtypes.astype(str).to_dict()
    {'age': 'float64', 'city': 'str'}
    """
    X = _to_known_container(X)
    if _is_frame(X):
        X = _plain_frame(X)
        _record(estimator, X, reset)
        X = _checked_frame(X)
    elif sparse.issparse(X):
        X = _checked_numbers(X, estimator)
        _record(estimator, X, reset)
    elif X.dtype == object:
        X = _checked_objects(X)
        _record(estimator, X, reset)
    else:
        X = _checked_numbers(X, estimator)
        _record(estimator, X, reset)
    return _as_in_fit(estimator, X, reset)


def check_classification_target(y, n_samples=None):
    """Check class labels and encode them.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels: numbers, strings, booleans or categories.
    n_samples : int, default=None
        How many rows the table has; None does not compare.

    Returns
    -------
    codes : ndarray of int64 of shape (n_samples,)
        Position of each label in `classes`.
    classes : ndarray of shape (n_classes,)
        The sorted labels.

    Raises
    ------
    ValueError
        If labels are missing, continuous, of one class only or too few or many for the table.

    Examples
    --------
    >>> from sklearn_meta._validation import check_classification_target
    >>> codes, classes = check_classification_target(["no", "yes", "no"])
    >>> codes.tolist(), classes.tolist()
    ([0, 1, 0], ['no', 'yes'])
    """
    y = _checked_target(y, n_samples)
    if y.dtype == object:
        y = _labels_of_one_type(y)
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise TableError(
            "A classifier needs samples of at least 2 classes in y, "
            f"but the data contains only one class: {classes[0]!r}"
        )
    return codes.astype(np.int64), classes


def check_regression_target(y, n_samples=None):
    """Check a numeric target.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Numbers.
    n_samples : int, default=None
        How many rows the table has; None does not compare.

    Returns
    -------
    ndarray of float64 of shape (n_samples,)
        The target.

    Raises
    ------
    ValueError
        If a value is missing, infinite or not a number, or the lengths differ.
    """
    y = _checked_target(y, n_samples)
    if y.dtype.kind == "c":
        raise TableError("Complex data not supported: y holds complex numbers.")
    try:
        y = y.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TableError(
            f"A regressor needs numbers in y, got {type_of_target(y)!r} values ({error}). "
            "Use a classifier for class labels."
        ) from error
    assert_all_finite(y, input_name="y")
    return y


def check_weights(sample_weight, n_samples):
    """Check sample weights.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,), number or None
        Non-negative weights, some of them positive.
    n_samples : int
        How many rows the table has.

    Returns
    -------
    ndarray of float64 of shape (n_samples,) or None
        The weights; None if there were none.

    Raises
    ------
    ValueError
        If a weight is negative, missing or infinite, all are zero, or their number is wrong.
    """
    if sample_weight is None:
        return None
    rows = np.broadcast_to(np.float64(0), (n_samples, 1))
    weights = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
    if not weights.any():
        raise TableError("sample_weight is zero for every row; at least one must be positive.")
    return weights


def take_rows(X, rows):
    """Take rows of a checked table.

    Parameters
    ----------
    X : ndarray, DataFrame or CSR matrix of shape (n_samples, n_features)
        A table from :func:`check_table`.
    rows : array-like of int or bool
        Positions, or a mask of length `n_samples`.

    Returns
    -------
    ndarray, DataFrame or CSR matrix
        The rows, in the same container.
    """
    return X.iloc[rows] if _is_frame(X) else X[rows]


def n_rows(X):
    """Count the rows of a checked table."""
    return int(X.shape[0])


def n_columns(X):
    """Count the columns of a checked table."""
    return int(X.shape[1])


def _is_frame(X):
    """Tell a pandas DataFrame without importing pandas."""
    return hasattr(X, "iloc") and hasattr(X, "columns")


def _to_known_container(X):
    """Return a DataFrame, a sparse matrix or an ndarray (object only if it holds non-numbers)."""
    if type(X).__module__.partition(".")[0] == "polars":
        if hasattr(X, "collect"):
            raise TypeError("X is a polars LazyFrame; call .collect() on it first.")
        if hasattr(X, "to_pandas"):
            return X.to_pandas()
    if _is_frame(X) or sparse.issparse(X):
        return X
    array = X if isinstance(X, np.ndarray) else _array_from(X)
    if array.dtype.kind in "OUSMm":
        try:
            return array.astype(np.float64) if array.dtype.kind == "O" else array.astype(object)
        except (TypeError, ValueError):
            return array
    return array


def _array_from(X):
    """Make an array of a list (of lists), keeping numbers beside strings as numbers."""
    try:
        array = np.asarray(X)
    except ValueError as error:
        raise TableError(
            f"Expected a 2D table with rows of equal length, got a {type(X).__name__} that "
            f"is not rectangular ({error})."
        ) from error
    return np.asarray(X, dtype=object) if array.dtype.kind in "US" else array


def _checked_numbers(X, estimator):
    """Check a numeric array or sparse matrix in scikit-learn's words."""
    X = check_array(
        X,
        accept_sparse="csr",
        dtype=np.float64,
        ensure_all_finite="allow-nan",
        estimator=estimator,
        input_name="X",
    )
    return _with_short_indices(X) if sparse.issparse(X) else X


def _with_short_indices(X):
    """Index cells by 32 bits where that is enough: many learners know no other numbers."""
    if X.indices.dtype == np.int32 and X.indptr.dtype == np.int32:
        return X
    if max(X.nnz, *X.shape) > np.iinfo(np.int32).max:
        return X
    parts = X.data, X.indices.astype(np.int32), X.indptr.astype(np.int32)
    return type(X)(parts, shape=X.shape)


def _checked_objects(X):
    """Turn an array that holds more than numbers into a checked DataFrame."""
    import pandas as pd

    X = check_array(X, dtype=None, ensure_all_finite=False, input_name="X")
    return _checked_frame(pd.DataFrame(X, dtype=object))


def _plain_frame(X):
    """Give a frame a plain index and usable names; refuse an empty one."""
    import pandas as pd

    for count, what in zip(X.shape, ("sample", "feature"), strict=True):
        if count == 0:
            raise TableError(
                f"Found array with 0 {what}(s) (shape={X.shape}) while a minimum of 1 is required."
            )
    X = X.reset_index(drop=True)
    if not (X.columns.is_unique and all(isinstance(name, str) for name in X.columns)):
        X.columns = pd.RangeIndex(X.shape[1])
    return X


def _checked_frame(X):
    """Normalise the dtypes of a frame and refuse infinite numbers."""
    import pandas as pd

    if not all(_is_plain_number(dtype) for dtype in X.dtypes.unique()):
        columns = {name: normalise_column(X[name], name) for name in X.columns}
        X = pd.DataFrame(columns, index=X.index, copy=False)
    floats = [name for name, dtype in X.dtypes.items() if dtype.kind == "f"]
    if floats:
        infinite = np.isinf(X[floats].to_numpy()).any(axis=0)
        if infinite.any():
            names = [name for name, bad in zip(floats, infinite, strict=True) if bad]
            raise TableError(
                "Input X contains infinity or a value too large for dtype('float64') in "
                f"column(s) {names[:10]}. Replace such values, for instance by NaN."
            )
    return X


def _is_plain_number(dtype):
    """Tell the dtypes that need no conversion."""
    return isinstance(dtype, np.dtype) and dtype.kind in "fiub" and dtype.itemsize <= 8


def _record(estimator, X, reset):
    """Record or compare the columns' names and number in scikit-learn's way."""
    if estimator is not None:
        _check_feature_names(estimator, X, reset=reset)
        _check_n_features(estimator, X, reset=reset)


def _as_in_fit(estimator, X, reset):
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
    if not _is_frame(X):
        return "array"
    return tuple((name, column_kind(X[name])) for name in X.columns)


def _to_numbers(X):
    """Make a float array of a table whose columns were numeric in fit."""
    if sparse.issparse(X):
        return X.toarray()
    if not _is_frame(X):
        return X
    columns = [recast_column(X[name], "number", name).to_numpy(np.float64) for name in X.columns]
    return np.column_stack(columns)


def _recast_frame(X, layout):
    """Give each column of a table the kind that it had in fit."""
    import pandas as pd

    if not _is_frame(X):
        X = pd.DataFrame(X.toarray() if sparse.issparse(X) else X)
    names = [name for name, _ in layout]
    if list(X.columns) != names:
        X = X.set_axis(names, axis=1)
    if _layout(X) == layout:
        return X
    columns = {name: recast_column(X[name], kind, name) for name, kind in layout}
    return pd.DataFrame(columns, index=X.index, copy=False)


def _checked_target(y, n_samples):
    """Return a one-dimensional target without missing values."""
    if y is None:
        raise TableError(
            "This estimator requires y to be passed, but the target y is None: "
            "pass one value per row of X."
        )
    if sparse.issparse(y):
        raise TypeError("Sparse y is not supported; pass y.toarray().ravel().")
    y = column_or_1d(_plain_values(y), warn=True)
    if n_samples is not None:
        check_consistent_length(np.broadcast_to(0, (n_samples,)), y)
    if len(y) == 0:
        raise TableError("Found array with 0 sample(s) in y while a minimum of 1 is required.")
    if y.dtype.kind == "O":
        import pandas as pd

        if pd.isna(y).any():
            raise TableError("Input y contains NaN. Drop the rows whose target is missing.")
    elif y.dtype.kind == "f":
        assert_all_finite(y, input_name="y")
    return y


def _plain_values(y):
    """Turn pandas' and polars' own dtypes into numpy's, lists into arrays."""
    if hasattr(y, "to_numpy"):
        return y.to_numpy()
    array = np.asarray(y)
    return np.asarray(y, dtype=object) if array.dtype.kind in "US" else array


def _labels_of_one_type(y):
    """Give an object array of labels its plain dtype; refuse a mix that can't be sorted."""
    is_text = [isinstance(label, str) for label in y]
    if all(is_text):
        return y
    if any(is_text):
        raise TableError(
            "Unknown label type: y mixes strings and other values; "
            "give all labels one type, for instance by y.astype(str)."
        )
    plain = np.asarray(y.tolist())
    if plain.dtype.kind == "f":
        assert_all_finite(plain, input_name="y")
    return plain
