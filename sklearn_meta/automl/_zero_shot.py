"""Advice without a search: the pipelines that earlier tasks speak for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Integral

import numpy as np
from sklearn.pipeline import Pipeline

from sklearn_meta._validation import n_rows
from sklearn_meta.automl._advice import start_advice
from sklearn_meta.automl._classifier import MetaAutoClassifier
from sklearn_meta.automl._kind import guess_kind
from sklearn_meta.automl._regressor import MetaAutoRegressor
from sklearn_meta.search import Budget


@dataclass(frozen=True)
class AdvisedPipeline:
    """A pipeline that is worth trying on a table, and what to expect of it.

    Attributes
    ----------
    pipeline : Pipeline
        Not fitted; ``pipeline.fit(X, y)`` takes the table that the advice is for.
    configuration : dict
        What it was made from, as the estimators' ``best_configuration_``.
    predicted_score : float
        Expected cross-validated score, greater is better (losses are negative); NaN where nothing
        is known of it.
    standard_deviation : float
        Half the width of the interval that holds 68 % of the scores.
    predicted_seconds : float
        Expected seconds to fit it on all rows, on one core of the machine that the experience was
        collected on.
    reason : str
        A sentence.
    explanation : Explanation or None
        What moved the expectation; None from an advisor that expects no particular score.
    """

    pipeline: Pipeline
    configuration: dict
    predicted_score: float
    standard_deviation: float
    predicted_seconds: float
    reason: str
    explanation: object = field(default=None, repr=False)

    @property
    def family(self):
        """Name of the family of models."""
        return self.configuration["family"]


class AdvisedPipelines(Sequence):
    """What `advise` returns: pipelines, the best first, and what the advice rests on.

    Parameters
    ----------
    pipelines : list of AdvisedPipeline
        The best first.
    metric : str
        What the predicted scores are, as an experience names it.
    similar_tasks : list of dict
        The earlier tasks that the advice leans on, nearest first.
    excluded : dict of str to str
        Names of the earlier tasks that were left out, and by which sign.
    """

    def __init__(self, pipelines, metric, similar_tasks, excluded):
        self._pipelines = list(pipelines)
        self.metric = metric
        self.similar_tasks = similar_tasks
        self.excluded = excluded

    def __len__(self):
        return len(self._pipelines)

    def __getitem__(self, number):
        return self._pipelines[number]

    def __repr__(self):
        shown = self.frame.drop(columns="configuration").to_string(max_colwidth=90)
        return f"{len(self)} pipelines advised, {self.metric}:\n{shown}"

    def _repr_html_(self):
        """Return the table that notebooks show."""
        return self.frame.to_html(max_rows=None)

    @property
    def frame(self):
        """DataFrame with a row for each pipeline, the best first.

        Columns ``family``, ``predicted_score``, ``standard_deviation``, ``predicted_seconds``,
        ``reason``, ``configuration``.
        """
        import pandas as pd

        columns = ["family", "predicted_score", "standard_deviation", "predicted_seconds", "reason"]
        columns = [*columns, "configuration"]
        rows = [[getattr(one, name) for name in columns] for one in self._pipelines]
        return pd.DataFrame(rows, columns=columns)


def advise(
    X,
    y,
    n=5,
    *,
    kind=None,
    scoring=None,
    families=None,
    max_per_family=2,
    sample_weight=None,
    experience="bundled",
    advisor=None,
    random_state=None,
):
    """Name the pipelines that earlier tasks speak for, without fitting any of them.

    The table is described by meta-features and compared with the earlier tasks of an experience
    base. The first pipeline is the one that ``MetaAutoClassifier(max_trials=1, ensemble=False)``
    or its regressor twin would fit on all rows.

    Parameters
    ----------
    X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features)
        The table, as the estimators take it.
    y : array-like of shape (n_samples,)
        The target.
    n : int, default=5
        How many pipelines; fewer where `max_per_family` or the families leave fewer.
    kind : {"classification", "regression"} or None, default=None
        What is to be predicted. None takes numbers with fractions or with many distinct values
        (more than 20, or than half of the rows) for regression, all else for classes.
    scoring : str or callable, default=None
        What the pipelines are to be good at; None is ROC AUC, negative log loss or the negative
        RMSE. The predicted scores are of the nearest metric that an experience keeps, which the
        result names.
    families : list, default=None
        Families of models, as the estimators take them.
    max_per_family : int or None, default=2
        Pipelines of one family at most, so that a wrong guess of the family does not spoil all.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows.
    experience : {"bundled"}, str, path, Experience, list of such or None, default="bundled"
        What was learned on earlier tasks; with None, the defaults of the families are advised.
    advisor : advisor, default=None
        Who advises; None is `GaussianAdvisor`.
    random_state : int, RandomState instance or None, default=None
        Seed of samples and of the pipelines.

    Returns
    -------
    AdvisedPipelines
        A sequence of `AdvisedPipeline`, the best first, with a ``frame``.

    Raises
    ------
    ValueError
        If the table, the target or a parameter can't be used; the message says what to change.

    See Also
    --------
    MetaAutoClassifier : Searches, and so finds out.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn_meta import advise
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> advised = advise(X, y, n=3, random_state=0)
    >>> len(advised), advised.metric
    (3, 'roc_auc')
    >>> advised[0].pipeline.fit(X, y).predict(X[:2])
    array([0, 0])
    """
    _check_counts(n, max_per_family)
    kind = _checked_kind(y, kind)
    twin = MetaAutoRegressor if kind == "regression" else MetaAutoClassifier
    estimator = twin(
        max_trials=1,
        scoring=scoring,
        families=families,
        experience=experience,
        advisor=advisor,
        random_state=random_state,
    )
    estimator._validate_params()
    budget = Budget(None, 1)
    problem = estimator._prepare(X, y, sample_weight, None, budget).without_validation()
    advice = start_advice(
        problem,
        budget,
        advisor=advisor,
        experience=experience,
        n_fit_rows=n_rows(problem.X),
        random_state=problem.random_state,
    )
    session = advice.session
    chosen = session.shortlist(n, max_per_family=max_per_family)
    return AdvisedPipelines(
        [_with_reason(session, problem, configuration) for configuration in chosen],
        problem.scoring.metric,
        session.similar_tasks(),
        advice.excluded,
    )


def _check_counts(n, max_per_family):
    for name, value in {"n": n, "max_per_family": max_per_family}.items():
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not (whole and value >= 1) and not (name == "max_per_family" and value is None):
            raise ValueError(f"{name} has to be a whole number of at least 1, got {value!r}.")


def _checked_kind(y, kind):
    if kind is None:
        return guess_kind(y.to_numpy() if hasattr(y, "to_numpy") else np.asarray(y))
    if kind not in ("classification", "regression"):
        raise ValueError(f"kind must be 'classification', 'regression' or None, got {kind!r}.")
    return kind


def _with_reason(session, problem, configuration):
    """Build a configuration's pipeline, and say what is expected of it."""
    why = session.explain(configuration)
    known = {
        "predicted_score": why.predicted_score if why else np.nan,
        "standard_deviation": why.standard_deviation if why else np.nan,
        "predicted_seconds": why.predicted_seconds if why else np.nan,
        "reason": why.reason if why else "proposed by an advisor that gives no reasons",
    }
    pipeline = problem.pipeline(configuration, n_rows(problem.X))
    return AdvisedPipeline(pipeline, configuration, explanation=why, **known)
