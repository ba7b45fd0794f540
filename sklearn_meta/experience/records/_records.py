"""Make and write the records of a base; what writes works inside an open transaction."""

import json
import math
from functools import cache
from hashlib import sha1

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.database._schema import KINDS, METRIC_COLUMNS, STATUSES, schema
from sklearn_meta.experience.identity._fingerprint import Fingerprint

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

_TASK_NEEDED = ("name", "kind", "n_rows", "n_columns")
TASK_DEFAULTS = {
    **dict.fromkeys(_TASK_NEEDED),
    "n_classes": 0,
    "openml_id": None,
    "group": None,
    "source": None,
    "licence": None,
}
EVALUATION_DEFAULTS = {
    "fold_metrics": None,
    "fit_seconds": None,
    "predict_seconds": None,
    "rows_used": None,
    "n_folds": None,
    "status": "ok",
    "reason": None,
    "seed": 0,
    "max_rows": None,
    "machine_speed": None,
    "versions": None,
}


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


def task_of_facts(facts):
    """Make the row of a task from the arguments of `Experience.add_task` as a dict."""
    known = {name: facts[name] for name in facts if name in TASK_DEFAULTS}
    unknown = sorted(set(facts) - set(TASK_DEFAULTS) - {"fingerprint", "metafeatures"})
    missing = [name for name in _TASK_NEEDED if name not in facts]
    if unknown or missing:
        what = f"{unknown[0]!r} is none of them" if unknown else f"{missing[0]!r} is missing"
        raise ExperienceError(
            f"A task is described by the arguments of Experience.add_task; {what}. Needed are "
            f"{', '.join(_TASK_NEEDED)}."
        )
    return task_record(
        {**TASK_DEFAULTS, **known}, facts.get("fingerprint"), facts.get("metafeatures")
    )


def evaluation_of_facts(task, facts):
    """Make the rows of a configuration (None for a key) and of its evaluation from a dict."""
    unknown = sorted(set(facts) - set(EVALUATION_DEFAULTS) - {"configuration", "metrics"})
    if unknown or "configuration" not in facts:
        what = f"{unknown[0]!r} is none of them" if unknown else "'configuration' is missing"
        raise ExperienceError(
            f"An evaluation is described by the arguments of Experience.add; {what}."
        )
    configuration = facts["configuration"]
    new = None if isinstance(configuration, str) else configuration_record(configuration)
    values = {name: facts.get(name, default) for name, default in EVALUATION_DEFAULTS.items()}
    key = configuration if new is None else new["key"]
    return new, evaluation_record(task, key, facts.get("metrics"), values)


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
    known, other = metric_columns(_checked_metrics(metrics or {}))
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


def _checked_metrics(metrics):
    """Return the metrics as floats, None for what is not finite."""
    try:
        return {str(name): _plain(float(value)) for name, value in metrics.items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise ExperienceError(
            f"Metrics are a dict from names to numbers; got {metrics!r}."
        ) from error


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


def insert_one(connection, table, record, *, replace=False):
    """Insert a record unless its key is there; then leave the old one, or replace it."""
    insert_all(connection, table, [record], replace=replace)


def insert_all(connection, table, records, *, replace=False):
    """Insert records; where a key is there already, leave the old one, or replace it.

    They are written in one order everywhere, so that two writers of the same records wait for each
    other instead of each holding what the other one needs.
    """
    query = insert_into(connection, table)
    keys = [column.name for column in table.primary_key]
    if replace:
        others = [column.name for column in table.columns if column.name not in keys]
        values = {name: query.excluded[name] for name in others}
        query = query.on_conflict_do_update(index_elements=keys, set_=values)
    else:
        query = query.on_conflict_do_nothing()
    fresh = {tuple(record[name] for name in keys): record for record in records}
    if fresh:
        connection.execute(query, [fresh[key] for key in sorted(fresh)])


def insert_into(connection, table):
    """Begin an insertion that may say what to do where the key is there already."""
    from sqlalchemy.dialects import postgresql, sqlite

    dialect = connection.dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
