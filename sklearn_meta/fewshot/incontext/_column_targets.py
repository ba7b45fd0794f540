"""Real tables to train on, of which any column may be the target."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sklearn_meta._validation import check_table
from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._rows import dense
from sklearn_meta.fewshot._table_columns import CodedTable
from sklearn_meta.fewshot.incontext._real import one_table, renumbered
from sklearn_meta.fewshot.incontext._settings import MAX_CLASSES

OWN_SHARE = 1 / 3  # of the tables drawn, those that keep the target they have
EPISODES = 0.4  # of the tables with classes, those that show as many rows of each
MOST_SHOTS = 16  # rows of a class in those
TWO_CLASSES = 0.5  # of the targets cut from numbers, those cut once
MAX_CUTS = 4
LEAST_SHARE = 0.05  # of the rows, in the rarest class that a cut makes
FEWEST, MOST = 8, 256  # training rows
MAX_TEST = 100
MAX_COLUMNS = 40
MOST_TABLES = 16  # of a step
MOST_DRAWS = 100  # of which a step may get no table
COPY = 1 - 1e-6  # correlation from which a column is the target in other units


@dataclass(frozen=True)
class WholeTable:
    """A table with its own target among its columns.

    Attributes
    ----------
    coded : CodedTable
        All columns.
    target : int
        Which of them is its own target.
    name, group : str
        Its name, and that of its near-duplicates.
    """

    coded: CodedTable
    target: int
    name: str
    group: str

    @classmethod
    def of(cls, X, y, name, group, is_class):
        """Put rows and targets together; `is_class` says that numbers in `y` are classes."""
        frame = X.reset_index(drop=True) if hasattr(X, "iloc") else pd.DataFrame(np.asarray(X))
        frame = frame.set_axis([f"x{place}" for place in range(frame.shape[1])], axis=1)
        y = pd.Series(np.asarray(y))
        frame["y"] = y.astype("str").where(y.notna()) if is_class else y
        coded = CodedTable.of(dense(check_table(None, frame, reset=True)))
        return cls(coded, frame.shape[1] - 1, name, group)


class ColumnTargets:
    """Random parts of real tables, with any column as the target; a step always has the same ones.

    A hundred tables are a hundred tasks; with each column as a target in turn, and some of the
    others to predict it by, they are thousands, and none of their functions was made up. Numbers
    are cut into classes at random values where classes are wanted.

    Parameters
    ----------
    tables : list of WholeTable
        Groups of near-duplicates are drawn as often as single tables.
    kind : {"classification", "regression"}
        Kind of task.
    seed : int
        Decides all draws.
    cells : int
        About how many cells a step holds.

    Raises
    ------
    ValueError
        If no column of any table can be a target of this kind.

    References
    ----------
    J. Ma et al. (2024). TabDPT: Scaling tabular foundation models on real data. arXiv:2410.18164.
    """

    def __init__(self, tables, kind, seed, cells):
        self.kind = kind
        self.seed = seed
        self.cells = cells
        groups = {}
        for table in tables:
            targets = [place for place in range(table.coded.shape[1]) if usable(table, place, kind)]
            if targets and table.coded.shape[1] > 1:
                groups.setdefault(table.group, []).append((table, targets))
        self.groups = list(groups.values())
        if not self.groups:
            raise TableError(
                f"None of the {len(tables)} real tables has a column that can be a target of "
                f"{kind}: numbers with more than {MAX_CLASSES} values, or for classification "
                f"columns that vary, in at least {2 * FEWEST} rows. Give others."
            )

    @property
    def names(self):
        """Names of the tables that are learned from."""
        return sorted(table.name for group in self.groups for table, _ in group)

    def __call__(self, step):
        """Return the batches of a step: a list of `Tables` with one table each."""
        rng = np.random.default_rng([self.seed, step])
        batches, cells = [], 0
        for _ in range(MOST_DRAWS):
            tables = self.draw(rng)
            if tables is not None:
                batches.append(tables)
                cells += tables.X.numel()
            if cells >= self.cells or len(batches) == MOST_TABLES:
                break
        if not batches:
            raise TableError(
                f"{MOST_DRAWS} draws from {', '.join(self.names[:5])} ... gave no table with a "
                "target that varies. Give tables whose columns vary more."
            )
        return batches

    def draw(self, rng):
        """Return a part of a table, or None where its training rows have one target alone."""
        table, targets = _one_of(rng, _one_of(rng, self.groups))
        own = table.target in targets and rng.random() < OWN_SHARE
        target = table.target if own else int(_one_of(rng, targets))
        values = table.coded.values[:, target]
        if self.kind == "classification":
            levels = table.coded.levels[target]
            y = _cut(values, rng) if levels is None else _most_frequent(values)
        else:
            y = values
        rows = rng.permutation(np.flatnonzero(~np.isnan(y)))
        if self.kind == "classification" and rng.random() < EPISODES:
            rows, n_train = _episode(y, rows, rng)
            if n_train == len(rows):  # one row of each class, and none to predict
                return None
        else:
            n_train = _log_uniform(FEWEST, min(MOST, int(0.8 * len(rows))), rng)
        rows = rows[: n_train + MAX_TEST]
        places = _some_columns(table.coded.values[rows], target, rng)
        X, y = _with_columns(table.coded, places)[rows], y[rows]
        return _tables(X, y, n_train, self.kind, rng) if len(places) else None


def usable(table, place, kind):
    """Tell whether a column can be a target."""
    values, levels = table.coded.values[:, place], table.coded.levels[place]
    values = values[~np.isnan(values)]
    if len(values) < 2 * FEWEST:
        return False
    counts = np.sort(np.unique(values, return_counts=True)[1])[::-1]
    if len(counts) < 2:
        return False
    if kind == "regression":
        return levels is None and len(counts) > MAX_CLASSES
    # names and keys have many levels, of which none is frequent
    return levels is None or counts[:MAX_CLASSES].sum() >= len(values) / 2


def _one_of(rng, values):
    return values[rng.integers(len(values))]


def _log_uniform(least, most, rng):
    """Return a whole number of any order of magnitude."""
    return int(np.exp(rng.uniform(np.log(least), np.log(most + 1))))


def _episode(y, rows, rng):
    """Return rows, as many of each class one after the other while they last, and how many train.

    A fifth of the rows of the rarest class are left to predict, or none if there is one alone.
    """
    counts = np.unique(y[rows], return_counts=True)[1]
    shots = _log_uniform(1, max(1, min(MOST_SHOTS, int(0.8 * counts.min()))), rng)
    place = np.empty(len(rows))
    for label in np.unique(y[rows]):
        own = np.flatnonzero(y[rows] == label)
        place[own] = np.arange(len(own))
    return rows[np.argsort(place, kind="stable")], shots * len(counts)


def _some_columns(values, target, rng):
    """Return places of columns but the target and its copies: half of the time all, else some."""
    places = np.flatnonzero(~_copies(values, target))
    if not len(places):
        return places
    n_kept = len(places) if rng.random() < 0.5 else rng.integers(1, len(places) + 1)
    return rng.permutation(places)[: min(n_kept, MAX_COLUMNS)]


def _copies(values, target):
    """Tell which columns are one, the target itself among them, in whatever units."""
    present = ~np.isnan(values)
    means = np.where(present, values, 0).sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    centred = np.where(present, values - means, 0)
    lengths = np.maximum(np.sqrt((centred**2).sum(axis=0)), 1e-150)
    alike = np.abs(centred.T @ centred[:, target]) / (lengths * lengths[target]) > COPY
    alike[target] = True
    return alike


def _with_columns(coded, places):
    return CodedTable(coded.values[:, places], tuple(coded.levels[place] for place in places))


def _cut(values, rng):
    """Return classes of numbers: cut at a few of them.

    No class is rarer than `LEAST_SHARE`, unless many rows have one number.
    """
    known = np.sort(values[~np.isnan(values)])
    n_cuts = 1 if rng.random() < TWO_CLASSES else int(rng.integers(2, MAX_CUTS + 1))
    spare = 1 - LEAST_SHARE * (n_cuts + 1)
    shares = LEAST_SHARE + spare * rng.dirichlet(np.ones(n_cuts + 1))
    edges = known[np.ceil(len(known) * shares[:-1].cumsum()).astype(int) - 1]
    highest = known[known < known[-1]][-1]  # a cut above it would cut off nothing
    edges = np.unique(np.minimum(edges, highest))
    return np.where(np.isnan(values), np.nan, np.searchsorted(edges, values, side="left"))


def _most_frequent(codes):
    """Return codes of the most frequent levels; NaN otherwise."""
    levels, counts = np.unique(codes[~np.isnan(codes)], return_counts=True)
    kept = levels[np.argsort(-counts, kind="stable")[:MAX_CLASSES]]
    return np.where(np.isin(codes, kept), codes, np.nan)


def _tables(X, y, n_train, kind, rng):
    """Return one table, encoded by its training rows, or None where these have one target alone."""
    train, n_classes = np.arange(n_train), 0
    if len(np.unique(y[train])) < 2:
        return None
    if kind == "classification":
        y, n_classes = renumbered(np.unique(y, return_inverse=True)[1], train, rng)
    return one_table(X[:n_train], X[n_train:], y, n_train, n_classes)
