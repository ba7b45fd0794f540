"""Who carries out trials: local worker slots, the caller itself, or a foreign executor."""

import shutil
import tempfile
from concurrent.futures import FIRST_COMPLETED, wait
from pathlib import Path
from time import perf_counter

from sklearn_meta.search._foreign import ForeignSlot
from sklearn_meta.search._slots import InlineSlot, release_slot, take_slot
from sklearn_meta.search._trial import (
    Trial,
    forget_problem,
    load_problem,
    recover_folds,
    run_trial,
)

MEMORY_CHECK_SECONDS = 0.2


class Crew:
    """Runs trials on worker slots and ends those that overrun their seconds or memory.

    Parameters
    ----------
    n_slots : int
        Trials at the same time.
    n_threads : int, default=1
        Threads of each.
    memory_limit : int or None, default=None
        Bytes that a worker may hold resident; more ends its trial with status "memory".
    inline : bool, default=False
        Run trials in the caller, one after the other: no isolation, no start-up cost.
    executor : concurrent.futures.Executor, default=None
        Carries out the trials instead of local workers.
    """

    def __init__(self, n_slots, *, n_threads=1, memory_limit=None, inline=False, executor=None):
        self.n_slots = 1 if inline else n_slots
        self.n_threads = n_threads
        self.memory_limit = memory_limit
        self.inline = inline
        self.executor = executor
        self.spool = Path(tempfile.mkdtemp(prefix="sklearn_meta_"))
        self.problem_path = None
        self.n_folds = 0
        self._free = []
        self._woken = None  # future of what the first worker was asked on waking up
        self._running = {}  # future -> (slot, order, started, hard limit in seconds)
        self._looked = 0.0

    def start(self, ask=None):
        """Start the workers; they import what fits need while the caller goes on.

        Parameters
        ----------
        ask : callable, default=None
            What the first local worker is asked before its first trial; see `answer`.

        Returns
        -------
        Crew
            Itself.
        """
        self._free = [self._new_slot() for _ in range(self.n_slots)]
        if self.executor is None:
            futures = [slot.submit(ask or _nothing) for slot in self._free[:1]]
            for slot in self._free[1:]:
                slot.submit(_nothing)
            self._woken = futures[0] if ask else None
        return self

    @property
    def answer(self):
        """What the first worker answered to the question on starting; None if it did not."""
        done = self._woken is not None and self._woken.done()
        return None if not done or self._woken.exception() else self._woken.result()

    def give(self, problem):
        """Put the problem where the workers can read it."""
        import cloudpickle

        self.n_folds = len(problem.folds)
        self.problem_path = self.spool / "problem.pkl"
        with self.problem_path.open("wb") as stream:
            cloudpickle.dump(problem, stream, protocol=5)

    def receive(self, payload):
        """Take a problem that is pickled already."""
        self.problem_path = self.spool / "problem.pkl"
        self.problem_path.write_bytes(payload)
        self.n_folds = len(load_problem(str(self.problem_path)).folds)

    @property
    def n_free(self):
        """Slots that wait for a trial."""
        return self.n_slots - len(self._running)

    @property
    def running(self):
        """The orders that are being carried out."""
        return [order for _, order, _, _ in self._running.values()]

    def submit(self, order, hard_seconds=None):
        """Carry out an order; end it after `hard_seconds`."""
        slot = self._free.pop()
        started = perf_counter()  # before: an inline slot is done when `submit_trial` returns
        future = slot.submit_trial(str(self.problem_path), str(self.spool), order)
        self._running[future] = (slot, order, started, hard_seconds)

    def run_here(self, problem, order):
        """Carry out an order in the caller, for models of bounded cost."""
        return InlineSlot().submit(run_trial, problem, self.spool, order).result()

    def start_calls(self, function, arguments):
        """Run ``function(problem, *args)`` for each tuple of arguments; see `Calls`."""
        return Calls(self, function, list(arguments))

    def _borrow(self):
        """Lend a slot."""
        return self._free.pop() if self._free else self._new_slot()

    def _give_back(self, slot):
        """Take back a slot that was lent."""
        self._free.append(slot)

    def _new_slot(self):
        if self.inline:
            return InlineSlot()
        if self.executor is not None:
            return ForeignSlot(self.executor, self.n_threads, self.memory_limit)
        return take_slot(self.n_threads)

    def poll(self, timeout):
        """Wait at most `timeout` seconds; return the trials that ended meanwhile."""
        if not self._running:
            return []
        pause = min([timeout, MEMORY_CHECK_SECONDS, *self._seconds_to_limits()])
        done, _ = wait(self._running, timeout=max(pause, 0.0), return_when=FIRST_COMPLETED)
        ended = [self._collect(future) for future in done]
        return ended + self._end_overruns()

    def stop(self, status="deadline", reason="the budget ended"):
        """End all running trials now; return them with the folds that they had finished."""
        return [self._end(future, status, reason) for future in list(self._running)]

    def discard(self, number):
        """Remove the models and predictions of a trial from the spool."""
        for path in self.spool.glob(f"{number}-*"):
            path.unlink(missing_ok=True)

    def close(self):
        """Give the slots back and remove the spool folder."""
        self.stop()
        for slot in self._free:
            release_slot(slot)
        self._free = []
        forget_problem()
        shutil.rmtree(self.spool, ignore_errors=True)

    def _seconds_to_limits(self):
        now = perf_counter()
        return [
            started + limit - now
            for _, _, started, limit in self._running.values()
            if limit is not None
        ]

    def _collect(self, future):
        slot, order, started, _ = self._running.pop(future)
        error = future.exception()
        self._free.append(slot if slot.alive else self._new_slot())
        if error is None:
            trial = future.result()
        else:
            trial = recover_folds(Trial(order), self.spool, self.n_folds)
            trial.status = "crash"
            trial.reason = f"the worker died: {type(error).__name__}: {error}".split("\n")[0][:500]
        trial.seconds = perf_counter() - started
        return trial

    def _end_overruns(self):
        ended = []
        now = perf_counter()
        look = self.memory_limit is not None and now - self._looked > MEMORY_CHECK_SECONDS
        if look:
            self._looked = now
        for future, (slot, _, started, limit) in list(self._running.items()):
            if limit is not None and now - started > limit:
                ended.append(self._end(future, "timeout", f"ended after {limit:.1f} s"))
            elif look and (held := slot.memory()) > self.memory_limit:
                reason = f"held {held / 2**20:.0f} MiB, limit {self.memory_limit / 2**20:.0f} MiB"
                ended.append(self._end(future, "memory", reason))
        return ended

    def _end(self, future, status, reason):
        slot, order, started, _ = self._running.pop(future)
        slot.end()
        if status != "deadline":
            self._free.append(self._new_slot())
        trial = recover_folds(Trial(order), self.spool, self.n_folds)
        trial.status, trial.reason = status, reason
        trial.seconds = perf_counter() - started
        return trial


class Calls:
    """Calls that share the slots of a crew whose trials have ended, begun in their order.

    Parameters
    ----------
    crew : Crew
        Its slots are used until `results` returns.
    function : callable
        Called with the problem and a tuple of arguments.
    arguments : list of tuple
        One for each call.
    """

    def __init__(self, crew, function, arguments):
        self.crew = crew
        self.function = function
        self.queue = list(enumerate(arguments))
        self.values = [None] * len(arguments)
        self.running = {}
        self._fill()

    def _fill(self):
        while self.queue and len(self.running) < self.crew.n_slots:
            number, arguments = self.queue.pop(0)
            slot = self.crew._borrow()
            future = slot.submit(_call, str(self.crew.problem_path), self.function, arguments)
            self.running[future] = (number, slot)

    def results(self, seconds):
        """Wait for the calls; return their values, None for what failed or did not end in time."""
        deadline = perf_counter() + seconds
        while self.running:
            left = deadline - perf_counter()
            timeout = None if left == float("inf") else max(left, 0.0)
            try:
                done, _ = wait(self.running, timeout=timeout, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt:
                break  # the fold models will do
            if not done:
                break
            for future in done:
                number, slot = self.running.pop(future)
                self.values[number] = None if future.exception() else future.result()
                self.crew._give_back(slot)
            self._fill()
        for _, slot in self.running.values():
            slot.end()
        return self.values


def _call(problem_path, function, arguments):
    return function(load_problem(problem_path), *arguments)


def _nothing():
    """Wake a worker."""
