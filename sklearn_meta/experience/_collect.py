"""Fill an experience base: run configurations on tables, and write down how they did."""

import logging
from concurrent.futures import FIRST_COMPLETED, wait
from tempfile import TemporaryDirectory
from time import perf_counter

from sklearn_meta.experience._collect_task import prepare_task, save_problem
from sklearn_meta.experience._lane import Lane
from sklearn_meta.experience._progress import Progress
from sklearn_meta.experience._schema import schema
from sklearn_meta.experience._transfer import write_facts

_LOOK_SECONDS = 0.5  # between two looks at time and memory
_logger = logging.getLogger(__name__)


def collect(
    tasks,
    configurations,
    into,
    *,
    folds=3,
    max_rows=2000,
    time_limit=20.0,
    memory_limit=None,
    seconds=None,
    n_jobs=1,
    random_state=0,
    n_tasks=None,
    verbose=1,
):
    """Evaluate configurations on tables and add the results to an experience base.

    Each evaluation runs in a worker process that is ended at the time limit, and is written at
    once. What is in the base already (same task, configuration and seed) is not run again: a
    collection that was stopped, or killed, goes on where it was when it is called again.

    Parameters
    ----------
    tasks : iterable of (name, X, y, facts)
        Tables, taken one at a time. `facts` is a dict that may hold ``kind`` (else guessed from y),
        ``openml_id``, ``group``, ``source`` and ``licence``.
    configurations : list of dict, or callable
        What to run; or a function from the kind of task to such a list, as
        :func:`sklearn_meta.spaces.candidate_configurations`. Those whose family does not apply to a
        table of that size are left out there.
    into : Experience
        Where to write.
    folds : int, default=3
        Folds of the (stratified) cross-validation.
    max_rows : int, default=2000
        Larger tables are cut down to a seeded, stratified sample of so many rows.
    time_limit : float, default=20.0
        Seconds for all folds of an evaluation together. If it runs out after the first fold, the
        folds that finished are what counts.
    memory_limit : int, default=None
        Bytes that a worker may hold; None for its share of 0.8 of what is free.
    seconds : float, default=None
        Stop after about so many seconds in all; None for no limit.
    n_jobs : int, default=1
        Number of workers.
    random_state : int, default=0
        Seed of samples, folds and fits; it is part of an evaluation's key.
    n_tasks : int, default=None
        How many tasks there are, for the expected time; None asks ``len(tasks)``.
    verbose : int, default=1
        0 for no progress line on the standard error.

    Returns
    -------
    dict
        ``evaluations`` (run now), ``known`` (were there), ``tasks`` (finished), ``failed_tasks``
        (dict from the name to the reason), ``complete`` (False if the seconds ran out).

    Raises
    ------
    ExperienceError
        If the base can't be written.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.experience import Experience, collect
    >>> X, y = load_iris(return_X_y=True)
    >>> base = Experience.empty()
    >>> tasks = [("iris", X, y, {"kind": "multiclass", "openml_id": 61})]
    >>> report = collect(tasks, [{"family": "naive_bayes"}], base, verbose=0)
    >>> report["evaluations"]
    1
    """
    settings = {
        "folds": folds,
        "max_rows": max_rows,
        "time_limit": time_limit,
        "random_state": random_state,
    }
    with into._writing() as connection:
        write_facts(connection, {"collection": settings})
    if n_tasks is None and hasattr(tasks, "__len__"):
        n_tasks = len(tasks)
    deadline = None if seconds is None else perf_counter() + seconds
    memory_limit = memory_limit or _share_of_memory(n_jobs)
    lanes = [Lane(folds, time_limit, memory_limit) for _ in range(n_jobs)]
    progress = Progress(n_tasks, verbose)
    collection = _Collection(into, lanes, random_state, max_rows, deadline, progress)
    with TemporaryDirectory(prefix="sklearn_meta_") as folder:
        try:
            collection.run(tasks, configurations, folder, folds, max_rows)
        finally:
            collection.close()
    return collection.report


class _Collection:
    """The state of one call of :func:`collect`."""

    def __init__(self, base, lanes, seed, max_rows, deadline, progress):
        self.base = base
        self.lanes = lanes
        self.seed = seed
        self.max_rows = max_rows or 0
        self.deadline = deadline
        self.progress = progress
        self.report = {
            "evaluations": 0,
            "known": 0,
            "tasks": 0,
            "failed_tasks": {},
            "complete": True,
        }

    @property
    def over(self):
        """Whether the time for the whole collection is used up."""
        return self.deadline is not None and perf_counter() >= self.deadline

    def run(self, tasks, configurations, folder, folds, max_rows):
        """Go through the tasks, one after the other."""
        for name, X, y, facts in tasks:
            if self.over:
                self.report["complete"] = False
                return
            try:
                prepared = prepare_task(
                    name, X, y, facts, folds=folds, max_rows=max_rows, random_state=self.seed
                )
            except Exception as error:  # noqa: BLE001 - recorded: one bad table must not end it
                self.report["failed_tasks"][name] = f"{type(error).__name__}: {error}"
                _logger.warning("Task %r can't be collected: %s", name, error)
                self.progress.task_done(0)
                continue
            self._run_task(prepared, configurations, folder)
            if self.report["complete"]:
                self.report["tasks"] += 1

    def _run_task(self, prepared, configurations, folder):
        """Spread the evaluations that are missing over the lanes."""
        if callable(configurations):
            configurations = configurations(prepared.record["kind"])
        task = self.base.add_task(prepared.name, **prepared.record)
        known = _evaluated_keys(self.base, task, self.seed, self.max_rows)
        wanted = [c for c in configurations if prepared.applicable(c)]
        queue = [c for c in wanted if _key(c) not in known]
        self.report["known"] += len(wanted) - len(queue)
        self.progress.begin_task(prepared.name, len(queue))
        n_queued = len(queue)
        # a path of its own for every task: workers keep what they read under it
        path = save_problem(prepared.problem, folder, f"{task}.pickle")
        queue.reverse()  # to be taken from the end
        while (queue or any(lane.busy for lane in self.lanes)) and not self.over:
            for lane in self.lanes:
                if queue and not lane.busy:
                    lane.start(queue.pop(), path)
            self._wait_and_record(task, prepared.problem.fit_rows)
        if self.over and (queue or any(lane.busy for lane in self.lanes)):
            self.report["complete"] = False
        else:
            self.progress.task_done(n_queued)

    def _wait_and_record(self, task, fit_rows):
        """Wait until a worker has something, and write down what is finished."""
        running = [lane for lane in self.lanes if lane.busy]
        pause = min(_LOOK_SECONDS, *(lane.seconds_left for lane in running))
        wait([lane.future for lane in running], pause, FIRST_COMPLETED)
        for lane in running:
            evaluation = lane.step()
            if evaluation is None:
                continue
            evaluation["rows_used"] = evaluation["rows_used"] or fit_rows
            self.base.add_evaluation(task, seed=self.seed, max_rows=self.max_rows, **evaluation)
            self.report["evaluations"] += 1
            self.progress.evaluation_done()

    def close(self):
        """Give the workers back, and end the progress line."""
        for lane in self.lanes:
            lane.close()
        self.progress.close()


def _key(configuration):
    from sklearn_meta.spaces import configuration_key

    return configuration_key(configuration)


def _evaluated_keys(base, task, seed, max_rows):
    """Return the keys of the configurations that were run on a task with a seed and size."""
    from sqlalchemy import select

    run = schema().evaluations.c
    query = select(run.configuration).where(
        run.task == task, run.seed == seed, run.max_rows == max_rows
    )
    with base._opened.reading() as connection:
        return set(connection.execute(query).scalars())


def _share_of_memory(n_jobs):
    import psutil

    return int(0.8 * psutil.virtual_memory().available / n_jobs)
