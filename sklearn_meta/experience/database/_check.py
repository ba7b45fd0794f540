"""Look for damage inside a base, on demand: it takes longer than opening one."""

import json

from sklearn_meta.experience.database._schema import KINDS, STATUSES, schema

_MOST = 20  # findings of one kind that are listed
_JSON_COLUMNS = {
    "tasks": ("metafeatures", "fingerprint"),
    "configurations": ("configuration",),
    "evaluations": ("other_metrics", "fold_metrics", "versions"),
}


def find_damage(connection):
    """Return what is wrong with a base, a sentence for each finding.

    Parameters
    ----------
    connection : Connection
        To the base.

    Returns
    -------
    list of str
        Empty if nothing was found.
    """
    findings = []
    if connection.dialect.name == "sqlite":
        findings = _ask_sqlite(connection)
    if findings:
        return findings  # what a broken file says is not worth reading
    for test in (_broken_json, _false_keys, _false_words, _lost_parents):
        findings += list(test(connection))[:_MOST]
    return findings


def _ask_sqlite(connection):
    rows = connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})").scalars()
    return [f"sqlite: {row}" for row in rows if row != "ok"]


def _broken_json(connection):
    """Yield the records that hold a text which is no JSON object."""
    from sqlalchemy import select

    for name, columns in _JSON_COLUMNS.items():
        table = getattr(schema(), name)
        keys = list(table.primary_key)
        for column in columns:
            query = select(*keys, table.c[column]).where(table.c[column].is_not(None))
            for *key, text in connection.execute(query):
                if not _is_object(text):
                    yield f"{name} {tuple(key)}: {column} can't be decoded"


def _is_object(text):
    try:
        return isinstance(json.loads(text), dict)
    except (TypeError, ValueError):
        return False


def _false_keys(connection):
    """Yield the configurations that are not what their key was made of."""
    from sqlalchemy import select

    from sklearn_meta.spaces import configuration_key

    for key, family, text in connection.execute(select(schema().configurations)):
        if not _is_object(text):
            continue  # was found before
        configuration = json.loads(text)
        if configuration_key(configuration) != key or configuration.get("family") != family:
            yield f"configurations {key!r}: its content has another key or family"


def _false_words(connection):
    """Yield the records with a word that does not exist there."""
    from sqlalchemy import select

    tables = schema()
    task, run = tables.tasks.c, tables.evaluations.c
    for id, kind in connection.execute(select(task.id, task.kind).where(task.kind.not_in(KINDS))):
        yield f"tasks {id!r}: its kind is {kind!r}"
    query = select(run.task, run.configuration, run.status).where(run.status.not_in(STATUSES))
    for id, key, status in connection.execute(query):
        yield f"evaluations {(id, key)}: the status is {status!r}"


def _lost_parents(connection):
    """Yield the evaluations whose task or configuration is not there."""
    from sqlalchemy import select

    tables = schema()
    run = tables.evaluations.c
    for name, column, key in (
        ("task", run.task, tables.tasks.c.id),
        ("configuration", run.configuration, tables.configurations.c.key),
    ):
        query = select(column).where(column.not_in(select(key))).distinct()
        for value in connection.execute(query).scalars():
            yield f"evaluations: the {name} {value!r} of some is not there"
