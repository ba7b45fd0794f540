"""Turn each row of a table into one 64-bit number made of its values.

Numbers count to six significant digits, categories by their text, whole numbers are the same as
int, float or text, and names do not matter.
"""

from hashlib import blake2b

import numpy as np

from sklearn_meta.experience.identity._row_sample import sample_rows

CHUNK_CELLS = 2_000_000
_DIGITS = 6
_MISSING = np.uint64(0x9E3779B97F4A7C15)


def row_hashes(X):
    """Hash every row of a table by its values, whatever the order of the columns.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table. Of more than 200,000 rows (or 20 million cells), so many are taken, chosen by
        what they hold.

    Returns
    -------
    hashes : ndarray of shape (n_samples,), dtype uint64
        One number per row that was taken, in the order of the rows. It does not depend on the names
        and the order of the columns, nor on whether whole numbers are stored as int, float or text.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.experience import row_hashes
    >>> X = np.array([[1.0, 2.5], [3.0, np.nan]])
    >>> bool((row_hashes(X) == row_hashes(X[:, ::-1])).all())
    True
    """
    return both_hashes(as_table(X))[0]


def both_hashes(X):
    """Hash every row twice: without and with regard to the order of the columns.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.

    Returns
    -------
    hashes : ndarray of shape (2, n_samples), dtype uint64
        First the hashes that ignore the order of the columns, then those that keep to it.
    """
    return hash_rows(taken_rows(X), _place_weights(X.shape[1]))


def taken_rows(X):
    """Bring a table into the shape to be hashed, cut down if it is large."""
    return sample_rows(X.tocsr() if hasattr(X, "tocsr") else X)


def _place_weights(n_columns):
    return scramble(np.arange(n_columns, dtype=np.uint64)) | np.uint64(1)


def hash_rows(X, weights):
    """Add up the hashes of the cells of each row, plain and weighted by column."""
    if hasattr(X, "tocsr"):
        return _hash_sparse(X, weights)
    if hasattr(X, "iloc"):
        return _hash_frame(X, weights)
    if X.dtype.kind in "fiub":
        return _hash_numbers(X, weights)
    return _sum_columns((hash_texts(X[:, j]) for j in range(X.shape[1])), weights, len(X))


def has_words(X):
    """Tell whether a table (of `as_table`) has a cell that is neither a number nor a date."""
    if hasattr(X, "iloc"):
        columns = [X.iloc[:, j] for j, dtype in enumerate(X.dtypes) if not is_number(dtype)]
        return any(column.dtype.kind != "M" and _holds_word(column) for column in columns)
    is_object = not hasattr(X, "tocsr") and X.dtype.kind not in "fiub"
    return is_object and any(_holds_word(X[:, j]) for j in range(X.shape[1]))


def _holds_word(values):
    import pandas as pd

    return any(number_of(level) is None for level in pd.unique(values) if not pd.isna(level))


def as_table(X):
    """Bring whatever holds rows into one of: ndarray, DataFrame, sparse matrix."""
    if hasattr(X, "to_pandas"):
        return X.to_pandas()
    if hasattr(X, "iloc") or hasattr(X, "tocsr"):
        return X
    X = np.asarray(X)
    if X.ndim != 2:
        raise ValueError(
            f"A table of two dimensions was expected, got an array of shape {X.shape}. "
            "Give the features as (n_samples, n_features)."
        )
    return X


def _hash_frame(X, weights):
    """Hash a DataFrame's rows; its plain numbers are taken as one block, for speed."""
    numeric = np.array([is_number(dtype) for dtype in X.dtypes], dtype=bool)
    others = np.flatnonzero(~numeric)
    total = _sum_columns((hash_column(X.iloc[:, j]) for j in others), weights[others], len(X))
    if numeric.any():
        total += _hash_numbers(X.loc[:, numeric].to_numpy(dtype=np.float64), weights[numeric])
    return total


def _sum_columns(columns, weights, n_rows):
    """Add up the hashes of cells by row, plain and weighted by their column."""
    total = np.zeros((2, n_rows), dtype=np.uint64)
    for cells, weight in zip(columns, weights, strict=True):
        total[0] += cells
        total[1] += cells * weight
    return total


def is_number(dtype):
    return isinstance(dtype, np.dtype) and dtype.kind in "fiub"


def hash_column(column):
    """Hash a column that is not a plain numpy number: by its distinct values, then spread."""
    if getattr(column.dtype, "kind", "O") == "M":
        seconds = column.to_numpy(dtype="datetime64[s]")
        hashes = scramble(seconds.view(np.int64).astype(np.uint64))
        return np.where(np.isnat(seconds), _MISSING, hashes)
    return hash_texts(column)


def hash_texts(values):
    """Hash each distinct value once; texts that are numbers count as those."""
    import pandas as pd

    codes, levels = pd.factorize(values)
    table = np.array([*map(hash_level, levels), _MISSING], dtype=np.uint64)
    return table[codes]


def hash_level(level):
    """Hash one value by its number if it has one, else by its text."""
    number = number_of(level)
    if number is not None:
        return int(hash_cells(np.array([number]))[0])
    text = str(level).strip().encode(errors="replace")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


def number_of(level):
    """Read a value as a number, or return None."""
    text = str(level).strip()
    try:
        return {"True": 1.0, "False": 0.0}[text] if text in ("True", "False") else float(text)
    except ValueError:
        return None


def _hash_sparse(X, weights):
    """Hash the stored cells, and count the zeros between them."""
    zero = hash_cells(np.zeros(1))  # an array: numpy scalars would warn of the overflow
    X = X.copy()
    X.sum_duplicates()
    cells = hash_cells(X.data.astype(np.float64)) - zero
    rows = [
        sum_slices(cells, X.indptr) + zero * np.uint64(X.shape[1]),
        sum_slices(cells * weights[X.indices], X.indptr)
        + zero * weights.sum(dtype=np.uint64, keepdims=True),
    ]
    return np.stack(rows)


def sum_slices(cells, starts):
    """Sum what lies between each two starts; sums may wrap around, their differences hold."""
    totals = np.concatenate([np.zeros(1, np.uint64), np.cumsum(cells, dtype=np.uint64)])
    return totals[starts[1:]] - totals[starts[:-1]]


def _hash_numbers(block, weights):
    """Hash the rows of a numeric block, some rows at a time to bound the memory."""
    total = np.empty((2, len(block)), dtype=np.uint64)
    step = max(1, CHUNK_CELLS // max(1, block.shape[1]))
    for start in range(0, len(block), step):
        cells = hash_cells(np.asarray(block[start : start + step], np.float64))
        total[0, start : start + step] = cells.sum(axis=1, dtype=np.uint64)
        cells *= weights
        total[1, start : start + step] = cells.sum(axis=1, dtype=np.uint64)
    return total


def hash_cells(values):
    """Hash numbers by their first six significant digits and their power of ten."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        power = np.floor(np.log10(np.abs(values)))
        usable = np.isfinite(power)
        # below 1e-300 the factor would overflow; all that is left there is next to nothing
        power = np.maximum(np.where(usable, power, 0.0), -300.0)
        digits = np.rint(np.where(usable, values, 0.0) * 10.0 ** (_DIGITS - 1 - power))
    # 9.999999 rounds up to a seventh digit: write it as the next power's first digits
    overflow = np.abs(digits) >= 10.0**_DIGITS
    digits = np.where(overflow, np.rint(digits / 10.0), digits)
    power = np.where(overflow, power + 1, power)
    digits = digits.astype(np.int64).view(np.uint64)
    power = power.astype(np.int64).view(np.uint64) * usable.astype(np.uint64)
    hashes = scramble(digits + (power << np.uint64(32)))
    hashes = np.where(np.isposinf(values), scramble(np.full(1, 1 << 62, np.uint64)), hashes)
    hashes = np.where(np.isneginf(values), scramble(np.full(1, 1 << 63, np.uint64)), hashes)
    return np.where(np.isnan(values), _MISSING, hashes)


def scramble(values):
    """Spread 64-bit numbers over their whole range (splitmix64's finalizer)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
