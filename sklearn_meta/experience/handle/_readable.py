"""What can be asked of an experience base."""

import os

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.database._schema import KINDS, SCHEMA_VERSION
from sklearn_meta.experience.handle._location import Located
from sklearn_meta.experience.records import _reading, _reading_matrix


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
            A row per task, sorted by name: ``id``, ``name``, ``openml_id``, ``kind``
            ("classification" or "regression"), ``task_type`` ("binary", "multiclass" or
            "regression"), ``n_rows``, ``n_columns``, ``n_classes``, ``group``, ``source`` and
            ``licence``.
        """
        columns = (*_reading.TASK_COLUMNS, "source", "licence", "metafeatures")
        with self._opened.reading() as connection:
            rows = _reading.read_tasks(connection, self._view, columns)
        frame = _reading.task_frame(rows, columns)
        texts = frame.pop("metafeatures")
        return _reading.with_numbers(frame, texts) if metafeatures else frame

    def configurations(self):
        """Return the configurations.

        Returns
        -------
        DataFrame
            A row per configuration and kind of task that it was evaluated for: ``key``, ``kind``
            ("classification", "regression", or missing where it never was evaluated), ``family``,
            ``configuration`` (dicts), ``n_evaluations``, and ``extra`` (that of the package which
            the family needs, such as "boost", else "").
        """
        with self._opened.reading() as connection:
            return _reading.read_configurations(connection, self._view)

    def evaluations(self):
        """Return all that was tried, failures included.

        Returns
        -------
        DataFrame
            A row per task id, configuration key, ``seed`` and ``max_rows`` (the cap on the table's
            rows; 0 for none, or where it was not said), with a column per metric, the values of
            each fold, mean seconds per fold, ``machine_speed`` (seconds times this compare between
            machines; NaN where unknown), rows used, folds, status, reason and versions.
        """
        with self._opened.reading() as connection:
            return _reading.read_evaluations(connection, self._view)

    def matrix(self, kind, metric=None):
        """Return what is known about one kind of task as arrays.

        Parameters
        ----------
        kind : {"binary", "multiclass", "classification", "regression"}
            Any kind of classification gives all classification tasks.
        metric : str, default=None
            A metric's or scikit-learn scorer's name. One that the base does not know is replaced by
            the kind's default (``roc_auc``, ``log_loss``, ``rmse``), or by a metric that the base
            has; see the result's ``metric``.

        Returns
        -------
        EvaluationMatrix

        Raises
        ------
        ExperienceError
            If `kind` is none of those.
        """
        from sklearn_meta.search import DEFAULT_METRIC

        kinds = _matrix_kinds(kind)
        default = DEFAULT_METRIC.get(kind, "log_loss")
        with self._opened.reading() as connection:
            metric = _reading_matrix.choose_metric(connection, kinds, metric, default)
            return _reading_matrix.read_matrix(connection, kinds, metric, self._view)

    def score_matrix(self, metric, kind=None, *, names=False):
        """Return the scores of all tasks under all configurations as a table.

        Parameters
        ----------
        metric : str
            A metric of the base, such as "accuracy", "log_loss", "rmse".
        kind : str, default=None
            "classification", "binary", "multiclass" or "regression"; None for all tasks that have
            the metric.
        names : bool, default=False
            Label tasks by their names and configurations by their families. Where several share
            one, as most configurations do, the id or key follows in brackets.

        Returns
        -------
        DataFrame of shape (n_tasks, n_configurations)
            Greater is better (losses carry a minus sign); NaN where there is no usable evaluation.
            The index holds the tasks' ids (or names), the columns the configurations' keys (or
            families), see :meth:`tasks` and :meth:`configurations`. Of a task that was evaluated at
            several sizes, the one with the most scores is taken, of equals the largest;
            :meth:`matrix` has them all.

        Raises
        ------
        ExperienceError
            If the base has no such metric for tasks of that kind.

        Examples
        --------
        >>> from sklearn_meta.experience import Experience
        >>> scores = Experience.bundled().score_matrix("accuracy")
        >>> bool(((scores >= 0) & (scores <= 1) | scores.isna()).all().all())
        True
        >>> "wine" in Experience.bundled().score_matrix("accuracy", names=True).index
        True
        """
        kinds = KINDS if kind is None else _matrix_kinds(kind, exact=True)
        with self._opened.reading() as connection:
            if not _reading_matrix.has_metric(connection, kinds, metric):
                known = [
                    name
                    for name in _reading_matrix.metric_directions(connection)
                    if _reading_matrix.has_metric(connection, kinds, name)
                ]
                raise ExperienceError(
                    f"The experience base {self._opened.shown!r} has no metric {metric!r} for "
                    f"{kind or 'any'} tasks. It has {', '.join(known) or 'none at all'}."
                )
            matrix = _reading_matrix.read_matrix(connection, kinds, metric, self._view)
        return _reading_matrix.score_frame(matrix, names)

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
            of the two tables) are in both. Names and order of the columns do not matter; a mere
            part of a table where nothing but the order of the columns tells rows apart (many
            columns of 0 and 1) is recognised in that order only. Tables with fewer than 12 distinct
            rows are never recognised.
        """
        with self._opened.reading() as connection:
            return _reading.similar_tasks(connection, X, self._view)

    def describe(self):
        """Count what the base holds.

        Returns
        -------
        dict
            ``location``, ``schema_version``, ``tasks`` and ``configurations`` (by kind:
            "classification", "regression"; a configuration evaluated for both counts in both),
            ``task_types``, ``families``, ``evaluations``, ``failures`` (by status), ``n_tasks``,
            ``n_configurations``, ``hidden`` (tasks), ``size`` in bytes (None for a server) and
            ``facts`` (how it was made).
        """
        with self._opened.reading() as connection:
            counts = _reading.count_records(connection, self._view)
            hidden = _reading.count_hidden(connection, self._view)
        return {
            "location": self._opened.shown,
            "schema_version": SCHEMA_VERSION,
            **counts,
            "hidden": hidden,
            "size": self._size(),
        }

    def check(self):
        """Look for damage; opening a base only finds what keeps it from being read.

        Returns
        -------
        list of str
            What is wrong, a sentence for each finding; empty if nothing is. Pages that sqlite can't
            follow, texts that can't be decoded, configurations that are not what their key was
            made of, evaluations without their task.

        Raises
        ------
        ExperienceError
            If it can't be read at all.

        Examples
        --------
        >>> from sklearn_meta.experience import Experience
        >>> Experience.bundled().check()
        []
        """
        from sklearn_meta.experience.database._check import find_damage

        with self._opened.reading() as connection:
            return find_damage(connection)

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
            f"{counts['n_tasks']} tasks, {counts['n_configurations']} configurations, "
            f"{counts['evaluations']} evaluations"
        )
        n_hidden = counts["hidden"]
        if n_hidden:
            what += f"; {n_hidden} task{'s' if n_hidden > 1 else ''} hidden"
        return f"<Experience {counts['location']!r}: {what}>"


def _matrix_kinds(kind, exact=False):
    """Return the kinds of task that a kind stands for; classification is one, unless exact."""
    if kind not in (*KINDS, "classification"):
        known = ", ".join((*KINDS, "classification"))
        raise ExperienceError(f"The kind of task is one of {known}; got {kind!r}.")
    if kind == "regression" or (exact and kind != "classification"):
        return (kind,)
    return ("binary", "multiclass")
