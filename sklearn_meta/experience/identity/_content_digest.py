"""One number for a whole table, whatever the order of its rows and columns."""

import numpy as np

from sklearn_meta.experience.identity._row_hashes import (
    CHUNK_CELLS,
    hash_cells,
    hash_column,
    hash_rows,
    hash_texts,
    is_number,
    scramble,
    sum_slices,
    taken_rows,
)


def content_digest(X):
    """Digest a table so that any changed cell shows, and no order does.

    Columns are told apart by what they hold instead of by their place: two tables have the same
    digest if they are made of the same rows and columns, whatever the order of both.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    X = taken_rows(X)
    weights = scramble(_column_sums(X)) | np.uint64(1)
    rows = hash_rows(X, weights)[1]
    return f"{int(scramble(rows).sum(dtype=np.uint64)):016x}"


def _column_sums(X):
    """Sum up, for each column, a number made of each cell; shape (n_features,)."""
    if hasattr(X, "tocsc"):
        return _sparse_sums(X.tocsc())
    if hasattr(X, "iloc"):
        return _frame_sums(X)
    if X.dtype.kind in "fiub":
        return _block_sums(X)
    return np.array([_sum(hash_texts(X[:, j])) for j in range(X.shape[1])], dtype=np.uint64)


def _sum(hashes):
    return scramble(hashes).sum(dtype=np.uint64)


def _frame_sums(X):
    sums = np.empty(X.shape[1], dtype=np.uint64)
    numeric = np.array([is_number(dtype) for dtype in X.dtypes], dtype=bool)
    if numeric.any():
        sums[numeric] = _block_sums(X.loc[:, numeric].to_numpy(dtype=np.float64))
    for j in np.flatnonzero(~numeric):
        sums[j] = _sum(hash_column(X.iloc[:, j]))
    return sums


def _block_sums(block):
    sums = np.zeros(block.shape[1], dtype=np.uint64)
    step = max(1, CHUNK_CELLS // max(1, block.shape[1]))
    for start in range(0, len(block), step):
        cells = hash_cells(np.asarray(block[start : start + step], np.float64))
        sums += scramble(cells).sum(axis=0, dtype=np.uint64)
    return sums


def _sparse_sums(X):
    """Do the same for stored cells, and count the zeros between them."""
    X = X.copy()
    X.sum_duplicates()
    zero = scramble(hash_cells(np.zeros(1)))
    stored = sum_slices(scramble(hash_cells(X.data.astype(np.float64))), X.indptr)
    n_zeros = X.shape[0] - np.diff(X.indptr)
    return stored + zero * n_zeros.astype(np.uint64)
