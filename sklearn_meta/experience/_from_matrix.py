"""Make records of tables of scores and seconds."""

import numpy as np

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience import _records

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
    values = scores.to_numpy(dtype=float)
    tried = np.isfinite(values) | np.isfinite(seconds)
    evaluations = []
    for i, j in np.argwhere(tried):
        is_ok = np.isfinite(values[i, j])
        facts = {
            **_records.EVALUATION_DEFAULTS,
            "fit_seconds": float(seconds[i, j]),
            "rows_used": int(rows[i, j]) if np.isfinite(rows[i, j]) else None,
            "status": "ok" if is_ok else "error",
            "reason": None if is_ok else "no score was given",
            "versions": {},
        }
        metrics = {metric: values[i, j]} if is_ok else {}
        names = task_records[i]["id"], configuration_records[j]["key"]
        evaluations.append(_records.evaluation_record(*names, metrics, facts))
    return {
        "tasks": task_records,
        "configurations": configuration_records,
        "evaluations": evaluations,
    }


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
