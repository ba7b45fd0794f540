"""Choose some rows of a large table by what they hold, so that their order does not matter."""

import numpy as np

MAX_ROWS = 200_000
MAX_CELLS = 20_000_000
_CHUNK_CELLS = 2_000_000
_MIX = np.uint64(0x9E3779B97F4A7C15)
_NAN = np.float32(np.nan)


def sample_rows(X):
    """Take the rows whose content has the smallest numbers, if hashing all would take too long.

    The number of a row is the sum of numbers made of its cells, which is quicker by far than its
    hash. It depends on neither the order of the rows nor that of the columns; of a part of a table,
    mostly the same rows are taken as of the whole.

    Parameters
    ----------
    X : DataFrame, ndarray or CSR matrix of shape (n_samples, n_features)
        The table.

    Returns
    -------
    X : DataFrame, ndarray or CSR matrix
        At most 200,000 rows and about 20 million cells of it, in their order.
    """
    rows = taken_rows(X)
    if len(rows) == X.shape[0]:
        return X
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


def taken_rows(X):
    """Return the numbers of the rows that :func:`sample_rows` takes, ascending.

    Parameters
    ----------
    X : DataFrame, ndarray or CSR matrix of shape (n_samples, n_features)
        The table.

    Returns
    -------
    rows : ndarray of shape (n_taken,), dtype intp
    """
    n_rows, n_columns = X.shape
    limit = min(MAX_ROWS, max(1, MAX_CELLS // max(1, n_columns)))
    if n_rows <= limit:
        return np.arange(n_rows)
    return np.sort(np.argpartition(_row_numbers(X), limit)[:limit])


def _row_numbers(X):
    """Return a 64-bit number for each row."""
    if hasattr(X, "tocsr"):
        cells = _mixed(X.data)  # zeros count for nothing, stored or not
        totals = np.concatenate([np.zeros(1, np.uint64), np.cumsum(cells, dtype=np.uint64)])
        return _spread(totals[X.indptr[1:]] - totals[X.indptr[:-1]])
    if not hasattr(X, "iloc") and X.dtype.kind in "fiub":
        return _spread(_block_numbers(X))
    columns = X.shape[1]
    total = np.zeros(len(X), dtype=np.uint64)
    for j in range(columns):
        column = X.iloc[:, j] if hasattr(X, "iloc") else X[:, j]
        total += _column_numbers(column)
    return _spread(total)


def _block_numbers(block):
    total = np.empty(len(block), dtype=np.uint64)
    step = max(1, _CHUNK_CELLS // max(1, block.shape[1]))
    for start in range(0, len(block), step):
        part = block[start : start + step]
        total[start : start + step] = _mixed(part).sum(axis=1, dtype=np.uint64)
    return total


def _column_numbers(column):
    """Return a number for each cell of a column; texts are numbered by distinct value."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "fiub":
        return _mixed(np.asarray(column))
    if getattr(dtype, "kind", "O") == "M":
        return _mixed(column.to_numpy(dtype="datetime64[s]").view(np.int64))
    import pandas as pd

    from sklearn_meta.experience.identity._row_hashes import hash_level, number_of

    codes, levels = pd.factorize(column)
    numbers = [number_of(level) for level in levels]
    table = np.array(
        [
            hash_level(level) if number is None else _mixed(np.array([number]))[0]
            for level, number in zip(levels, numbers, strict=True)
        ]
        + [_mixed(np.array([_NAN]))[0]],
        dtype=np.uint64,
    )
    return table[codes]


def _mixed(values):
    """Make numbers of cells; of zero, zero. Single precision forgives what rounding changes."""
    with np.errstate(over="ignore"):
        values = np.asarray(values).astype(np.float32) + np.float32(0)  # -0.0 is 0.0
    values = np.where(np.isnan(values), _NAN, values)
    numbers = np.ascontiguousarray(values).view(np.uint32).astype(np.uint64) * _MIX
    return numbers ^ (numbers >> np.uint64(29))


def _spread(numbers):
    """Scatter sums over the whole range, so that the smallest are any rows, not small values."""
    numbers = (numbers ^ (numbers >> np.uint64(31))) * _MIX
    return numbers ^ (numbers >> np.uint64(32))
