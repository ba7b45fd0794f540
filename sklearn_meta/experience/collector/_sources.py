"""Where a collection's tables come from: a folder, tuples, objects, OpenML."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sklearn_meta.exceptions import ExperienceError, SklearnMetaError

#: What a task's facts may hold beside those that the base stores.
FACTS = ("kind", "openml_id", "group", "source", "licence", "max_rows")
_INDEX = "index.json"
_WANTED = (
    "A task is (name, X, y) or (name, X, y, facts), where facts is a dict, or an object with the "
    "attributes name, X and y."
)


@dataclass(frozen=True)
class Source:
    """A table that is read when its turn comes.

    Attributes
    ----------
    name : str
        Name of the task.
    load : callable
        Returns ``(X, y)``.
    facts : dict
        What is known of the task, see :func:`~sklearn_meta.experience.collect`.
    """

    name: str
    load: Callable
    facts: dict = field(default_factory=dict)


def as_sources(tasks):
    """Bring tasks of any form into one.

    Parameters
    ----------
    tasks : path, or iterable of (name, X, y), (name, X, y, facts), Source, or object
        Objects have the attributes ``name``, ``X``, ``y``, and may have those of `FACTS`; ``X`` and
        ``y`` are asked for when the table's turn comes, once.

    Yields
    ------
    Source

    Raises
    ------
    ExperienceError
        At the first item of another form.
    """
    if isinstance(tasks, str | Path):
        tasks = TableFolder(tasks)
    for task in tasks:
        yield _as_source(task)


def _as_source(task):
    if isinstance(task, Source):
        return task
    if isinstance(task, tuple | list) and len(task) in (3, 4):
        name, X, y = task[:3]
        facts = task[3] if len(task) == 4 else {}
        if isinstance(facts, dict):
            return Source(str(name), lambda: (X, y), facts)
    elif all(_has(task, name) for name in ("name", "X", "y")):
        return Source(str(task.name), lambda: (task.X, task.y), _facts_of(task))
    raise ExperienceError(f"{_WANTED} Got {type(task).__name__}: {str(task)[:80]!r}.")


def _has(task, name):
    """Tell whether an object has an attribute without asking for it: it may be fetched then."""
    return hasattr(type(task), name) or name in getattr(task, "__dict__", ())


def _facts_of(task):
    """Read the facts that an object has as attributes, or in its attribute ``facts``."""
    told = getattr(task, "facts", None)
    if isinstance(told, dict):
        return told
    facts = {name: getattr(task, name, None) for name in FACTS}
    return {name: value for name, value in facts.items() if value is not None}


class TableFolder:
    """The tables of a folder with an index; iterating reads them one at a time.

    The folder holds ``index.json``: a list of objects with ``name``, ``file`` (the path of a CSV or
    parquet file, relative to the folder) and ``target`` (a column), and where they are known
    ``task`` ("binary", "multiclass" or "regression"), ``role``, ``group``, ``openml_id``,
    ``source``, ``licence``, ``n_rows`` and ``n_features``.

    Parameters
    ----------
    folder : str or path
        The folder.
    roles, kinds, names : iterable of str, default=None
        Keep only tables with one of these roles, kinds of task ("classification" stands for both)
        or names; None keeps all.
    max_rows : callable, default=None
        Given the index' object of a table, returns the caps on its rows, or None for those of the
        call of :func:`~sklearn_meta.experience.collect`.

    Attributes
    ----------
    tables : list of dict
        The index' objects that were kept, small tables first.

    Raises
    ------
    ExperienceError
        If there is no index, it can't be read, or no table is left.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> from sklearn_meta.experience import TableFolder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = {"name": "coins", "file": "coins.csv", "target": "side"}
    ...     _ = pathlib.Path(folder, "index.json").write_text(json.dumps([table]))
    ...     len(TableFolder(folder))
    1
    """

    def __init__(self, folder, *, roles=None, kinds=None, names=None, max_rows=None):
        self.folder = Path(folder).expanduser()
        self.max_rows = max_rows
        index = _read_index(self.folder)
        wanted = {"role": roles, "task": _all_kinds(kinds), "name": names}
        wanted = {key: set(words) for key, words in wanted.items() if words is not None}
        kept = [t for t in index if all(t.get(key) in words for key, words in wanted.items())]
        if not kept:
            asked = ", ".join(f"{key} in {sorted(words)}" for key, words in wanted.items())
            raise ExperienceError(
                f"None of the {len(index)} tables of {self.folder / _INDEX} is left"
                + (f" with {asked}. Ask for less." if asked else ". Add tables to it.")
            )
        self.tables = sorted(kept, key=_size)

    def __len__(self):
        return len(self.tables)

    def __iter__(self):
        for table in self.tables:
            yield Source(table["name"], lambda table=table: self._load(table), self._facts(table))

    def _load(self, table):
        import pandas as pd

        path = self.folder / table["file"]
        read = pd.read_parquet if path.suffix == ".parquet" else pd.read_csv
        data = read(path)
        if table["target"] not in data.columns:
            raise ExperienceError(
                f"{path} has no column {table['target']!r}, which {_INDEX} names as its target; it "
                f"has {', '.join(map(str, data.columns[:10]))}."
            )
        data = data[data[table["target"]].notna()]
        return data.drop(columns=table["target"]), data[table["target"]]

    def _facts(self, table):
        facts = {name: table.get(name) for name in FACTS if table.get(name) is not None}
        facts["kind"] = table.get("task")
        if not isinstance(facts.get("source", ""), str):
            facts["source"] = json.dumps(facts["source"])
        sizes = None if self.max_rows is None else self.max_rows(table)
        return facts if sizes is None else {**facts, "max_rows": sizes}


def _all_kinds(kinds):
    if kinds is None:
        return None
    both = {"classification": ("binary", "multiclass")}
    return [kind for word in kinds for kind in both.get(word, (word,))]


def _size(table):
    return (table.get("n_rows", 0) * table.get("n_features", 0), table["name"])


def _read_index(folder):
    """Read the list of tables of a folder."""
    path = folder / _INDEX
    try:
        index = json.loads(path.read_text())
    except OSError as error:
        raise ExperienceError(
            f"A folder of tables has an {_INDEX} that lists them, but {path} can't be read "
            f"({error.strerror}). Give another folder, or write one: a list of objects with name, "
            "file and target."
        ) from error
    except ValueError as error:
        raise ExperienceError(f"{path} is not JSON: {error}.") from error
    for table in index if isinstance(index, list) else [index]:
        missing = {"name", "file", "target"} - set(table if isinstance(table, dict) else ())
        if missing or not isinstance(index, list):
            raise ExperienceError(
                f"{path} has to be a list of objects with name, file and target; one of them lacks "
                f"{', '.join(sorted(missing)) or 'its list'}: {str(table)[:80]}."
            )
    return index


class OpenMLTasks:
    """Tasks of an OpenML suite, and single ones, fetched when their turn comes.

    Parameters
    ----------
    suite : int or str, default=None
        Number or alias of a study; None for no suite.
    task_ids : iterable of int, default=()
        Single tasks.

    Attributes
    ----------
    failed : dict of str to str
        The tasks that could not be fetched, and why.

    Raises
    ------
    ExperienceError
        If this version of the package can't reach OpenML.
    """

    def __init__(self, suite=None, task_ids=()):
        try:
            from sklearn_meta.openml import fetch_task, iter_suite
        except ImportError as error:
            raise ExperienceError(
                f"OpenML's tasks can't be fetched by this installation ({error}). Download the "
                "tables, and collect them from a folder with an index.json or from single files."
            ) from error
        self._fetch = fetch_task
        self._suite = [] if suite is None else iter_suite(suite)
        self._task_ids = list(task_ids)
        self.failed = {}

    def __len__(self):
        return len(self._suite) + len(self._task_ids)

    def __iter__(self):
        for task in self._suite:
            yield _as_source(task)
        failed = getattr(self._suite, "failed", {})
        self.failed = {f"OpenML task {task}": why for task, why in failed.items()}
        for task_id in self._task_ids:
            try:
                task = self._fetch(task_id)
            except SklearnMetaError as error:
                self.failed[f"OpenML task {task_id}"] = f"{type(error).__name__}: {error}"
                continue
            yield _as_source(task)
