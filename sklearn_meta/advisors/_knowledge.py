"""An experience's matrix, digested once for every task of a kind and a metric."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta.advisors._cost import CostModel, fit_cost
from sklearn_meta.advisors._prior import ScalePrior, TaskPrior, fit_prior
from sklearn_meta.advisors._scores import working_scores


@dataclass(frozen=True)
class Knowledge:
    """What all sessions of one kind and metric share.

    Parameters
    ----------
    configurations : list of dict
        Configurations with at least one score.
    keys : list of str
        Their keys.
    prior : TaskPrior
        Prior over their normal scores.
    scale : ScalePrior
        Prior of level and spread of raw scores; vague where the experience holds another metric.
    cost : CostModel
        Seconds of the same configurations.
    tasks : list of dict
        Name, OpenML id and best family of each earlier task.
    """

    configurations: list
    keys: list
    prior: TaskPrior
    scale: ScalePrior
    cost: CostModel
    tasks: list


def digest(matrix, metric):
    """Learn prior and cost from an evaluation matrix.

    Parameters
    ----------
    matrix : EvaluationMatrix or None
        What an experience knows.
    metric : str
        The metric asked for.

    Returns
    -------
    Knowledge or None
        None if there is not a single score.
    """
    if matrix is None or not np.isfinite(matrix.scores).any():
        return None
    held = getattr(matrix, "metric", "") or metric
    scores = working_scores(matrix.scores, held)
    scores[~np.isfinite(scores)] = np.nan
    rows = np.isfinite(scores).any(axis=1)
    columns = np.flatnonzero(np.isfinite(scores).any(axis=0))
    configurations = [matrix.configurations[c] for c in columns]
    tasks = matrix.tasks[rows]
    cells = np.ix_(rows, columns)
    prior = fit_prior(scores[cells], matrix.metafeatures[rows], _groups(tasks))
    cost = fit_cost(
        matrix.seconds[cells],
        np.isfinite(scores[cells]),
        matrix.rows[cells],
        tasks["n_columns"].to_numpy(dtype=float),
        tasks["n_classes"].to_numpy(dtype=float),
        [configuration["family"] for configuration in configurations],
    )
    return Knowledge(
        configurations=configurations,
        keys=[matrix.keys[c] for c in columns],
        prior=prior,
        scale=prior.scale if held == metric else ScalePrior(),
        cost=cost,
        tasks=_name_tasks(tasks, scores[cells], configurations),
    )


def _groups(tasks):
    """One label per task: its group of near-duplicates where there is one, else its own."""
    names = tasks["group"].tolist() if "group" in tasks else [None] * len(tasks)
    return np.array(
        [
            f"task {number}" if name is None or name != name or name == "" else f"group {name}"
            for number, name in enumerate(names)
        ]
    )


def _name_tasks(tasks, scores, configurations):
    """Names, OpenML ids and best families of the earlier tasks."""
    best = np.nanargmax(scores, axis=1)
    ids = tasks["openml_id"].tolist() if "openml_id" in tasks else [None] * len(tasks)
    return [
        {"name": name, "openml_id": _whole(number), "best_family": configurations[winner]["family"]}
        for name, number, winner in zip(tasks["name"].tolist(), ids, best, strict=True)
    ]


def _whole(number):
    """Write an OpenML id as an integer, None where there is none."""
    return None if number is None or number != number else int(number)
