"""In which order a collection runs what it has to run."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta.experience.collector._sampler import A_ROUND, propose
from sklearn_meta.experience.database._schema import schema

BLOCK = 8  # configurations that are run on all tasks before the next, more expensive ones


@dataclass
class Job:
    """An evaluation to do.

    Attributes
    ----------
    task : ShelvedTask
        Where.
    configuration : dict
        What.
    seconds : float
        About what a fold will take.
    n_tries : int
        How often it was begun, and lost with the executor's worker.
    """

    task: object
    configuration: dict
    seconds: float
    n_tries: int = 0


class Plan:
    """Says what is to be done next, over all tasks.

    First the tables at their smallest size: a block of the cheapest configurations on all tasks,
    the next block on all tasks, and so on, so that whenever it stops, what is there is complete for
    most configurations. Then the larger sizes in the same way; then, round by round, configurations
    of each task's own.

    Parameters
    ----------
    shelf : Shelf
        Gives the tasks.
    configurations : callable
        From the kind of task to the configurations that all its tasks share.
    n_sampled : int
        Configurations of its own for each task.
    costs : CostBook
        Knows what is cheap.
    seed : int
        Seed of the evaluations.
    progress : Progress
        Is told how much there is to do.

    Attributes
    ----------
    n_known : int
        Evaluations that were in the base already, as far as the plan has come.
    """

    def __init__(self, shelf, configurations, n_sampled, costs, seed, progress):
        self.shelf = shelf
        self.configurations = configurations
        self.n_sampled = n_sampled
        self.costs = costs
        self.seed = seed
        self.progress = progress
        self.n_known = 0
        self._ordered = {}

    def jobs(self, tasks):
        """Yield what is to be done; None to wait until an evaluation has come back."""
        for sizes in self.shelf.fill(tasks):
            self._announce(sizes)
            yield from self._shared(sizes[0], 0)
        n_sizes = max(map(len, self.shelf.tasks), default=0)
        for size in range(n_sizes):
            for block in range(size == 0, self._n_blocks()):
                for task in self.shelf.at_size(size):
                    yield from self._shared(task, block)
        for number in range(-(-self.n_sampled // A_ROUND)):
            for task in self.shelf.at_size(0):
                yield from self._own(task, number)

    def listed(self, task):
        """Return the shared configurations that apply to a task, cheap ones first."""
        if task.kind not in self._ordered:
            listed = self.configurations(task.kind)
            self._ordered[task.kind] = self.costs.in_order(task.kind, listed)
        return [c for c in self._ordered[task.kind] if task.applicable(c)]

    def seconds(self, task, configuration):
        """Predict the seconds of a fold."""
        size = task.space
        return self.costs.seconds(
            task.kind, configuration, task.fit_rows, size.n_columns, size.n_classes
        )

    def _n_blocks(self):
        return -(-max(map(len, self._ordered.values()), default=0) // BLOCK)

    def _block(self, task, number):
        """Cut the kind's list into blocks before looking at the task: all tasks share them."""
        chunk = self._ordered[task.kind][number * BLOCK : (number + 1) * BLOCK]
        return [configuration for configuration in chunk if task.applicable(configuration)]

    def _announce(self, sizes):
        """Tell how much a new task brings."""
        for task in sizes:
            known = self._known(task)
            todo = [c for c in self.listed(task) if key_of(c) not in known]
            task.n_left = len(todo)
            seconds = sum(self.seconds(task, configuration) for configuration in todo)
            if task is sizes[0] and self.n_sampled:
                mean = seconds / len(todo) if todo else 0.1
                seconds, task.n_left = seconds + mean * self.n_sampled, len(todo) + self.n_sampled
            self.progress.expect(task.n_left, seconds)
        self.progress.task_seen()

    def _shared(self, task, block):
        yield from self._missing(task, self._block(task, block))

    def _missing(self, task, configurations):
        """Yield what is not in the base; another process may have added some meanwhile."""
        known = self._known(task) if configurations else ()
        for configuration in configurations:
            if key_of(configuration) in known:
                self.n_known += 1
                continue
            yield Job(task, configuration, self.seconds(task, configuration))

    def _own(self, task, number):
        """Yield a round of configurations of the task's own, when the rounds before are done."""
        while task.n_open:
            yield None
        scores = read_scores(self.shelf.base, task, self.seed)
        # the order decides between equal scores, so it must not follow from predicted seconds
        fixed = sorted(self.listed(task), key=key_of)
        history = [(c, scores.get(key_of(c), np.nan)) for c in fixed]
        taken = {key_of(configuration) for configuration in fixed}
        for earlier in range(number + 1):  # the same proposals as when they were first made
            proposed = propose(task.space, task.id, self.seed, earlier, history, taken)
            history += [(c, scores.get(key_of(c), np.nan)) for c in proposed]
        left = self.n_sampled - number * A_ROUND
        yield from self._missing(task, proposed[:left])

    def _known(self, task):
        """Return the keys of what was run on a task at this size with this seed."""
        from sqlalchemy import select

        run = schema().evaluations.c
        query = select(run.configuration).where(
            run.task == task.id, run.seed == self.seed, run.max_rows == task.max_rows
        )
        with self.shelf.base._opened.reading() as connection:
            return set(connection.execute(query).scalars())


def key_of(configuration):
    """Return the key of a configuration."""
    from sklearn_meta.spaces import configuration_key

    return configuration_key(configuration)


def read_scores(base, task, seed):
    """Return the scores of what was run on a task at its size, greater is better, by key."""
    from sqlalchemy import select

    from sklearn_meta.search import DEFAULT_METRIC, GREATER_IS_BETTER

    run = schema().evaluations.c
    metric = DEFAULT_METRIC[task.kind]
    query = select(run.configuration, run[metric]).where(
        run.task == task.id,
        run.seed == seed,
        run.max_rows == task.max_rows,
        run.status == "ok",
    )
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    with base._opened.reading() as connection:
        rows = connection.execute(query).all()
    return {key: np.nan if score is None else sign * score for key, score in rows}
