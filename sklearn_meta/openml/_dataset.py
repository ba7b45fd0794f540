"""A data set of OpenML, from its id."""

import numpy as np

from sklearn_meta.openml._cache import Place, as_id
from sklearn_meta.openml._description import fetch_description
from sklearn_meta.openml._errors import DamagedFileError, OpenMLError
from sklearn_meta.openml._options import current_options
from sklearn_meta.openml._qualities import fill_qualities, qualities_at
from sklearn_meta.openml._table import fetch_table


class FetchedDataset:
    """A table with its target, as OpenML describes them.

    Iterating gives ``name, X, y, facts``: what :func:`sklearn_meta.experience.collect` takes.

    Attributes
    ----------
    name : str
        The data set's name.
    openml_id, version : int
        Its id, and the version of the name.
    X : DataFrame, or csr_array of a sparse data set
        The columns to learn from, without target, row id and columns to ignore.
    y : Series or None
        The target: categories of strings, or numbers. None where the data set names no target.
    categorical : list of bool
        Which columns of `X` are nominal.
    feature_names : list of str
        The columns of `X`.
    target_name : str or None
        The column of `y`.
    class_labels : list of str or None
        The classes in OpenML's order, with those that no row has.
    kind : {"binary", "multiclass", "regression"} or None
        What is to be predicted.
    licence, source : str or None
        Under which terms, and the address of the data set.
    """

    def __init__(self, place, description, target_name):
        self._place = place
        self.name = description.name
        self.openml_id = description.id
        self.version = description.version
        self.licence = description.licence
        self.source = f"{place.server.split('/api')[0]}/d/{description.id}"
        self.target_name = target_name
        table, names = fetch_table(place, description)
        self._take_columns(table, names, description)

    def _take_columns(self, table, names, description):
        left_out = {column.name for column in description.columns if column.left_out}
        missing = {c.name for c in description.columns} - set(names)
        if missing or (self.target_name is not None and self.target_name not in names):
            missing |= {self.target_name} - set(names) - {None}
            raise DamagedFileError(
                f"OpenML's data set {description.id} lacks the columns {sorted(missing)} that its "
                "description names."
            )
        kept = [n for n in names if n not in left_out and n != self.target_name]
        nominal = {column.name for column in description.columns if column.type == "nominal"}
        self.feature_names = kept
        self.categorical = [name in nominal for name in kept]
        self.X, y = _parts(table, names, kept, self.target_name)
        self.kind, self.y, self.class_labels = _target(y)

    @property
    def facts(self):
        """What an experience base keeps of the task: kind, OpenML id, source, licence."""
        facts = {"kind": self.kind, "openml_id": self.openml_id, "source": self.source}
        return facts | ({"licence": self.licence} if self.licence else {})

    def as_collect_item(self):
        """Return what the collector takes.

        Returns
        -------
        (str, table, Series, dict)
            Name, X, y and facts.

        Raises
        ------
        ValueError
            If the data set names no target.
        """
        if self.y is None:
            raise ValueError(
                f"OpenML's data set {self.openml_id} ({self.name}) names no target; give one: "
                f"fetch_dataset({self.openml_id}, target=...)."
            )
        return self.name, self.X, self.y, self.facts

    def __iter__(self):
        return iter(self.as_collect_item())

    def qualities(self):
        """Return the qualities that the server computed, {} where it has none.

        Returns
        -------
        dict of str to float
        """
        return qualities_at(self._place, self.openml_id)

    def metafeatures(self, describe, names=None):
        """Return the server's qualities, and ours where it has none.

        Parameters
        ----------
        describe : callable
            ``describe(X, y)``, as :func:`sklearn_meta.metafeatures.describe_task`; called only if
            a quality is missing.
        names : list of str, default=None
            Which; None is all that `describe` gives.

        Returns
        -------
        dict of str to float

        Examples
        --------
        >>> from sklearn_meta.metafeatures import describe_task
        >>> values = task.metafeatures(describe_task)  # doctest: +SKIP
        """
        try:
            served = self.qualities()
        except OpenMLError:  # offline and not in the cache, or a server in trouble
            served = {}
        return fill_qualities(served, lambda: describe(self.X, self.y), names)

    def __repr__(self):
        rows, columns = self.X.shape
        return (
            f"<OpenML data set {self.openml_id}: {self.name}, {rows} rows, {columns} columns, "
            f"target {self.target_name!r} ({self.kind})>"
        )


def fetch_dataset(dataset_id, *, target=None, offline=None):
    """Fetch a data set of OpenML, or read it from the cache.

    Parameters
    ----------
    dataset_id : int
        Its id.
    target : str, default=None
        The column to predict; None is the data set's default target.
    offline : bool, default=None
        True never opens a connection; None is as :func:`options` and the environment say.

    Returns
    -------
    FetchedDataset
        Table, target, categorical mask, names.

    Raises
    ------
    NotInCacheError
        Offline, and something is missing in the cache; the message names the file.
    NotOnServerError
        If there is no such data set.
    ServerError, ServerTimeoutError, DamagedFileError
        If the server fails, is too slow, or sends damaged files, at each attempt.
    ValueError
        If the data set has no column `target`.

    Examples
    --------
    >>> from sklearn_meta.openml import fetch_dataset
    >>> iris = fetch_dataset(61)  # doctest: +SKIP
    >>> iris.X.shape, iris.categorical  # doctest: +SKIP
    ((150, 4), [False, False, False, False])
    """
    place = Place.current(current_options(offline))
    description = fetch_description(place, as_id(dataset_id, "dataset_id"))
    columns = [column.name for column in description.columns]
    if target is not None and target not in columns:
        raise ValueError(
            f"OpenML's data set {dataset_id} has no column {target!r}; its columns are {columns}."
        )
    if target is None and len(description.targets) == 1:
        target = description.targets[0]
    return FetchedDataset(place, description, target)


def _parts(table, names, kept, target):
    """Cut a table into features and target."""
    import pandas as pd

    if hasattr(table, "columns"):
        return table[kept], None if target is None else table[target]
    positions = {name: position for position, name in enumerate(names)}
    X = table[:, np.array([positions[name] for name in kept], dtype=np.int32)]
    if target is None:
        return X, None
    return X, pd.Series(table[:, [positions[target]]].toarray().ravel(), name=target)


def _target(y):
    """Return (kind, target, class labels)."""
    if y is None:
        return None, None, None
    if y.dtype == "str" or y.dtype == object:
        y = y.astype("category")
    if y.dtype != "category":
        return "regression", y, None
    labels = [str(label) for label in y.cat.categories]
    return "binary" if y.nunique() == 2 else "multiclass", y, labels
