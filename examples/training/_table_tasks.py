"""Tasks for learners of tables: drawn from a prior, or real tables cut to a few rows."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from sklearn_meta.fewshot import Task

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from _results import read_tables  # noqa: E402

N_ALIKE = 8  # tables of one shape are drawn together, which is ten times as fast
MAX_LEVELS = 10  # a column with at most so many values may be a category


def prior_tasks(kind, n_tables=3000, seed=0, max_columns=30, max_classes=10, n_rows=300):
    """Draw synthetic tables from the prior of the in-context learner.

    Parameters
    ----------
    kind : {"classification", "regression"}
        Kind of task.
    n_tables : int, default=3000
        How many are drawn; those that no episode can be made of are left out.
    seed : int, default=0
        The same number draws the same tables.
    max_columns : int, default=30
        Columns are drawn on a log scale up to this.
    max_classes : int, default=10
        Half of the tables have two classes, the others up to so many.
    n_rows : int, default=300
        Rows of a table; episodes take theirs from these.

    Returns
    -------
    list of Task
    """
    from sklearn_meta.fewshot.incontext.prior import PriorSettings, Shape, draw_tables

    tasks = []
    for number in range(-(-n_tables // N_ALIKE)):
        rng = np.random.default_rng([seed, number])
        n_columns = int(np.exp(rng.uniform(0, np.log(max_columns + 1))))
        n_classes = 0
        if kind == "classification":
            few = max_classes < 3 or rng.random() < 0.5
            n_classes = 2 if few else int(rng.integers(3, max_classes + 1))
        shape = Shape(N_ALIKE, n_rows // 2, n_rows - n_rows // 2, n_columns, n_classes)
        tables = draw_tables(PriorSettings(), shape, [int(rng.integers(2**31))])
        for X, y in zip(tables.X.numpy(), tables.y.numpy(), strict=True):
            if usable(y, kind):
                tasks.append(Task(with_categories(X, rng), y, f"synthetic {len(tasks)}"))
    return tasks


def with_categories(X, rng):
    """Let half of the columns with few values be categories, as they are in real tables.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        Numbers, NaN where missing.
    rng : numpy Generator
        Chooses the columns.

    Returns
    -------
    ndarray or DataFrame
        A DataFrame where there is a category.
    """
    few = [len(np.unique(column[~np.isnan(column)])) <= MAX_LEVELS for column in X.T]
    chosen = np.flatnonzero(np.array(few) & (rng.random(X.shape[1]) < 0.5))
    if not len(chosen):
        return X
    table = pd.DataFrame(X, columns=[f"x{place}" for place in range(X.shape[1])])
    return table.astype({f"x{place}": "category" for place in chosen})


def usable(y, kind):
    """Tell whether episodes can be drawn from a target."""
    if kind == "regression":
        return float(np.std(y)) > 0
    return int((np.unique(y, return_counts=True)[1] >= 2).sum()) >= 2


def source_of(name, kind, folder=None):
    """Return the tasks that a name stands for.

    Parameters
    ----------
    name : str
        "prior"; "mixed", for as many draws of real tables that have an OpenML id and the role
        "learn"; or "module:attribute", something callable with a kind that returns what `meta_fit`
        takes as tasks.
    kind : {"classification", "regression"}
        Kind of task.
    folder : path-like, default=None
        Where the real tables are.

    Raises
    ------
    ValueError
        If the name has none of these forms, or "mixed" comes without a folder.
    """
    if name == "prior":
        return prior_tasks(kind)
    if name == "mixed":
        if folder is None:
            raise ValueError("The source 'mixed' needs the folder of the real tables (--tables).")
        drawn = prior_tasks(kind)
        real = real_tasks(folder, kind, {"learn"}, with_id=True)
        return drawn + real * round(len(drawn) / len(real))
    module, colon, attribute = name.partition(":")
    if not colon:
        raise ValueError(f"A source is 'prior', 'mixed' or 'module:attribute', got {name!r}.")
    return getattr(import_module(module), attribute)(kind)


def real_tasks(folder, kind, roles, seed=0, max_rows=2000, with_id=False):
    """Read tables of some roles as tasks, `with_id` those on OpenML; large ones are cut.

    Tables with the role "report" are refused: nothing is trained or chosen by them.
    """
    if "report" in roles:
        raise ValueError("Tables with the role 'report' are for reporting alone.")
    rng = np.random.default_rng(seed)
    tasks = []
    for entry in read_tables(folder, roles=roles):
        if (entry["task"] == "regression") != (kind == "regression"):
            continue
        if with_id and not entry["openml_id"]:
            continue
        table = pd.read_parquet(entry["path"]).dropna(subset=[entry["target"]])
        rows = rng.permutation(len(table))[:max_rows]
        table = table.iloc[rows].reset_index(drop=True)
        X, y = table.drop(columns=entry["target"]), table[entry["target"]].to_numpy()
        if usable(y, kind):
            tasks.append(Task(X, y, entry["name"]))
    return tasks
