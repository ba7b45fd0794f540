"""Make records of tables of scores and seconds."""

import numpy as np

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.records import _records

# Where a task's own facts may be read from, under OpenML's names.
_SIZES = {
    "n_rows": "NumberOfInstances",
    "n_columns": "NumberOfFeatures",
    "n_classes": "NumberOfClasses",
}
_TASK_FACTS = ("name", "openml_id", "group", "source", "licence", "n_rows", "n_columns")


def matrix_records(scores, seconds, meta_features, *, metric, kind, rows, tasks, configurations):
    """Make the records of a base.

    Parameters
    ----------
    scores : DataFrame of shape (n_tasks, n_configurations)
        Raw values of a metric; NaN where there is none.
    seconds, rows : DataFrame or None
        Of the same labels: fit and predict seconds, rows used.
    meta_features : DataFrame or None
        A row per task.
    metric : str
        Name of the metric.
    kind : str, Series or None
        Kind of the tasks.
    tasks : DataFrame or None
        Facts of the tasks.
    configurations : dict or None
        From column to configuration.

    Returns
    -------
    dict of str to list of dict
        The records of each table.
    """
    seconds, rows = (
        _aligned(part, scores, name) for part, name in ((seconds, "seconds"), (rows, "rows"))
    )
    task_records = [
        _task_record(label, kind, _row(meta_features, label), _row(tasks, label), metric)
        for label in scores.index
    ]
    configuration_records = [
        _records.configuration_record(_configuration(label, configurations))
        for label in scores.columns
    ]
    for what, records, key in (
        ("tasks", task_records, "id"),
        ("configurations", configuration_records, "key"),
    ):
        if len({record[key] for record in records}) < len(records):
            raise ExperienceError(
                f"Two {what} of the matrix are the same. Give each its own label."
            )
    return {
        "tasks": task_records,
        "configurations": configuration_records,
        "evaluations": _evaluation_records(
            [record["id"] for record in task_records],
            [record["key"] for record in configuration_records],
            {"score": scores.to_numpy(dtype=float), "seconds": seconds, "rows": rows},
            metric,
        ),
    }


def _evaluation_records(ids, keys, cells, metric):
    """Make a record of every cell that has a score or seconds: copies of two that were checked."""
    facts = {**_records.EVALUATION_DEFAULTS, "versions": {}}
    fine = _records.evaluation_record("", "", {metric: 0.0}, facts)
    facts |= {"status": "error", "reason": "no score was given"}
    failed = _records.evaluation_record("", "", {}, facts)
    has_column = metric in fine
    tried = np.isfinite(cells["score"]) | np.isfinite(cells["seconds"])
    score, seconds, rows = (
        [value if np.isfinite(value) else None for value in cells[name][tried].tolist()]
        for name in ("score", "seconds", "rows")
    )
    records = []
    for n, (i, j) in enumerate(np.argwhere(tried).tolist()):
        record = dict(failed if score[n] is None else fine)
        record |= {"task": ids[i], "configuration": keys[j], "fit_seconds": seconds[n]}
        record["rows_used"] = None if rows[n] is None else int(rows[n])
        if score[n] is not None and has_column:
            record[metric] = score[n]
        elif score[n] is not None:
            record["other_metrics"] = _records.to_json({metric: score[n]})
        records.append(record)
    return records


def _aligned(part, scores, name):
    """Return a table of the same labels as an array, all NaN where none is given."""
    if part is None:
        return np.full(scores.shape, np.nan)
    lost = [label for label in scores.columns if label not in part.columns]
    if lost:
        raise ExperienceError(
            f"The scores have the configuration {lost[0]!r}, but the {name} have not. Give both "
            "the same columns."
        )
    return part.reindex(index=scores.index, columns=scores.columns).to_numpy(dtype=float)


def _row(frame, label):
    """Return a row of a table as a dict without missing values; empty if there is none."""
    if frame is None or label not in frame.index:
        return {}
    return frame.loc[label].dropna().to_dict()


def _configuration(label, configurations):
    if configurations is None:
        return {"family": str(label)}
    if label not in configurations:
        raise ExperienceError(
            f"The scores have the configuration {label!r}, but `configurations` does not say what "
            "it is."
        )
    return configurations[label]


def _task_record(label, kind, features, told, metric):
    unknown = sorted(set(told) - {*_TASK_FACTS, "n_classes"})
    if unknown:
        raise ExperienceError(
            f"`tasks` has the column {unknown[0]!r}. It may have {', '.join(_TASK_FACTS)} and "
            "n_classes."
        )
    sizes = {name: int(told.get(name, features.get(source, 0))) for name, source in _SIZES.items()}
    facts = {**_records.TASK_DEFAULTS, "name": str(label), **told, **sizes}
    if facts["openml_id"] is not None:
        facts["openml_id"] = int(facts["openml_id"])
    facts["kind"] = _task_type(_kind_of(label, kind, metric), sizes["n_classes"])
    if facts["kind"] == "regression":
        facts["n_classes"] = 0
    return _records.task_record(facts, None, {str(k): float(v) for k, v in features.items()})


def _kind_of(label, kind, metric):
    if kind is None:
        return "regression" if metric in ("rmse", "mae", "r2") else "classification"
    return kind if isinstance(kind, str) else kind[label]


def _task_type(kind, n_classes):
    """Tell binary and multiclass apart where a kind is just classification."""
    if kind != "classification":
        return kind
    return "binary" if n_classes == 2 else "multiclass"


def check_labels(scores):
    """Raise ExperienceError unless scores are a table with labels that are told apart."""
    if not (hasattr(scores, "index") and hasattr(scores, "columns")):
        raise ExperienceError(
            f"Scores are a DataFrame (tasks x configurations); got {type(scores).__name__}."
        )
    for what, labels in (("tasks", scores.index), ("configurations", scores.columns)):
        if labels.has_duplicates:
            label = labels[labels.duplicated()][0]
            raise ExperienceError(f"Of the {what} of the scores, two are called {label!r}.")
