"""Check a table and bring it into one of three containers."""

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_array

from sklearn_meta._validation._columns import normalise_column
from sklearn_meta._validation._layout import as_in_fit, record
from sklearn_meta._validation._rows import is_frame
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
    if is_frame(X):
        X = _plain_frame(X)
        record(estimator, X, reset)
        X = _checked_frame(X)
    elif sparse.issparse(X):
        X = _checked_numbers(X, estimator)
        record(estimator, X, reset)
    elif X.dtype == object:
        X = _checked_objects(X)
        record(estimator, X, reset)
    else:
        X = _checked_numbers(X, estimator)
        record(estimator, X, reset)
    return as_in_fit(estimator, X, reset)


def plain_table(X):
    """Give a table plain columns, on its own: as `fit` does, but without a look at its layout.

    Parameters
    ----------
    X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features)
        The table.

    Returns
    -------
    ndarray of float64, DataFrame or CSR matrix, of shape (n_samples, n_features)
        As :func:`check_table` returns it.
    """
    return check_table(None, X, reset=True)


def _to_known_container(X):
    """Return a DataFrame, a sparse matrix or an ndarray (object only if it holds non-numbers)."""
    if type(X).__module__.partition(".")[0] == "polars":
        if hasattr(X, "collect"):
            raise TypeError("X is a polars LazyFrame; call .collect() on it first.")
        if hasattr(X, "to_pandas"):
            return X.to_pandas()
    if is_frame(X) or sparse.issparse(X):
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

    columns, is_other = {}, False
    for (name, column), dtype in zip(X.items(), list(X.dtypes), strict=True):
        columns[name] = column if _is_plain_number(dtype) else normalise_column(column, name)
        is_other |= columns[name] is not column
    if is_other:
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
