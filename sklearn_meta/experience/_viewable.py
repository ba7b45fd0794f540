"""Look at a part of a base."""

from sklearn_meta.experience import _reading
from sklearn_meta.experience._fingerprint import Fingerprint
from sklearn_meta.experience._readable import Readable


class Viewable(Readable):
    """Views: the same base with something hidden; nothing is copied or deleted."""

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
        view = self._view.hide(ids)
        with self._opened.reading() as connection:
            columns = ("id", "name", "group")
            for task, name, group in _reading.read_tasks(connection, view, columns):
                if name in names or group in groups:
                    view = view.hide([task])
            for table in _table_list(fingerprints):
                view = view.hide(_reading.similar_tasks(connection, table, view))
        return type(self)(self._opened, view)


def _word_set(words):
    return {words} if isinstance(words, str) else set(words)


def _table_list(tables):
    """Make a list of one table or sketch, or of several."""
    is_one = hasattr(tables, "shape") or isinstance(tables, Fingerprint)
    return [tables] if is_one else list(tables)
