"""What a task is, and how everything that holds tasks becomes a source of them."""

from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np

from sklearn_meta.exceptions import TableError


@dataclass(frozen=True)
class Task:
    """One learning problem: rows and their targets.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_samples, ...)
        The rows: a table, or images of shape (n_samples, height, width[, channels]).
    y : array-like of shape (n_samples,)
        Labels, or numbers.
    name : str, default=""
        What errors call it.

    Examples
    --------
    >>> from sklearn_meta.fewshot import Task
    >>> Task([[1.0], [2.0]], ["a", "b"], name="toy").name
    'toy'
    """

    X: Any = field(repr=False)
    y: Any = field(repr=False)
    name: str = ""


def as_task(thing, name=""):
    """Make a :class:`Task` of a pair, of an object with ``X`` and ``y``, or of a dict with both."""
    if isinstance(thing, Task):
        return thing
    if isinstance(thing, dict) and {"X", "y"} <= set(thing):
        return Task(thing["X"], thing["y"], str(thing.get("name", name)))
    if hasattr(thing, "X") and hasattr(thing, "y"):
        return Task(thing.X, thing.y, str(getattr(thing, "name", name)))
    if hasattr(thing, "get_X_and_y"):  # openml-python's tasks
        X, y = thing.get_X_and_y()[:2]
        return Task(X, y, str(getattr(thing, "task_id", name)))
    if isinstance(thing, (tuple, list)) and len(thing) == 2:
        return Task(thing[0], thing[1], name)
    raise TableError(
        f"A task must be a pair (X, y) or have attributes X and y, got {type(thing).__name__}. "
        "Pass a list of such pairs, or a function of a numpy Generator that returns one."
    )


class TaskList:
    """A finite collection of tasks, drawn from at random.

    Parameters
    ----------
    tasks : iterable
        Pairs (X, y) or objects with attributes X and y; read once.
    """

    def __init__(self, tasks):
        self.tasks = [as_task(thing, f"task {n}") for n, thing in enumerate(tasks)]
        if not self.tasks:
            raise TableError("There are no tasks to learn from: the collection passed is empty.")

    def __len__(self):
        return len(self.tasks)

    def __getitem__(self, index):
        return self.tasks[index]

    def draw(self, rng):
        """Return a task chosen at random by `rng`, a numpy Generator."""
        return self.tasks[int(rng.integers(len(self.tasks)))]


class TaskFunction:
    """Endless tasks: a function of a numpy Generator returns the next one.

    Parameters
    ----------
    function : callable
        ``function(rng)`` returns a pair (X, y) or an object with attributes X and y.
    """

    def __init__(self, function):
        self.function = function

    def draw(self, rng):
        """Return the next task."""
        return as_task(self.function(rng), "drawn task")


def as_task_source(tasks):
    """Turn whatever holds tasks into an object with ``draw(rng)``.

    Parameters
    ----------
    tasks : list or iterable of tasks, callable, str or PathLike
        Pairs (X, y), objects with attributes X and y, a function of a numpy Generator that draws
        one, or a folder with an index (see `tasks_from_folder`).

    Returns
    -------
    TaskList or TaskFunction
        The source.

    Raises
    ------
    ValueError
        If there is no task in it, or an element is not a task.
    """
    if isinstance(tasks, (TaskList, TaskFunction)):
        return tasks
    if isinstance(tasks, (str, PathLike)):
        from sklearn_meta.fewshot._folder import tasks_from_folder

        return TaskList(tasks_from_folder(tasks))
    if callable(tasks):
        return TaskFunction(tasks)
    if hasattr(tasks, "X") and hasattr(tasks, "y"):
        return TaskList([tasks])
    if not hasattr(tasks, "__iter__"):
        raise TableError(
            f"tasks must be an iterable of (X, y), a function or a folder, got {tasks!r}."
        )
    return TaskList(tasks)


def tasks_from_arrays(X, y, task):
    """Split rows by the task that each belongs to.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_samples, ...)
        Rows of all tasks.
    y : array-like of shape (n_samples,)
        Targets of all tasks.
    task : array-like of shape (n_samples,)
        Which task a row belongs to.

    Returns
    -------
    list of Task
        One per distinct value of `task`, in sorted order.

    Examples
    --------
    >>> from sklearn_meta.fewshot import tasks_from_arrays
    >>> [t.name for t in tasks_from_arrays([[1], [2], [3]], [0, 1, 0], ["b", "a", "b"])]
    ['a', 'b']
    """
    task, y = np.asarray(task), np.asarray(y)
    if len(task) != len(y) or len(task) != len(X):
        raise TableError(
            f"X, y and task must have one entry per row, got {len(X)}, {len(y)} and {len(task)}."
        )
    tasks = []
    for value in np.unique(task):
        rows = np.flatnonzero(task == value)
        part = X.iloc[rows] if hasattr(X, "iloc") else np.asarray(X)[rows]
        tasks.append(Task(part, y[rows], str(value)))
    return tasks
