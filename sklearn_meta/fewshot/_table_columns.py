"""From a checked table to a matrix of numbers: levels of categories become columns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

MAX_LEVELS = 16


@dataclass(frozen=True)
class CodedTable:
    """A table in numbers, of which rows are taken at little cost, as hundreds of episodes do.

    Attributes
    ----------
    values : ndarray of shape (n_samples, n_columns)
        Numbers, days of dates, and the places of texts and categories among their levels; NaN
        where missing.
    levels : tuple of (tuple of str or None)
        For each column its levels in their order as texts, or None if it holds numbers.
    """

    values: np.ndarray
    levels: tuple

    @classmethod
    def of(cls, X, like=None):
        """Code a table from `check_table`; one that is coded is returned as it is.

        With `like`, the levels that a `TableColumns` learned, columns are read as texts where it
        has levels and as numbers where it has None, whatever their dtype is now.
        """
        if isinstance(X, cls):
            return X
        if not hasattr(X, "iloc"):
            values = np.asarray(X, dtype=np.float64)
            return cls(values, (None,) * values.shape[1])
        coded = []
        for place in range(X.shape[1]):
            column = X.iloc[:, place]
            texts = _holds_texts(column) if like is None else like[place] is not None
            coded.append(_codes(column) if texts else (_numbers(column), None))
        values = np.stack([numbers for numbers, _ in coded], axis=1)
        return cls(values, tuple(levels for _, levels in coded))

    @property
    def shape(self):
        """Numbers of rows and columns."""
        return self.values.shape

    def __len__(self):
        return len(self.values)

    def __getitem__(self, rows):
        """Return the table of some rows."""
        return CodedTable(self.values[rows], self.levels)


class TableColumns:
    """Remember which columns of numbers a table gives.

    A number, truth value or date gives one column; a text or category one per level, the most
    frequent first, at most ``MAX_LEVELS``; a level not seen gives zeros, a missing cell NaN.
    """

    def fit(self, X):
        """Learn the levels of a table from `check_table`, or of a `CodedTable`."""
        table = CodedTable.of(X)
        self.levels = None
        if any(levels is not None for levels in table.levels):
            columns = zip(table.values.T, table.levels, strict=True)
            self.levels = [levels and _frequent(codes, levels) for codes, levels in columns]
        return self

    def transform(self, X):
        """Return a float64 matrix of shape (n_samples, n_numbers), NaN where missing."""
        if self.levels is None:
            return CodedTable.of(X, like=(None,) * X.shape[1]).values
        table = CodedTable.of(X, like=self.levels)
        columns = zip(table.values.T, table.levels, self.levels, strict=True)
        parts = [
            codes[:, None] if chosen is None else _indicators(codes, levels, chosen)
            for codes, levels, chosen in columns
        ]
        return np.concatenate(parts, axis=1)

    def is_level(self, n_numbers):
        """Tell which of the numbers stand for a level of a category."""
        if self.levels is None:
            return np.zeros(n_numbers, dtype=bool)
        return np.repeat(
            [levels is not None for levels in self.levels],
            [1 if levels is None else max(len(levels), 1) for levels in self.levels],
        )


def _holds_texts(column):
    """Tell a text or category from a number, truth value or date."""
    return column.dtype.kind not in "fiubM" or hasattr(column.dtype, "categories")


def _numbers(column):
    """Return a column's numbers, days since 1970 for dates."""
    if column.dtype.kind != "M":
        return column.to_numpy(np.float64, na_value=np.nan)
    stamps = column.to_numpy("datetime64[s]")
    days = stamps.astype(np.int64) / 86400.0
    return np.where(np.isnat(stamps), np.nan, days)


def _codes(column):
    """Return the places of a column's texts among its levels, and the levels in their order."""
    codes, levels = pd.factorize(column.astype("str").where(column.notna()), sort=True)
    return np.where(codes < 0, np.nan, codes), tuple(map(str, levels))


def _frequent(codes, levels):
    """Return the levels that occur, the most frequent first, then by name."""
    present = codes[~np.isnan(codes)].astype(np.int64)
    counts = np.bincount(present, minlength=len(levels))
    order = np.argsort(-counts, kind="stable")[:MAX_LEVELS]
    return [levels[place] for place in order if counts[place]]


def _indicators(codes, levels, chosen):
    """Return a column for each chosen level, NaN where the cell is missing."""
    places = {level: place for place, level in enumerate(levels)}
    wanted = np.array([places.get(level, -1) for level in chosen or [None]])
    numbers = (codes[:, None] == wanted).astype(np.float64)
    numbers[np.isnan(codes)] = np.nan
    return numbers
