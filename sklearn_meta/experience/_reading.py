"""Read a base in bulk: plain tuples, JSON decoded in one go, arrays filled at the end."""

import json

import numpy as np

from sklearn_meta.experience._fingerprint import Fingerprint
from sklearn_meta.experience._matrix import EvaluationMatrix
from sklearn_meta.experience._schema import schema

TASK_COLUMNS = ("id", "name", "openml_id", "kind", "n_rows", "n_columns", "n_classes", "group")
# Other names under which searches ask for a stored metric, or for one that ranks alike.
_ALIASES = {
    "roc_auc_ovr": "roc_auc",
    "roc_auc_ovr_weighted": "roc_auc",
    "root_mean_squared_error": "rmse",
    "mean_squared_error": "rmse",
    "mean_absolute_error": "mae",
}


def decode(texts):
    """Decode many JSON texts at once."""
    return json.loads("[" + ",".join(texts) + "]")


def read_tasks(connection, hidden, columns=TASK_COLUMNS, kinds=None):
    """Return the visible tasks as tuples, sorted by name."""
    from sqlalchemy import select

    table = schema().tasks
    query = select(*(table.c[name] for name in columns)).order_by(table.c.name, table.c.id)
    if kinds is not None:
        query = query.where(table.c.kind.in_(kinds))
    return [row for row in map(tuple, connection.execute(query)) if row[0] not in hidden]


def frame_of(rows, columns):
    """Make a DataFrame of tuples; much faster than letting pandas find out."""
    import pandas as pd

    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pd.DataFrame({name: list(v) for name, v in zip(columns, values, strict=True)})


def number_frame(records):
    """Make a float DataFrame of dicts of numbers; what is missing becomes NaN."""
    import pandas as pd

    names = list(dict.fromkeys(name for record in records for name in record))
    values = [[record.get(name) for name in names] for record in records]
    array = np.array(values, dtype=float).reshape(len(records), len(names))
    return pd.DataFrame(array, columns=names)


def with_numbers(frame, texts):
    """Add the numbers of JSON objects to a DataFrame, a column for each name."""
    import pandas as pd

    return pd.concat([frame, number_frame(decode(texts))], axis=1)


def read_evaluations(connection, hidden):
    """Return all visible evaluations as a DataFrame, a column for each metric."""
    import pandas as pd
    from sqlalchemy import select

    table = schema().evaluations
    facts = schema().facts
    shared = connection.execute(select(facts.c.value).where(facts.c.key == "versions")).scalar()
    query = select(table).order_by(table.c.task, table.c.configuration, table.c.seed)
    rows = [row for row in map(tuple, connection.execute(query)) if row[0] not in hidden]
    versions = [row[-1] or shared or "{}" for row in rows]
    frame = frame_of(rows, table.columns.keys())
    metrics = number_frame(decode(frame.pop("metrics")))
    frame["fold_metrics"] = decode(frame["fold_metrics"])
    frame["versions"] = decode(versions)
    return pd.concat([frame.iloc[:, :3], metrics, frame.iloc[:, 3:]], axis=1)


def similar_tasks(connection, table, hidden):
    """Return the ids of the visible tasks that share rows with a table or its sketch."""
    fingerprint = Fingerprint.of(table)
    columns = ("id", "n_columns", "fingerprint")
    n_columns = fingerprint.n_columns
    return [
        task
        for task, width, text in read_tasks(connection, hidden, columns)
        if text is not None
        and n_columns in (None, width)
        and fingerprint.shares_rows_with(Fingerprint.from_json(text))
    ]


def read_matrix(connection, kind, metric, hidden):
    """Read what one kind of task says about all configurations, as arrays."""
    from sqlalchemy import select

    tables = schema()
    kinds = ("regression",) if kind == "regression" else ("binary", "multiclass")
    columns = (*TASK_COLUMNS, "metafeatures")
    tasks = {row[0]: row for row in read_tasks(connection, hidden, columns, kinds)}
    run = tables.evaluations.c
    query = (
        select(
            run.task,
            run.configuration,
            run.metrics,
            run.fit_seconds,
            run.predict_seconds,
            run.rows_used,
            run.status,
        )
        .join(tables.tasks, tables.tasks.c.id == run.task)
        .where(tables.tasks.c.kind.in_(kinds))
    )
    runs = [row for row in map(tuple, connection.execute(query)) if row[0] in tasks]
    known = tables.configurations.c
    query = select(known.key, known.configuration).order_by(known.family, known.key)
    configurations = connection.execute(query).all()
    return _assemble(tasks, configurations, runs, kind, metric)


def _assemble(tasks, configurations, runs, kind, metric):
    """Put tuples of runs into arrays; tasks and configurations that never ran are left out."""
    task_ids, keys, texts, fits, predicts, used, statuses = (
        zip(*runs, strict=True) if runs else [()] * 7
    )
    present_tasks, present_keys = set(task_ids), set(keys)
    tasks = [row for task, row in tasks.items() if task in present_tasks]
    configurations = [row for row in configurations if row[0] in present_keys]
    row_of = {task[0]: i for i, task in enumerate(tasks)}
    column_of = {key: j for j, (key, _) in enumerate(configurations)}
    cells = (
        np.array([row_of[task] for task in task_ids], dtype=np.intp),
        np.array([column_of[key] for key in keys], dtype=np.intp),
    )
    shape = (len(tasks), len(configurations))

    metrics = decode(texts)
    name, sign = _choose_metric(metrics, kind, metric)
    scores = sign * np.array([values.get(name) for values in metrics], dtype=float)
    scores[np.array(statuses, dtype=object) != "ok"] = np.nan
    seconds = np.array(fits, dtype=float) + np.nan_to_num(np.array(predicts, dtype=float))
    return EvaluationMatrix(
        tasks=frame_of([row[:-1] for row in tasks], TASK_COLUMNS),
        configurations=decode(text for _, text in configurations),
        keys=[key for key, _ in configurations],
        scores=_cell_means(scores, cells, shape),
        seconds=_cell_means(seconds, cells, shape),
        rows=_cell_means(np.array(used, dtype=float), cells, shape),
        metafeatures=number_frame(decode(row[-1] for row in tasks)),
        metric=name,
    )


def _cell_means(values, cells, shape):
    """Average what falls into each cell (seeds of one configuration); NaN where nothing does."""
    known = np.isfinite(values)
    totals, counts = np.zeros(shape), np.zeros(shape)
    where = cells[0][known], cells[1][known]
    np.add.at(totals, where, values[known])
    np.add.at(counts, where, 1)
    return np.divide(totals, counts, out=np.full(shape, np.nan), where=counts > 0)


def _choose_metric(records, kind, metric):
    """Find the stored metric that stands for the one asked for, and its sign."""
    from sklearn_meta.search import DEFAULT_METRIC, GREATER_IS_BETTER

    present = set().union(*records) if records else set()
    asked = str(metric or "").removeprefix("neg_")
    candidates = [metric, asked, _ALIASES.get(asked), DEFAULT_METRIC[kind]]
    known = [name for name in candidates if name in present and name in GREATER_IS_BETTER]
    name = (known or [DEFAULT_METRIC[kind]])[0]
    return name, 1.0 if GREATER_IS_BETTER[name] else -1.0


def count_records(connection, hidden):
    """Count visible tasks by kind, configurations, evaluations and failures; add the facts."""
    from sqlalchemy import func, select

    tables = schema()
    kinds = [row[1] for row in read_tasks(connection, hidden, ("id", "kind"))]
    run = tables.evaluations.c
    query = select(run.task, run.status, func.count()).group_by(run.task, run.status)
    by_status = {}
    for task, status, n in connection.execute(query):
        if task not in hidden:
            by_status[status] = by_status.get(status, 0) + n
    n_runs = sum(by_status.values())
    by_status.pop("ok", None)
    families = select(tables.configurations.c.family, func.count()).group_by(
        tables.configurations.c.family
    )
    families = {family: n for family, n in connection.execute(families)}
    return {
        "tasks": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        "configurations": sum(families.values()),
        "families": dict(sorted(families.items())),
        "evaluations": n_runs,
        "failures": dict(sorted(by_status.items())),
        "facts": {key: value for key, value in connection.execute(select(tables.facts))},
    }
