"""A joblib backend whose running tasks can be ended: scikit-learn's searches under a deadline."""

import multiprocessing
import os
import threading
from collections import deque
from concurrent.futures import Future
from functools import partial

from joblib import cpu_count, effective_n_jobs
from joblib.parallel import ParallelBackendBase

from sklearn_meta.search._slots import release_slot, take_slot


class TasksEndedError(RuntimeError):
    """The tasks of a parallel call were ended before they were done."""


class StoppableBackend(ParallelBackendBase):
    """Carry out the tasks of `joblib.Parallel` on worker slots that can be ended at once.

    Parameters
    ----------
    n_jobs : int or None
        Tasks at the same time; None is 1, -1 all cores. Inside a worker process of somebody's it is
        1, and a process that may have no children carries the tasks out itself.

    Attributes
    ----------
    n_workers : int
        Tasks at the same time.
    in_caller : bool
        Whether the next parallel call runs in this process: nothing has to be started or sent, and
        nothing can be ended.
    """

    supports_retrieve_callback = True

    def __init__(self, n_jobs=None):
        super().__init__(nesting_level=0)
        nested = multiprocessing.parent_process() is not None
        self.n_workers = 1 if nested else max(effective_n_jobs(n_jobs), 1)
        self.may_fork = not multiprocessing.current_process().daemon
        self.in_caller = not self.may_fork
        self._lock = threading.RLock()
        self._queue = deque()
        self._running = {}
        self._reason = None
        self._timer = None

    def effective_n_jobs(self, n_jobs):
        """Return the number of tasks at the same time; joblib carries a single one out itself."""
        return 1 if self.in_caller else max(self.n_workers, 2)

    def configure(self, n_jobs=1, parallel=None, **ignored):
        """Take note of who calls; workers start with the first task."""
        self.parallel = parallel
        return self.effective_n_jobs(n_jobs)

    def warm_up(self):
        """Start the workers, while the caller goes on."""
        if self.may_fork:
            slots = [take_slot(_threads_of_one(self.n_workers)) for _ in range(self.n_workers)]
            for slot in slots:
                slot.submit(int)
                release_slot(slot)

    def start_timer(self, seconds):
        """End what runs after so many seconds, unless `stop_timer` comes first."""
        self._reason = None
        self._timer = threading.Timer(max(seconds, 0.0), self._end, [f"after {seconds:.1f} s"])
        self._timer.daemon = True
        self._timer.start()

    def stop_timer(self):
        """Let what runs go on; also where no timer was started."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def submit(self, func, callback=None):
        """Queue a task; its future calls back from another thread."""
        future = Future()
        if callback is not None:
            future.add_done_callback(callback)
        with self._lock:
            self._queue.append((func, future))
        self._fill()
        return future

    def retrieve_result_callback(self, future):
        """Return a task's result, or raise what it raised."""
        return future.result()

    def abort_everything(self, ensure_ready=True):
        """End all tasks; new ones may follow."""
        self._end("because another task failed")

    def terminate(self):
        """Forget what is queued; workers go back, warm, when they are done."""
        self.stop_timer()
        with self._lock:
            self._queue.clear()

    def _fill(self):
        """Start as many queued tasks as there are free workers."""
        while True:
            with self._lock:
                if not self._queue or len(self._running) >= self.n_workers:
                    return
                func, future = self._queue.popleft()
                slot = take_slot(_threads_of_one(self.n_workers))
                inner = slot.submit(func)
                self._running[inner] = slot
            inner.add_done_callback(partial(self._finish, slot, future))

    def _finish(self, slot, future, inner):
        """Pass a result on; called from the worker's thread."""
        from loky.process_executor import BrokenProcessPool, ShutdownExecutorError

        with self._lock:
            self._running.pop(inner, None)
            reason = self._reason
        release_slot(slot)
        error = None if inner.cancelled() else inner.exception()
        if inner.cancelled() or isinstance(error, BrokenProcessPool | ShutdownExecutorError):
            told = f"ended {reason}" if reason else f"the worker died: {error}".split("\n")[0]
            future.set_exception(TasksEndedError(told))
        elif error is not None:
            future.set_exception(error)
        else:
            future.set_result(inner.result())
        self._fill()

    def _end(self, reason):
        """Kill the workers that run, and forget what is queued."""
        with self._lock:
            self._reason = self._reason or reason
            queued, self._queue = list(self._queue), deque()
            slots = list(self._running.values())
        for slot in slots:
            slot.end()
        for _, future in queued:
            future.set_exception(TasksEndedError(f"ended {reason}"))


def _threads_of_one(n_workers):
    """Return the threads for a worker: its share of the cores, or what the environment says."""
    share = max(cpu_count() // n_workers, 1)
    try:
        return min(share, int(os.environ.get("OMP_NUM_THREADS", share)))
    except ValueError:
        return share
