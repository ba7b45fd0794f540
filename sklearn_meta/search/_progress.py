"""One line that tells how the search goes, rewritten in place."""

import sys
from time import perf_counter

WIDTH = 100
PLAIN_SECONDS = 10  # where lines can't be rewritten, a new one comes no more often than this


class Progress:
    """Observer of a `SearchLoop` that writes one updating line to standard error.

    Parameters
    ----------
    verbose : int
        0 writes nothing, 1 the updating line, 2 and more also a line for each trial.
    stream : file-like, default=None
        Where to write; None is standard error as it is when a line is written.
    """

    def __init__(self, verbose, stream=None):
        self.verbose = int(verbose)
        self._stream = stream
        self._n_trials = 0
        self._written = -float("inf")
        self._open_line = False

    def __call__(self, loop):
        """Show the state of the loop."""
        if not self.verbose:
            return
        if self.verbose > 1 and len(loop.trials) > self._n_trials:
            for trial in loop.trials[self._n_trials :]:
                self._write(_describe(trial) + "\n")
        self._n_trials = len(loop.trials)
        pause = 0.1 if self._is_terminal() else PLAIN_SECONDS
        if perf_counter() - self._written > pause:
            self._written = perf_counter()
            end = "" if self._is_terminal() else "\n"
            self._write(summary(loop)[:WIDTH].ljust(WIDTH if not end else 0) + end)
            self._open_line = not end

    def close(self, message):
        """Write the last line."""
        if self.verbose:
            self._write(message[:WIDTH].ljust(WIDTH if self._open_line else 0) + "\n")

    def _write(self, text):
        stream = self._stream or sys.stderr
        stream.write(("\r" if self._open_line else "") + text)
        stream.flush()

    def _is_terminal(self):
        stream = self._stream or sys.stderr
        return bool(getattr(stream, "isatty", lambda: False)())


def summary(loop):
    """Return the line: time left, trials, best score, what is running."""
    scored = [trial.score for trial in loop.trials if trial.status == "ok"]
    best = f"best {max(scored):.5g}" if scored else "no score yet"
    left = loop.budget.left()
    clock = f"{loop.budget.elapsed():.0f} s" if left == float("inf") else f"{left:.0f} s left"
    running = ", ".join(order.configuration["family"] for order in loop.crew.running)
    return f"{clock} | {len(loop.trials)} trials | {best} | {running or 'waiting'}"


def _describe(trial):
    score = f"{trial.score:.5g}" if trial.folds else "-"
    family = trial.order.configuration["family"]
    note = "" if trial.status == "ok" else f" ({trial.status}: {trial.reason})"
    number = trial.order.number
    return f"trial {number}: {family} [{trial.order.origin}] {score}, {trial.seconds:.2f} s{note}"
