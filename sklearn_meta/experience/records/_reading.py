"""Read a base in bulk: plain tuples, JSON decoded in one go."""

import json

import numpy as np

from sklearn_meta.experience.database._schema import METRIC_COLUMNS, schema
from sklearn_meta.experience.identity._fingerprint import Fingerprint

TASK_COLUMNS = ("id", "name", "openml_id", "kind", "n_rows", "n_columns", "n_classes", "group")


def broad_kind(kind):
    """Return "classification" or "regression" for any kind of task."""
    return "regression" if kind == "regression" else "classification"


def decode(texts):
    """Decode many JSON texts at once."""
    return json.loads("[" + ",".join(texts) + "]")


def read_tasks(connection, view, columns=TASK_COLUMNS, kinds=None):
    """Return the visible tasks as tuples, sorted by name."""
    from sqlalchemy import select

    table = schema().tasks
    query = select(*(table.c[name] for name in columns)).order_by(table.c.name, table.c.id)
    if kinds is not None:
        query = query.where(table.c.kind.in_(kinds))
    rows = map(tuple, connection.execute(query))
    # by code points, as sqlite does: servers sort by the rules of some language
    rows = sorted(rows, key=lambda row: (row[1], row[0])) if columns[1] == "name" else list(rows)
    return [row for row in rows if view.shows_task(row[0])]


def frame_of(rows, columns):
    """Make a DataFrame of tuples; much faster than letting pandas find out."""
    import pandas as pd

    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pd.DataFrame({name: list(v) for name, v in zip(columns, values, strict=True)})


def task_frame(rows, columns):
    """Make a DataFrame of tasks: `kind` in two words, `task_type` in three."""
    frame = frame_of(rows, columns)
    types = frame["kind"]
    frame["kind"] = [broad_kind(kind) for kind in types]
    frame.insert(frame.columns.get_loc("kind") + 1, "task_type", types)
    return frame


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


def read_configurations(connection, view):
    """Return what was evaluated for which kind as a DataFrame."""
    from sqlalchemy import select

    tables = schema()
    known = tables.configurations.c
    query = select(known.key, known.family, known.configuration)
    rows = [
        row for row in map(tuple, connection.execute(query)) if view.shows_configuration(row[0])
    ]
    rows.sort(key=lambda row: (row[1], row[0]))
    counts = count_by_kind(connection, view)
    extra = {family: family_extra(family) for family in {row[1] for row in rows}}
    lines = [
        (key, kind, family, text, n, extra[family])
        for key, family, text in rows
        for kind, n in sorted(counts.get(key, {}).items()) or [(None, 0)]
    ]
    columns = ("key", "kind", "family", "configuration", "n_evaluations", "extra")
    frame = frame_of(lines, columns)
    frame["configuration"] = decode(frame["configuration"])
    return frame


def count_by_kind(connection, view):
    """Count the visible evaluations of each configuration by kind of task."""
    from sqlalchemy import func, select

    run = schema().evaluations.c
    query = select(run.task, run.configuration, func.count()).group_by(run.task, run.configuration)
    kinds = {row[0]: broad_kind(row[1]) for row in read_tasks(connection, view, ("id", "kind"))}
    counts = {}
    for task, key, n in connection.execute(query):
        if task in kinds and view.shows_configuration(key):
            of_key = counts.setdefault(key, {})
            of_key[kinds[task]] = of_key.get(kinds[task], 0) + n
    return counts


def family_extra(name):
    """Return the extra that a family needs, "" if none, or if the family is not one of ours."""
    from sklearn_meta.spaces.families import FAMILIES

    family = FAMILIES.get(name)
    return (family.extra or "") if family is not None else ""


def read_evaluations(connection, view):
    """Return all visible evaluations as a DataFrame, a column for each metric."""
    import pandas as pd
    from sqlalchemy import select

    table = schema().evaluations
    facts = schema().facts
    shared = connection.execute(select(facts.c.value).where(facts.c.key == "versions")).scalar()
    rows = [row for row in map(tuple, connection.execute(select(table))) if view.shows(*row[:2])]
    rows.sort(key=lambda row: row[:4])
    texts = {name: [] for name in ("other_metrics", "fold_metrics", "versions")}
    names = table.columns.keys()
    for name in texts:  # before pandas makes NaN of None
        where = names.index(name)
        missing = (shared if name == "versions" else None) or "{}"
        texts[name] = decode(row[where] or missing for row in rows)
    frame = frame_of(rows, names)
    known = frame[list(METRIC_COLUMNS)].astype(float)
    frame = frame.drop(columns=[*METRIC_COLUMNS, "other_metrics"])
    frame["fold_metrics"], frame["versions"] = texts["fold_metrics"], texts["versions"]
    other = number_frame(texts["other_metrics"])
    for name in ("fit_seconds", "predict_seconds", "machine_speed"):
        frame[name] = frame[name].astype(float)
    return pd.concat([frame.iloc[:, :4], known, other, frame.iloc[:, 4:]], axis=1)


def similar_tasks(connection, table, view):
    """Return the ids of the visible tasks that share rows with a table or its sketch."""
    fingerprint = Fingerprint.of(table)
    columns = ("id", "n_columns", "fingerprint")
    n_columns = fingerprint.n_columns
    return [
        task
        for task, width, text in read_tasks(connection, view, columns)
        if text is not None
        and n_columns in (None, width)
        and fingerprint.shares_rows_with(Fingerprint.from_json(text))
    ]


def count_records(connection, view):
    """Count what is visible: tasks, configurations, evaluations, failures; add the facts."""
    from sqlalchemy import func, select

    tables = schema()
    types = [row[1] for row in read_tasks(connection, view, ("id", "kind"))]
    run = tables.evaluations.c
    query = select(run.task, run.configuration, run.status, func.count())
    by_status = {}
    for task, key, status, n in connection.execute(
        query.group_by(run.task, run.configuration, run.status)
    ):
        if view.shows(task, key):
            by_status[status] = by_status.get(status, 0) + n
    n_runs = sum(by_status.values())
    for status in ("ok", "raced"):  # a race that was lost is no failure
        by_status.pop(status, None)
    known = tables.configurations.c
    families = {
        key: family
        for key, family in connection.execute(select(known.key, known.family))
        if view.shows_configuration(key)
    }
    used = count_by_kind(connection, view)
    return {
        "tasks": _count([broad_kind(kind) for kind in types]),
        "task_types": _count(types),
        "configurations": _count([kind for kinds in used.values() for kind in kinds]),
        "families": _count(families.values()),
        "evaluations": n_runs,
        "failures": dict(sorted(by_status.items())),
        "n_tasks": len(types),
        "n_configurations": len(families),
        "facts": {key: value for key, value in connection.execute(select(tables.facts))},
    }


def _count(words):
    words = list(words)
    return {word: words.count(word) for word in sorted(set(words))}


def keys_of_families(connection, families):
    """Return the keys of the configurations of some families."""
    from sqlalchemy import select

    known = schema().configurations.c
    return [
        key for key, name in connection.execute(select(known.key, known.family)) if name in families
    ]


def count_hidden(connection, view):
    """Count the tasks that a view leaves out."""
    from sqlalchemy import select

    return sum(
        not view.shows_task(task)
        for task in connection.execute(select(schema().tasks.c.id)).scalars()
    )
