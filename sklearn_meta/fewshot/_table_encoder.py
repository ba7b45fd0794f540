"""Cells and columns of a table in numbers that mean the same for every table.

All statistics come from the support rows; a query row is encoded by itself.
"""

import numpy as np

from sklearn_meta.fewshot._projections import N_PROJECTIONS, projections
from sklearn_meta.fewshot._table_columns import TableColumns

N_CELL = 4
N_COLUMN = 9 + N_PROJECTIONS
_LIMIT = 5.0


class TableEncoder:
    """Encode tables of any width.

    After `fit` on support rows, `context` holds ``columns`` of shape (n_numbers, N_COLUMN) and
    ``mask`` of shape (n_numbers,); `transform` gives ``cells`` of shape (n_samples, n_numbers,
    N_CELL) and ``scores`` of shape (n_samples, N_PROJECTIONS), all float32.
    """

    def fit(self, X, y, n_classes):
        """Learn the statistics of support rows with targets `y` (class numbers or floats)."""
        self.columns = TableColumns().fit(X)
        numbers = self.columns.transform(X)
        is_level = self.columns.is_level(numbers.shape[1])
        self.keep = _informative(numbers)
        numbers = numbers[:, self.keep]
        self.center, self.scale = _location(numbers)
        self.ordered = np.sort(numbers, axis=0)  # NaN last
        Z = self._standardise(numbers)
        target = np.asarray(y) if n_classes else _standard(np.asarray(y, dtype=np.float64))
        self.loadings = projections(Z, target, n_classes)
        described = _describe(numbers, Z, is_level[self.keep])
        relation = _relation(Z, target, n_classes)
        sizes = np.array([len(Z), Z.shape[1], n_classes or 1])
        sizes = np.broadcast_to(np.log1p(sizes) / 5, (Z.shape[1], 3))
        parts = [described, relation, sizes, self.loadings * np.sqrt(Z.shape[1])]
        self.context = {
            "columns": np.clip(np.concatenate(parts, axis=1), -8, 8).astype(np.float32),
            "mask": np.ones(Z.shape[1], dtype=np.float32),
        }
        return self

    def transform(self, X):
        """Encode rows."""
        numbers = self.columns.transform(X)[:, self.keep]
        Z = self._standardise(numbers)
        missing = np.isnan(numbers)
        cells = np.stack([Z / 2, np.tanh(Z), self._ranks(numbers), missing], axis=2)
        scores = np.clip(Z @ self.loadings, -_LIMIT, _LIMIT)
        return {"cells": cells.astype(np.float32), "scores": scores.astype(np.float32)}

    def _standardise(self, numbers):
        with np.errstate(over="ignore", invalid="ignore"):
            Z = np.clip((numbers - self.center) / self.scale, -_LIMIT, _LIMIT)
        return np.nan_to_num(Z, nan=0.0)

    def _ranks(self, numbers):
        """Return each number's place among the support's, from -1 to 1; 0 where missing."""
        ranks = np.zeros(numbers.shape)
        for place in range(numbers.shape[1]):
            column = self.ordered[:, place]
            column = column[~np.isnan(column)]
            below = np.searchsorted(column, numbers[:, place], side="left")
            upto = np.searchsorted(column, numbers[:, place], side="right")
            ranks[:, place] = (below + upto) / max(len(column), 1) - 1
        ranks[np.isnan(numbers)] = 0
        return ranks


def _informative(numbers):
    """Return the places of columns with at least two values (or one missing), else the first."""
    low, high = np.fmin.reduce(numbers, axis=0), np.fmax.reduce(numbers, axis=0)
    missing = np.isnan(numbers).sum(axis=0)
    varies = (low < high) | ((missing > 0) & (missing < len(numbers)))
    return np.flatnonzero(varies) if varies.any() else np.array([0])


def _location(numbers):
    """Return mean and standard deviation of the cells that are there, safe against overflow."""
    present = ~np.isnan(numbers)
    counts = np.maximum(present.sum(axis=0), 1)
    size = np.maximum(np.abs(np.where(present, numbers, 0)).max(axis=0), 1e-300)
    unit = np.where(present, numbers / size, 0)
    center = unit.sum(axis=0) / counts
    spread = np.sqrt((np.where(present, unit - center, 0) ** 2).sum(axis=0) / counts)
    scale = np.where(spread > 1e-12, spread, 1) * size
    return center * size, np.where(scale > 0, scale, 1.0)


def _standard(y):
    spread = y.std()
    return (y - y.mean()) / (spread if spread > 0 else 1)


def _describe(numbers, Z, is_level):
    """Return what each column looks like: (n_columns, 5)."""
    missing = np.isnan(numbers).mean(axis=0)
    ordered = np.sort(numbers, axis=0)
    distinct = 1 + (np.diff(ordered, axis=0) > 0).sum(axis=0)
    skew, kurtosis = (Z**3).mean(axis=0), (Z**4).mean(axis=0) - 3
    shape = [skew / (1 + np.abs(skew)), kurtosis / (3 + np.abs(kurtosis))]
    return np.stack([is_level, missing, distinct / len(numbers), *shape], axis=1)


def _relation(Z, target, n_classes):
    """Return how much of each column the target explains, from 0 to 1: (n_columns, 1)."""
    total = np.maximum((Z**2).mean(axis=0), 1e-12)
    if not n_classes:
        return (np.abs(Z.T @ target) / len(Z) / np.sqrt(total))[:, None]
    member = np.eye(n_classes)[target]
    counts = np.maximum(member.sum(axis=0), 1)
    means = (member.T @ Z) / counts[:, None]
    between = (counts[:, None] * means**2).sum(axis=0) / len(Z)
    return np.sqrt(np.clip(between / total, 0, 1))[:, None]
