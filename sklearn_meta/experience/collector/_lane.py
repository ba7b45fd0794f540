"""One worker of the collector: it runs the folds of one evaluation after the other, to a limit."""

from time import perf_counter

import numpy as np

from sklearn_meta.experience.collector._task import load_problem, run_fold

LOAD_SECONDS = 300  # until a worker has started and read the table, on a busy machine


class Lane:
    """A worker slot with the evaluation it is at.

    Parameters
    ----------
    n_folds : int
        Folds of an evaluation.
    time_limit : float
        Seconds that all folds of an evaluation may take together.
    memory_limit : int
        Bytes that the worker may hold.
    """

    def __init__(self, n_folds, time_limit, memory_limit):
        self.n_folds = n_folds
        self.time_limit = time_limit
        self.memory_limit = memory_limit
        self.configuration = None
        self.future = None
        self._slot = None
        self._loaded = None

    @property
    def busy(self):
        """Whether an evaluation is under way."""
        return self.configuration is not None

    @property
    def seconds_left(self):
        """Seconds until what runs now is ended."""
        return max(0.0, self._deadline - perf_counter())

    def start(self, configuration, path):
        """Begin an evaluation of a problem that lies at `path`."""
        from sklearn_meta.search import take_slot

        self.configuration = configuration
        self._path = path
        self._folds = []
        if self._slot is None or not self._slot.alive:
            self._slot, self._loaded = take_slot(1), None
        if self._loaded != path:
            self._submit(LOAD_SECONDS, load_problem, path)
        else:
            self._submit(self.time_limit, run_fold, path, configuration, 0)

    def step(self):
        """Look at the worker; return the finished evaluation's facts, None while it goes on."""
        if not self.future.done():
            return self._enforce_limits()
        error = self.future.exception()
        if isinstance(error, KeyboardInterrupt):
            raise error  # Ctrl-C reaches the workers too, sometimes first
        if error is not None:
            return self._fail(error)
        if self._loaded != self._path:
            self._loaded = self._path
            self._submit(self.time_limit, run_fold, self._path, self.configuration, 0)
            return None
        self._folds.append(self.future.result())
        if len(self._folds) == self.n_folds:
            return self._finish("ok", None)
        self._submit(self.seconds_left, run_fold, self._path, self.configuration, len(self._folds))
        return None

    def close(self):
        """Give the worker back, or end it if it is at something."""
        from sklearn_meta.search import release_slot

        if self._slot is not None and self.busy:
            self._slot.end()
        elif self._slot is not None:
            release_slot(self._slot)
        self._slot = self.configuration = None

    def _submit(self, seconds, function, *args):
        self._started = perf_counter()
        self._deadline = self._started + seconds
        self.future = self._slot.submit(function, *args)

    def _enforce_limits(self):
        """End the worker if it takes too long or too much."""
        if self._slot.memory() > self.memory_limit:
            self._slot.end()
            return self._finish("memory", f"more than {self.memory_limit / 2**20:.0f} MiB")
        if perf_counter() < self._deadline:
            return None
        self._slot.end()
        if self._loaded != self._path:
            return self._finish("error", f"the worker was not ready after {LOAD_SECONDS} s")
        # what the folds before say is kept: a mean over fewer folds is still a mean
        reason = f"{len(self._folds)} of {self.n_folds} folds in {self.time_limit:g} s"
        return self._finish("ok" if self._folds else "timeout", reason)

    def _fail(self, error):
        """Record why a fold failed; a worker that went down is taken to have run out of memory."""
        from concurrent.futures.process import BrokenProcessPool

        lost = isinstance(error, (MemoryError, BrokenProcessPool))
        first_line = (str(error).strip() or "no message").splitlines()[0]
        return self._finish(
            "memory" if lost else "error", f"{type(error).__name__}: {first_line}"[:300]
        )

    def _finish(self, status, reason):
        """Sum up the folds that finished, and make the lane free."""
        elapsed = perf_counter() - self._started  # of the fold that was the last
        configuration, folds = self.configuration, self._folds
        self.configuration, self._folds = None, []
        return sum_up(configuration, folds, status, reason, elapsed)


def sum_up(configuration, folds, status, reason, elapsed):
    """Make an evaluation's facts of what its folds brought.

    Parameters
    ----------
    configuration : dict
        What was run.
    folds : list of dict
        Results of `run_fold`, of those that finished.
    status : {"ok", "timeout", "memory", "error"}
        How it ended.
    reason : str or None
        What went wrong.
    elapsed : float
        Seconds of the fold that did not finish, if none did.

    Returns
    -------
    dict
        Arguments for `Experience.add_evaluation`.
    """
    names = folds[0]["metrics"] if folds and status == "ok" else {}
    fold_metrics = {name: [fold["metrics"][name] for fold in folds] for name in names}
    return {
        "configuration": configuration,
        "metrics": {name: _mean(values) for name, values in fold_metrics.items()},
        "fold_metrics": fold_metrics,
        # without a finished fold the seconds until its end are a lower bound
        "fit_seconds": _mean([f["fit_seconds"] for f in folds]) if folds else elapsed,
        "predict_seconds": _mean([f["predict_seconds"] for f in folds]) if folds else None,
        "rows_used": folds[0]["rows_used"] if folds else None,
        "n_folds": len(folds),
        "status": status,
        "reason": reason,
    }


def _mean(values):
    """Mean of what is defined; NaN if nothing is."""
    values = np.asarray(values, dtype=float)
    defined = values[np.isfinite(values)]
    return float(defined.mean()) if len(defined) else float("nan")
