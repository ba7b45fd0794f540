"""Tasks for learners of tables: drawn from a prior, or real tables cut to a few rows."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from sklearn_meta.fewshot import Task

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from _results import read_tables  # noqa: E402

N_TRIES = 20


class PriorTasks:
    """Draw synthetic tables from the prior of the in-context learner.

    Parameters
    ----------
    kind : {"classification", "regression"}
        Kind of task.
    max_columns : int, default=30
        Columns are drawn on a log scale up to this.
    max_classes : int, default=10
        Half of the tables have two classes, the others up to so many.
    n_rows : int, default=300
        Rows of a table; episodes take theirs from these.
    """

    def __init__(self, kind, max_columns=30, max_classes=10, n_rows=300):
        self.kind = kind
        self.max_columns = max_columns
        self.max_classes = max_classes
        self.n_rows = n_rows

    def __call__(self, rng):
        """Draw one table with at least two classes of two rows, or a target that varies."""
        from sklearn_meta.fewshot.incontext.prior import PriorSettings, Shape, draw_tables

        for _ in range(N_TRIES):
            n_columns = int(np.exp(rng.uniform(0, np.log(self.max_columns + 1))))
            n_classes = 0
            if self.kind == "classification":
                few = self.max_classes < 3 or rng.random() < 0.5
                n_classes = 2 if few else int(rng.integers(3, self.max_classes + 1))
            shape = Shape(1, self.n_rows // 2, self.n_rows - self.n_rows // 2, n_columns, n_classes)
            tables = draw_tables(PriorSettings(), shape, [int(rng.integers(2**31))])
            X, y = tables.X[0].numpy(), tables.y[0].numpy()
            if usable(y, self.kind):
                return Task(X, y, "synthetic")
        raise ValueError(f"The prior gave no usable table in {N_TRIES} tries.")


def usable(y, kind):
    """Tell whether episodes can be drawn from a target."""
    if kind == "regression":
        return float(np.std(y)) > 0
    return int((np.unique(y, return_counts=True)[1] >= 2).sum()) >= 2


def source_of(name, kind):
    """Return the tasks that a name stands for.

    Parameters
    ----------
    name : str
        "prior", or "module:attribute": something callable with a kind that returns what `meta_fit`
        takes as tasks.
    kind : {"classification", "regression"}
        Kind of task.

    Raises
    ------
    ValueError
        If the name has neither form.
    """
    if name == "prior":
        return PriorTasks(kind)
    module, colon, attribute = name.partition(":")
    if not colon:
        raise ValueError(f"A source is 'prior' or 'module:attribute', got {name!r}.")
    return getattr(import_module(module), attribute)(kind)


def real_tasks(folder, kind, roles, seed=0, max_rows=2000):
    """Read tables of some roles as tasks; large ones are cut to random rows.

    Tables with the role "report" are refused: nothing is trained or chosen by them.
    """
    if "report" in roles:
        raise ValueError("Tables with the role 'report' are for reporting alone.")
    rng = np.random.default_rng(seed)
    tasks = []
    for entry in read_tables(folder, roles=roles):
        if (entry["task"] == "regression") != (kind == "regression"):
            continue
        table = pd.read_parquet(entry["path"]).dropna(subset=[entry["target"]])
        rows = rng.permutation(len(table))[:max_rows]
        table = table.iloc[rows].reset_index(drop=True)
        X, y = table.drop(columns=entry["target"]), table[entry["target"]].to_numpy()
        if usable(y, kind):
            tasks.append(Task(X, y, entry["name"]))
    return tasks
