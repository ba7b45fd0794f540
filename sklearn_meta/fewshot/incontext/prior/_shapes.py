"""Sizes that the tables of a batch share."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Shape:
    """Size of all tables of a batch.

    Attributes
    ----------
    n_tables, n_train, n_test, n_columns : int
        Sizes.
    n_classes : int
        Number of classes; 0 for regression.
    """

    n_tables: int
    n_train: int
    n_test: int
    n_columns: int
    n_classes: int

    @property
    def n_rows(self):
        """Rows to learn from, and rows to predict."""
        return self.n_train + self.n_test


def draw_shape(settings, kind, cells, seed):
    """Draw the shape of a batch that holds about so many cells.

    Parameters
    ----------
    settings : PriorSettings
        Ranges.
    kind : {"classification", "regression"}
        Kind of task.
    cells : int
        About how many cells the batch has; at least four tables are drawn.
    seed : sequence of int
        Decides the draw.

    Returns
    -------
    Shape
        The shape.
    """
    rng = np.random.default_rng(seed)
    low, high = settings.min_train_rows, settings.max_train_rows
    n_train = int(np.exp(rng.uniform(np.log(low), np.log(high + 1))))
    n_test = int(np.clip(n_train, 24, 96))
    n_columns = int(np.exp(rng.uniform(0, np.log(settings.max_columns + 1))))
    n_classes = 0
    if kind == "classification":
        most = max(2, min(settings.max_classes, n_train // 3))
        n_classes = 2 if most == 2 or rng.random() < 0.5 else int(rng.integers(3, most + 1))
    per_table = (n_train + n_test) * (n_columns + 3)
    n_tables = int(np.clip(cells // per_table, 4, 128))
    return Shape(n_tables, n_train, n_test, n_columns, n_classes)
