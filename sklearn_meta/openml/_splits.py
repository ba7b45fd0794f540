"""A task's own splits, as a scikit-learn `cv` object."""

import io

import numpy as np

from sklearn_meta.openml._errors import DamagedFileError

_COLUMNS = ("type", "rowid", "repeat", "fold")


class TaskSplits:
    """The splits that an OpenML task prescribes, in the order of repeats and folds.

    It goes wherever scikit-learn takes `cv`: ``cross_validate(model, X, y, cv=task.cv)``.

    Parameters
    ----------
    folds : list of (int, int, ndarray, ndarray)
        Repeat, fold, rows to train on, rows to test on.

    Attributes
    ----------
    n_repeats, n_folds : int
        How often the table is cut, and into how many parts.
    n_rows : int
        Rows that a table needs to have: one more than the highest row number.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.openml import TaskSplits
    >>> cv = TaskSplits([(0, 0, np.array([0, 1]), np.array([2, 3]))])
    >>> cv
    TaskSplits(n_repeats=1, n_folds=1, n_rows=4)
    >>> [test.tolist() for train, test in cv.split(np.zeros((4, 1)))]
    [[2, 3]]
    """

    def __init__(self, folds):
        self.folds = sorted(folds, key=lambda fold: fold[:2])
        self.n_repeats = len({repeat for repeat, *_ in self.folds})
        self.n_folds = len({fold for _, fold, *_ in self.folds})
        self.n_rows = 1 + max(int(rows.max(initial=-1)) for f in self.folds for rows in f[2:])

    def split(self, X=None, y=None, groups=None):
        """Yield the rows to train on and to test on, for each repeat and fold.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), default=None
            The task's table; only its length is looked at.
        y, groups : ignored
            For scikit-learn.

        Yields
        ------
        (ndarray, ndarray)

        Raises
        ------
        ValueError
            If the table has fewer rows than the splits name.
        """
        given = X if X is not None else y
        if given is not None:
            n_rows = given.shape[0] if hasattr(given, "shape") else len(given)
            if n_rows < self.n_rows:
                raise ValueError(
                    f"The task's splits name {self.n_rows} rows, and the table has {n_rows}. They "
                    "fit only the whole table of the task, in its order."
                )
        for _, _, train, test in self.folds:
            yield train, test

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return how many splits there are: repeats times folds.

        Parameters
        ----------
        X, y, groups : ignored
            For scikit-learn.

        Returns
        -------
        int
        """
        return len(self.folds)

    def __repr__(self):
        return (
            f"TaskSplits(n_repeats={self.n_repeats}, n_folds={self.n_folds}, n_rows={self.n_rows})"
        )


def read_splits(content, n_repeats=None, n_folds=None, is_partition=False):
    """Read a splits file; check that nothing is missing in it.

    Parameters
    ----------
    content : bytes
        The ARFF file.
    n_repeats, n_folds : int, default=None
        How many the task announces; None does not check.
    is_partition : bool, default=False
        Whether the folds of a repeat must test each row once, as in cross-validation.

    Returns
    -------
    TaskSplits
        Of a learning curve task, the splits with most rows.

    Raises
    ------
    DamagedFileError
        If it breaks off, or holds other splits than announced.
    """
    table = _read_table(content)
    folds = []
    for (repeat, fold), part in table.groupby(["repeat", "fold"]):
        if "sample" in part:
            part = part[part["sample"] == part["sample"].max()]
        rows = {name: rows.to_numpy(np.intp) for name, rows in part.groupby("type")["rowid"]}
        if set(rows) != {"TRAIN", "TEST"}:
            raise DamagedFileError(f"repeat {repeat}, fold {fold} has only {sorted(rows)} rows")
        folds.append((int(repeat), int(fold), rows["TRAIN"], rows["TEST"]))
    if not folds:
        raise DamagedFileError("there are no splits in it")
    splits = TaskSplits(folds)
    _check_whole(splits, n_repeats, n_folds)
    if is_partition:
        _check_partition(splits)
    return splits


def _read_table(content):
    """Return the rows as a DataFrame; liac-arff takes half a minute for large tasks."""
    import pandas as pd

    head, mark, body = content.decode("utf-8", "replace").partition("@data")
    if not mark:
        head, mark, body = content.decode("utf-8", "replace").partition("@DATA")
    lines = [line.split() for line in head.splitlines()]
    names = [line[1].lower() for line in lines if line and line[0].lower() == "@attribute"]
    if not mark or not set(_COLUMNS) <= set(names):
        raise DamagedFileError(f"it is no file of splits (columns: {names})")
    try:
        table = pd.read_csv(
            io.StringIO(body), header=None, names=names, comment="%", skipinitialspace=True
        )
        numbers = [name for name in names if name != "type"]
        table[numbers] = table[numbers].astype(np.int64)
    except (ValueError, TypeError) as error:  # pandas' parser error is a ValueError
        raise DamagedFileError(f"its rows break off or are no splits ({error})") from error
    return table


def _check_whole(splits, n_repeats, n_folds):
    wanted = (n_repeats or splits.n_repeats, n_folds or splits.n_folds)
    found = (splits.n_repeats, splits.n_folds)
    if found != wanted or len(splits.folds) != wanted[0] * wanted[1]:
        raise DamagedFileError(
            f"it has {len(splits.folds)} splits in {found[0]} repeats of {found[1]} folds, and "
            f"{wanted[0]} of {wanted[1]} were announced"
        )


def _check_partition(splits):
    for repeat in {repeat for repeat, *_ in splits.folds}:
        tested = np.concatenate([test for r, _, _, test in splits.folds if r == repeat])
        if len(np.unique(tested)) != splits.n_rows:
            raise DamagedFileError(
                f"repeat {repeat} tests {len(np.unique(tested))} rows, and the splits name "
                f"{splits.n_rows}"
            )
