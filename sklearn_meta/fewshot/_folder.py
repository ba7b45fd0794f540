"""Tasks kept as files in a folder with an index."""

import json
from pathlib import Path

import numpy as np

from sklearn_meta.exceptions import TableError


class FileTask:
    """A task whose file is read when its rows are first asked for."""

    def __init__(self, path, target, name):
        self.path = Path(path)
        self.target = target
        self.name = name
        self._pair = None

    def _read(self):
        if self._pair is None:
            self._pair = _read_pair(self.path, self.target)
        return self._pair

    @property
    def X(self):
        """Rows of the task."""
        return self._read()[0]

    @property
    def y(self):
        """Targets of the task."""
        return self._read()[1]


def tasks_from_folder(folder):
    """List the tasks of a folder with an ``index.json``.

    Parameters
    ----------
    folder : str or PathLike
        Holds ``index.json``: a list of objects with ``file`` (a path inside the folder: ``.csv``,
        ``.parquet``, or ``.npz`` with arrays ``X`` and ``y``), ``target`` (column of a table) and,
        if wanted, ``name``.

    Returns
    -------
    list of objects with attributes X, y and name
        Files are read on first use.

    Raises
    ------
    ValueError
        If there is no index, or an entry names no file that can be read.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> import numpy as np
    >>> from sklearn_meta.fewshot import tasks_from_folder
    >>> with tempfile.TemporaryDirectory() as name:
    ...     folder = pathlib.Path(name)
    ...     np.savez(folder / "a.npz", X=np.eye(2), y=[0, 1])
    ...     _ = (folder / "index.json").write_text(json.dumps([{"file": "a.npz"}]))
    ...     tasks_from_folder(folder)[0].X.shape
    (2, 2)
    """
    folder = Path(folder)
    index = folder / "index.json"
    if not index.is_file():
        raise TableError(
            f"{str(folder)!r} has no index.json; it must list the tasks: "
            '[{"file": "name.parquet", "target": "column"}, ...].'
        )
    entries = json.loads(index.read_text())
    tasks = []
    for entry in entries:
        path = folder / entry["file"]
        if not path.is_file():
            raise TableError(f"{str(index)!r} names {entry['file']!r}, which is not there.")
        tasks.append(FileTask(path, entry.get("target"), entry.get("name", path.stem)))
    return tasks


def _read_pair(path, target):
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return arrays["X"], arrays["y"]
    import pandas as pd

    readers = {".csv": pd.read_csv, ".parquet": pd.read_parquet}
    if path.suffix not in readers:
        raise TableError(f"Cannot read {str(path)!r}: use .csv, .parquet or .npz files.")
    table = readers[path.suffix](path)
    if target not in table.columns:
        raise TableError(
            f"{str(path)!r} has no column {target!r}; its index entry names no target."
        )
    return table.drop(columns=target), table[target].to_numpy()
