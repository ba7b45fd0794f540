"""What can be asked of an experience base."""

import os

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience import _reading
from sklearn_meta.experience._fingerprint import Fingerprint
from sklearn_meta.experience._location import Located
from sklearn_meta.experience._schema import KINDS, SCHEMA_VERSION, schema


class Readable(Located):
    """The reading half of :class:`Experience`; it never changes the base."""

    def tasks(self, *, metafeatures=False):
        """Return the tasks.

        Parameters
        ----------
        metafeatures : bool, default=False
            Add a column for each meta-feature.

        Returns
        -------
        DataFrame
            A row per task, sorted by name.
        """
        columns = (*_reading.TASK_COLUMNS, "source", "licence", "metafeatures")
        with self._opened.reading() as connection:
            rows = _reading.read_tasks(connection, self._hidden, columns)
        frame = _reading.frame_of(rows, columns)
        texts = frame.pop("metafeatures")
        return _reading.with_numbers(frame, texts) if metafeatures else frame

    def configurations(self):
        """Return the configurations.

        Returns
        -------
        DataFrame
            Columns ``key``, ``family`` and ``configuration`` (dicts).
        """
        from sqlalchemy import select

        table = schema().configurations
        with self._opened.reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.family, table.c.key)).all()
        frame = _reading.frame_of(rows, table.columns.keys())
        frame["configuration"] = _reading.decode(frame["configuration"])
        return frame

    def evaluations(self):
        """Return the evaluations.

        Returns
        -------
        DataFrame
            Task id, configuration key, seed, a column per metric, the values of each fold, mean
            seconds per fold, rows used, status, reason and versions.
        """
        with self._opened.reading() as connection:
            return _reading.read_evaluations(connection, self._hidden)

    def matrix(self, kind, metric=None):
        """Return what is known about one kind of task as arrays.

        Parameters
        ----------
        kind : {"binary", "multiclass", "regression"}
            Either kind of classification gives all classification tasks.
        metric : str, default=None
            A metric's or scikit-learn scorer's name. One that the base does not know is replaced by
            the kind's default (``roc_auc``, ``log_loss``, ``rmse``); see the result's ``metric``.

        Returns
        -------
        EvaluationMatrix

        Raises
        ------
        ExperienceError
            If `kind` is none of those.
        """
        if kind not in KINDS:
            raise ExperienceError(f"The kind of task is one of {', '.join(KINDS)}; got {kind!r}.")
        with self._opened.reading() as connection:
            return _reading.read_matrix(connection, kind, metric, self._hidden)

    def without(self, *, ids=(), names=(), groups=(), fingerprints=()):
        """Return the same base with some tasks hidden; nothing is copied or deleted.

        Parameters
        ----------
        ids, names, groups : str or iterable of str
            Tasks with one of these ids or names, or in one of these groups, are hidden. What no
            task has is ignored.
        fingerprints : table, row sketch, or list of them
            Tasks that share rows with one of these are hidden, see :meth:`like`.

        Returns
        -------
        Experience
            For reading only.
        """
        ids, names, groups = (_word_set(words) for words in (ids, names, groups))
        hidden = set(self._hidden) | ids
        with self._opened.reading() as connection:
            columns = ("id", "name", "group")
            for task, name, group in _reading.read_tasks(connection, hidden, columns):
                if name in names or group in groups:
                    hidden.add(task)
            for table in _table_list(fingerprints):
                hidden.update(_reading.similar_tasks(connection, table, hidden))
        return type(self)(self._opened, hidden)

    def like(self, X):
        """Find the tasks that share rows with a table.

        Parameters
        ----------
        X : DataFrame, ndarray, sparse matrix or row sketch
            The table at hand, or a part of it.

        Returns
        -------
        list of str
            Ids of the tasks with as many columns of which at least 0.3 of the rows (of the smaller
            of the two tables) are in both. Names and order of the columns do not matter, except
            where nothing but the order tells rows apart. Tables with fewer than 12 distinct rows
            are never recognised.
        """
        with self._opened.reading() as connection:
            return _reading.similar_tasks(connection, X, self._hidden)

    def describe(self):
        """Count what the base holds.

        Returns
        -------
        dict
            ``location``, ``schema_version``, ``tasks`` (by kind), ``configurations``, ``families``,
            ``evaluations``, ``failures`` (by status), ``hidden`` (tasks), ``size`` in bytes (None
            for a server) and ``facts`` (how it was made).
        """
        with self._opened.reading() as connection:
            counts = _reading.count_records(connection, self._hidden)
        return {
            "location": self.location,
            "schema_version": SCHEMA_VERSION,
            **counts,
            "hidden": len(self._hidden),
            "size": self._size(),
        }

    def _size(self):
        if self._opened.is_file:
            return os.path.getsize(self.location)
        content = self._opened.content()
        return None if content is None else len(content)

    def __repr__(self):
        if self._database is None:
            return "<Experience, closed>"
        counts = self.describe()
        what = (
            f"{sum(counts['tasks'].values())} tasks, {counts['configurations']} configurations, "
            f"{counts['evaluations']} evaluations"
        )
        n_hidden = counts["hidden"]
        if n_hidden:
            what += f"; {n_hidden} task{'s' if n_hidden > 1 else ''} hidden"
        return f"<Experience {self.location!r}: {what}>"


def _word_set(words):
    return {words} if isinstance(words, str) else set(words)


def _table_list(tables):
    """Make a list of one table or sketch, or of several."""
    is_one = hasattr(tables, "shape") or isinstance(tables, Fingerprint)
    return [tables] if is_one else list(tables)
