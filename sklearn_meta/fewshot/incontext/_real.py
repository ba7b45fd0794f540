"""Streams of real tables to train on: a user's tasks, or splits of one table."""

import numpy as np
import torch

from sklearn_meta._validation import (
    check_classification_target,
    check_regression_target,
    check_table,
    n_rows,
)
from sklearn_meta.exceptions import SklearnMetaError, TableError
from sklearn_meta.fewshot._rows import dense
from sklearn_meta.fewshot.incontext._numbers import TableNumbers
from sklearn_meta.fewshot.incontext._settings import MAX_CLASSES
from sklearn_meta.fewshot.incontext.prior import Tables

_MAX_ROWS = 256
_MIN_ROWS = 6


class RealTables:
    """Random parts of tasks, a few a step; the same step always has the same ones.

    Parameters
    ----------
    source : TaskList or TaskFunction
        Where tasks are drawn.
    kind : {"classification", "regression"}
        Kind of task.
    seed : int
        Decides all draws.
    per_step : int, default=4
        Tables a step.
    """

    def __init__(self, source, kind, seed, per_step=4):
        self.source = source
        self.kind = kind
        self.seed = seed
        self.per_step = per_step

    def __call__(self, step):
        """Return the batches of a step: a list of `Tables` with one table each."""
        rng = np.random.default_rng([self.seed, step])
        return [self.split(self.source.draw(rng), rng) for _ in range(self.per_step)]

    def split(self, task, rng):
        """Return a random part of a task, with its rows split at random."""
        try:
            X = dense(check_table(None, task.X, reset=True))
            if self.kind == "classification":
                y, _ = check_classification_target(task.y, n_rows(X))
            else:
                y = check_regression_target(task.y, n_rows(X))
        except SklearnMetaError as error:
            raise TableError(f"{task.name} can't be learned from: {error}") from error
        if len(y) < _MIN_ROWS or (self.kind == "classification" and y.max() == 0):
            raise TableError(
                f"{task.name} has {len(y)} rows with {len(np.unique(y))} distinct targets; "
                f"training needs {_MIN_ROWS} rows and two classes. Leave it out."
            )
        return random_split(X, y, self.kind, rng)


def random_split(X, y, kind, rng):
    """Return a table of one random split of rows, encoded by its training rows."""
    order = rng.permutation(len(y))[:_MAX_ROWS]
    n_train = int(len(order) * rng.uniform(0.4, 0.85))
    train, test = order[:n_train], order[n_train:]
    n_classes = 0
    if kind == "classification":
        y, n_classes = renumbered(y, train, rng)
    return one_table(_rows(X, train), _rows(X, test), y[order], n_train, n_classes)


def one_table(X, X_new, y, n_train, n_classes):
    """Return one table, its columns encoded by its training rows, which come first."""
    numbers = TableNumbers().fit(X, y[:n_train], n_classes)
    encoded = np.concatenate([numbers.transform(part) for part in (X, X_new)])
    target = torch.as_tensor(y, dtype=torch.int64 if n_classes else torch.float32)
    return Tables(torch.as_tensor(encoded)[None], target[None], n_train, n_classes)


def renumbered(y, train, rng):
    """Return classes numbered anew, those that training rows show first; of many, some are one."""
    classes = rng.permutation(y.max() + 1) % MAX_CLASSES
    y = classes[y]
    present = np.unique(y[train])
    numbers = np.full(y.max() + 1, len(present))
    numbers[present] = np.arange(len(present))
    y = numbers[y]
    n_classes = min(len(present) + 1, MAX_CLASSES)
    return np.minimum(y, n_classes - 1), max(n_classes, 2)


def _rows(X, rows):
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]
