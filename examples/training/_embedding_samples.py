"""Tables as the encoder sees them: numbers only, whatever the columns hold, and samples of them.

Every cell becomes four numbers, every column has three marks, every target one or more columns:

========================  =========================================================================
cell: place               a number: its distance from the mean in standard deviations, cut at 4;
                          a level: its place, from -1 to 1, among the levels from frequent to rare
cell: rank                a number's rank from -1 to 1; a level's place again
cell: missing             1 if there is no value; the two above are 0 then
cell: share               a level's share of the rows, 0 for numbers
column: nominal           1 for levels, also those of text
column: date              1 for dates, which are numbers otherwise
column: text              1 for text, of which the length is the number
target                    regression: distance from the mean; classes: one column per class, 1 or
                          0 less its mean, over its standard deviation, cut at 4
========================  =========================================================================

Nothing depends on the order of rows or columns. A sample is some rows, some columns and some
classes.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from sklearn_meta.metafeatures import column_roles

N_CELL_CHANNELS = 4
N_COLUMN_MARKS = 3
_CUT = 4.0


@dataclass(frozen=True)
class EncodedTable:
    """A table in numbers.

    Parameters
    ----------
    cells : float32 ndarray of shape (n_rows, n_columns, 4)
        Place, rank, missing and share.
    marks : float32 ndarray of shape (n_columns, 3)
        Nominal, date, text.
    target : float32 ndarray of shape (n_rows, n_targets)
        The target, or one column per class.
    is_regression : bool
        Whether the target is a number.
    """

    cells: np.ndarray
    marks: np.ndarray
    target: np.ndarray
    is_regression: bool


@dataclass(frozen=True)
class SampleSize:
    """How much of a table one sample holds.

    Parameters
    ----------
    rows, columns, targets : int
        Most of each. Tables with fewer rows repeat some; missing columns are masked.
    """

    rows: int = 32
    columns: int = 8
    targets: int = 1


def encode_table(X, y, kind, *, max_rows=2000, max_columns=100, seed=0):
    """Turn a table into numbers.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_samples, n_features)
        The table; missing values, nominal, text and date columns are welcome.
    y : array-like of shape (n_samples,)
        Labels, or numbers for regression.
    kind : {"binary", "multiclass", "regression"}
        What is predicted.
    max_rows, max_columns : int
        Larger tables are cut to a seeded sample.
    seed : int
        Seed of that sample.

    Returns
    -------
    EncodedTable
    """
    X, y = pd.DataFrame(X), pd.Series(np.asarray(y))
    rng = np.random.default_rng(seed)
    if len(X) > max_rows:
        rows = np.sort(rng.choice(len(X), max_rows, replace=False))
        X, y = X.iloc[rows], y.iloc[rows]
    X = X.reset_index(drop=True).set_axis([str(n) for n in range(X.shape[1])], axis=1)
    roles = column_roles(X)
    role_of = {
        column: role
        for role in ("numeric", "categorical", "high_cardinality", "datetime", "text")
        for column in getattr(roles, role)
    }
    columns = list(role_of)
    if len(columns) > max_columns:
        columns = [columns[n] for n in rng.choice(len(columns), max_columns, replace=False)]
    cells = [_encode_column(X[column], role_of[column]) for column in columns]
    shape = (len(X), 0, N_CELL_CHANNELS)
    return EncodedTable(
        cells=np.stack(cells, axis=1) if cells else np.zeros(shape, np.float32),
        marks=np.array([_mark(role_of[column]) for column in columns], dtype=np.float32).reshape(
            -1, N_COLUMN_MARKS
        ),
        target=_encode_target(y.reset_index(drop=True), kind == "regression"),
        is_regression=kind == "regression",
    )


def draw_sample(table, size, rng):
    """Draw rows, columns and classes of a table.

    Parameters
    ----------
    table : EncodedTable
        Of which table.
    size : SampleSize
        How much of it.
    rng : Generator
        Source of chance.

    Returns
    -------
    dict of str to ndarray
        ``cells`` (rows, columns, 8: cell, marks, whether regression), ``target`` (rows, targets),
        ``has_column`` (columns,) and ``has_target`` (targets,), ones and zeros.
    """
    rows = _draw(len(table.cells), size.rows, rng)
    if len(rows) < size.rows:
        rows = np.concatenate([rows, rng.integers(len(table.cells), size=size.rows - len(rows))])
    columns = _draw(table.cells.shape[1], size.columns, rng)
    targets = _draw(table.target.shape[1], size.targets, rng)
    n_columns, n_targets = len(columns), len(targets)
    cells = np.zeros((size.rows, size.columns, N_CELL_CHANNELS + N_COLUMN_MARKS + 1), np.float32)
    cells[:, :n_columns, :N_CELL_CHANNELS] = table.cells[rows[:, None], columns]
    cells[:, :n_columns, N_CELL_CHANNELS:-1] = table.marks[columns]
    cells[..., -1] = table.is_regression
    target = np.zeros((size.rows, size.targets), np.float32)
    target[:, :n_targets] = table.target[rows[:, None], targets]
    return {
        "cells": cells,
        "target": target,
        "has_column": (np.arange(size.columns) < n_columns).astype(np.float32),
        "has_target": (np.arange(size.targets) < n_targets).astype(np.float32),
    }


def stack_samples(samples):
    """Make one batch of several samples."""
    return {name: np.stack([sample[name] for sample in samples]) for name in samples[0]}


def _draw(n_all, n_wanted, rng):
    """Draw from the first numbers, none twice."""
    return rng.permutation(n_all)[:n_wanted]


def _mark(role):
    """Nominal, date, text."""
    return [
        role in ("categorical", "high_cardinality"),
        role == "datetime",
        role == "text",
    ]


def _encode_column(column, role):
    """Four numbers per cell."""
    if role in ("categorical", "high_cardinality"):
        return _encode_levels(column)
    if role == "datetime":
        dates = pd.to_datetime(column.astype(object), errors="coerce", format="mixed", utc=True)
        values = dates.astype("int64").to_numpy(dtype=float)
        values[dates.isna().to_numpy()] = np.nan
    elif role == "text":
        values = column.str.len().to_numpy(dtype=float, na_value=np.nan)
    else:
        values = column.to_numpy(dtype=float, na_value=np.nan)
    return _encode_numbers(values)


def _encode_numbers(values):
    """Place, rank, missing; infinite values count as missing."""
    known = np.isfinite(values)
    cells = np.zeros((len(values), N_CELL_CHANNELS), np.float32)
    cells[~known, 2] = 1.0
    if known.any():
        cells[known, 0] = _standardise(values[known])
        cells[known, 1] = 2 * (rankdata(values[known]) - 0.5) / known.sum() - 1
    return cells


def _encode_levels(column):
    """Place among the levels, missing, share. Equal shares are ordered by name."""
    text = column.astype(object).where(column.notna(), None)
    counts = text.dropna().astype(str).value_counts()
    order = sorted(counts.index, key=lambda level: (-counts[level], level))
    share = counts[order].to_numpy(dtype=float) / max(len(column), 1)
    known_share = share / max(share.sum(), 1e-12)
    place = dict(zip(order, 2 * (known_share.cumsum() - known_share / 2) - 1, strict=True))
    cells = np.zeros((len(column), N_CELL_CHANNELS), np.float32)
    known = text.notna().to_numpy()
    names = text[known].astype(str)
    cells[known, 0] = cells[known, 1] = names.map(place).to_numpy(dtype=float)
    cells[~known, 2] = 1.0
    cells[known, 3] = names.map(dict(zip(order, share, strict=True))).to_numpy(dtype=float)
    return cells


def _encode_target(y, is_regression):
    """Make a column of a number, or one for each class, rare classes last."""
    if is_regression:
        return _standardise(y.to_numpy(dtype=float))[:, None].astype(np.float32)
    names = y.astype(str)
    classes = names.value_counts().index.tolist()
    if len(classes) == 2:
        classes = sorted(classes, key=lambda name: ((names == name).sum(), name))[:1]
    columns = [_standardise((names == name).to_numpy(dtype=float)) for name in classes]
    return np.stack(columns, axis=1).astype(np.float32)


def _standardise(values):
    """Distance from the mean in standard deviations, cut."""
    return np.clip((values - values.mean()) / max(values.std(), 1e-12), -_CUT, _CUT)
