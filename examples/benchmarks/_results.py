"""What the benchmarks share: tables to run on, a results file that is resumed, Markdown."""

import csv
import json
import os
from pathlib import Path

import pandas as pd


def read_tables(folder, *, roles=None, min_rows=0, names=None):
    """Read the index of a folder of tables.

    Parameters
    ----------
    folder : path-like
        Holds ``index.json``: a list of objects with ``name``, ``task``, ``file``, ``target``,
        ``n_rows``, ``n_features``, ``role`` and ``group``.
    roles : collection of str, default=None
        Roles to keep; None keeps all.
    min_rows : int, default=0
        Fewer rows are left out.
    names : collection of str, default=None
        Only these tables, whatever their role and size.

    Returns
    -------
    list of dict
        The entries, with ``path`` added.

    Raises
    ------
    ValueError
        If a name is not in the index.
    """
    entries = json.loads((Path(folder) / "index.json").read_text())
    for entry in entries:
        entry["path"] = str((Path(folder) / entry["file"]).resolve())
    if names:
        known = {entry["name"]: entry for entry in entries}
        unknown = sorted(set(names) - set(known))
        if unknown:
            raise ValueError(f"Not in the index of {folder}: {', '.join(unknown)}.")
        return [known[name] for name in names]
    return [
        entry
        for entry in entries
        if (roles is None or entry["role"] in roles) and entry["n_rows"] >= min_rows
    ]


def listed(text):
    """Split a comma-separated argument."""
    return [part.strip() for part in text.split(",") if part.strip()]


class ResultsFile:
    """A CSV that gets a row for each finished run.

    Parameters
    ----------
    path : path-like
        The file; made with its folder on the first row.
    key : tuple of str
        Columns that tell runs apart. If a run was repeated, its last row counts.
    columns : tuple of str
        All columns.
    """

    def __init__(self, path, key, columns):
        self.path = Path(path)
        self.key = tuple(key)
        self.columns = tuple(columns)

    def rows(self):
        """Return the whole rows, as dictionaries of strings, the last one of each run."""
        if not self.path.exists():
            return []
        self._mend()
        with self.path.open(newline="") as stream:
            reader = csv.DictReader(stream)
            if tuple(reader.fieldnames or ()) != self.columns:
                raise ValueError(
                    f"{self.path} has other columns than this benchmark writes; name another file."
                )
            last = {self.key_of(row): row for row in reader}
        return list(last.values())

    def frame(self):
        """Return the rows as a DataFrame; columns that hold numbers are numeric."""
        frame = pd.DataFrame(self.rows(), columns=self.columns)
        for name in frame:
            try:
                frame[name] = pd.to_numeric(frame[name].replace(["", "nan"], None))
            except (TypeError, ValueError):
                continue
        return frame

    def key_of(self, row):
        """Return what tells a row's run from others."""
        return tuple(str(row[name]) for name in self.key)

    def done(self, *, retry_failed=False):
        """Return the keys of the runs that need not be run again."""
        return {
            self.key_of(row) for row in self.rows() if row["status"] == "ok" or not retry_failed
        }

    def append(self, row):
        """Add a row; columns it lacks stay empty, entries without a column are dropped."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._mend()
        with self.path.open("a", newline="") as stream:
            writer = csv.DictWriter(stream, self.columns, restval="", extrasaction="ignore")
            if stream.tell() == 0:
                writer.writeheader()
            writer.writerow(row)

    def _mend(self):
        """Cut off a last row that was torn when its writer was killed."""
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        if content and not content.endswith(b"\n"):
            os.truncate(self.path, content.rfind(b"\n") + 1)


def markdown(header, rows):
    """Return a Markdown table.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    rows : iterable of sequences
        Cells; anything but strings is converted.

    Returns
    -------
    str
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
