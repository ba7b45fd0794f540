"""Tell what role each column of a table plays."""

import re
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

MAX_CATEGORICAL_LEVELS = 40
_LOOKED_AT = 500  # values that decide whether strings are dates or text
_DATE_LIKE = re.compile(r"^\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}.*)?\s*$")


@dataclass(frozen=True)
class ColumnRoles:
    """Which columns play which role.

    Columns are named by their names if the table is a DataFrame with unique string names, else
    by their positions.

    Parameters
    ----------
    numeric : tuple of str or int
        Numbers and booleans.
    categorical : tuple of str or int
        Few levels (at most 40).
    high_cardinality : tuple of str or int
        Many levels.
    datetime : tuple of str or int
        Datetimes, and strings that can be read as such.
    text : tuple of str or int
        Strings of several words, or long and nearly unique ones.
    dropped : tuple of str or int
        Constant or empty columns, and exact copies of an earlier column.
    sparse : bool
        Whether the table is a sparse matrix (then all columns are numeric).
    n_levels : dict
        Number of levels of each categorical and high-cardinality column.
    """

    numeric: tuple = ()
    categorical: tuple = ()
    high_cardinality: tuple = ()
    datetime: tuple = ()
    text: tuple = ()
    dropped: tuple = ()
    sparse: bool = False
    n_levels: dict = field(default_factory=dict)

    @property
    def n_used(self):
        """Number of columns that are not dropped."""
        used = (self.numeric, self.categorical, self.high_cardinality, self.datetime, self.text)
        return sum(len(columns) for columns in used)


def column_roles(X):
    """Tell what role each column of a table plays.

    Parameters
    ----------
    X : ndarray, DataFrame or CSR matrix of shape (n_samples, n_features)
        A table from `check_table`.

    Returns
    -------
    ColumnRoles
        The columns by role.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_meta.metafeatures._columns import column_roles
    >>> X = pd.DataFrame({"size": [1.0, 2.5, 3.0], "colour": ["red", "blue", "red"], "one": 1})
    >>> roles = column_roles(X)
    >>> roles.numeric, roles.categorical, roles.dropped
    (('size',), ('colour',), ('one',))
    """
    if sparse.issparse(X):
        return ColumnRoles(numeric=tuple(range(X.shape[1])), sparse=True)
    if not hasattr(X, "columns"):
        keep = _distinct_numeric(np.asarray(X))
        return ColumnRoles(
            numeric=tuple(np.flatnonzero(keep).tolist()),
            dropped=tuple(np.flatnonzero(~keep).tolist()),
        )
    return _frame_roles(X)


def _frame_roles(X):
    """Sort a frame's columns: the numeric ones at once, the others one by one."""
    names = list(X.columns)
    by_name = X.columns.is_unique and all(isinstance(name, str) for name in names)
    is_numeric = np.array([getattr(t, "kind", "O") in "fiub" for t in X.dtypes], dtype=bool)
    roles = np.full(X.shape[1], "dropped", dtype=object)
    positions = np.flatnonzero(is_numeric)
    if len(positions):
        keep = _distinct_numeric(X.iloc[:, positions].to_numpy(np.float64))
        roles[positions[keep]] = "numeric"

    keys = names if by_name else list(range(X.shape[1]))
    n_levels, seen = {}, {}
    for position in np.flatnonzero(~is_numeric):
        column = X.iloc[:, position]
        codes, levels = column.factorize()
        if _is_constant(codes) or _seen_before(codes, levels, seen):
            continue
        role = _role_of(column, codes, levels)
        roles[position] = role
        if role in ("categorical", "high_cardinality"):
            n_levels[keys[position]] = len(levels)

    sorted_out = {
        role: tuple(key for key, is_role in zip(keys, roles == role, strict=True) if is_role)
        for role in ("numeric", "categorical", "high_cardinality", "datetime", "text", "dropped")
    }
    return ColumnRoles(**sorted_out, n_levels=n_levels)


def _distinct_numeric(values):
    """Mark columns that vary and are no copy of an earlier one."""
    missing = np.isnan(values)
    filled = np.where(missing, 0.0, values)
    varies = (missing != missing[:1]).any(axis=0) | (filled != filled[:1]).any(axis=0)
    # Copies have the same random projection; only columns that agree in it are compared in full.
    # Summing column by column makes equal columns give bitwise equal sums.
    weights = np.random.default_rng(0).random(len(values))
    sums = (filled * weights[:, None]).sum(axis=0) + (missing * weights[:, None]).sum(axis=0)
    keep = varies.copy()
    groups = {}
    for position in np.flatnonzero(varies):
        earlier = groups.setdefault(sums[position], [])
        if any(np.array_equal(values[:, position], values[:, e], equal_nan=True) for e in earlier):
            keep[position] = False
        else:
            earlier.append(position)
    return keep


def _is_constant(codes):
    """Tell a column with one value, or with none (a level beside missing values varies)."""
    return bool((codes == codes[0]).all())


def _seen_before(codes, levels, seen):
    """Tell an exact copy of an earlier column, and remember this one."""
    key = (str(levels.dtype), len(levels), codes.tobytes())
    for earlier in seen.setdefault(hash(key), []):
        if len(earlier) == len(levels) and list(earlier) == list(levels):
            return True
    seen[hash(key)].append(levels)
    return False


def _role_of(column, codes, levels):
    """Choose the role of one column that is not numeric and varies."""
    if getattr(column.dtype, "kind", "O") == "M":
        return "datetime"
    is_category = hasattr(column.dtype, "categories")
    if not is_category and _are_dates(levels):
        return "datetime"
    if len(levels) <= MAX_CATEGORICAL_LEVELS:
        return "categorical"
    if not is_category and _is_text(levels, len(codes)):
        return "text"
    return "high_cardinality"


def _are_dates(levels):
    """Tell whether strings can be read as dates; cheap unless they look like some."""
    if not all(_DATE_LIKE.match(value) for value in levels[:5]):
        return False
    import pandas as pd
    from skrub import ToDatetime
    from skrub.core import RejectColumn

    try:
        ToDatetime().fit(pd.Series(levels[:_LOOKED_AT], name="dates"))
    except RejectColumn:
        return False
    return True


def _is_text(levels, n_rows):
    """Tell sentences from names by their words and length."""
    values = levels[:_LOOKED_AT]
    n_words = np.mean([len(value.split()) for value in values])
    length = np.mean([len(value) for value in values])
    return n_words > 3 or (len(levels) > 0.9 * n_rows and length > 30)
