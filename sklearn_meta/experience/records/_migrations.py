"""Bring a base of an older schema version up to the present one, step by step.

Each step takes version n to n + 1 inside the transaction of its caller, and only the last one may
use :func:`schema`, which knows no other version than the present. Whoever adds a step gives the one
before it table definitions of its own.
"""

import json

from sklearn_meta.experience.database._schema import SCHEMA_VERSION, schema
from sklearn_meta.experience.identity._fingerprint import Fingerprint
from sklearn_meta.experience.records._records import metric_columns, task_id, to_json


def migrate(connection, version):
    """Run the steps that lead from a version to the present one.

    Parameters
    ----------
    connection : Connection
        Inside a transaction that holds the write lock.
    version : int
        What the base has, at least 1.
    """
    for number in range(version, SCHEMA_VERSION):
        STEPS[number](connection)
    facts = schema().facts
    query = facts.update().where(facts.c.key == "schema_version")
    connection.execute(query.values(value=str(SCHEMA_VERSION)))


def _evaluations_know_their_rows(connection):
    """Version 1 to 2: metrics in columns, `max_rows` in the key, ids without the column order."""
    from sqlalchemy import text

    names = "task, configuration, seed, metrics, fold_metrics, fit_seconds, predict_seconds"
    names += ", rows_used, n_folds, status, reason, versions"
    old = connection.execute(text(f"SELECT {names} FROM evaluations ORDER BY 1, 2, 3")).all()
    connection.execute(text("DROP TABLE evaluations"))
    renamed = _rename_tasks(connection)
    max_rows = _collected_rows(connection)
    metrics = json.loads("[" + ",".join(row.metrics for row in old) + "]")
    records = {}
    for row, values in zip(old, metrics, strict=True):
        known, other = metric_columns(values)
        record = {
            **row._mapping,
            "task": renamed.get(row.task, row.task),
            # a table of more rows than were asked for was not drawn by the collector
            "max_rows": max_rows if row.rows_used and row.rows_used <= max_rows else 0,
            **known,
            "other_metrics": to_json(other) if other else None,
            "fold_metrics": None if row.fold_metrics == "{}" else row.fold_metrics,
            "machine_speed": None,
        }
        del record["metrics"]
        records.setdefault((record["task"], row.configuration, row.seed), record)
    table = schema().evaluations
    table.create(connection)
    if records:
        connection.execute(table.insert(), list(records.values()))


def _collected_rows(connection):
    """Return the collector's cap on rows, 0 if no collector wrote this base."""
    from sqlalchemy import select

    facts = schema().facts
    value = connection.execute(select(facts.c.value).where(facts.c.key == "collection")).scalar()
    return int(json.loads(value).get("max_rows") or 0) if value else 0


def _rename_tasks(connection):
    """Give all tasks the ids that they would get now; return a dict from the old to the new."""
    from sqlalchemy import bindparam, text

    query = "SELECT id, name, kind, n_rows, n_columns, n_classes, fingerprint FROM tasks ORDER BY 1"
    renamed, taken = {}, set()
    for row in connection.execute(text(query)).all():
        known = None if row.fingerprint is None else Fingerprint.from_json(row.fingerprint)
        new = task_id(row._mapping, known)
        renamed[row.id] = new
        if new in taken:
            connection.execute(text("DELETE FROM tasks WHERE id = :id"), {"id": row.id})
        taken.add(new)
    table = schema().tasks
    query = table.update().where(table.c.id == bindparam("old")).values(id=bindparam("new"))
    if renamed:
        connection.execute(query, [{"old": old, "new": new} for old, new in renamed.items()])
    return renamed


STEPS = {1: _evaluations_know_their_rows}
