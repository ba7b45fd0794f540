"""A task as a user of somebody else's search gives it, and the experience that may advise on it."""

from dataclasses import replace

from sklearn_meta.advisors.contract._task import TaskDescription

#: The metric of an objective that nobody named.
ANY_METRIC = "objective"
_USUAL = {"n_rows": 1000, "n_columns": 20}


def task_at_hand(X=None, y=None, *, task=None, kind=None, metric=None):
    """Describe the task of a search that keeps no time.

    Parameters
    ----------
    X, y : table of shape (n_samples, n_features) and target of shape (n_samples,), default=None
        The table.
    task : TaskDescription or dict of str to float, default=None
        In place of the table: what is known of it, or meta-features under OpenML's names.
    kind : {"binary", "multiclass", "regression"}, default=None
        None asks the table or the task; without either, it is binary.
    metric : str, default=None
        What the objective returns, as the experience knows it; None for not known.

    Returns
    -------
    TaskDescription
        Without a clock.

    Raises
    ------
    ValueError
        If a table comes without a target, or with another description.
    """
    if (X is None) != (y is None):
        raise ValueError("Give X and y together, or neither.")
    if X is not None and task is not None:
        raise ValueError("Give the table (X and y) or a description of it (task), not both.")
    metric = metric or getattr(task, "metric", None) or ANY_METRIC
    if isinstance(task, TaskDescription):
        return replace(task, metric=metric, kind=kind or task.kind, has_clock=False)
    if X is not None:
        return _looked_at(X, y, kind, metric)
    looks = dict(task or {})
    return TaskDescription(
        kind=kind or "binary",
        metric=metric,
        n_rows=int(looks.get("NumberOfInstances", _USUAL["n_rows"])),
        n_columns=int(looks.get("NumberOfFeatures", _USUAL["n_columns"] + 1)) - 1,
        n_classes=int(looks.get("NumberOfClasses", 0 if kind == "regression" else 2)),
        metafeatures=looks,
        has_clock=False,
    )


def experience_for(experience, X=None, task=None):
    """Open an experience, without what may hold the table at hand.

    Parameters
    ----------
    experience : "bundled", path, object with ``matrix(kind, metric)``, list of such, or None
        What to learn from.
    X : table, default=None
        The table at hand; tasks that share rows with it, or look nearly the same, are left out.
    task : TaskDescription, default=None
        Of the table.

    Returns
    -------
    object with ``matrix(kind, metric)``, or None

    Raises
    ------
    ExperienceError
        If it is nothing of these.
    """
    from sklearn_meta.experience.handle._for_search import open_experience, without_leaks
    from sklearn_meta.experience.identity._fingerprint import Fingerprint
    from sklearn_meta.experience.identity._near import Description

    known, _ = open_experience(experience)  # a sampler goes on asking it
    if known is None or X is None:
        return known
    looks = Description(task.kind, task.n_rows, task.n_columns, task.n_classes, task.metafeatures)
    return without_leaks(known, X, Fingerprint.of(X), looks)[0]


def _looked_at(X, y, kind, metric):
    """Describe a table."""
    from sklearn_meta.metafeatures import describe_task
    from sklearn_meta.metafeatures._describe import look_at

    view = look_at(X, y, kind)
    looks = describe_task(view)
    return TaskDescription(
        kind=view.kind,
        metric=metric,
        n_rows=view.n_rows,
        n_columns=view.n_columns,
        n_classes=0 if view.kind == "regression" else int(looks["NumberOfClasses"]),
        metafeatures=looks,
        has_clock=False,
    )
