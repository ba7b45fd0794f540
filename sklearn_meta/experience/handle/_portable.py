"""Bases that come from elsewhere, and go there."""

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.database._database import normalise_location
from sklearn_meta.experience.handle._writable import Writable
from sklearn_meta.experience.records import _transfer

_JSON = (".json", ".json.gz")
_SQLITE = (".sqlite", ".sqlite3", ".db")


class Portable(Writable):
    """Exchange with files and matrices."""

    @classmethod
    def from_matrix(
        cls,
        scores,
        seconds=None,
        meta_features=None,
        *,
        metric,
        greater_is_better=None,
        kind=None,
        rows=None,
        tasks=None,
        configurations=None,
    ):
        """Make a base in memory of tables of scores and seconds, such as a published benchmark.

        Parameters
        ----------
        scores : DataFrame of shape (n_tasks, n_configurations)
            Raw values of the metric, losses positive. The index names the tasks, the columns the
            configurations. NaN where there is none: if there are seconds, something was tried and
            failed; if not, nothing was tried.
        seconds : DataFrame of shape (n_tasks, n_configurations), default=None
            Fit and predict, under the same labels.
        meta_features : DataFrame of shape (n_tasks, n_meta_features), default=None
            Under any names. ``NumberOfInstances``, ``NumberOfFeatures`` and ``NumberOfClasses``
            give the sizes of the tasks, where `tasks` doesn't.
        metric : str
            Name of the metric.
        greater_is_better : bool, default=None
            Whether more of it is better; None for a metric of
            :data:`sklearn_meta.search.GREATER_IS_BETTER`.
        kind : str, dict or Series, default=None
            Kind of all tasks, or of each by its label: "classification" (binary if there are two
            classes), "binary", "multiclass" or "regression". None for regression if the metric is
            ``rmse``, ``mae`` or ``r2``, else classification.
        rows : DataFrame of shape (n_tasks, n_configurations), default=None
            Rows that a fit was trained on.
        tasks : DataFrame of n_tasks rows, default=None
            Facts of the tasks, in columns ``name``, ``openml_id``, ``group``, ``source``,
            ``licence``, ``n_rows``, ``n_columns``, ``n_classes``.
        configurations : dict, default=None
            From column to configuration; None makes an opaque one of each column,
            ``{"family": column}``.

        Returns
        -------
        Experience
            In memory. Tables without rows can't be recognised: :meth:`like` finds none of them.

        Raises
        ------
        ExperienceError
            If labels don't agree, or the metric's direction is not known.

        Examples
        --------
        >>> import pandas as pd
        >>> from sklearn_meta.experience import Experience
        >>> errors = pd.DataFrame({"a": [0.1, 0.3], "b": [0.2, 0.1]}, index=["wine", "iris"])
        >>> base = Experience.from_matrix(errors, metric="error", greater_is_better=False)
        >>> base.matrix("classification", "error").scores
        array([[-0.3, -0.1],
               [-0.1, -0.2]])
        """
        from sklearn_meta.experience.records._from_matrix import check_labels, matrix_records
        from sklearn_meta.search import GREATER_IS_BETTER

        check_labels(scores)
        known = GREATER_IS_BETTER.get(metric)
        if greater_is_better is None and known is None:
            raise ExperienceError(
                f"Whether more of {metric!r} is better is not known. Say so by greater_is_better."
            )
        if None not in (known, greater_is_better) and known != greater_is_better:
            raise ExperienceError(
                f"More of {metric!r} is {'better' if known else 'worse'} in every experience base, "
                f"but greater_is_better={greater_is_better}. Leave it out, or name the metric "
                "differently."
            )
        records = matrix_records(
            scores,
            seconds,
            meta_features,
            metric=metric,
            kind=kind,
            rows=rows,
            tasks=tasks,
            configurations=configurations,
        )
        base = cls.empty()
        with base._writing() as connection:
            if known is None:
                _transfer.add_directions(connection, {metric: bool(greater_is_better)})
            _transfer.add_records(connection, records)
        return base

    def export(self, where):
        """Write what the base shows to a file that holds everything and can be sent around.

        Parameters
        ----------
        where : str or path
            Ends in ``.json`` or ``.json.gz`` for a document to be read by any program, or in
            ``.sqlite`` for a compact base to be opened by :meth:`open`. A file that is there is
            replaced.

        Returns
        -------
        size : int
            Bytes of the file.

        Raises
        ------
        ExperienceError
            If the path ends in anything else, or can't be written.

        Examples
        --------
        >>> import os, tempfile
        >>> from sklearn_meta.experience import Experience
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "base.json.gz")
        ...     size = Experience.bundled().subset(names=["wine"]).export(path)
        ...     copy = Experience.empty()
        ...     copy.import_(path)["tasks"]
        1
        """
        import os

        from sklearn_meta.experience.records._export import export
        from sklearn_meta.experience.records._json_file import write_json

        path = normalise_location(where)
        if path.endswith(_SQLITE):
            return export(self, path, digits=None, fold_metrics=True)
        if not path.endswith(_JSON):
            raise _unknown_ending(path)
        with self._opened.reading() as connection:
            records = _transfer.read_records(connection, self._view)
            facts = _transfer.read_facts(connection)
        write_json(path, records, facts)
        return os.path.getsize(path)

    def import_(self, where):
        """Add what a file holds that :meth:`export` wrote; where both know something, ours stays.

        Parameters
        ----------
        where : str or path
            The file.

        Returns
        -------
        dict of str to int
            Number of ``tasks``, ``configurations`` and ``evaluations`` that were new.

        Raises
        ------
        ExperienceNotFoundError
            If there is no such file.
        ExperienceError
            If it is damaged or of another format, or this base can't be written.
        """
        from sklearn_meta.experience.records._json_file import read_json

        path = normalise_location(where)
        if path.endswith(_SQLITE):
            with type(self).open(path, read_only=True) as other:
                return self.merge(other)
        if not path.endswith(_JSON):
            raise _unknown_ending(path)
        records, facts = read_json(path)
        with self._writing() as connection:
            _transfer.add_directions(connection, _transfer.directions_of(facts))
            _transfer.add_facts(connection, facts)
            return _transfer.add_records(connection, records)


def _unknown_ending(path):
    return ExperienceError(
        f"An experience base is exported to, and imported from, a file that ends in "
        f"{', '.join((*_JSON, *_SQLITE))}; got {path!r}."
    )
