"""The tables of a collection, made ready once and kept on disk until it ends."""

import logging
from dataclasses import dataclass, field

from sklearn_meta.experience.collector._sources import as_sources
from sklearn_meta.experience.collector._task import prepare_task, save_problem

_logger = logging.getLogger(__name__)


@dataclass
class ShelvedTask:
    """A task at one size, as far as it has to be at hand all the time.

    Attributes
    ----------
    id : str
        The task's id in the base.
    name, kind : str
        Its name; "binary", "multiclass" or "regression".
    max_rows : int
        The cap on its rows, 0 for none.
    path : str
        Where its problem lies.
    space : SearchSpace
        What may be tried at this size.
    fit_rows : int
        Rows that a fold is trained on.
    n_open : int
        Evaluations under way.
    n_left : int
        Evaluations that are still to be done.
    """

    id: str
    name: str
    kind: str
    max_rows: int
    path: str
    space: object = field(repr=False)
    fit_rows: int
    n_open: int = 0
    n_left: int = 0

    def applicable(self, configuration):
        """Tell whether a configuration may be run on so many rows, columns and classes."""
        return self.space.affords(configuration["family"])


class Shelf:
    """Makes tables ready one after the other, and remembers where they lie.

    Reading, checking, describing and splitting a table takes a tenth of a second (see
    docs/benchmarks/collecting.md), reading it back some milliseconds; so each is made ready once
    for a call, and again for the next call: nothing on disk has to be kept or checked between them.

    Parameters
    ----------
    base : Experience
        Takes the tasks.
    folder : str
        Takes the problems.
    folds : int
        Number of folds.
    max_rows : int, None, or sequence of them
        Caps on the rows; a task's facts may name others.
    seed : int
        Seed of samples and folds.

    Attributes
    ----------
    tasks : list of list of ShelvedTask
        For each task, itself at its sizes, ascending.
    failed : dict of str to str
        Why a table could not be used, by its name.
    """

    def __init__(self, base, folder, *, folds, max_rows, seed):
        self.base = base
        self.folder = folder
        self.folds = folds
        self.max_rows = max_rows
        self.seed = seed
        self.tasks = []
        self.failed = {}

    def fill(self, tasks):
        """Take the tables one at a time; yield each at its sizes."""
        for source in as_sources(tasks):
            try:
                X, y = source.load()
                prepared = prepare_task(
                    source.name,
                    X,
                    y,
                    source.facts,
                    folds=self.folds,
                    max_rows=source.facts.get("max_rows", self.max_rows),
                    random_state=self.seed,
                )
            except Exception as error:  # noqa: BLE001 - recorded: one bad table must not end it
                self.failed[source.name] = f"{type(error).__name__}: {error}"
                _logger.warning("Task %r can't be collected: %s", source.name, error)
                continue
            task = self.base.add_task(prepared.name, **prepared.record)
            if any(known[0].id == task for known in self.tasks):
                _logger.warning("Task %r is there twice and is collected once", source.name)
                continue
            sizes = [
                self._shelve(task, prepared, max_rows, problem)
                for max_rows, problem in prepared.problems.items()
            ]
            self.tasks.append(sizes)
            yield sizes

    def at_size(self, number):
        """Return the tasks at their smallest size (0), the next one (1), and so on."""
        return [sizes[number] for sizes in self.tasks if number < len(sizes)]

    def _shelve(self, task, prepared, max_rows, problem):
        # a path of its own for every task: workers keep what they read under it
        return ShelvedTask(
            id=task,
            name=prepared.name,
            kind=prepared.record["kind"],
            max_rows=max_rows,
            path=save_problem(problem, self.folder, f"{task}-{max_rows}.pickle"),
            space=problem.space_at(problem.fit_rows),
            fit_rows=problem.fit_rows,
        )
