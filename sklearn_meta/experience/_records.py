"""Write and copy the records of a base; every function works inside an open transaction."""

import json
import math
from functools import cache
from hashlib import sha1

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience._fingerprint import Fingerprint
from sklearn_meta.experience._schema import KINDS, METRIC_COLUMNS, STATUSES, schema

_VERSIONED = (
    "sklearn-meta",
    "scikit-learn",
    "numpy",
    "pandas",
    "skrub",
    "lightgbm",
    "xgboost",
    "catboost",
)


def to_json(value):
    """Write a value as compact JSON with sorted keys; NaN and infinity become null."""
    return json.dumps(_plain(value), separators=(",", ":"), sort_keys=True, allow_nan=False)


def _plain(value):
    """Replace numpy scalars by Python's, and what JSON has no word for by None."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def task_record(facts, fingerprint, metafeatures):
    """Make the row of a task."""
    kind = facts["kind"]
    if kind not in KINDS:
        raise ExperienceError(f"A task's kind is one of {', '.join(KINDS)}; got {kind!r}.")
    if fingerprint is not None:
        fingerprint = Fingerprint.of(fingerprint)
    facts = {**_plain(facts), "n_classes": int(facts["n_classes"] or 0)}
    return {
        "id": task_id(facts, fingerprint),
        **facts,
        "fingerprint": None if fingerprint is None else fingerprint.to_json(),
        "metafeatures": to_json(metafeatures or {}),
    }


def task_id(facts, fingerprint):
    """Name a task by what it is: the same in every base, whatever the order of rows and columns."""
    identity = [facts[name] for name in ("name", "kind", "n_rows", "n_columns", "n_classes")]
    content = None if fingerprint is None else fingerprint.shuffled.pack()
    return sha1(to_json([*identity, content]).encode(), usedforsecurity=False).hexdigest()[:16]


def configuration_record(configuration):
    """Make the row of a configuration."""
    from sklearn_meta.spaces import configuration_key

    if not isinstance(configuration, dict) or "family" not in configuration:
        raise ExperienceError(
            "A configuration is a dict with the key 'family', such as "
            f"{{'family': 'random_forest', ...}}; got {configuration!r}."
        )
    return {
        "key": configuration_key(configuration),
        "family": configuration["family"],
        "configuration": to_json(configuration),
    }


def evaluation_record(task, key, metrics, facts):
    """Make the row of an evaluation."""
    if facts["status"] not in STATUSES:
        raise ExperienceError(
            f"An evaluation's status is one of {', '.join(STATUSES)}; got {facts['status']!r}."
        )
    facts = _plain(facts)
    folds = facts.pop("fold_metrics", None)
    versions = facts.pop("versions", None)
    known, other = metric_columns(_plain(metrics or {}))
    _check_metric_names(other)
    return {
        "task": task,
        "configuration": key,
        **facts,
        "max_rows": int(facts.get("max_rows") or 0),
        **known,
        "other_metrics": to_json(other) if other else None,
        "fold_metrics": to_json(folds) if folds else None,
        "versions": to_json(installed_versions() if versions is None else versions),
    }


def metric_columns(metrics):
    """Split metrics into those that have a column, a value for each, and the others."""
    known = {name: metrics.get(name) for name in METRIC_COLUMNS}
    return known, {name: value for name, value in metrics.items() if name not in known}


def _check_metric_names(names):
    """Refuse a metric that is named like another column of the evaluations."""
    taken = sorted(set(names) & set(schema().evaluations.columns.keys()))
    if taken:
        raise ExperienceError(
            f"A metric can't be named {taken[0]!r}: that is what another column of the "
            "evaluations is called. Give it another name."
        )


@cache
def installed_versions():
    """Versions of the packages that decide what an evaluation gives."""
    from importlib.metadata import PackageNotFoundError, version

    versions = {}
    for package in _VERSIONED:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue  # the optional ones, or a source tree that was never installed
    return versions


def insert_missing(connection, table, records):
    """Insert the records whose key is not there yet; return how many those were."""
    present = existing_keys(connection, table)
    names = [column.name for column in table.primary_key]
    fresh = {}
    for record in records:
        key = tuple(record[name] for name in names)
        if key not in present:
            fresh.setdefault(key, record)
    if fresh:
        # in one order everywhere: writers of the same records then wait, and never for each other
        rows = [fresh[key] for key in sorted(fresh)]
        connection.execute(insert_into(connection, table).on_conflict_do_nothing(), rows)
    return len(fresh)


def existing_keys(connection, table):
    """Return the set of primary keys of a table, as tuples."""
    from sqlalchemy import select

    return {tuple(row) for row in connection.execute(select(*table.primary_key))}


def insert_one(connection, table, record, *, replace=False):
    """Insert a record unless its key is there; then leave the old one, or replace it."""
    query = insert_into(connection, table)
    keys = [column.name for column in table.primary_key]
    if replace:
        values = {name: query.excluded[name] for name in record if name not in keys}
        query = query.on_conflict_do_update(index_elements=keys, set_=values)
    else:
        query = query.on_conflict_do_nothing()
    connection.execute(query, [record])


def insert_into(connection, table):
    """Begin an insertion that may say what to do where the key is there already."""
    from sqlalchemy.dialects import postgresql, sqlite

    dialect = connection.dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def write_facts(connection, facts):
    """Set facts about the base, such as how it was collected; older values are replaced."""
    for key, value in facts.items():
        text = value if isinstance(value, str) else to_json(value)
        insert_one(connection, schema().facts, {"key": key, "value": text}, replace=True)


def read_records(connection, view, change=dict):
    """Read the records of a base, to be added to another one.

    Parameters
    ----------
    connection : Connection
        To the base to read.
    view : View
        What of it to read.
    change : callable, default=dict
        Makes the record to write from the record read.

    Returns
    -------
    dict of str to list of dict
        The records of each table, in an order in which they can be added.
    """
    from sqlalchemy import select

    shown = {
        "tasks": lambda row: view.shows_task(row["id"]),
        "configurations": lambda row: view.shows_configuration(row["key"]),
        "evaluations": lambda row: view.shows(row["task"], row["configuration"]),
    }
    records = {}
    # evaluations first: what others add meanwhile then lacks no task that it belongs to
    for name in ("evaluations", "tasks", "configurations"):
        rows = (row._mapping for row in connection.execute(select(getattr(schema(), name))))
        records[name] = [change(row) for row in rows if shown[name](row)]
    return {name: records[name] for name in ("tasks", "configurations", "evaluations")}


def add_records(connection, records):
    """Add what is missing of other base's records; return how many of each table that were."""
    return {
        name: insert_missing(connection, getattr(schema(), name), rows)
        for name, rows in records.items()
    }
