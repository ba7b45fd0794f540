"""Slots on somebody else's executor: dask, MPI, a thread or process pool, a cluster.

A task that runs there can't be ended from here, and it may not see this machine's files. So each
task takes the problem along, runs the trial in a child process of its own, ends that child when the
trial's seconds are over, and brings the predictions and models back.
"""

import multiprocessing
from concurrent.futures import Future
from pathlib import Path


class ForeignSlot:
    """One place on a foreign executor.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Anything with ``submit(function, *args)`` that returns a future.
    n_threads : int
        Threads of a fit.
    memory_limit : float or None
        Bytes that a fit's process may hold.
    """

    def __init__(self, executor, n_threads, memory_limit):
        self.executor = executor
        self.n_threads = n_threads
        self.memory_limit = memory_limit
        self.alive = True
        self._inner = None

    def submit(self, function, problem_path=None, *args):
        """Run ``function(path, *args)`` there, with a copy of the problem at `path`."""
        payload = None if problem_path is None else Path(problem_path).read_bytes()
        self._inner = self.executor.submit(_call_there, payload, function, args)
        return self._outer(lambda value: value)

    def submit_trial(self, problem_path, spool, order):
        """Carry out an order there; its files are in `spool` when the future is done."""
        payload = Path(problem_path).read_bytes()
        self._inner = self.executor.submit(
            carry_out, payload, order, self.n_threads, self.memory_limit
        )
        return self._outer(lambda value: _unpack(value, Path(spool)))

    def _outer(self, receive):
        """Return a future of what `receive` makes of the task's value."""
        outer = Future()
        self._inner.add_done_callback(lambda inner: _relay(inner, outer, receive))
        return outer

    def end(self):
        """Forget the task; what has begun ends by itself when its seconds are over."""
        self.alive = False
        if self._inner is not None:
            self._inner.cancel()

    def memory(self):
        """Return 0: the task watches its memory there."""
        return 0


def carry_out(payload, order, n_threads, memory_limit):
    """Carry out an order in a child of this process; return the trial and its files.

    Parameters
    ----------
    payload : bytes
        The pickled problem.
    order : Order
        What to fit.
    n_threads : int
        Threads of the fit.
    memory_limit : float or None
        Bytes that the child may hold.

    Returns
    -------
    (Trial, dict of str to bytes)
    """
    from sklearn_meta.search._crew import Crew

    # a daemonic process may have no children: there iterative fits still heed the deadline
    daemon = multiprocessing.current_process().daemon
    crew = Crew(1, n_threads=n_threads, memory_limit=memory_limit, inline=daemon)
    try:
        crew.start()
        crew.receive(payload)
        crew.submit(order, order.seconds)
        ended = []
        while not ended:
            ended = crew.poll(1.0)
        names = [path for path in crew.spool.iterdir() if path.name.startswith(f"{order.number}-")]
        files = {path.name: path.read_bytes() for path in names}
    finally:
        crew.close()
    return ended[0], files


def _relay(inner, outer, receive):
    """Hand the end of a task on, whatever it is: who waits must never wait for ever."""
    if inner.cancelled():  # a future that is only cancelled would not wake `wait`
        error = ConnectionError("the executor cancelled the task")
    else:
        error = inner.exception()
    try:
        if error is None:
            outer.set_result(receive(inner.result()))
    except OSError as failure:  # of writing the files
        error = failure
    if error is not None:
        outer.set_exception(error)


def _unpack(value, spool):
    """Write the files that came back, before those who wait see the trial."""
    trial, files = value
    if spool.exists():  # else the search is over
        for name, content in files.items():
            (spool / name).write_bytes(content)
    return trial


def _call_there(payload, function, args):
    """Run a call with the problem in a file, as local workers do."""
    import tempfile

    if payload is None:
        return function(*args)
    with tempfile.TemporaryDirectory(prefix="sklearn_meta_") as folder:
        path = Path(folder) / "problem.pkl"
        path.write_bytes(payload)
        return function(str(path), *args)


def foreign_workers(executor, n_jobs):
    """Return how many trials an executor can carry out at the same time.

    What it says of itself (its workers, or a dask client's threads), unless `n_jobs` says less.
    """
    client = getattr(executor, "_client", None)
    if client is not None and hasattr(client, "nthreads"):
        workers = sum(client.nthreads().values())
    else:
        workers = getattr(executor, "_max_workers", None) or n_jobs or 1
    return max(1, min(workers, n_jobs) if n_jobs and n_jobs > 0 else workers)
