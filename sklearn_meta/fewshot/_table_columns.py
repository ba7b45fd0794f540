"""From a checked table to a matrix of numbers: levels of categories become columns."""

import numpy as np

MAX_LEVELS = 16


class TableColumns:
    """Remember which columns of numbers a table gives.

    A number, truth value or date gives one column; a text or category one per level, the most
    frequent first, at most ``MAX_LEVELS``; a level not seen gives zeros, a missing cell NaN.
    """

    def fit(self, X):
        """Learn the levels of a table from `check_table`."""
        self.levels = None
        if hasattr(X, "iloc"):
            self.levels = [_levels(X.iloc[:, place]) for place in range(X.shape[1])]
        return self

    def transform(self, X):
        """Return a float64 matrix of shape (n_samples, n_numbers), NaN where missing."""
        if self.levels is None:
            return np.asarray(X, dtype=np.float64)
        parts = [_numbers(X.iloc[:, place], levels) for place, levels in enumerate(self.levels)]
        return np.concatenate(parts, axis=1)

    def is_level(self, n_numbers):
        """Tell which of the numbers stand for a level of a category."""
        if self.levels is None:
            return np.zeros(n_numbers, dtype=bool)
        return np.repeat(
            [levels is not None for levels in self.levels],
            [1 if levels is None else max(len(levels), 1) for levels in self.levels],
        )


def _levels(column):
    """Return the levels of a text or category, None for a number or a date."""
    if column.dtype.kind in "fiubM" and not hasattr(column.dtype, "categories"):
        return None
    counts = column.astype("str").where(column.notna()).value_counts()
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [level for level, count in ordered[:MAX_LEVELS] if count]


def _numbers(column, levels):
    if levels is None:
        if column.dtype.kind == "M":
            stamps = column.to_numpy("datetime64[s]")
            days = stamps.astype(np.int64) / 86400.0
            return np.where(np.isnat(stamps), np.nan, days)[:, None]
        return column.to_numpy(np.float64, na_value=np.nan)[:, None]
    missing = column.isna().to_numpy()
    texts = column.astype("str").to_numpy(dtype=object)
    numbers = np.stack([texts == level for level in levels or [None]], axis=1).astype(np.float64)
    numbers[missing] = np.nan
    return numbers
