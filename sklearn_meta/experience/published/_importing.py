"""What people published on OpenML, added to an experience base."""

import logging
from collections import Counter
from itertools import groupby

import numpy as np

from sklearn_meta.experience.published._flow_configurations import configuration_of_flow

_logger = logging.getLogger(__name__)

#: OpenML's measures that are ours under other names; the others keep theirs.
METRICS = {
    "area_under_roc_curve": "roc_auc",
    "predictive_accuracy": "accuracy",
    "root_mean_squared_error": "rmse",
    "mean_absolute_error": "mae",
}


def import_published(evaluations, into, *, fetch=None, describe=True):
    """Add published evaluations of scikit-learn flows that match our configurations.

    A run becomes an evaluation of the configuration that does the same as its flow; runs that do
    something else are counted and left out. The run's id is the evaluation's seed, so that several
    runs of one configuration stand side by side, and importing twice adds nothing. Seconds are not
    taken over: they are of unknown machines.

    Parameters
    ----------
    evaluations : iterable of PublishedEvaluation
        As :func:`sklearn_meta.openml.iter_evaluations` yields them: those of a task together.
    into : Experience
        Where to add.
    fetch : callable, default=None
        From a task's id to the task; None is :func:`sklearn_meta.openml.fetch_task`.
    describe : bool, default=True
        Whether to compute the tasks' meta-features, by which advice finds similar tasks.

    Returns
    -------
    dict
        ``evaluations`` (added), ``tasks`` (with any), ``left_out`` (runs by name of the flow),
        ``failed_tasks`` (dict from the task's id to the reason).

    Raises
    ------
    ExperienceError
        If the base can't be written.

    Examples
    --------
    >>> from sklearn_meta.experience import Experience, import_published
    >>> from sklearn_meta.openml import iter_evaluations, suite_task_ids
    >>> base = Experience.create("published.sqlite")  # doctest: +SKIP
    >>> import_published(iter_evaluations(suite_task_ids(99), limit=500), base)  # doctest: +SKIP
    """
    if fetch is None:
        from sklearn_meta.openml import fetch_task as fetch
    report = {"evaluations": 0, "tasks": 0, "left_out": Counter(), "failed_tasks": {}}
    for task_id, runs in groupby(evaluations, key=lambda run: run.task_id):
        try:
            task = fetch(task_id)
        except (RuntimeError, OSError, ValueError) as error:  # what fetching may raise
            report["failed_tasks"][task_id] = f"{type(error).__name__}: {error}"
            _logger.warning("OpenML's task %s is left out: %s", task_id, error)
            continue
        records = list(_records(task, runs, report["left_out"]))
        if records:
            into.add_evaluations(_task_facts(task, describe), records)
            report["evaluations"] += len(records)
            report["tasks"] += 1
    return report


def _records(task, runs, left_out):
    """Yield the arguments of `Experience.add` for the runs that match."""
    n_rows, n_columns = task.X.shape
    share = np.mean([len(train) for train, _ in task.cv.split()]) / n_rows
    for run in runs:
        configuration = configuration_of_flow(run.flow_name, run.components, task.kind, n_columns)
        if configuration is None or not run.metrics:
            left_out[run.flow_name] += 1
            continue
        yield {
            "configuration": configuration,
            "metrics": {METRICS.get(name, name): value for name, value in run.metrics.items()},
            "rows_used": int(share * n_rows),
            "n_folds": task.cv.get_n_splits(),
            "seed": run.run_id,
            "versions": {"openml_flow": str(run.flow_id), "openml_setup": str(run.setup_id)},
        }


def _task_facts(task, describe):
    """Return the arguments of `Experience.add_task`."""
    name, X, y, facts = task.as_collect_item()
    n_classes = 0 if facts["kind"] == "regression" else int(y.nunique())
    metafeatures = None
    if describe:
        from sklearn_meta.metafeatures import describe_task

        metafeatures = describe_task(X, y, kind=facts["kind"])
    return {
        "name": name,
        "n_rows": X.shape[0],
        "n_columns": X.shape[1],
        "n_classes": n_classes,
        "fingerprint": X,
        "metafeatures": metafeatures,
        **facts,
    }
