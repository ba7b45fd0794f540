"""Episodes: a few rows to learn from and a few to be judged on, out of one task."""

from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

import numpy as np

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._table_columns import CodedTable
from sklearn_meta.fewshot._task import as_task, as_task_source


@dataclass(frozen=True)
class Episode:
    """Support rows and query rows of one task.

    Attributes
    ----------
    X_support, X_query : array or DataFrame
        Rows; no row of the task is in both.
    y_support, y_query : ndarray
        Class numbers 0 .. n_classes - 1 (renamed anew for every episode), or float targets.
    n_classes : int or None
        How many classes; None for regression.
    support_rows, query_rows : ndarray of int
        Which rows of the task they are.
    """

    X_support: Any = field(repr=False)
    y_support: np.ndarray = field(repr=False)
    X_query: Any = field(repr=False)
    y_query: np.ndarray = field(repr=False)
    n_classes: int | None
    support_rows: np.ndarray = field(repr=False)
    query_rows: np.ndarray = field(repr=False)


class EpisodeSampler:
    """Draw episodes from tasks.

    Parameters
    ----------
    kind : {"classification", "regression"}, default="classification"
        What the targets are.
    ways : int, pair of int or None, default=None
        Classes of an episode; a pair draws from that range (inclusive); None takes all.
    shots : int or pair of int, default=5
        Support rows per class (in all, for regression); a pair draws from that range on a log
        scale.
    queries : int or None, default=15
        Query rows per class (in all, for regression); fewer where a class has no more left; None
        takes all that are left.
    aligned : bool, default=False
        For tasks whose classes list their rows in the same order (of drawers, of days): one draw
        of places serves all classes, so that the support rows are by the same drawers, and the
        query rows by others.

    Notes
    -----
    A class needs ``shots + 1`` rows. Where `ways` or `shots` is a pair or None, a small task gives
    smaller episodes; where it is a number, a task that can't satisfy it raises.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.fewshot import EpisodeSampler
    >>> sampler = EpisodeSampler(ways=2, shots=1, queries=2)
    >>> X, y = np.arange(12.0)[:, None], np.repeat(["a", "b", "c"], 4)
    >>> episode = sampler.draw((X, y), np.random.default_rng(0))
    >>> episode.X_support.shape, np.sort(episode.y_support).tolist(), episode.X_query.shape
    ((2, 1), [0, 1], (4, 1))
    """

    def __init__(self, kind="classification", *, ways=None, shots=5, queries=15, aligned=False):
        if kind not in ("classification", "regression"):
            raise TableError(f"kind must be 'classification' or 'regression', got {kind!r}.")
        self.kind = kind
        self.ways = _check_range(ways, "ways", 2)
        self.shots = _check_range(shots, "shots", 1)
        if shots is None:
            raise TableError("shots must be a number or a pair of numbers, got None.")
        if queries is not None and (not isinstance(queries, Integral) or queries < 1):
            raise TableError(f"queries must be a positive integer or None, got {queries!r}.")
        self.queries = queries
        self.aligned = aligned

    def draw(self, task, rng, shape=None):
        """Draw one episode of a task.

        Parameters
        ----------
        task : Task, pair (X, y) or object with attributes X and y
            Where the rows come from.
        rng : numpy.random.Generator
            Chooses classes, rows and the classes' new numbers.
        shape : tuple (ways, shots), default=None
            From `draw_shape`, to give several episodes one shape; None draws it.

        Returns
        -------
        Episode
            Never the same row in support and query.

        Raises
        ------
        ValueError
            If the task has too few classes or rows.
        """
        task = as_task(task)
        ways, shots = self.draw_shape(rng) if shape is None else shape
        y = np.asarray(task.y)
        if self.kind == "regression":
            return self._draw_regression(task, y, shots, rng)
        return self._draw_classification(task, y, ways, shots, rng)

    def draw_shape(self, rng):
        """Draw the number of classes (None: all) and of support rows per class."""
        ways = self.ways
        if isinstance(ways, tuple):
            ways = int(rng.integers(ways[0], ways[1] + 1))
        shots = self.shots
        if isinstance(shots, tuple):
            low, high = np.log(shots[0]), np.log(shots[1] + 1)
            shots = min(int(np.exp(rng.uniform(low, high))), shots[1])
        return ways, int(shots)

    def episodes(self, tasks, n_episodes, random_state=0):
        """Iterate over episodes of tasks drawn at random.

        Parameters
        ----------
        tasks : see `as_task_source`
            Where the tasks come from.
        n_episodes : int
            How many.
        random_state : int, default=0
            The same number gives the same episodes.

        Yields
        ------
        Episode
        """
        source = as_task_source(tasks)
        for number in range(n_episodes):
            rng = np.random.default_rng([random_state, number])
            yield self.draw(source.draw(rng), rng)

    def _draw_regression(self, task, y, shots, rng):
        if len(y) < 2 or (len(y) <= shots and not isinstance(self.shots, tuple)):
            raise TableError(
                f"{_named(task)} has {len(y)} rows; an episode with shots={self.shots} needs at "
                f"least {max(shots + 1, 2)}. Ask for fewer shots."
            )
        shots = min(shots, len(y) - 1)
        stop = None if self.queries is None else shots + self.queries
        order = rng.permutation(len(y))
        support, query = order[:shots], order[shots:stop]
        return _episode(task, support, query, y.astype(np.float64), None)

    def _draw_classification(self, task, y, ways, shots, rng):
        labels, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
        if isinstance(self.shots, tuple):  # give way to small classes
            enough = np.sort(counts)[::-1][min(ways or len(labels), len(labels)) - 1]
            shots = max(min(shots, int(enough) - 1), 1)
        eligible = np.flatnonzero(counts > shots)
        wanted = len(eligible) if ways is None else ways
        if isinstance(self.ways, tuple):
            wanted = min(wanted, len(eligible))
        if len(eligible) < max(wanted, 2):
            raise TableError(
                f"{_named(task)} has {len(eligible)} classes with more than {shots} rows; an "
                f"episode with ways={self.ways} and shots={self.shots} needs "
                f"{max(wanted, 2)}. Ask for fewer ways or shots."
            )
        chosen = rng.permutation(eligible)[:wanted]  # a class's place is its new number
        places = rng.permutation(counts.max()) if self.aligned else None
        support, query = [], []
        for label in chosen:
            rows = np.flatnonzero(codes == label)
            rows = rng.permutation(rows) if places is None else rows[places[places < len(rows)]]
            stop = None if self.queries is None else shots + self.queries
            support.append(rows[:shots])
            query.append(rows[shots:stop])
        renamed = np.full(len(labels), -1)
        renamed[chosen] = np.arange(wanted)
        return _episode(
            task, np.concatenate(support), np.concatenate(query), renamed[codes], wanted
        )


def _episode(task, support, query, targets, n_classes):
    X = task.X if isinstance(task.X, CodedTable) else getattr(task.X, "iloc", None)
    take = (np.asarray(task.X) if X is None else X).__getitem__
    return Episode(
        take(support), targets[support], take(query), targets[query], n_classes, support, query
    )


def _named(task):
    return f"The task {task.name!r}" if task.name else "The task"


def _check_range(value, name, least):
    """Return None, an int or a pair of ints, or raise."""
    if value is None or (isinstance(value, Integral) and value >= least):
        return value
    if isinstance(value, (tuple, list)) and len(value) == 2:
        low, high = value
        if isinstance(low, Integral) and isinstance(high, Integral) and least <= low <= high:
            return (int(low), int(high))
    raise TableError(
        f"{name} must be an integer of at least {least} or a pair (low, high) of such, "
        f"got {value!r}."
    )
