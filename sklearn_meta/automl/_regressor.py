"""AutoML for numbers."""

from sklearn.base import RegressorMixin

from sklearn_meta._validation import check_regression_target
from sklearn_meta.automl._base import BaseMetaAuto


class MetaAutoRegressor(RegressorMixin, BaseMetaAuto):
    """Find the regression pipelines that suit a table, starting from experience.

    Works like `MetaAutoClassifier`, whose page explains the parameters and attributes that both
    share.

    Parameters
    ----------
    time_budget : float, default=None
        Seconds for all of `fit`: a deadline. With neither a time nor a trial budget, 60.
    max_trials : int, default=None
        Configurations to try at most; alone, it makes the search deterministic.
    scoring : str or callable, default=None
        What is searched for; None is the root mean squared error.
    cv : int, splitter or iterable, default=None
        How trials are validated; None chooses by the table's size.
    families : list, default=None
        Families of models to try; names, names with a minus to exclude, or `Family` objects.
    ensemble : bool, default=True
        Whether several configurations predict together; False keeps the best one.
    experience : {"bundled"}, str, path, Experience, list of such or None, default="bundled"
        What was learned on earlier tasks.
    record_to : str, path, Experience or None, default=None
        A base that the search is added to; what is stored is told there.
    advisor : advisor, default=None
        Who proposes configurations; None is `GaussianAdvisor`.
    executor : concurrent.futures.Executor, default=None
        Carries out the trials instead of local processes.
    memory_limit : float, default=None
        Bytes that a worker may hold.
    n_jobs : int, default=None
        Trials at the same time, one thread each; None is 1, -1 all cores.
    random_state : int, RandomState instance or None, default=None
        Seed.
    verbose : int, default=0
        1 shows an updating line, 2 also a line for each trial.

    Attributes
    ----------
    leaderboard_ : DataFrame
        A row for each trial.
    similar_tasks_ : list of dict
        The earlier tasks that the advice leaned on, nearest first.
    best_pipeline_ : Pipeline
        The best single pipeline.
    n_features_in_ : int
        Columns seen in `fit`.

    See Also
    --------
    MetaAutoClassifier : The same for classes.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn_meta import MetaAutoRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> reg = MetaAutoRegressor(max_trials=2, random_state=0).fit(X, y)
    >>> reg.predict(X[:2]).shape
    (2,)
    """

    def predict(self, X):
        """Predict the target of rows.

        Parameters
        ----------
        X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features)
            The columns of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        return self._predictions(X)

    def _check_target(self, y, n_samples):
        return check_regression_target(y, n_samples), "regression", None
