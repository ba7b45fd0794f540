"""What can be put into an experience base."""

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.database._schema import schema
from sklearn_meta.experience.handle._viewable import Viewable
from sklearn_meta.experience.records import _records, _transfer


class Writable(Viewable):
    """The writing half of :class:`Experience`; each call is one transaction."""

    def add_task(
        self,
        name,
        kind,
        *,
        n_rows,
        n_columns,
        n_classes=0,
        fingerprint=None,
        metafeatures=None,
        openml_id=None,
        group=None,
        source=None,
        licence=None,
    ):
        """Add a task, unless it is there already.

        Parameters
        ----------
        name : str
            Name of the table.
        kind : {"binary", "multiclass", "regression"}
            Kind of the task.
        n_rows, n_columns : int
            Size of the whole table, the target not counted.
        n_classes : int, default=0
            Number of classes; 0 for regression.
        fingerprint : DataFrame, ndarray, sparse matrix, ndarray of uint64 or Fingerprint
            The table itself (only hashes of some rows are kept) or its :func:`row_sketch`. Without
            it, the base can't tell when this task's own rows are searched on.
        metafeatures : dict of str to float, default=None
            Under OpenML's names.
        openml_id : int, default=None
            Data set on OpenML.
        group : str, default=None
            Tasks that share rows or come from one study have the same group.
        source, licence : str, default=None
            Where the table is from, and its terms.

        Returns
        -------
        id : str
            The same in every base that holds this task.

        Raises
        ------
        ExperienceError
            If the base can't be written, or `kind` is none of those.
        """
        record = _records.task_record(
            {
                "name": name,
                "kind": kind,
                "n_rows": n_rows,
                "n_columns": n_columns,
                "n_classes": n_classes,
                "openml_id": openml_id,
                "group": group,
                "source": source,
                "licence": licence,
            },
            fingerprint,
            metafeatures,
        )
        with self._writing() as connection:
            _records.insert_one(connection, schema().tasks, record)
        return record["id"]

    def add_configuration(self, configuration):
        """Add a configuration, unless it is there already.

        Parameters
        ----------
        configuration : dict
            Flat and of JSON values, with the key ``"family"``.

        Returns
        -------
        key : str
            Its :func:`~sklearn_meta.spaces.configuration_key`.

        Raises
        ------
        ExperienceError
            If the base can't be written, or this is no configuration.
        """
        record = _records.configuration_record(configuration)
        with self._writing() as connection:
            _records.insert_one(connection, schema().configurations, record)
        return record["key"]

    def add(
        self,
        task,
        configuration,
        metrics,
        *,
        fold_metrics=None,
        fit_seconds=None,
        predict_seconds=None,
        rows_used=None,
        n_folds=None,
        status="ok",
        reason=None,
        seed=0,
        max_rows=None,
        machine_speed=None,
        versions=None,
    ):
        """Add how a configuration did on a task; one of the same seed and size is replaced.

        Parameters
        ----------
        task : str or dict
            Id of a task, from :meth:`add_task`, or that method's arguments as a dict: the task is
            then added if it is new.
        configuration : dict or str
            The configuration (it is added if it is new), or its key.
        metrics : dict of str to float
            Means over the folds. Under the names in
            :data:`sklearn_meta.search.GREATER_IS_BETTER` losses are positive; others are kept too.
        fold_metrics : dict of str to list of float, default=None
            The value of each fold.
        fit_seconds, predict_seconds : float, default=None
            Means over the folds.
        rows_used : int, default=None
            Rows that a fold was trained on.
        n_folds : int, default=None
            Number of folds that finished.
        status : {"ok", "raced", "timeout", "memory", "error"}, default="ok"
            How it ended; "raced" was stopped early for trailing.
        reason : str, default=None
            What went wrong.
        seed : int, default=0
            Seed of the evaluation; several seeds are averaged by :meth:`matrix`.
        max_rows : int, default=None
            Cap on the table's rows: a larger table was cut down to so many. None where there was
            none. The same table at several sizes is one task with evaluations of each.
        machine_speed : float, default=None
            Speed of the machine that took the seconds: seconds times this compare between
            machines. None where it is unknown.
        versions : dict of str to str, default=None
            Package versions; None for the installed ones.

        Returns
        -------
        id : str
            That of the task.

        Raises
        ------
        ExperienceError
            If the base can't be written, the task is unknown or the status is none of those.

        Examples
        --------
        >>> from sklearn_meta.experience import Experience
        >>> base = Experience.empty()
        >>> task = {"name": "iris", "kind": "multiclass", "n_rows": 150, "n_columns": 4}
        >>> id = base.add(task, {"family": "naive_bayes"}, {"accuracy": 0.95}, fit_seconds=0.1)
        >>> base.add(id, {"family": "linear"}, {"accuracy": 0.96}) == id
        True
        """
        evaluation = {
            "configuration": configuration,
            "metrics": metrics,
            "fold_metrics": fold_metrics,
            "fit_seconds": fit_seconds,
            "predict_seconds": predict_seconds,
            "rows_used": rows_used,
            "n_folds": n_folds,
            "status": status,
            "reason": reason,
            "seed": seed,
            "max_rows": max_rows,
            "machine_speed": machine_speed,
            "versions": versions,
        }
        return self.add_evaluations(task, [evaluation])

    add_evaluation = add

    def add_evaluations(self, task, evaluations):
        """Add how several configurations did on a task: all of them, or none if one is wrong.

        Parameters
        ----------
        task : str or dict
            Id of a task, or what makes one, see :meth:`add`.
        evaluations : iterable of dict
            The other arguments of :meth:`add`; ``configuration`` has to be among them.

        Returns
        -------
        id : str
            That of the task.

        Raises
        ------
        ExperienceError
            If the base can't be written, the task is unknown, or an argument is none of those.
        """
        new_task = _records.task_of_facts(task) if isinstance(task, dict) else None
        task = new_task["id"] if new_task else task
        pairs = [_records.evaluation_of_facts(task, facts) for facts in evaluations]
        tables = schema()
        with self._writing() as connection:
            if new_task:
                _records.insert_one(connection, tables.tasks, new_task)
            configurations = [new for new, _ in pairs if new is not None]
            _records.insert_all(connection, tables.configurations, configurations)
            records = [record for _, record in pairs]
            _records.insert_all(connection, tables.evaluations, records, replace=True)
        return task

    def merge(self, other):
        """Copy what another base knows; where both know something, ours stays.

        The log of the other's collections is taken over too.

        Parameters
        ----------
        other : Experience
            The base to copy from; tasks hidden in it are not copied.

        Returns
        -------
        dict of str to int
            Number of ``tasks``, ``configurations`` and ``evaluations`` that were new.

        Raises
        ------
        ExperienceError
            If this base can't be written.
        """
        with other._opened.reading() as connection:
            records = _transfer.read_records(connection, other._view)
            facts = _transfer.read_facts(connection)
        # only now: an open reader would keep a writer to the same file from finishing
        with self._writing() as connection:
            _transfer.add_directions(connection, _transfer.directions_of(facts))
            _transfer.add_facts(connection, facts)
            return _transfer.add_records(connection, records)

    def _writing(self):
        if not self._view.shows_all:
            raise ExperienceError(
                f"This is a view of the experience base {self._opened.shown!r}, with a part of it "
                "hidden; views are for reading only. Add to the base itself."
            )
        return self._opened.writing()
