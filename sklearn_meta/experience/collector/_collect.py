"""Fill an experience base: run configurations on tables, and write down how they did."""

import logging
from concurrent.futures import FIRST_COMPLETED, wait
from tempfile import TemporaryDirectory
from time import perf_counter

from sklearn_meta.exceptions import ExperienceError, ExperienceNotFoundError
from sklearn_meta.experience.collector._cost import CostBook
from sklearn_meta.experience.collector._foreign_lane import ForeignLane
from sklearn_meta.experience.collector._lane import Lane
from sklearn_meta.experience.collector._log import CollectionLog
from sklearn_meta.experience.collector._plan import Plan
from sklearn_meta.experience.collector._progress import Progress
from sklearn_meta.experience.collector._shelf import Shelf
from sklearn_meta.experience.collector._task import as_sizes
from sklearn_meta.experience.recording._machine import free_memory, machine_speed

_LOOK_SECONDS = 0.5  # between two looks at time and memory
_MAX_TRIES = 3  # of an evaluation whose worker the executor loses
_logger = logging.getLogger(__name__)


def collect(
    tasks,
    configurations=None,
    into=None,
    *,
    n_sampled=0,
    folds=3,
    max_rows=2000,
    time_limit=20.0,
    memory_limit=None,
    seconds=None,
    n_jobs=None,
    executor=None,
    random_state=0,
    n_tasks=None,
    verbose=1,
):
    """Evaluate configurations on tables and add the results to an experience base.

    The cheapest configurations are run on all tables first, then the next ones, so that a base
    whose collection was stopped early is complete for those that it has. Each evaluation runs in a
    process that is ended at the time limit, and is written at once. What is in the base already
    (same task, configuration, seed and size) is not run again: a collection that was stopped, or
    killed, goes on where it was when it is called again.

    Parameters
    ----------
    tasks : iterable of (name, X, y) or (name, X, y, facts), of objects, TableFolder, or path
        Tables, taken one at a time. `facts` is a dict that may hold ``kind`` (else guessed from y),
        ``openml_id``, ``group``, ``source``, ``licence`` and ``max_rows`` (instead of the argument
        here). Objects have the attributes ``name``, ``X`` and ``y``, and may have those. A path is
        that of a folder with an index, see :class:`TableFolder`.
    configurations : list of dict, or callable, default=None
        What to run on all tables; or a function from the kind of task to such a list. None takes
        :func:`sklearn_meta.spaces.candidate_configurations`. Those whose family does not apply to
        a table of that size are left out there.
    into : Experience
        Where to write.
    n_sampled : int, default=0
        How many more configurations each table gets of its own, at its smallest size: half of them
        spread over the space, half near the best so far.
    folds : int, default=3
        Folds of the (stratified) cross-validation.
    max_rows : int, None, or list of them, default=2000
        Larger tables are cut down to a seeded, stratified sample of so many rows; None for all
        rows. Several sizes are run one after the other, except those that do not cut a table more
        than a smaller one does.
    time_limit : float, default=20.0
        Seconds for all folds of an evaluation together. If it runs out after the first fold, the
        folds that finished are what counts.
    memory_limit : int, default=None
        Bytes that a worker may hold; None for its share of 0.8 of what is free.
    seconds : float, default=None
        Stop after about so many seconds in all; None for no limit.
    n_jobs : int, default=None
        Evaluations at the same time. None is 1, or all places that an executor has; -1 is all
        cores.
    executor : concurrent.futures.Executor, default=None
        Does the evaluations instead of local workers: ``client.get_executor()`` of a dask client, a
        process pool, or any other. Its workers need this package installed.
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
        (dict from the name to the reason), ``lost`` (evaluations that an executor lost several
        times; the next call tries again), ``complete`` (False if the seconds ran out or Ctrl-C
        ended it) and ``interrupted``.

    Raises
    ------
    ExperienceError
        If the base can't be written, or a task is of no form that is understood.

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
    if into is None:
        raise ExperienceError("collect needs a base to write to: into=Experience.open(path).")
    settings = {
        "folds": folds,
        "max_rows": list(as_sizes(max_rows)),
        "n_sampled": n_sampled,
        "time_limit": time_limit,
        "memory_limit": memory_limit,
        "random_state": random_state,
        "n_jobs": n_jobs,
        "executor": None if executor is None else type(executor).__name__,
    }
    if n_tasks is None and hasattr(tasks, "__len__") and not isinstance(tasks, str):
        n_tasks = len(tasks)
    log = CollectionLog(into, settings)
    progress = Progress(n_tasks, verbose)
    lanes = _make_lanes(executor, n_jobs, folds, time_limit, memory_limit)
    with TemporaryDirectory(prefix="sklearn_meta_") as folder:
        shelf = Shelf(into, folder, folds=folds, max_rows=max_rows, seed=random_state)
        listed = _as_function(configurations)
        costs = CostBook(_known_bases(into))
        plan = Plan(shelf, listed, n_sampled, costs, random_state, progress)
        deadline = None if seconds is None else perf_counter() + seconds
        collection = _Collection(plan, lanes, deadline, log)
        try:
            collection.run(tasks)
        except KeyboardInterrupt:
            collection.interrupted = True
        finally:
            collection.close()
    return collection.report()


class _Collection:
    """The state of one call of :func:`collect`."""

    def __init__(self, plan, lanes, deadline, log):
        self.plan = plan
        self.base = plan.shelf.base
        self.lanes = lanes
        self.deadline = deadline
        self.log = log
        self.interrupted = False
        self.complete = False
        self._jobs = {}  # what each lane is at
        self._again = []  # what an executor lost
        self._n_done = self._n_lost = 0

    @property
    def over(self):
        """Whether the time for the whole collection is used up."""
        return self.deadline is not None and perf_counter() >= self.deadline

    def run(self, tasks):
        """Keep the lanes busy until the plan is done or the time is over."""
        stream = self.plan.jobs(tasks)
        while not self.over:
            exhausted = self._fill(stream)
            busy = [lane for lane in self.lanes if lane.busy]
            if busy:
                self._wait_and_record(busy)
            elif exhausted and not self._again:
                self.complete = True
                return

    def _fill(self, stream):
        """Give free lanes something to do; tell whether the plan has come to its end."""
        for lane in self.lanes:
            if lane.busy or self.over:
                continue
            job = self._again.pop() if self._again else next(stream, False)
            if not job:  # False: there is no more; None: not before something has come back
                return job is False
            lane.start(job.configuration, job.task.path)
            job.task.n_open += 1
            self._jobs[lane] = job
        return False

    def _wait_and_record(self, busy):
        """Wait until a worker has something, and write down what is finished."""
        pause = min(_LOOK_SECONDS, *(lane.seconds_left for lane in busy))
        wait([lane.future for lane in busy], pause, FIRST_COMPLETED)
        for lane in busy:
            try:
                evaluation = lane.step()
            except Exception as error:  # noqa: BLE001 - whatever an executor says of a lost worker
                self._lost(lane, error)
                continue
            if evaluation is not None:
                self._record(self._jobs.pop(lane), evaluation)

    def _record(self, job, evaluation):
        """Write an evaluation down."""
        task = job.task
        task.n_open -= 1
        task.n_left -= 1
        evaluation["rows_used"] = evaluation["rows_used"] or task.fit_rows
        evaluation.setdefault("machine_speed", machine_speed())
        self.base.add_evaluation(task.id, seed=self.plan.seed, max_rows=task.max_rows, **evaluation)
        self._n_done += 1
        self.log.count(evaluation)
        self.plan.progress.evaluation_done(task.name, job.seconds)

    def _lost(self, lane, error):
        """Try again what an executor lost; give up on what it loses again and again."""
        job = self._jobs.pop(lane)
        job.task.n_open -= 1
        job.n_tries += 1
        if job.n_tries < _MAX_TRIES:
            self._again.append(job)
            return
        self._n_lost += 1
        _logger.warning(
            "The executor lost %s on %s %d times (%s: %s); the next call tries again.",
            job.configuration["family"],
            job.task.name,
            _MAX_TRIES,
            type(error).__name__,
            error,
        )

    def report(self):
        """Return what was done."""
        shelf = self.plan.shelf
        done = sum(all(size.n_left <= 0 for size in sizes) for sizes in shelf.tasks)
        return {
            "evaluations": self._n_done,
            "known": self.plan.n_known,
            "tasks": len(shelf.tasks) if self.complete and not self._n_lost else done,
            "failed_tasks": shelf.failed,
            "lost": self._n_lost,
            "complete": self.complete,
            "interrupted": self.interrupted,
        }

    def close(self):
        """Give the workers back, end the progress line, and write the log."""
        for lane in self.lanes:
            lane.close()
        self.plan.progress.close()
        self.log.close(self.report())


def _as_function(configurations):
    """Return a function from the kind of task to the configurations to run."""
    if configurations is None:
        from sklearn_meta.spaces import candidate_configurations

        return candidate_configurations
    if callable(configurations):
        return configurations
    listed = list(configurations)
    return lambda kind: listed


def _make_lanes(executor, n_jobs, folds, time_limit, memory_limit):
    """Make a lane for each evaluation that may run at the same time."""
    from joblib import cpu_count

    from sklearn_meta.search import foreign_workers

    if executor is not None:
        n_lanes = foreign_workers(executor, n_jobs)
        return [ForeignLane(executor, folds, time_limit, memory_limit) for _ in range(n_lanes)]
    n_lanes = max(1, cpu_count() + 1 + n_jobs) if n_jobs and n_jobs < 0 else n_jobs or 1
    memory_limit = memory_limit or free_memory() // n_lanes
    return [Lane(folds, time_limit, memory_limit) for _ in range(n_lanes)]


def _known_bases(into):
    """Return the bases that say what is cheap: what ships with the package, else this one."""
    from sklearn_meta.experience import Experience

    try:
        return [Experience.bundled(), into]
    except ExperienceNotFoundError:
        return [into]
