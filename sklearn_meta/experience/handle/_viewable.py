"""Look at a part of a base."""

from difflib import get_close_matches

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.database._schema import KINDS
from sklearn_meta.experience.handle._readable import Readable
from sklearn_meta.experience.identity._fingerprint import Fingerprint
from sklearn_meta.experience.records import _reading
from sklearn_meta.experience.records._view import View


class Viewable(Readable):
    """Views: the same base with a part of it hidden; nothing is copied or deleted."""

    def without(self, task=None, y=None, *, ids=(), names=(), groups=(), fingerprints=()):
        """Return the same base with some tasks hidden.

        Parameters
        ----------
        task : str, iterable of str, or table, default=None
            Tasks of this id or name are hidden; of a table, those that share rows with it.
        y : array-like, default=None
            The table's target, which is not looked at: tasks with the same rows are hidden whatever
            their target.
        ids, names, groups : str or iterable of str
            Tasks with one of these ids or names, or in one of these groups, are hidden.
        fingerprints : table, row sketch, or list of them
            Tasks that share rows with one of these are hidden, see :meth:`like`.

        Returns
        -------
        Experience
            For reading only. What no task has was ignored, if it was given by keyword.

        Raises
        ------
        ExperienceError
            If `task` is a word that is neither the id nor the name of a task: a misspelt name must
            not let a task in that was to be left out.

        Examples
        --------
        >>> from sklearn_meta.experience import Experience
        >>> base = Experience.bundled()
        >>> len(base.tasks()) - len(base.without("wine").tasks())
        1
        """
        ids, names, groups = (_word_set(words) for words in (ids, names, groups))
        tables = _table_list(fingerprints)
        if task is not None and _is_words(task):
            self._refuse_unknown(_word_set(task))
            ids, names = ids | _word_set(task), names | _word_set(task)
        elif task is not None:
            tables = [*tables, task]
        view = self._view.hide(ids)
        with self._opened.reading() as connection:
            columns = ("id", "name", "group")
            view = view.hide(
                task
                for task, name, group in _reading.read_tasks(connection, view, columns)
                if name in names or group in groups
            )
            for table in tables:
                view = view.hide(_reading.similar_tasks(connection, table, view))
        return type(self)(self._opened, view)

    def _refuse_unknown(self, words):
        """Raise ExperienceError if a word is no task's id or name, hidden ones included."""
        with self._opened.reading() as connection:
            rows = _reading.read_tasks(connection, View(), ("id", "name"))
        known = {word for row in rows for word in row}
        if unknown := sorted(words - known):
            near = get_close_matches(unknown[0], known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ExperienceError(
                f"{self.location!r} has no task with the id or name {unknown[0]!r}.{hint} See "
                "tasks()['name']; names=[...] leaves tasks out that need not be there."
            )

    def subset(
        self,
        *,
        kinds=None,
        names=None,
        ids=None,
        openml_ids=None,
        groups=None,
        families=None,
        min_rows=0,
        max_tasks=None,
    ):
        """Return the same base with only some tasks and configurations shown.

        What several arguments say has to hold together; None asks for nothing.

        Parameters
        ----------
        kinds : str or iterable of str, default=None
            Of "classification", "binary", "multiclass", "regression".
        names, ids, groups : str or iterable of str, default=None
            Names, ids and groups of tasks.
        openml_ids : int or iterable of int, default=None
            Data sets on OpenML.
        families : str or iterable of str, default=None
            Families of configurations.
        min_rows : int, default=0
            Tables of at least so many rows.
        max_tasks : int, default=None
            Keep at most so many tasks: of those sorted by name, some at even distances.

        Returns
        -------
        Experience
            For reading only; what is added to the base later does not show in it.

        Raises
        ------
        ExperienceError
            If one of the kinds is none of those.

        Examples
        --------
        >>> from sklearn_meta.experience import Experience
        >>> part = Experience.bundled().subset(kinds="regression", families=["linear"], max_tasks=5)
        >>> part.describe()["tasks"], set(part.configurations()["family"])
        ({'regression': 5}, {'linear'})
        """
        columns = ("id", "name", "openml_id", "kind", "n_rows", "group")
        words = (names, ids, groups)
        names, ids, groups = (None if word is None else _word_set(word) for word in words)
        numbers = {openml_ids} if isinstance(openml_ids, int) else openml_ids
        numbers = None if numbers is None else {int(number) for number in numbers}
        tests = (ids, names, numbers, None if kinds is None else _task_types(kinds))
        with self._opened.reading() as connection:
            tasks = [
                row[0]
                for row in _reading.read_tasks(connection, self._view, columns)
                if all(wanted is None or v in wanted for v, wanted in zip(row, tests, strict=False))
                and row[4] >= min_rows
                and (groups is None or row[5] in groups)
            ]
            keys = None
            if families is not None:
                keys = _reading.keys_of_families(connection, _word_set(families))
        view = self._view.restrict(_spread(tasks, max_tasks), keys)
        return type(self)(self._opened, view)


def _task_types(kinds):
    """Return the set of task types that some kinds stand for."""
    types = set()
    for kind in _word_set(kinds):
        if kind not in (*KINDS, "classification"):
            known = ", ".join((*KINDS, "classification"))
            raise ExperienceError(f"The kind of task is one of {known}; got {kind!r}.")
        types |= {"binary", "multiclass"} if kind == "classification" else {kind}
    return types


def _spread(items, limit):
    """Pick at most so many items at even distances."""
    n = len(items) if limit is None else min(int(limit), len(items))
    return [items[i * len(items) // n] for i in range(n)]


def _is_words(value):
    """Tell whether a value is one or several words, rather than a table or a sketch."""
    if isinstance(value, str):
        return True
    is_table = hasattr(value, "shape") or isinstance(value, Fingerprint)
    if is_table and getattr(value, "ndim", 2) == 1 and value.dtype.kind in "OUT":
        return True  # a column of ids
    return not is_table and all(isinstance(word, str) for word in value)


def _word_set(words):
    return {words} if isinstance(words, str) else set(words)


def _table_list(tables):
    """Make a list of one table or sketch, or of several."""
    is_one = hasattr(tables, "shape") or isinstance(tables, Fingerprint)
    return [tables] if is_one else list(tables)
