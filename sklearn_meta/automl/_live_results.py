"""The results of a live validation: a file that gets a line for each run, and is resumed."""

import json
import os
from pathlib import Path

KEY = ("table", "advisor", "time_budget", "seed")


class RunsFile:
    """JSON lines, one for each finished run; without a path, a list in memory.

    Parameters
    ----------
    path : str, path or None
        The file; made on the first run.

    Attributes
    ----------
    runs : list of dict
        What is known, in the order of finishing.

    Raises
    ------
    ValueError
        If the file holds something else.
    """

    def __init__(self, path):
        self.path = None if path is None else Path(path)
        self.runs = []
        if self.path is not None and self.path.exists():
            self.runs = [self._read(line) for line in self._whole_lines()]

    def knows(self, run):
        """Tell whether a run of this table, advisor, budget and seed has ended."""
        return any(all(run[name] == known[name] for name in KEY) for known in self.runs)

    def append(self, run):
        """Add a finished run."""
        self.runs.append(run)
        if self.path is not None:
            with self.path.open("a") as stream:
                stream.write(json.dumps(run) + "\n")

    def _whole_lines(self):
        """Return the lines; a last one that was torn when its writer was killed is cut off."""
        content = self.path.read_bytes()
        if content and not content.endswith(b"\n"):
            content = content[: content.rfind(b"\n") + 1]
            os.truncate(self.path, len(content))
        return content.decode().splitlines()

    def _read(self, line):
        try:
            run = json.loads(line)
            if all(name in run for name in KEY):
                return run
        except (ValueError, TypeError):
            pass
        raise ValueError(
            f"{self.path} does not hold results of a live validation (it has the line "
            f"{line[:60]!r}). Name another file."
        )
