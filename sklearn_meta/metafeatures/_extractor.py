"""Describe many tasks alike."""

from collections.abc import Mapping

from sklearn_meta.metafeatures._describe import CHEAP, describe_task, metafeature_names


class MetaFeatureExtractor:
    """Describe tasks by the same meta-features, with the same settings.

    It turns a whole table into one row of numbers, so it is no scikit-learn transformer.

    Parameters
    ----------
    groups : iterable of {"simple", "statistical", "information", "landmarking"}
        Which meta-features to compute, by default all but the landmarks.
    kind : {"binary", "multiclass", "regression"} or None, default=None
        What is to be predicted in every task. None guesses it task by task, as `describe_task`
        does.
    random_state : int, RandomState instance or None, default=0
        Seed of the samples. An int gives a task the same values wherever it stands among others.

    Attributes
    ----------
    names : list of str
        The meta-features' names, in the order in which they are given.

    Raises
    ------
    ValueError
        If a group is unknown.

    See Also
    --------
    describe_task : One call for one task.

    Examples
    --------
    >>> from sklearn.datasets import load_iris, load_wine
    >>> from sklearn_meta.metafeatures import MetaFeatureExtractor
    >>> extractor = MetaFeatureExtractor(groups=["simple"])
    >>> extractor.describe(*load_iris(return_X_y=True))["NumberOfClasses"]
    3.0
    >>> tasks = {load.__name__: load(return_X_y=True) for load in (load_iris, load_wine)}
    >>> extractor.describe_many(tasks)[["NumberOfInstances", "NumberOfFeatures"]]
               NumberOfInstances  NumberOfFeatures
    load_iris              150.0               5.0
    load_wine              178.0              14.0
    """

    def __init__(self, groups=CHEAP, *, kind=None, random_state=0):
        self.groups = (groups,) if isinstance(groups, str) else tuple(groups)
        self.kind = kind
        self.random_state = random_state
        self.names = metafeature_names(self.groups)

    def __repr__(self):
        return (
            f"{type(self).__name__}(groups={self.groups!r}, kind={self.kind!r}, "
            f"random_state={self.random_state!r})"
        )

    def describe(self, X, y=None, *, sample_weight=None):
        """Describe one task.

        Parameters
        ----------
        X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features), or TaskView
            The table; or a task already looked at (then all else is its own).
        y : array-like of shape (n_samples,), default=None
            The target.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weights, none negative.

        Returns
        -------
        dict of str to float
            The meta-features by name; NaN where undefined.

        Raises
        ------
        ValueError
            As `describe_task`.
        """
        return describe_task(
            X,
            y,
            kind=self.kind,
            groups=self.groups,
            sample_weight=sample_weight,
            random_state=self.random_state,
        )

    def describe_many(self, tasks):
        """Describe tasks one after the other.

        Parameters
        ----------
        tasks : mapping of name to task, or iterable of tasks
            A task is a pair (X, y), a triple (X, y, sample_weight) or a `TaskView`. A generator
            holds one table at a time.

        Returns
        -------
        DataFrame of shape (n_tasks, n_names)
            A row for each task, under its name or its position.

        Raises
        ------
        ValueError, TypeError
            As `describe_task`; a note on the error says which task it was.
        """
        import pandas as pd

        named = tasks.items() if isinstance(tasks, Mapping) else enumerate(tasks)
        found = {}
        for name, task in named:
            try:
                found[name] = self._describe_task(task)
            except (ValueError, TypeError) as error:
                error.add_note(f"This happened in task {name!r}.")
                raise
        return pd.DataFrame.from_dict(found, orient="index", columns=self.names, dtype=float)

    def _describe_task(self, task):
        if not isinstance(task, tuple | list):
            return self.describe(task)
        if len(task) not in (2, 3):
            raise ValueError(
                f"A task has {len(task)} parts; (X, y) or (X, y, sample_weight) is wanted."
            )
        X, y, *weights = task
        return self.describe(X, y, sample_weight=weights[0] if weights else None)
