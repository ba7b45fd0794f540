"""The collector's one line of progress."""

import sys
from time import perf_counter

_LINE_SECONDS = 30.0  # between two lines where they can't be overwritten
_REDRAW_SECONDS = 0.5


class Progress:
    """Say on the standard error how far a collection is, and about how long it still takes.

    The time left is the predicted seconds of what is left, corrected by how long what was done
    took.

    Parameters
    ----------
    n_tasks : int or None
        How many tasks there are, if that is known.
    verbose : int
        0 for silence.
    stream : file, default=None
        Where to write; None for the standard error.
    """

    def __init__(self, n_tasks, verbose, stream=None):
        self.n_tasks = n_tasks
        self.verbose = verbose
        self.stream = sys.stderr if stream is None else stream
        self._started = perf_counter()
        self._drawn = 0.0
        self._name = ""
        self._n_seen = self._n_expected = self._n_done = 0
        self._expected = self._done = 0.0  # predicted seconds

    def expect(self, n_evaluations, seconds):
        """Note how much a task at one size brings."""
        self._n_expected += n_evaluations
        self._expected += seconds

    def task_seen(self):
        """Count a task that was made ready, or could not be."""
        self._n_seen += 1
        self._draw()

    def evaluation_done(self, name, seconds):
        """Count an evaluation of a task, for which so many seconds were predicted."""
        self._name = name
        self._n_done += 1
        self._done += seconds
        self._draw()

    def close(self):
        """Write the last state and end the line."""
        self._draw(last=True)

    def text(self):
        """Return the line."""
        elapsed = perf_counter() - self._started
        total = "?" if self.n_tasks is None else self.n_tasks
        more = "+" if self._unseen_share() != 1.0 else ""
        return (
            f"tasks {self._n_seen}/{total}, evaluations {self._n_done}/{self._n_expected}{more}, "
            f"elapsed {_clock(elapsed)}, left {self._left(elapsed)} [{self._name}]"
        )

    def _unseen_share(self):
        """Return how much more there is than is known of, judged by the tasks seen; 0: unknown."""
        if self.n_tasks is None or not self._n_seen:
            return 0.0
        return max(1.0, self.n_tasks / self._n_seen)

    def _left(self, elapsed):
        share = self._unseen_share()
        if not share or not self._done:
            return "?"
        left = max(0.0, self._expected * share - self._done)
        return _clock(left * elapsed / self._done)

    def _draw(self, last=False):
        if not self.verbose:
            return
        now = perf_counter()
        redraws = self.stream.isatty()
        if not last and now - self._drawn < (_REDRAW_SECONDS if redraws else _LINE_SECONDS):
            return
        self._drawn = now
        end = "\n" if last or not redraws else ""
        self.stream.write(("\r\x1b[K" if redraws else "") + self.text() + end)
        self.stream.flush()


def _clock(seconds):
    """Write seconds as h:mm:ss."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
