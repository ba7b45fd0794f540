"""What the two AutoML estimators share: one story, told once."""

import multiprocessing
from abc import ABCMeta, abstractmethod
from numbers import Integral, Real
from os import PathLike

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state, estimator_html_repr
from sklearn.utils.validation import check_is_fitted

from sklearn_meta._compat import HasMethods, Interval, _fit_context
from sklearn_meta._validation import check_table, check_weights, n_columns, n_rows
from sklearn_meta.automl._engine import TINY_CELLS, Plan, run
from sklearn_meta.automl._members import predict_members
from sklearn_meta.automl._reasons import pack_reasons, unpack_reason
from sklearn_meta.automl._recording import make_if_it_advises, question_to_workers, record_run
from sklearn_meta.automl._records import leaderboard_frame, trial_records
from sklearn_meta.automl._take_away import to_take_away
from sklearn_meta.exceptions import TableError
from sklearn_meta.inspection import html_report, text_report
from sklearn_meta.metafeatures import column_roles
from sklearn_meta.search import (
    Budget,
    Crew,
    Problem,
    Scoring,
    default_scoring,
    foreign_workers,
    make_folds,
)
from sklearn_meta.spaces import Family

DEFAULT_SECONDS = 60.0


class BaseMetaAuto(BaseEstimator, metaclass=ABCMeta):
    """Search for the pipeline that suits a table, starting from what earlier tasks taught.

    See `MetaAutoClassifier` and `MetaAutoRegressor` for the parameters.
    """

    _parameter_constraints: dict = {
        "time_budget": [Interval(Real, 0, None, closed="neither"), None],
        "max_trials": [Interval(Integral, 1, None, closed="left"), None],
        "scoring": [str, callable, None],
        "cv": ["cv_object"],
        "families": ["array-like", None],
        "ensemble": ["boolean"],
        "experience": [
            str,
            PathLike,
            HasMethods(["matrix", "like", "without"]),
            list,
            tuple,
            None,
        ],
        "record_to": [str, PathLike, HasMethods(["matrix", "add"]), None],
        "advisor": [HasMethods(["fit", "start"]), None],
        "executor": [HasMethods("submit"), None],
        "memory_limit": [Interval(Real, 0, None, closed="neither"), None],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        time_budget=None,
        max_trials=None,
        scoring=None,
        cv=None,
        families=None,
        ensemble=True,
        experience="bundled",
        record_to=None,
        advisor=None,
        executor=None,
        memory_limit=None,
        n_jobs=None,
        random_state=None,
        verbose=0,
    ):
        self.time_budget = time_budget
        self.max_trials = max_trials
        self.scoring = scoring
        self.cv = cv
        self.families = families
        self.ensemble = ensemble
        self.experience = experience
        self.record_to = record_to
        self.advisor = advisor
        self.executor = executor
        self.memory_limit = memory_limit
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @_fit_context(
        prefer_skip_nested_validation=False
    )  # the advisor and the families are the user's
    def fit(self, X, y, sample_weight=None, groups=None):
        """Search for the pipelines that predict `y` from `X` best, and keep their ensemble.

        Parameters
        ----------
        X : array-like, DataFrame or sparse matrix of shape (n_samples, n_features)
            The table: numbers, categories, strings, dates; cells may be missing.
        y : array-like of shape (n_samples,)
            The target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, in fits and in scores.
        groups : array-like of shape (n_samples,), default=None
            Rows of one group stay on one side of every split.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            If the table, the target or a parameter can't be used; the message says what to change.
        AllTrialsFailedError
            If no trial ended with a usable model.
        """
        budget = self._budget()
        problem = self._prepare(X, y, sample_weight, groups, budget)
        make_if_it_advises(self.record_to, self.experience)
        crew = self._crew(problem, budget).start(question_to_workers(problem, budget))
        try:
            result = run(
                Plan(
                    problem,
                    budget,
                    crew,
                    advisor=self.advisor,
                    experience=self.experience,
                    ensemble=self.ensemble,
                    verbose=self.verbose,
                )
            )
        finally:
            crew.close()
        self._keep(result, problem, budget)
        self.best_pipeline_ = to_take_away(result.outcome.best_pipeline, X, problem.X)
        self.recorded_ = record_run(self.record_to, problem, result, budget.has_clock, crew.answer)
        return self

    def _prepare(self, X, y, sample_weight, groups, budget):
        """Check the table and the target; return the problem to search on."""
        X = check_table(self, X, reset=True)
        y, kind, classes = self._check_target(y, n_rows(X))
        if n_rows(X) < 2:
            raise TableError("Found 1 sample (n_samples=1), but a search needs at least 2.")
        weights = check_weights(sample_weight, n_rows(X))
        if classes is not None and weights is not None and len(np.unique(y[weights > 0])) < 2:
            raise TableError(
                "A classifier needs at least 2 classes, but the rows with a positive sample_weight "
                "are all of one class."
            )
        return self._problem(X, y, kind, classes, weights, groups, budget)

    def _budget(self):
        seconds = self.time_budget
        if seconds is None and self.max_trials is None:
            seconds = DEFAULT_SECONDS
        return Budget(seconds, self.max_trials)

    def _problem(self, X, y, kind, classes, weights, groups, budget):
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        folds = make_folds(
            X,
            y,
            kind,
            cv=self.cv,
            groups=groups,
            time_budget=budget.time_budget,
            n_columns=n_columns(X),
            seed=seed,
        )
        scoring = default_scoring(kind, y, folds, weights) if self.scoring is None else self.scoring
        return Problem(
            X,
            y,
            kind,
            None if classes is None else len(classes),
            folds,
            column_roles(X),
            sample_weight=weights,
            families=self.families,
            scoring=Scoring(scoring, kind, classes),
            classes=classes,
            random_state=seed,
            measured=self.record_to is not None,
        )

    def _crew(self, problem, budget):
        nested = multiprocessing.parent_process() is not None
        if self.executor is not None:
            n_slots = foreign_workers(self.executor, self.n_jobs)
        else:
            n_slots = 1 if nested else max(effective_n_jobs(self.n_jobs), 1)
        if budget.max_trials is not None:
            n_slots = min(n_slots, budget.max_trials)
        cells = n_rows(problem.X) * n_columns(problem.X)
        tiny = cells <= TINY_CELLS and not budget.has_clock and self.memory_limit is None
        foreign = any(isinstance(family, Family) for family in self.families or ())
        daemon = multiprocessing.current_process().daemon  # such a process may have no children
        return Crew(
            n_slots,
            memory_limit=self.memory_limit,
            inline=self.executor is None and (daemon or (tiny and not foreign)),
            executor=self.executor,
        )

    def _keep(self, result, problem, budget):
        """Keep what predicts and what explains, in plain parts that every format can store."""
        outcome = result.outcome
        self.members_ = outcome.members
        self.best_configuration_ = dict(outcome.best.order.configuration)
        self.best_score_ = float(outcome.best.score)
        self.score_ = outcome.score
        self.scoring_ = problem.scoring.name
        self.trials_ = trial_records(result.trials, outcome.members, result.reasons)
        self._reasons = pack_reasons(result.reasons, self.trials_, problem.scoring.told_name)
        self.n_trials_ = len(result.trials)
        self.similar_tasks_ = result.advice.session.similar_tasks()
        self.metafeatures_ = result.advice.metafeatures
        self.excluded_tasks_ = list(result.advice.excluded)
        self.excluded_because_ = result.advice.excluded
        self.skipped_ = list(result.advice.skipped)
        self.n_splits_ = len(problem.folds)
        self.interrupted_ = result.interrupted
        self.seconds_ = {**result.spent, "total": budget.elapsed()}
        self._validation_target = problem.y[outcome.rows]
        weights = problem.sample_weight
        self._validation_weight = None if weights is None else weights[outcome.rows]
        self._validation_predictions = outcome.predictions

    def _predictions(self, X):
        check_is_fitted(self)
        X = check_table(self, X, reset=False)
        classes = getattr(self, "classes_", None)
        n_classes = None if classes is None else len(classes)
        return predict_members(self.members_, X, n_classes, classes)

    @property
    def leaderboard_(self):
        """DataFrame with a row for each trial, the best first."""
        check_is_fitted(self)
        return leaderboard_frame(self.trials_)

    def explain_trial(self, trial=None):
        """Say why a trial was expected to score what it was expected to, when it was proposed.

        Parameters
        ----------
        trial : int or None, default=None
            Its number, as in the leaderboard; None takes the best one that can be explained.

        Returns
        -------
        Explanation
            Predicted score and seconds, and by how much each earlier task and each earlier result
            of this search moved the prediction; those that moved it least are summed up.

        Raises
        ------
        ValueError
            If there is no such trial, or no earlier task spoke for it: the openings and those of an
            advisor that expects no particular score.

        See Also
        --------
        sklearn_meta.inspection.AdviceDisplay : A figure of it.
        """
        check_is_fitted(self)
        return unpack_reason(self._reasons, self.trials_, trial)

    def report(self):
        """Return a short text: what was tried, what won, who advised, where the time went.

        Returns
        -------
        str
        """
        check_is_fitted(self)
        return text_report(self)

    def _html_repr(self):
        """Return the notebook's display: scikit-learn's own, and the report after fit."""
        display = estimator_html_repr(self)
        return display + html_report(self) if hasattr(self, "members_") else display

    def __sklearn_is_fitted__(self):
        """Tell whether a search has ended."""
        return hasattr(self, "members_")

    def __sklearn_tags__(self):
        """Tell scikit-learn what tables may look like."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    @abstractmethod
    def _check_target(self, y, n_samples):
        """Return the encoded target, the kind of task and the classes (None for regression)."""
