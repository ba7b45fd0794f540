"""The tasks of an experience, dealt out to folds that hold them out."""

import warnings
from collections.abc import Mapping

import numpy as np

from sklearn_meta.advisors.scores._target_size import with_target_deviation
from sklearn_meta.advisors.simulation._settled import (
    KINDS,
    Block,
    MatrixExperience,
    assign_folds,
    group_tasks,
    label_tasks,
    task_types,
)
from sklearn_meta.exceptions import SearchWarning

_KINDS_OF = {"classification": KINDS[:2], "regression": KINDS[2:], None: KINDS} | {
    kind: (kind,) for kind in KINDS
}


def read_blocks(experience, kind, metric, folds, groups, seed, seconds=None):
    """Read the tasks of each kind, and deal them out to folds.

    Parameters
    ----------
    experience, kind, metric, folds, groups, seed
        As :func:`validate` takes them.
    seconds : float, mapping or None, default=None
        What meta-features take.

    Returns
    -------
    list of Block

    Raises
    ------
    ValueError
        If the kind is unknown, or there is nothing to learn from while one task is left out.
    """
    if kind not in _KINDS_OF:
        raise ValueError(f"kind must be one of {[*_KINDS_OF]}, got {kind!r}.")
    blocks = _make_blocks(_read(experience, _KINDS_OF[kind], metric), folds, groups, seconds, seed)
    lonely = [block for block in blocks if len(np.unique(block.groups)) < 2]
    if lonely and len(lonely) == len(blocks):
        names = sorted({name for block in lonely for name in block.matrix.tasks["name"]})
        raise ValueError(
            f"All tasks there are ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''}) are "
            "one group: while it is left out, nothing is left to learn from. Give an experience "
            "with at least two tasks that are no near-duplicates, or other `groups`."
        )
    return [block for block in blocks if not any(block is one for one in lonely)]


def fold_units(blocks, kind, metric):
    """List the pairs of a block and a fold of it that has tasks to search on.

    Parameters
    ----------
    blocks : list of Block
        From `read_blocks`.
    kind, metric : str or None
        What was asked for, for the message.

    Returns
    -------
    list of (Block, int)

    Raises
    ------
    ValueError
        If there is none.
    """
    units = [
        (block, fold)
        for block in blocks
        for fold in np.unique(block.folds)
        if len(block.held_out(fold))
    ]
    if not units:
        held = sorted({block.matrix.metric for block in blocks})
        raise ValueError(
            f"There is no task of kind {kind!r} with two scores of {' or '.join(held) or metric}. "
            "Name a metric that the experience has, or another kind."
        )
    return units


def _read(experience, kinds, metric):
    """Read the matrix of each kind that has tasks."""
    if hasattr(experience, "scores"):
        experience = MatrixExperience(experience)
    matrices = {
        kind: with_target_deviation(experience.matrix(kind, metric), experience, kind)
        for kind in kinds
    }
    matrices = {
        kind: matrix
        for kind, matrix in matrices.items()
        if matrix is not None and (task_types(matrix.tasks) == kind).any()
    }
    others = sorted({m.metric for m in matrices.values()} - {metric})
    if metric is not None and others:
        warnings.warn(
            f"Regret is in {', '.join(others)} where the experience has no {metric!r}.",
            SearchWarning,
            stacklevel=3,
        )
    return matrices


def _make_blocks(matrices, folds, groups, seconds, seed):
    """Deal the tasks of all kinds out to the same folds."""
    labels = {kind: group_tasks(matrix.tasks, groups) for kind, matrix in matrices.items()}
    dealt = None
    if not isinstance(folds, Mapping):
        if folds < 2:
            raise ValueError(f"folds must be at least 2, got {folds}.")
        names = [np.unique(own) for own in labels.values()]
        dealt = assign_folds(np.unique(np.concatenate(names)) if names else [], folds, seed)
    return [
        Block(
            kind=kind,
            matrix=matrix,
            groups=labels[kind],
            folds=np.array(
                label_tasks(matrix.tasks, folds)
                if dealt is None
                else [dealt[label] for label in labels[kind]]
            ),
            delays=_delays(matrix.tasks, seconds),
        )
        for kind, matrix in matrices.items()
    ]


def _delays(tasks, seconds):
    """Seconds for the meta-features of each task."""
    if isinstance(seconds, Mapping):
        return np.array(label_tasks(tasks, seconds), dtype=float)
    if seconds is None and "metafeature_seconds" in tasks:
        return np.nan_to_num(tasks["metafeature_seconds"].to_numpy(dtype=float))
    return np.full(len(tasks), 0.0 if seconds is None else float(seconds))
