"""The collector's one line of progress."""

import sys
from time import perf_counter

_LINE_SECONDS = 30.0  # between two lines where they can't be overwritten
_REDRAW_SECONDS = 0.5


class Progress:
    """Say on the standard error how far a collection is.

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
        self._tasks = self._evaluations = self._tasks_with_work = 0
        self._name = ""
        self._task_size = self._task_evaluations = 0

    def begin_task(self, name, n_evaluations):
        """Note the task that comes now, and how much there is to do."""
        self._name = name
        self._task_size, self._task_evaluations = n_evaluations, 0
        self._draw()

    def evaluation_done(self):
        """Count an evaluation."""
        self._evaluations += 1
        self._task_evaluations += 1
        self._draw()

    def task_done(self, n_evaluations):
        """Count a task; one that had nothing to do says nothing about the time to come."""
        self._tasks += 1
        self._tasks_with_work += n_evaluations > 0
        self._task_size = self._task_evaluations = 0
        self._draw()

    def close(self):
        """Write the last state and end the line."""
        self._draw(last=True)

    def text(self):
        """Return the line."""
        elapsed = perf_counter() - self._started
        total = "?" if self.n_tasks is None else self.n_tasks
        return (
            f"tasks {self._tasks}/{total}, evaluations {self._evaluations}, "
            f"elapsed {_clock(elapsed)}, rest {self._rest(elapsed)} [{self._name}]"
        )

    def _rest(self, elapsed):
        done = self._tasks_with_work
        if self._task_size:
            done += self._task_evaluations / self._task_size
        if self.n_tasks is None or done == 0:
            return "?"
        left = self.n_tasks - self._tasks
        if self._task_size:
            left -= self._task_evaluations / self._task_size
        return _clock(elapsed / done * max(left, 0))

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
