"""Settled tasks out of evaluation matrices, and the folds that hold them out."""

from dataclasses import dataclass, replace

import numpy as np

from sklearn_meta.advisors.contract._task import TaskDescription
from sklearn_meta.advisors.scores._target_size import COLUMN
from sklearn_meta.advisors.simulation._simulation import ListedSpace, SettledTask
from sklearn_meta.advisors.tasks._results import group_labels

KINDS = ("binary", "multiclass", "regression")
_MIN_SCORES = 2


class MatrixExperience:
    """An experience that is one evaluation matrix.

    Parameters
    ----------
    matrix : EvaluationMatrix
        What it knows.
    """

    def __init__(self, matrix):
        self._matrix = matrix

    def matrix(self, kind, metric=None):
        """Return the matrix, whatever is asked for."""
        return self._matrix


@dataclass(frozen=True)
class Block:
    """Tasks of one kind and metric, with the fold that holds each out.

    Parameters
    ----------
    kind : {"binary", "multiclass", "regression"}
        Kind of the tasks that are held out.
    matrix : EvaluationMatrix
        All that can be learned from, tasks of other kinds of classification included.
    groups : ndarray of shape (n_tasks,)
        Labels of groups of near-duplicates.
    folds : ndarray of int of shape (n_tasks,)
        Fold of each task.
    delays : ndarray of shape (n_tasks,)
        Seconds that the meta-features of each task take.
    """

    kind: str
    matrix: object
    groups: np.ndarray
    folds: np.ndarray
    delays: np.ndarray

    def learnable(self, fold):
        """Return an experience of everything but a fold."""
        return MatrixExperience(take_tasks(self.matrix, np.flatnonzero(self.folds != fold)))

    def held_out(self, fold):
        """Numbers of the tasks of a fold that can be searched on."""
        kinds = task_types(self.matrix.tasks) == self.kind
        enough = np.isfinite(self.matrix.scores).sum(axis=1) >= _MIN_SCORES
        return np.flatnonzero(kinds & enough & (self.folds == fold))

    def settle(self, number, *, has_clock, n_folds, reference):
        """Make a settled task of a row of the matrix."""
        matrix = self.matrix
        cells = np.isfinite(matrix.seconds[number])
        if not has_clock:
            cells = cells | np.isfinite(matrix.scores[number])
        columns = np.flatnonzero(cells)
        return SettledTask(
            description=_describe(matrix, number, self.kind, n_folds, has_clock),
            space=ListedSpace([matrix.configurations[c] for c in columns]),
            scores=matrix.scores[number, columns],
            seconds=matrix.seconds[number, columns] * n_folds,
            reference=reference,
        )


def task_types(tasks):
    """Tell binary, multiclass and regression tasks apart.

    Parameters
    ----------
    tasks : DataFrame
        With a column ``task_type``, or ``kind`` and ``n_classes``.

    Returns
    -------
    ndarray of str
        "binary", "multiclass" or "regression".
    """
    if "task_type" in tasks:
        return tasks["task_type"].to_numpy(dtype=object)
    several = np.where(tasks["n_classes"] > 2, "multiclass", "binary")
    return np.where(tasks["kind"] == "classification", several, tasks["kind"])


def take_tasks(matrix, rows):
    """Keep some tasks of a matrix.

    Parameters
    ----------
    matrix : EvaluationMatrix
        Of T tasks.
    rows : ndarray of int
        Which to keep.

    Returns
    -------
    EvaluationMatrix
    """
    return replace(
        matrix,
        tasks=matrix.tasks.iloc[rows].reset_index(drop=True),
        scores=matrix.scores[rows],
        seconds=matrix.seconds[rows],
        rows=matrix.rows[rows],
        metafeatures=matrix.metafeatures.iloc[rows].reset_index(drop=True),
    )


def label_tasks(tasks, labels):
    """Label tasks by a mapping from their id or name.

    Parameters
    ----------
    tasks : DataFrame
        With columns ``id`` and ``name``.
    labels : mapping
        From id or name to anything.

    Returns
    -------
    list
        One label per task.

    Raises
    ------
    ValueError
        If a task is not in the mapping.
    """
    ids, names = tasks["id"].tolist(), tasks["name"].tolist()
    lost = [n for i, n in zip(ids, names, strict=True) if i not in labels and n not in labels]
    if lost:
        raise ValueError(
            f"folds, groups and metafeature_seconds have to name every task, by id or by name; "
            f"{len(lost)} are missing, among them {lost[0]!r}."
        )
    return [labels[i] if i in labels else labels[n] for i, n in zip(ids, names, strict=True)]


def group_tasks(tasks, groups):
    """Label tasks by the groups given, else by those they come with.

    Parameters
    ----------
    tasks : DataFrame
        Columns ``id``, ``name`` and, where known, ``group``.
    groups : mapping or None
        From id or name to a label.

    Returns
    -------
    ndarray of str
        Rows of one task share a label, and near-duplicates do.
    """
    if groups is not None:
        return np.array([f"group {label}" for label in label_tasks(tasks, groups)])
    own = group_labels(tasks)
    alone = np.char.startswith(own, "task ")
    return np.where(alone, [f"task {number}" for number in tasks["id"]], own)


def assign_folds(groups, n_folds, seed):
    """Deal groups out to folds of about the same size, at random.

    Parameters
    ----------
    groups : ndarray of shape (n_tasks,)
        Labels.
    n_folds : int
        Folds wanted; there are no more than groups.
    seed : int
        Seed.

    Returns
    -------
    dict
        Fold of each group.
    """
    names, counts = np.unique(groups, return_counts=True)
    shuffled = np.random.default_rng(seed).permutation(len(names))
    load = np.zeros(min(n_folds, len(names)))
    folds = {}
    for group in shuffled[np.argsort(-counts[shuffled], kind="stable")]:
        folds[names[group]] = int(np.argmin(load))
        load[folds[names[group]]] += counts[group]
    return folds


def _describe(matrix, number, kind, n_folds, has_clock):
    """Describe a task as a search would."""
    facts = matrix.tasks.iloc[number]
    rows = matrix.rows[number]
    known = rows[np.isfinite(rows)]
    return TaskDescription(
        kind=kind,
        metric=matrix.metric,
        n_rows=int(np.median(known)) if len(known) else _count(facts["n_rows"]),
        n_columns=_count(facts["n_columns"]),
        n_classes=_count(facts["n_classes"]),
        metafeatures=matrix.metafeatures.iloc[number].to_dict(),
        n_folds=n_folds,
        has_clock=has_clock,
        target_deviation=float(facts[COLUMN]) if COLUMN in facts else None,
    )


def _count(number):
    """Write a size as an integer, 0 where it is not known."""
    return 0 if number is None or number != number else int(number)
