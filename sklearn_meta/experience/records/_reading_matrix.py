"""Read what one kind of task says about all configurations, as arrays."""

from collections import Counter

import numpy as np

from sklearn_meta.experience.database._schema import METRIC_COLUMNS, schema
from sklearn_meta.experience.records._matrix import EvaluationMatrix
from sklearn_meta.experience.records._reading import (
    TASK_COLUMNS,
    decode,
    number_frame,
    read_tasks,
    task_frame,
)
from sklearn_meta.experience.records._transfer import read_directions

_CHUNK = 500
# Other names under which searches ask for a stored metric, or for one that ranks alike.
_ALIASES = {
    "roc_auc_ovr": "roc_auc",
    "roc_auc_ovr_weighted": "roc_auc",
    "root_mean_squared_error": "rmse",
    "mean_squared_error": "rmse",
    "mean_absolute_error": "mae",
}


def read_matrix(connection, kinds, metric, view):
    """Read the evaluations of some kinds of task, a row for each task and size.

    Parameters
    ----------
    connection : Connection
        To the base.
    kinds : tuple of str
        Of "binary", "multiclass" and "regression".
    metric : str
        A stored metric, see :func:`choose_metric`.
    view : View
        What of the base to read.

    Returns
    -------
    EvaluationMatrix
    """
    from sqlalchemy import select

    columns = (*TASK_COLUMNS, "metafeatures")
    tasks = read_tasks(connection, view, columns, kinds)
    runs = _read_runs(connection, kinds, metric)
    known = schema().configurations.c
    query = select(known.key, known.configuration, known.family)
    configurations = sorted(map(tuple, connection.execute(query)), key=lambda row: (row[2], row[0]))
    configurations = [row for row in configurations if view.shows_configuration(row[0])]
    is_greater_better = metric_directions(connection).get(metric, True)
    return _assemble(tasks, configurations, runs, metric, 1.0 if is_greater_better else -1.0)


def _read_runs(connection, kinds, metric):
    """Fetch task, configuration, rows allowed, score, seconds, rows used and status, as lists."""
    from sqlalchemy import select

    tables = schema()
    run = tables.evaluations.c
    is_column = metric in METRIC_COLUMNS
    query = select(
        run.task,
        run.configuration,
        run.max_rows,
        run[metric] if is_column else run.other_metrics,
        run.fit_seconds,
        run.predict_seconds,
        run.rows_used,
        run.status,
    )
    present = select(tables.tasks.c.id).where(tables.tasks.c.kind.in_(kinds))
    # the driver's own tuples, some at a time: SQLAlchemy's rows would take as long as all the
    # rest, and thousands of tuples at once would call the garbage collector, for as long again
    cursor = connection.execute(query.where(run.task.in_(present))).cursor
    columns = [[] for _ in range(8)]
    while chunk := cursor.fetchmany(_CHUNK):
        for column, values in zip(columns, zip(*chunk, strict=True), strict=True):
            column.extend(values)
    if not is_column:
        columns[3] = [values.get(metric) for values in decode(text or "{}" for text in columns[3])]
    return columns


def _assemble(tasks, configurations, runs, metric, sign):
    """Put runs into arrays; tasks and configurations that never ran are left out."""
    task_ids, keys, caps, values, fits, predicts, used, statuses = runs
    task_of = {row[0]: i for i, row in enumerate(tasks)}
    column_of = {row[0]: j for j, row in enumerate(configurations)}
    task_index = np.array([task_of.get(task, -1) for task in task_ids], dtype=np.intp)
    columns = np.array([column_of.get(key, -1) for key in keys], dtype=np.intp)
    shown = (task_index >= 0) & (columns >= 0)
    task_index, columns = task_index[shown], columns[shown]
    lines, line_of = _find_lines(tasks, task_index, np.array(caps, dtype=np.int64)[shown])
    present, columns = np.unique(columns, return_inverse=True)
    configurations = [configurations[j] for j in present]

    scores = sign * np.array(values, dtype=float)
    scores[np.array(statuses, dtype=object) != "ok"] = np.nan
    seconds = np.array(fits, dtype=float) + np.nan_to_num(np.array(predicts, dtype=float))
    cells = line_of, columns
    shape = len(lines), len(configurations)
    rows = [tasks[i] for i, _ in lines]
    return EvaluationMatrix(
        tasks=_line_frame([row[:-1] for row in rows], [size for _, size in lines]),
        configurations=decode(row[1] for row in configurations),
        keys=[row[0] for row in configurations],
        scores=_cell_means(scores[shown], cells, shape),
        seconds=_cell_means(seconds[shown], cells, shape),
        rows=_cell_means(np.array(used, dtype=float)[shown], cells, shape),
        metafeatures=number_frame(decode(row[-1] for row in rows)),
        metric=metric,
    )


def _find_lines(tasks, task_index, caps):
    """Find the sizes at which each task was run.

    Returns
    -------
    lines : list of (int, int)
        Number of the task, and how many rows of it took part; sorted.
    line_of : ndarray of shape (n_runs,)
        Which of them each run belongs to.
    """
    sizes = np.array([row[4] for row in tasks], dtype=np.int64)[task_index]
    seen = np.where((caps > 0) & (caps < sizes), caps, sizes)
    width = seen.max(initial=0) + 1
    codes, line_of = np.unique(task_index * width + seen, return_inverse=True)
    return [divmod(int(code), int(width)) for code in codes], line_of


def _line_frame(rows, sizes):
    """Make the frame of a matrix's rows; those of one task are always of one group."""
    frame = task_frame(rows, TASK_COLUMNS)
    frame["group"] = [
        row[0] if row[-1] is None else group
        for row, group in zip(rows, frame["group"], strict=True)
    ]
    frame["rows_seen"] = np.array(sizes, dtype=int)
    return frame


def _cell_means(values, cells, shape):
    """Average what falls into each cell (seeds of one configuration); NaN where nothing does."""
    known = np.isfinite(values)
    totals, counts = np.zeros(shape), np.zeros(shape)
    where = cells[0][known], cells[1][known]
    np.add.at(totals, where, values[known])
    np.add.at(counts, where, 1)
    return np.divide(totals, counts, out=np.full(shape, np.nan), where=counts > 0)


def score_frame(matrix, names=False):
    """Make a table of a matrix's scores: each task at the size that has the most of them.

    Parameters
    ----------
    matrix : EvaluationMatrix
        The scores.
    names : bool, default=False
        Whether names, where they are unique, stand for ids and keys.

    Returns
    -------
    DataFrame of shape (n_tasks, n_configurations)
    """
    import pandas as pd

    counts = np.isfinite(matrix.scores).sum(axis=1)
    best = {}
    for line, (task, n) in enumerate(zip(matrix.tasks["id"], counts, strict=True)):
        if n and n >= counts[best.get(task, line)]:
            best[task] = line
    lines = list(best.values())
    frame = pd.DataFrame(matrix.scores[lines], list(best), matrix.keys).dropna(axis=1, how="all")
    if names:
        families = {
            key: configuration["family"]
            for key, configuration in zip(matrix.keys, matrix.configurations, strict=True)
        }
        tasks = dict(zip(best, matrix.tasks["name"].iloc[lines], strict=True))
        frame.index = _names_of(frame.index, tasks)
        frame.columns = _names_of(frame.columns, families)
    return frame.rename_axis(index="task", columns="configuration")


def _names_of(keys, names):
    """Return the name of each key, followed by the key where others have the same name."""
    counts = Counter(names[key] for key in keys)
    return [names[key] if counts[names[key]] == 1 else f"{names[key]} ({key})" for key in keys]


def metric_directions(connection):
    """Return a dict from metric to whether more of it is better: ours, and those of the base."""
    from sklearn_meta.search import GREATER_IS_BETTER

    return {**read_directions(connection), **GREATER_IS_BETTER}


def choose_metric(connection, kinds, asked, default):
    """Find the stored metric that stands for the one asked for.

    Parameters
    ----------
    connection : Connection
        To the base.
    kinds : tuple of str
        Kinds of task that are looked at.
    asked : str or None
        A metric's or scorer's name.
    default : str
        What is taken if the base has nothing of that name.

    Returns
    -------
    str
    """
    directions = metric_directions(connection)
    plain = str(asked or "").removeprefix("neg_")
    names = [name for name in (asked, plain, _ALIASES.get(plain)) if name in directions]
    own = [name for name in directions if name not in METRIC_COLUMNS]
    for name in dict.fromkeys([*names, default, *own]):
        if has_metric(connection, kinds, name):
            return name
    return default


def has_metric(connection, kinds, name):
    """Tell whether a task of some kinds has a value of a metric."""
    from sqlalchemy import select

    tables = schema()
    run = tables.evaluations.c
    present = select(tables.tasks.c.id).where(tables.tasks.c.kind.in_(kinds))
    query = select(run.task).where(run.task.in_(present)).limit(1)
    if name in METRIC_COLUMNS:
        query = query.where(run[name].is_not(None))
    else:
        query = query.where(run.other_metrics.contains(f'"{name}":', autoescape=True))
    return connection.execute(query).first() is not None
