"""Write and copy the records of a base; every function works inside an open transaction."""

import json
import math
from functools import cache
from hashlib import sha1

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience._fingerprint import Fingerprint
from sklearn_meta.experience._schema import KINDS, STATUSES, schema

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
    """Make the row of a task; its id is a digest of what it is, the same in every base."""
    kind = facts["kind"]
    if kind not in KINDS:
        raise ExperienceError(f"A task's kind is one of {', '.join(KINDS)}; got {kind!r}.")
    if fingerprint is not None:
        fingerprint = Fingerprint.of(fingerprint).to_json()
    facts = {**facts, "n_classes": int(facts["n_classes"] or 0)}
    identity = [facts[name] for name in ("name", "kind", "n_rows", "n_columns", "n_classes")]
    digest = sha1(to_json([*identity, fingerprint]).encode()).hexdigest()[:16]
    return {
        "id": digest,
        **_plain(facts),
        "fingerprint": fingerprint,
        "metafeatures": to_json(metafeatures or {}),
    }


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


def evaluation_record(task, key, metrics, fold_metrics, facts):
    """Make the row of an evaluation."""
    if facts["status"] not in STATUSES:
        raise ExperienceError(
            f"An evaluation's status is one of {', '.join(STATUSES)}; got {facts['status']!r}."
        )
    versions = installed_versions() if facts["versions"] is None else facts["versions"]
    return {
        "task": task,
        "configuration": key,
        "metrics": to_json(metrics or {}),
        "fold_metrics": to_json(fold_metrics or {}),
        **_plain({**facts, "versions": None}),
        "versions": to_json(versions),
    }


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
        connection.execute(table.insert(), list(fresh.values()))
    return len(fresh)


def existing_keys(connection, table):
    """Return the set of primary keys of a table, as tuples."""
    from sqlalchemy import select

    return {tuple(row) for row in connection.execute(select(*table.primary_key))}


def insert_one(connection, table, record, *, replace=False):
    """Insert a record unless its key is there; then leave the old one, or replace it."""
    from sqlalchemy import and_, select

    same = and_(*(column == record[column.name] for column in table.primary_key))
    if replace:
        connection.execute(table.delete().where(same))
    elif connection.execute(select(*table.primary_key).where(same)).first() is not None:
        return
    connection.execute(table.insert(), [record])


def write_facts(connection, facts):
    """Set facts about the base, such as how it was collected; older values are replaced."""
    for key, value in facts.items():
        text = value if isinstance(value, str) else to_json(value)
        insert_one(connection, schema().facts, {"key": key, "value": text}, replace=True)


def read_records(connection, hidden, change=dict):
    """Read the records of a base, to be added to another one.

    Parameters
    ----------
    connection : Connection
        To the base to read.
    hidden : set of str
        Ids of tasks to leave out.
    change : callable, default=dict
        Makes the record to write from the record read.

    Returns
    -------
    dict of str to list of dict
        The records of each table, in an order in which they can be added.
    """
    from sqlalchemy import select

    owner = {"tasks": "id", "evaluations": "task"}
    records = {}
    for name in ("tasks", "configurations", "evaluations"):
        rows = (row._mapping for row in connection.execute(select(getattr(schema(), name))))
        records[name] = [change(r) for r in rows if r.get(owner.get(name)) not in hidden]
    return records


def add_records(connection, records):
    """Add what is missing of other base's records; return how many of each table that were."""
    return {
        name: insert_missing(connection, getattr(schema(), name), rows)
        for name, rows in records.items()
    }
