"""The scores and seconds of earlier tasks, ready to learn from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sklearn_meta.advisors.scores._constant import constant_scores
from sklearn_meta.advisors.scores._scores import working_scores
from sklearn_meta.advisors.scores._target_size import COLUMN
from sklearn_meta.advisors.tasks._cost import fit_cost

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Results:
    """The part of a matrix that has scores, ready to learn from.

    Parameters
    ----------
    scores : ndarray of shape (n_tasks, n_configurations)
        Greater is better, on the working scale; NaN where missing, but no row or column of NaN
        alone.
    seconds, rows : ndarray of shape (n_tasks, n_configurations)
        Seconds of a fold, NaN where nothing was run; and the rows it was trained on.
    configurations : list of dict
        Of the columns.
    keys : list of str
        Their keys.
    tasks : DataFrame of n_tasks rows
        As in the matrix.
    metafeatures : DataFrame of n_tasks rows
        As in the matrix.
    metric : str
        What the scores are.
    """

    scores: np.ndarray
    seconds: np.ndarray
    rows: np.ndarray
    configurations: list
    keys: list
    tasks: "pd.DataFrame"
    metafeatures: "pd.DataFrame"
    metric: str

    @classmethod
    def of(cls, matrix, metric):
        """Drop tasks and configurations without a score; None if there is not a single score."""
        if matrix is None or not np.isfinite(matrix.scores).any():
            return None
        held = getattr(matrix, "metric", "") or metric
        scores = working_scores(matrix.scores, held)
        scores[~np.isfinite(scores)] = np.nan
        known = np.isfinite(scores)
        rows, columns = known.any(axis=1), np.flatnonzero(known.any(axis=0))
        cells = np.ix_(rows, columns)
        return cls(
            scores=scores[cells],
            seconds=matrix.seconds[cells],
            rows=_known_rows(matrix)[cells],
            configurations=[matrix.configurations[c] for c in columns],
            keys=[matrix.keys[c] for c in columns],
            tasks=matrix.tasks[rows],
            metafeatures=matrix.metafeatures[rows],
            metric=held,
        )

    @property
    def groups(self):
        """Labels of shape (n_tasks,); near-duplicate tasks share one."""
        return group_labels(self.tasks)

    def fit_cost(self):
        """Learn how long the configurations take."""
        return fit_cost(
            self.seconds,
            np.isfinite(self.scores),
            self.rows,
            self.tasks["n_columns"].to_numpy(dtype=float),
            self.tasks["n_classes"].to_numpy(dtype=float),
            [configuration["family"] for configuration in self.configurations],
        )

    def constant_scores(self):
        """Working scores of constant predictions; None where they do not depend on the target."""
        n_tasks, looks = len(self.tasks), self.metafeatures
        unknown = np.full(n_tasks, np.nan)
        entropies = looks["ClassEntropy"].to_numpy() if "ClassEntropy" in looks else unknown
        deviations = self.tasks[COLUMN].to_numpy() if COLUMN in self.tasks else unknown
        return constant_scores(self.metric, deviations, entropies)

    def name_tasks(self):
        """List names, OpenML ids and best families of the tasks."""
        best = np.nanargmax(self.scores, axis=1)
        n_tasks = len(self.tasks)
        ids = self.tasks["openml_id"].tolist() if "openml_id" in self.tasks else [None] * n_tasks
        return [
            {
                "name": name,
                "openml_id": _whole(number),
                "best_family": self.configurations[winner]["family"],
            }
            for name, number, winner in zip(self.tasks["name"].tolist(), ids, best, strict=True)
        ]


def group_labels(tasks):
    """Label tasks by their group of near-duplicates where they have one, else by themselves.

    Parameters
    ----------
    tasks : DataFrame
        With or without a column ``group``.

    Returns
    -------
    ndarray of str of shape (n_tasks,)
        The labels.
    """
    names = tasks["group"].tolist() if "group" in tasks else [None] * len(tasks)
    return np.array(
        [
            f"task {number}" if name is None or name != name or name == "" else f"group {name}"
            for number, name in enumerate(names)
        ]
    )


def _known_rows(matrix):
    """Return the rows that were trained on; where nothing is said, those of the table."""
    tasks = matrix.tasks
    sizes = tasks["rows_seen" if "rows_seen" in tasks else "n_rows"].to_numpy(dtype=float)
    return np.where(np.isfinite(matrix.rows), matrix.rows, sizes[:, None])


def _whole(number):
    """Write an OpenML id as an integer, None where there is none."""
    return None if number is None or number != number else int(number)
