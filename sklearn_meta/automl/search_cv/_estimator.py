"""A drop-in for scikit-learn's randomised search that starts from experience."""

from contextlib import ExitStack
from copy import deepcopy
from numbers import Integral, Real

import numpy as np
from joblib import parallel_config
from joblib.parallel import get_active_backend
from sklearn.model_selection import check_cv
from sklearn.utils import check_random_state, get_tags

from sklearn_meta._compat import BaseSearchCV, HasMethods, Interval, _num_samples
from sklearn_meta.automl._base import BaseMetaAuto
from sklearn_meta.automl.search_cv._advice import metric_of, start_search
from sklearn_meta.automl.search_cv._clock import Clock
from sklearn_meta.automl.search_cv._look import look_at
from sklearn_meta.automl.search_cv._rounds import AllFitsFailedError, Limits, Rounds
from sklearn_meta.automl.search_cv._state import State
from sklearn_meta.exceptions import TableError
from sklearn_meta.search import Budget, StoppableBackend

DEFAULT_CANDIDATES = 10
DEFAULT_BATCH = 2


class MetaSearchCV(BaseSearchCV):
    """Search for the parameters of an estimator, starting from what earlier tasks taught.

    Used like scikit-learn's `RandomizedSearchCV`, with the same attributes. For the models that
    experience knows (alone, or at the end of pipelines and wrappers), ranges and starting points
    come from earlier tasks that looked like this one; each round of results then decides what is
    tried next. The parameters that the estimator has are the second candidate, unless they lie
    outside the given distributions.

    Parameters
    ----------
    estimator : estimator
        What is to be tuned. Experience knows linear, forest, boosting, nearest-neighbour,
        support-vector, perceptron, naive Bayes, discriminant and Gaussian process models of
        scikit-learn, and those of LightGBM, XGBoost and CatBoost.
    param_distributions : dict, list of dict or None, default=None
        What is searched: from parameter names (``step__name`` in a pipeline) to lists of values,
        `scipy.stats` distributions, or `Float`, `Int` and `Categorical` of
        `sklearn_meta.spaces`; nothing else is then varied. Experience still gives starting points
        among them where it can. None takes the ranges of the known model.
    time_budget : float or None, default=None
        Seconds for all of `fit`, the refit included. No candidate begins that is predicted not to
        fit, one that overruns is ended, and time for the refit is kept. The first candidate runs
        to its end, whatever it takes.
    n_iter : int or None, default=None
        Candidates to evaluate. Alone, it makes the search deterministic, for any `n_jobs`. With
        neither a number nor a time, 10; with both, whichever ends first.
    scoring : str, callable, list, tuple, dict or None, default=None
        As in `RandomizedSearchCV`. Of several scorers, the one that `refit` names guides the
        search, else the first.
    n_jobs : int or None, default=None
        Fits at the same time.
    refit : bool, str or callable, default=True
        As in `RandomizedSearchCV`.
    cv : int, splitter, iterable or None, default=None
        As in `RandomizedSearchCV`. A splitter is asked once, so that all candidates see the same
        folds.
    verbose : int, default=0
        As in `RandomizedSearchCV`; a line for each round.
    pre_dispatch : int or str, default="2*n_jobs"
        As in `RandomizedSearchCV`.
    batch_size : int or None, default=None
        Candidates that are asked for and evaluated together. Small rounds learn sooner, large ones
        keep more workers busy. None is 2, and with a `time_budget` as many as the workers need.
    experience : {"bundled"}, str, path, Experience, list of such or None, default="bundled"
        What was learned on earlier tasks. Tasks that share rows with the table are left out.
    advisor : advisor or None, default=None
        Who proposes candidates; None is `GaussianAdvisor`.
    random_state : int, RandomState instance or None, default=None
        Seed.
    error_score : "raise" or float, default=nan
        As in `RandomizedSearchCV`.
    return_train_score : bool, default=False
        As in `RandomizedSearchCV`.

    Attributes
    ----------
    cv_results_ : dict of ndarray
        A row for each candidate, with the keys of `RandomizedSearchCV`.
    best_estimator_ : estimator
        Refitted on all rows, if `refit`.
    best_score_ : float
        Mean score of the best candidate over the folds.
    best_params_ : dict
        Its parameters.
    best_index_ : int
        Its row in `cv_results_`.
    scorer_ : callable or dict
        The scorer, or all by name.
    n_splits_ : int
        Folds.
    refit_time_ : float
        Seconds of the refit.
    multimetric_ : bool
        Whether there are several scorers.
    classes_ : ndarray of shape (n_classes,)
        The labels, if a classifier was refitted.
    n_features_in_ : int
        Columns seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, if the refitted estimator has them.
    advice_ : dict
        What the search rests on: "family" (None for a model that experience does not know),
        "experience" (whether earlier tasks spoke), "reason" (why not), "origins" (of each
        candidate: "experience", "own", "surrogate", "default" or "random"), "similar_tasks" and
        "excluded" (earlier tasks that were left out, and why).
    unfinished_ : list of dict
        "params" and "reason" of candidates that were begun and have no row in `cv_results_`.

    See Also
    --------
    MetaAutoClassifier : Searches for the model too.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn_meta import MetaSearchCV
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    >>> search = MetaSearchCV(pipeline, n_iter=4, random_state=0).fit(X, y)
    >>> bool(search.best_score_ > 0.97)
    True
    >>> search.advice_["family"], len(search.cv_results_["params"])
    ('linear', 4)
    """

    _parameter_constraints: dict = {
        **BaseSearchCV._parameter_constraints,
        "param_distributions": [dict, list, tuple, None],
        "time_budget": [Interval(Real, 0, None, closed="neither"), None],
        "n_iter": [Interval(Integral, 1, None, closed="left"), None],
        "batch_size": [Interval(Integral, 1, None, closed="left"), None],
        "experience": BaseMetaAuto._parameter_constraints["experience"],
        "advisor": [HasMethods(["fit", "start"]), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator,
        param_distributions=None,
        *,
        time_budget=None,
        n_iter=None,
        scoring=None,
        n_jobs=None,
        refit=True,
        cv=None,
        verbose=0,
        pre_dispatch="2*n_jobs",
        batch_size=None,
        experience="bundled",
        advisor=None,
        random_state=None,
        error_score=np.nan,
        return_train_score=False,
    ):
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.param_distributions = param_distributions
        self.time_budget = time_budget
        self.n_iter = n_iter
        self.batch_size = batch_size
        self.experience = experience
        self.advisor = advisor
        self.random_state = random_state

    def __sklearn_tags__(self):
        """Tell scikit-learn what the estimator takes."""
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.input_tags = deepcopy(inner.input_tags)
        tags.target_tags = deepcopy(inner.target_tags)
        return tags

    def fit(self, X, y=None, **params):
        """Search, and refit the best.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Whatever the estimator takes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            The target.
        **params : dict
            For the estimator's `fit`, the splitter (``groups``) and the scorer, as in
            `RandomizedSearchCV`.

        Returns
        -------
        self
            The fitted search.

        Raises
        ------
        ValueError
            If nothing says what to search, or no candidate could be fitted.
        """
        with ExitStack() as scope:
            self._state = State(Budget(self.time_budget), scope)
            try:
                return super().fit(X, y, **params)
            finally:
                del self._state

    def _check_input_parameters(self, X, y, split_params):
        """Prepare the search: scikit-learn's last hook before it starts its workers."""
        if y is None and get_tags(self.estimator).target_tags.required:
            raise TableError(
                f"MetaSearchCV around {type(self.estimator).__name__} requires y to be passed, but "
                "the target y is None."
            )
        state = self._state
        state.splits = list(self._checked_cv_orig.split(X, y, **split_params))
        if not state.splits:
            return  # scikit-learn says what is wrong with such folds
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        n_fit_rows = max(len(train) for train, _ in state.splits)
        backend = self._install_backend(state)
        look = look_at(self.estimator, X, y, seed)
        guide, scorer = self._guide()
        advice = start_search(
            self.estimator,
            self.param_distributions,
            look,
            metric=metric_of(scorer, self.estimator),
            advisor=self.advisor,
            experience=self.experience,
            n_fit_rows=n_fit_rows,
            n_folds=len(state.splits),
            has_clock=state.budget.has_clock,
            random_state=seed,
        )
        growth = _num_samples(X) / max(n_fit_rows, 1)
        limits = self._limits(state, backend, growth)
        state.advice, state.backend = advice, backend
        state.rounds = Rounds(advice, self.estimator, limits, guide, seed)

    def _install_backend(self, state):
        """Let fits run where they can be ended, unless the user chose where they run."""
        active, _ = get_active_backend()
        users_own = active.nesting_level in (0, None) and type(active).__name__ != "LokyBackend"
        if not state.budget.has_clock or users_own:
            return None
        backend = StoppableBackend(self.n_jobs)
        backend.warm_up()
        state.scope.enter_context(parallel_config(backend=backend))
        return backend

    def _limits(self, state, backend, growth):
        n_iter = self.n_iter
        if not state.budget.has_clock:
            n_iter = DEFAULT_CANDIDATES if n_iter is None else n_iter
            return Limits(n_iter, self.batch_size or DEFAULT_BATCH)
        n_workers = 1 if backend is None else backend.n_workers
        batch_size = self.batch_size or max(n_workers // len(state.splits), 1)
        clock = Clock(
            state.budget,
            len(state.splits),
            growth,
            n_workers,
            batch_size,
            refits=self.refit is not False,
        )
        return Limits(n_iter, batch_size, clock)

    def _guide(self):
        """Return name and scorer of what guides the search; None for the estimator's own."""
        if callable(self.scoring):  # what it returns may be a dict, of which `refit` is a key
            return (self.refit if isinstance(self.refit, str) else None), self.scoring
        if self.scoring is None or isinstance(self.scoring, str):
            return None, self.scoring
        named = self.scoring if isinstance(self.scoring, dict) else {n: n for n in self.scoring}
        name = self.refit if self.refit in [*named] else next(iter(named))
        return name, named[name]

    def _run_search(self, evaluate_candidates, *, callback_ctx=None):
        """Evaluate round after round."""
        state = self._state
        state.scope.close()  # scikit-learn's workers are chosen; others' are their own business
        folds = check_cv(state.splits)
        search_ctx = callback_ctx.subcontext(task_name="search", max_subtasks=None)
        search_ctx.call_on_fit_task_begin(estimator=self)

        def evaluate(params, limit):
            round_ctx = search_ctx.subcontext(
                task_name="round",
                max_subtasks=len(params) * len(state.splits),
                sequential_subtasks=False,
            ).call_on_fit_task_begin(estimator=self)
            with state.under_limit(limit):
                try:
                    results = evaluate_candidates(params, cv=folds, callback_ctx=round_ctx)
                except ValueError as error:
                    if self.error_score == "raise" or "fits failed" not in str(error):
                        raise
                    raise AllFitsFailedError(str(error)) from error
            round_ctx.call_on_fit_task_end(estimator=self)
            return results

        state.rounds.run(evaluate)
        search_ctx.call_on_fit_task_end(estimator=self)
        self.unfinished_ = state.rounds.unfinished
        self.advice_ = {
            "family": state.advice.family,
            "experience": state.advice.from_experience,
            "reason": state.advice.reason,
            "origins": state.rounds.origins,
            "similar_tasks": state.advice.session.similar_tasks(),
            "excluded": state.advice.excluded,
        }

    def __getstate__(self):
        """Leave out what belongs to a running search; the fits of a search carry the search."""
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_state"}
