"""AutoML for classes."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_meta._validation import check_classification_target
from sklearn_meta.automl._base import BaseMetaAuto
from sklearn_meta.search import Scoring


class MetaAutoClassifier(ClassifierMixin, BaseMetaAuto):
    """Find the classification pipelines that suit a table, starting from experience.

    The search describes the table by meta-features, compares it with the earlier tasks of an
    experience base, and tries the configuration with the most expected improvement per second,
    again after each result, until the budget ends. The best trials predict together.

    Parameters
    ----------
    time_budget : float, default=None
        Seconds for all of `fit`: a deadline. With neither a time nor a trial budget, 60.
    max_trials : int, default=None
        Configurations to try at most. Alone, without `time_budget`, there is no clock, and the same
        `random_state` gives the same result for any `n_jobs`. 1 is zero-shot: the advised
        configuration, without a search.
    scoring : str or callable, default=None
        What is searched for: a scorer's name, a scorer, or a callable ``scoring(estimator, X, y)``.
        None is ROC AUC for two classes and negative log loss for more.
    cv : int, splitter or iterable, default=None
        How trials are validated. None chooses cross-validation or a holdout by the table's size.
    families : list, default=None
        Families of models to try. Names include ("random_forest"), names with a minus exclude
        ("-mlp"), `Family` objects add your own. None is all that suit the table.
    ensemble : bool, default=True
        Whether several configurations predict together; False keeps the best one.
    experience : {"bundled"}, str, path, Experience, list of such or None, default="bundled"
        What was learned on earlier tasks: a file or URL, an open base, several of them
        (``["bundled", "~/team.sqlite"]``; a task that is in more than one counts once), or None to
        start from nothing. Tasks that share rows with `X`, or look like a copy or a part of it, are
        left out.
    record_to : str, path, Experience or None, default=None
        A base that the search is added to when it is over, for later searches: a file or URL, made
        if there is none, or an open base. See the notes on what is stored. If that fails, a
        `RecordingWarning` says why, and the fit stands.
    advisor : advisor, default=None
        Who proposes configurations; None is `GaussianAdvisor`.
    executor : concurrent.futures.Executor, default=None
        Carries out the trials instead of local processes, e.g. that of a dask client.
    memory_limit : float, default=None
        Bytes that a worker may hold; a trial that needs more is ended. None is no limit.
    n_jobs : int, default=None
        Trials at the same time, one thread each; None is 1, -1 all cores.
    random_state : int, RandomState instance or None, default=None
        Seed.
    verbose : int, default=0
        1 shows an updating line, 2 also a line for each trial.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    leaderboard_ : DataFrame
        A row for each trial: rank, family, score, seconds, whether earlier tasks advised it, its
        weight in the ensemble; `predicted_score`, which the advisor expected, NaN where it had no
        say; `fold_seconds` and `predicted_seconds`, of fit and predict for one fold; `ended`,
        seconds after the start of `fit`; and more.
    similar_tasks_ : list of dict
        The earlier tasks that the advice leaned on, nearest first, with distances.
    best_pipeline_ : Pipeline
        The best single pipeline, made of scikit-learn and skrub parts; fitted on all rows if time
        allowed.
    best_configuration_ : dict
        Its configuration.
    best_score_, score_ : float
        Validation score of the best trial, and of the ensemble.
    members_ : list of Member
        The ensemble.
    metafeatures_ : dict of str to float
        What the table looks like.
    excluded_tasks_ : list of str
        Earlier tasks left out of the advice.
    excluded_because_ : dict of str to str
        Their names, and by which sign: "shared rows" or "nearly equal meta-features".
    skipped_ : list of str
        What of the advice there was no time for, such as "experience"; empty but on machines that
        are very busy otherwise.
    recorded_ : dict or None
        With `record_to`: ``where``, ``task`` (id in the base), ``evaluations`` (how many),
        ``error`` (None if all went well).
    seconds_ : dict of str to float
        Wall clock by phase.
    n_features_in_ : int
        Columns seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, if all are strings.

    See Also
    --------
    MetaAutoRegressor : The same for numbers.
    advise : Pipelines that earlier tasks speak for, without fitting any.

    Notes
    -----
    `record_to` stores no row of the table, no name of a column or class, and no text of an error.
    It stores:

    - of the task: numbers of rows, columns and classes; meta-features that do not depend on the
      units of a column (no means, no deviations), to five digits; a name made of a digest of the
      whole table; the smallest 128 of its row hashes, by which the same rows are recognised later.
      A hash can't be turned back into a row, but who guesses a whole row can find out whether it
      was in the table: for tables of few columns with few values each, all possible rows can be
      tried. Names of real people among the cells do not prevent that, many precise columns do.
    - of every trial that came to an end: the configuration, the mean of each metric over its folds
      (RMSE and MAE are in the units of the target), processor seconds, rows trained on, number of
      folds, how it ended, and of an error the name of its class. Families of your own are stored
      by their hyperparameters, where these are plain JSON values; keep secrets out of those.
    - versions of packages, the seed, and how fast the machine is, by which seconds of different
      machines compare (one number; left out with a `time_budget` under 30 seconds).

    A base that is recorded to and also advises makes a fit depend on those before it; for the same
    result from the same `random_state`, let one base advise and record to another.

    Trials that were stopped early for trailing are marked "raced", and give no score to learn from:
    the folds that they finished may be easier or harder than the others.

    References
    ----------
    Feurer et al. (2015), "Efficient and robust automated machine learning".
    Caruana et al. (2004), "Ensemble selection from libraries of models".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta import MetaAutoClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MetaAutoClassifier(max_trials=2, random_state=0).fit(X, y)
    >>> clf.predict(X[:2])
    array([0, 0])
    """

    def predict(self, X):
        """Predict the labels of rows.

        Parameters
        ----------
        X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features)
            The columns of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        proba = self._predictions(X)
        if hasattr(self, "threshold_"):
            return self.classes_[(proba[:, 1] >= self.threshold_).astype(int)]
        return self.classes_[proba.argmax(axis=1)]

    def predict_proba(self, X):
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features)
            The columns of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        return self._predictions(X)

    def tune_threshold(self, scoring="balanced_accuracy"):
        """Move the probability from which `predict` answers the second class.

        The threshold that scores best on the validation rows of the search is kept in
        `threshold_`; nothing is fitted again. ``del clf.threshold_`` undoes it.

        Parameters
        ----------
        scoring : str or callable, default="balanced_accuracy"
            A scorer's name, a scorer, or a callable ``scoring(estimator, X, y)`` that asks the
            estimator for labels (its `X` is None here).

        Returns
        -------
        self
            With `threshold_` set.

        Raises
        ------
        ValueError
            If there are more than two classes, or the scorer does not score labels.
        """
        check_is_fitted(self)
        if len(self.classes_) != 2:
            raise ValueError(
                f"A threshold needs two classes; this target has {len(self.classes_)}."
            )
        score = Scoring(scoring, "binary", self.classes_)
        if not score.of_labels:
            raise ValueError(
                f"scoring={scoring!r} scores probabilities, which a threshold does not change. "
                "Use one that scores labels, e.g. 'balanced_accuracy' or 'f1'."
            )
        proba = self._validation_predictions[:, 1]
        grid = np.unique(np.quantile(proba, np.linspace(0, 1, 101)))
        values = [
            score(None, self._validation_target, _certain(proba >= cut), self._validation_weight)
            for cut in grid
        ]
        self.threshold_ = float(grid[int(np.argmax(values))])
        return self

    def _check_target(self, y, n_samples):
        vars(self).pop("threshold_", None)  # it was tuned for an earlier fit
        codes, self.classes_ = check_classification_target(y, n_samples)
        kind = "binary" if len(self.classes_) == 2 else "multiclass"
        return codes, kind, self.classes_


def _certain(positive):
    """Return probabilities 0 and 1 for the two classes, shape (n, 2)."""
    return np.column_stack([~positive, positive]).astype(float)
