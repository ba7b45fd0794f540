"""Worker slots: private one-process pools that can be ended at once and stay warm between fits.

A slot is a `loky.ProcessPoolExecutor` with a single worker of its own. A crash breaks that one
pool, never another trial; a running fit is ended by killing the worker, in about a hundredth of a
second.
The process-wide reusable executor of loky is not used: while it lives, `joblib.Parallel` in the
same process fails.
"""

import os
import signal
import threading
from concurrent.futures import Future
from multiprocessing.util import Finalize

from sklearn_meta.search._trial import run_spooled

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
IDLE_SECONDS = 120  # an idle worker ends by itself after so long

_idle = []
_lock = threading.Lock()
_cared_for = set()  # processes whose end ends their idle slots


class WorkerSlot:
    """One worker process that runs one task at a time and can be ended in the middle of it.

    Parameters
    ----------
    n_threads : int, default=1
        Threads that BLAS, OpenMP and torch may use in the worker.
    """

    def __init__(self, n_threads=1):
        from loky import ProcessPoolExecutor

        self.n_threads = n_threads
        self._owner = os.getpid()
        self._ended = False
        self._executor = ProcessPoolExecutor(
            max_workers=1,
            timeout=IDLE_SECONDS,
            initializer=prepare_worker,
            initargs=(n_threads,),
            env={name: str(n_threads) for name in THREAD_VARIABLES},
        )

    def submit(self, function, *args):
        """Run ``function(*args)`` in the worker; return its future, failed if it is broken."""
        from loky.process_executor import BrokenProcessPool

        try:
            return self._executor.submit(function, *args)
        except BrokenProcessPool as error:  # its worker went down while nobody was looking
            future = Future()
            future.set_exception(error)
            return future

    def submit_trial(self, problem_path, spool, order):
        """Carry out an order; its files go to `spool`."""
        return self.submit(run_spooled, problem_path, spool, order)

    def end(self):
        """Kill the worker now, whatever it does; its future gets an exception."""
        self._ended = True
        self._executor.shutdown(wait=False, kill_workers=True)

    @property
    def alive(self):
        """Whether the slot can take a task: neither ended nor broken, and of this process."""
        flags = self._executor._flags
        healthy = flags.broken is None and not flags.shutdown
        return healthy and not self._ended and self._owner == os.getpid()

    def memory(self):
        """Return the resident memory of the worker and its children, in bytes."""
        import psutil

        total = 0
        for pid in list(self._executor._processes or ()):
            try:
                worker = psutil.Process(pid)
                family = [worker, *worker.children(recursive=True)]
                total += sum(process.memory_info().rss for process in family)
            except psutil.Error:
                continue  # it ended between two looks
        return total


class InlineSlot:
    """Runs tasks in the caller: for tables so small that a process would cost more than the fit."""

    alive = True

    def submit(self, function, *args):
        """Run ``function(*args)`` now; return a future that is done."""
        from threadpoolctl import threadpool_limits

        future = Future()
        with threadpool_limits(1):
            try:
                future.set_result(function(*args))
            except Exception as error:  # noqa: BLE001 - the future carries it to who asks
                future.set_exception(error)
        return future

    def submit_trial(self, problem_path, spool, order):
        """Carry out an order now."""
        return self.submit(run_spooled, problem_path, spool, order)

    def end(self):
        """Nothing runs between two calls, so there is nothing to end."""

    def memory(self):
        """Return 0: the caller's memory is the caller's."""
        return 0


def prepare_worker(n_threads):
    """Import what every fit needs, and hold the thread pools to `n_threads`."""
    # a terminal sends Ctrl-C to the workers too: whoever asked them for work decides what ends
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import sklearn.ensemble
    import sklearn.linear_model
    import sklearn.pipeline  # noqa: F401 - imported for later
    from threadpoolctl import threadpool_limits

    threadpool_limits(
        n_threads
    )  # for the libraries that were loaded before the environment was set


def take_slot(n_threads=1):
    """Return a warm slot if one is idle, else a new one."""
    with _lock:
        for slot in list(_idle):
            if not slot.alive:
                _idle.remove(slot)
            elif slot.n_threads == n_threads:
                _idle.remove(slot)
                return slot
    return WorkerSlot(n_threads)


def release_slot(slot):
    """Give a slot back; if it still works it waits, warm, for the next fit."""
    if not isinstance(slot, WorkerSlot):
        return
    with _lock:
        if slot.alive and len(_idle) < (os.cpu_count() or 1):
            _end_with_this_process()
            _idle.append(slot)
            return
    slot.end()


def _end_with_this_process():
    """See that idle workers end when this process does.

    A child that multiprocessing made runs no atexit functions, and at its end it waits for its own
    children: a worker kept warm there would hold up the shutdown of somebody's process pool.
    """
    if os.getpid() not in _cared_for:
        _cared_for.add(os.getpid())
        Finalize(None, end_idle_slots, exitpriority=100)


def end_idle_slots():
    """End all idle workers of this process."""
    with _lock:
        for slot in _idle:
            if slot._owner == os.getpid():
                slot.end()
        _idle.clear()
