"""Bring the many dtypes of pandas columns down to five kinds.

Number and bool (numpy dtypes), ``str`` (missing is NaN), ``category`` and naive datetime.
"""

import datetime as dt
from numbers import Number

import numpy as np

from sklearn_meta.exceptions import TableError

_NUMBERS = {"integer", "floating", "mixed-integer-float", "decimal"}
_TIMES = {"datetime", "datetime64", "date"}
_SORTABLE_CATEGORIES = {"string", "integer", "floating", "empty"}


def normalise_column(column, name):
    """Give a column one of the five kinds of dtype.

    Parameters
    ----------
    column : Series of shape (n_samples,)
        Of any dtype.
    name : str or int
        What an error message calls it.

    Returns
    -------
    Series of shape (n_samples,)
        The same values as numbers, booleans, ``str``, ``category`` or naive datetimes.

    Raises
    ------
    ValueError
        If it holds complex numbers.
    TypeError
        If it holds lists, dicts or other objects.
    """
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        return _from_numpy_dtype(column, name)
    if isinstance(dtype, pd.CategoricalDtype):
        return _with_sortable_categories(column)
    if isinstance(dtype, pd.StringDtype):
        return column if dtype == "str" else column.astype("str")
    if isinstance(dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert("UTC").dt.tz_localize(None)
    if isinstance(dtype, pd.SparseDtype):
        return normalise_column(column.sparse.to_dense(), name)
    if isinstance(dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    if pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype):
        return _from_nullable_number(column)
    return _from_objects(column.astype(object), name)


def column_kind(column):
    """Name the kind of a normalised column.

    Parameters
    ----------
    column : Series
        A column from :func:`normalise_column`.

    Returns
    -------
    {"number", "str", "datetime", "category of str", "category of number"}
        Booleans count as numbers.
    """
    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        return "datetime" if dtype.kind == "M" else "number"
    if not hasattr(dtype, "categories"):
        return "str"
    numeric = isinstance(dtype.categories.dtype, np.dtype) and dtype.categories.dtype.kind in "fiu"
    return "category of number" if numeric else "category of str"


def recast_column(column, kind, name):
    """Give a column seen in `predict` the kind that it had in `fit`.

    Parameters
    ----------
    column : Series of shape (n_samples,)
        A column from :func:`normalise_column`.
    kind : str
        What :func:`column_kind` said in `fit`.
    name : str or int
        What an error message calls the column.

    Returns
    -------
    Series of shape (n_samples,)
        The column in that kind.

    Raises
    ------
    ValueError
        If the values can't be of that kind.
    """
    found = column_kind(column)
    if found == kind:
        return column
    if kind == "number":
        return _to_number(column, name)
    if kind == "datetime":
        return _to_datetime(column, name)
    if kind == "str":
        return _to_text(column)
    wanted = _to_text(column) if kind == "category of str" else _to_number(column, name)
    return wanted.astype("category")


def _from_numpy_dtype(column, name):
    """Normalise a column with one of numpy's own dtypes."""
    code = column.dtype.kind
    if code == "c":
        raise TableError(f"Complex data not supported: column {name!r} holds complex numbers.")
    if code == "m":
        return column.dt.total_seconds()
    if code == "O":
        return _from_objects(column, name)
    if code in "SU":
        return _from_objects(column.astype(object), name)
    if code == "f" and column.dtype.itemsize > 8:
        return column.astype(np.float64)
    return column


def _from_nullable_number(column):
    """Return plain numbers: floats with NaN where something is missing."""
    import pandas as pd

    if column.isna().any():
        return pd.Series(column.to_numpy(np.float64, na_value=np.nan), column.index)
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.astype(bool)
    if pd.api.types.is_integer_dtype(column.dtype):
        return column.astype(np.int64)
    return column.astype(np.float64)


def _with_sortable_categories(column):
    """Rename categories that can't be sorted or compared with plain ones to their text."""
    import pandas as pd

    categories = column.cat.categories
    if pd.api.types.infer_dtype(categories, skipna=False) in _SORTABLE_CATEGORIES:
        return column
    names = [str(category) for category in categories]
    if len(set(names)) == len(names):
        return column.cat.rename_categories(names)
    return _text_of_present(column.astype(object)).astype("category")


def _from_objects(column, name):
    """Normalise a column of Python objects by what they are."""
    import pandas as pd

    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "string":
        return column.where(column.notna(), np.nan).astype("str")
    if kind in _NUMBERS or kind == "empty":
        return column.where(column.notna(), np.nan).astype(np.float64)
    if kind == "boolean":
        missing = column.isna()
        return column.where(~missing, np.nan).astype(np.float64 if missing.any() else bool)
    if kind in _TIMES:
        return pd.to_datetime(column, utc=True).dt.tz_localize(None)
    if kind in {"timedelta", "timedelta64"}:
        return pd.to_timedelta(column).dt.total_seconds()
    if kind == "complex":
        raise TableError(f"Complex data not supported: column {name!r} holds complex numbers.")
    return _from_mixed(column, name)


def _from_mixed(column, name):
    """Take a mixed column as text, or refuse it if a cell is not a plain value."""
    plain = (str, bytes, bool, int, float, np.generic, dt.date, dt.time, dt.timedelta)
    for cell in column[column.notna()]:
        if not isinstance(cell, plain) and not _is_scalar(cell):
            raise TypeError(
                f"Column {name!r} holds a {type(cell).__name__}; each cell's argument must be a "
                "string or a number, a boolean or a time. Expand such cells into columns first."
            )
    if all(isinstance(cell, Number) for cell in column[column.notna()]):
        return column.where(column.notna(), np.nan).astype(np.float64)
    return _text_of_present(column)


def _is_scalar(cell):
    """Tell numbers, periods and the like from containers."""
    import pandas as pd

    return pd.api.types.is_scalar(cell)


def _text_of_present(column):
    """Write the cells that are not missing as text."""
    return column.map(_text, na_action="ignore").astype("str")


def _text(cell):
    """Write one cell as text; whole floats as integers, so that 1 and 1.0 are one level."""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _to_text(column):
    """Recast numbers, times or categories as text."""
    if column_kind(column) == "category of str":
        return column.astype(object).where(column.notna(), np.nan).astype("str")
    if column_kind(column) == "str":
        return column
    return _text_of_present(column.astype(object))


def _to_number(column, name):
    """Recast a column without values, or of numeric categories, as numbers."""
    if column.isna().all() or column_kind(column) == "category of number":
        return column.astype(object).where(column.notna(), np.nan).astype(np.float64)
    example = column.dropna().iloc[0]
    raise TableError(
        f"Column {name!r} held numbers in fit and holds {column_kind(column)} values now, such as "
        f"{str(example)[:40]!r}. Convert it to numbers, or fit again on such values."
    )


def _to_datetime(column, name):
    """Recast a column without values, or of dates written as text, as datetimes."""
    import pandas as pd

    if column.isna().all():
        return pd.Series(pd.NaT, column.index, dtype="datetime64[us]")
    try:
        if column_kind(column) == "number":
            raise ValueError("it holds plain numbers now")
        return pd.to_datetime(column.astype(object), utc=True).dt.tz_localize(None)
    except ValueError as error:
        raise TableError(
            f"Column {name!r} held dates in fit and can't be read as dates now ({error})."
        ) from error
