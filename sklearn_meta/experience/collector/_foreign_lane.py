"""Evaluations on somebody else's executor: dask, MPI, a process pool, a cluster."""

import multiprocessing
from concurrent.futures import wait
from time import perf_counter

from sklearn_meta.experience.collector._lane import Lane, sum_up
from sklearn_meta.experience.collector._task import load_problem, run_fold
from sklearn_meta.search import ForeignSlot

_LOOK_SECONDS = 0.2


class ForeignLane:
    """One place on an executor, with the evaluation that is there.

    A task that runs there can't be ended from here. So it takes the table along, does the
    evaluation in a child process of the executor's worker, ends that child at its limits, and
    brings back what was measured.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Anything with ``submit(function, *args)`` that returns a future.
    n_folds : int
        Folds of an evaluation.
    time_limit : float
        Seconds that all folds of an evaluation may take together.
    memory_limit : int
        Bytes that an evaluation's process may hold; None for 0.8 of what is free there.
    """

    seconds_left = float("inf")  # its end is seen to where it runs

    def __init__(self, executor, n_folds, time_limit, memory_limit):
        self.limits = (n_folds, time_limit, memory_limit)
        self.configuration = None
        self.future = None
        self._slot = ForeignSlot(executor, 1, memory_limit)

    @property
    def busy(self):
        """Whether an evaluation is under way."""
        return self.configuration is not None

    def start(self, configuration, path):
        """Begin an evaluation of a problem that lies at `path` here."""
        self.future = self._slot.submit(evaluate_there, path, configuration, *self.limits)
        self.configuration = configuration

    def step(self):
        """Return the finished evaluation's facts, None while it goes on.

        Raises
        ------
        Exception
            What the executor reports if it lost the task; the lane is free then.
        """
        if not self.future.done():
            return None
        self.configuration = None
        return self.future.result()

    def close(self):
        """Cancel what has not begun."""
        if self.busy:
            self._slot.end()
        self.configuration = None


def evaluate_there(path, configuration, n_folds, time_limit, memory_limit):
    """Evaluate a configuration in a child of this process, and end the child at its limits.

    Parameters
    ----------
    path : str
        Where the problem lies on this machine.
    configuration : dict
        What to run.
    n_folds, time_limit, memory_limit : int, float, int or None
        As for `ForeignLane`.

    Returns
    -------
    dict
        Arguments for `Experience.add_evaluation`.
    """
    from sklearn_meta.experience.recording._machine import free_memory, machine_speed
    from sklearn_meta.experience.records._records import installed_versions

    here = {"machine_speed": machine_speed(), "versions": installed_versions()}
    if not _may_have_children():
        return {**_evaluate_here(path, configuration, n_folds, time_limit), **here}
    lane = Lane(n_folds, time_limit, memory_limit or free_memory())
    try:
        lane.start(configuration, path)
        evaluation = None
        while evaluation is None:
            wait([lane.future], min(_LOOK_SECONDS, lane.seconds_left))
            evaluation = lane.step()
    finally:
        lane.close()
    return {**evaluation, **here}


def _may_have_children():
    """Tell whether this process may start one; dask's workers are daemons, which may not.

    The flag only keeps a daemon's children from outliving it. Ours end by themselves when they have
    been idle, so it is taken back where Python allows it.
    """
    process = multiprocessing.current_process()
    if process.daemon:
        try:
            process.daemon = False
        except AssertionError:
            return False
    return True


def _evaluate_here(path, configuration, n_folds, time_limit):
    """Evaluate in this process: the limit can only be looked at between folds."""
    load_problem(path)
    deadline = perf_counter() + time_limit
    folds, status, reason = [], "ok", None
    try:
        for fold in range(n_folds):
            folds.append(run_fold(path, configuration, fold))
            if perf_counter() > deadline and fold + 1 < n_folds:
                reason = f"{fold + 1} of {n_folds} folds in {time_limit:g} s"
                break
    except Exception as error:  # noqa: BLE001 - a fit may fail in any way; its reason is kept
        status = "memory" if isinstance(error, MemoryError) else "error"
        reason = f"{type(error).__name__}: {error}"[:300]
    return sum_up(configuration, folds, status, reason, perf_counter() - deadline + time_limit)
