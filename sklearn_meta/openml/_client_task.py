"""The openml client's own task object, made to read our table instead of its pickles."""

from sklearn_meta.openml._protect import protect_cache


class TableOfTask:
    """Stands in for `OpenMLSupervisedTask.get_X_and_y`; can be pickled, so workers have it too.

    The client's reader gives ``uint8`` columns, ordered categories, and booleans where a class is
    called TRUE, which then matches none of the task's class labels.
    """

    def __init__(self, X, y):
        self.X = X
        self.y = y

    def __call__(self, dataset_format="dataframe"):
        """Return the table and the target, as `get_X_and_y` does.

        Parameters
        ----------
        dataset_format : {"dataframe"}
            For the client, which asks for nothing else by default.

        Returns
        -------
        (DataFrame, Series)
        """
        if dataset_format != "dataframe":
            raise ValueError(
                f"dataset_format={dataset_format!r}; only 'dataframe' is given by a task of "
                "sklearn_meta.openml."
            )
        return self.X, self.y


def make_client_task(task):
    """Return the client's object for a fetched task.

    Parameters
    ----------
    task : FetchedTask
        The task; its files are in the cache.

    Returns
    -------
    openml.tasks.OpenMLTask
    """
    import openml

    # what the client reads here is in the cache, so it opens no connection
    with protect_cache(datasets=[task.openml_id], tasks=[task.task_id]):
        theirs = openml.tasks.get_task(task.task_id)
    theirs.get_X_and_y = TableOfTask(_as_frame(task), task.y)
    theirs.split = _client_splits(task.cv)
    return theirs


def _client_splits(cv):
    """Return the splits as the client holds them; its own way leaves a pickle in the cache."""
    from openml.tasks.split import OpenMLSplit, Split

    nested = {}
    for repeat, fold, train, test in cv.folds:
        nested.setdefault(repeat, {})[fold] = {0: Split(train, test)}
    return OpenMLSplit("splits", "", nested)


def _as_frame(task):
    """Return the table with `iloc`, which the client's way through the folds needs."""
    if hasattr(task.X, "iloc"):
        return task.X
    import pandas as pd

    return pd.DataFrame.sparse.from_spmatrix(task.X, columns=task.feature_names)
