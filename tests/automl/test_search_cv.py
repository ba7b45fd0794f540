"""MetaSearchCV in the place of RandomizedSearchCV."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.datasets import load_breast_cancer, make_classification, make_regression
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    RandomizedSearchCV,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeClassifier

from sklearn_meta import MetaSearchCV
from sklearn_meta.advisors import RandomAdvisor
from sklearn_meta.spaces import Categorical, Float, Int


@pytest.fixture(scope="module")
def classes():
    return make_classification(90, 6, random_state=0)


@pytest.fixture(scope="module")
def numbers():
    return make_regression(90, 5, noise=5.0, random_state=0)


def cold(estimator, distributions=None, **settings):
    """A search that opens no base: for what has nothing to do with experience."""
    settings = {"n_iter": 3, "cv": 2, "random_state": 0, "experience": None} | settings
    return MetaSearchCV(estimator, distributions, **settings)


class Stranger(ClassifierMixin, BaseEstimator):
    """A model that no family is made of; some of its settings fail."""

    def __init__(self, level=0.0, broken=False, word="a"):
        self.level = level
        self.broken = broken
        self.word = word

    def fit(self, X, y):
        if self.broken:
            raise ValueError("broken on purpose")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.where(np.asarray(X)[:, 0] > self.level, self.classes_[1], self.classes_[0])


# The same face


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"return_train_score": True},
        {"scoring": ["accuracy", "roc_auc"], "refit": "roc_auc"},
        {"scoring": {"a": "accuracy"}, "refit": False},
        {"refit": lambda results: int(np.argmin(results["mean_fit_time"]))},
    ],
    ids=["plain", "train scores", "two metrics", "no refit", "callable"],
)
def test_same_keys_and_attributes_as_randomised_search(classes, settings):
    ranges = {"C": stats.loguniform(0.01, 100)}
    shared = {"n_iter": 3, "cv": 2, "random_state": 0, **settings}
    theirs = RandomizedSearchCV(LogisticRegression(), ranges, **shared).fit(*classes)
    ours = MetaSearchCV(LogisticRegression(), ranges, experience=None, **shared).fit(*classes)
    assert set(ours.cv_results_) == set(theirs.cv_results_)
    assert {n: v.shape for n, v in ours.cv_results_.items() if n != "params"} == {
        n: v.shape for n, v in theirs.cv_results_.items() if n != "params"
    }
    fitted = {name for name in vars(theirs) if name.endswith("_")}
    assert fitted <= {name for name in vars(ours) if name.endswith("_")}
    assert not hasattr(ours, "_state")
    assert ours.multimetric_ == theirs.multimetric_
    if settings.get("refit", True) is not False:
        assert ours.best_params_ == ours.cv_results_["params"][ours.best_index_]
        assert list(ours.classes_) == [0, 1]
        assert ours.n_features_in_ == 6
        X, y = classes
        assert ours.predict_proba(X).shape == (90, 2)
        assert ours.decision_function(X).shape == (90,)
        assert ours.score(X, y) > 0.5


def test_a_scorer_of_several_scores_is_guided_by_the_one_refitted_for(classes):
    def scores(estimator, X, y):
        level = estimator.named_steps["clf"].C if hasattr(estimator, "steps") else estimator.C
        return {"a": -level, "b": level}

    ranges = {"C": stats.loguniform(0.01, 100)}
    search = MetaSearchCV(
        LogisticRegression(), ranges, n_iter=12, cv=2, scoring=scores, refit="b", random_state=0
    ).fit(*classes)
    tried = [params["C"] for params in search.cv_results_["params"]]
    assert search.best_params_["C"] == max(tried)
    assert np.median(tried[6:]) > np.median(tried[:6])


def test_first_the_advised_then_the_estimators_own(classes):
    own = LogisticRegression(C=0.33)
    search = MetaSearchCV(own, n_iter=4, cv=2, random_state=0).fit(*classes)
    assert search.advice_["origins"][:2] == ["experience", "own"]
    assert search.cv_results_["params"][1]["C"] == 0.33
    assert search.advice_["experience"] and search.advice_["family"] == "linear"
    assert search.advice_["similar_tasks"]
    settings = [tuple(sorted(p.items(), key=str)) for p in search.cv_results_["params"]]
    assert len(set(settings)) == 4


def test_one_candidate_is_the_advised_one(classes):
    search = MetaSearchCV(LogisticRegression(), n_iter=1, cv=2).fit(*classes)
    assert search.advice_["origins"] == ["experience"]


def test_the_number_of_jobs_changes_nothing(classes):
    results = []
    for n_jobs in (1, 2):
        model = HistGradientBoostingClassifier(random_state=0)
        search = MetaSearchCV(model, n_iter=5, cv=2, random_state=3, n_jobs=n_jobs).fit(*classes)
        results.append((search.cv_results_["params"], list(search.cv_results_["mean_test_score"])))
    assert results[0] == results[1]


def test_a_solver_that_draws_rows_gets_a_seed(classes):
    """An elastic net needs such a solver; the estimator's own draws nothing."""
    scores = [
        MetaSearchCV(LogisticRegression(), n_iter=3, cv=2, random_state=0)
        .fit(*classes)
        .cv_results_["mean_test_score"]
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*scores)


def test_ten_candidates_unless_told(classes):
    search = MetaSearchCV(KNeighborsClassifier(), cv=2, experience=None).fit(*classes)
    assert len(search.cv_results_["params"]) == 10


def test_clones_and_pickles(classes):
    search = cold(LogisticRegression())
    assert clone(search).get_params()["n_iter"] == 3
    fitted = pickle.loads(pickle.dumps(search.fit(*classes)))
    np.testing.assert_array_equal(fitted.predict(classes[0]), search.predict(classes[0]))


def test_inside_other_searches(classes):
    search = cold(LogisticRegression(), n_iter=2)
    assert len(cross_val_score(search, *classes, cv=2)) == 2
    grid = GridSearchCV(search, {"n_iter": [1, 2]}, cv=2, n_jobs=2).fit(*classes)
    assert grid.best_params_["n_iter"] in (1, 2)


# Known models inside others


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (make_pipeline(StandardScaler(), Ridge()), "ridge__alpha"),
        (Pipeline([("a", Pipeline([("s", StandardScaler()), ("m", Ridge())]))]), "a__m__alpha"),
        (TransformedTargetRegressor(Ridge()), "regressor__alpha"),
        (
            TransformedTargetRegressor(
                make_pipeline(
                    make_column_transformer((StandardScaler(), [0, 1]), remainder="passthrough"),
                    SVR(),
                )
            ),
            "regressor__svr__epsilon",
        ),
    ],
    ids=["pipeline", "nested", "target", "columns"],
)
def test_prefix_of_a_wrapped_model(numbers, estimator, name):
    search = MetaSearchCV(estimator, n_iter=3, cv=2, random_state=0).fit(*numbers)
    assert f"param_{name}" in search.cv_results_
    assert search.advice_["experience"]
    assert "experience" in search.advice_["origins"]


# The user's distributions


def test_only_the_given_is_varied_and_experience_starts_inside(classes):
    ranges = {"model__C": stats.loguniform(0.05, 20), "model__fit_intercept": [True, False]}
    pipeline = Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())])
    search = MetaSearchCV(pipeline, ranges, n_iter=8, cv=2, random_state=0).fit(*classes)
    assert "experience" in search.advice_["origins"]
    for params in search.cv_results_["params"]:
        assert set(params) == set(ranges)
        assert 0.05 <= params["model__C"] <= 20


def test_what_the_user_may_give(classes):
    ranges = {
        "level": stats.norm(0, 0.5),
        "word": ["a", "b"],
    }
    for level in (Float("x", -1, 1), stats.uniform(-1, 2), Int("x", -1, 1), [0.1, 0.2, 0.4]):
        search = cold(Stranger(), ranges | {"level": level}, n_iter=5).fit(*classes)
        levels = search.cv_results_["param_level"].data
        assert min(levels) >= -1 and max(levels) <= 1
        assert set(search.cv_results_["param_word"].data) <= {"a", "b"}
    word = Categorical("x", ("c", None, ("d", 1)))
    search = cold(Stranger(), [{"word": word}, {"level": [0.5]}], n_iter=9).fit(*classes)
    found = search.cv_results_["params"]
    assert len(found) == 4  # all that there are
    assert {"word": ("d", 1)} in found and {"level": 0.5} in found


def test_a_source_that_can_only_be_drawn_from(classes):
    class Drawn:
        def rvs(self, size=None, random_state=None):
            return np.random.default_rng(random_state).uniform(-1, 1)

    twice = [cold(Stranger(), {"level": Drawn()}, n_iter=4).fit(*classes) for _ in range(2)]
    levels = [search.cv_results_["param_level"].data.tolist() for search in twice]
    assert levels[0] == levels[1] and len(set(levels[0])) == 4


def test_unknown_model_is_searched_without_experience_and_says_so(classes):
    ranges = {"max_depth": Int("max_depth", 1, 9), "min_samples_leaf": [1, 3, 9, 27]}
    model = DecisionTreeClassifier(random_state=0)
    search = MetaSearchCV(model, ranges, n_iter=9, cv=2, random_state=0).fit(*classes)
    assert search.advice_["family"] is None and not search.advice_["experience"]
    assert "DecisionTreeClassifier" in search.advice_["reason"]
    assert len(search.cv_results_["params"]) == 9


def test_unknown_model_needs_distributions(classes):
    with pytest.raises(ValueError, match="no ranges for DecisionTreeClassifier inside Pipeline"):
        cold(make_pipeline(StandardScaler(), DecisionTreeClassifier())).fit(*classes)


@pytest.mark.parametrize(
    ("distributions", "error", "message"),
    [
        ({"C": 3.0}, TypeError, "not iterable or a distribution"),
        ({"C": []}, ValueError, "empty"),
        ([], ValueError, "empty list"),
        ([3], TypeError, "not a dict"),
    ],
)
def test_distributions_that_are_none(classes, distributions, error, message):
    with pytest.raises(error, match=message):
        cold(LogisticRegression(), distributions).fit(*classes)


def test_searching_for_the_model_itself(classes):
    pipeline = Pipeline([("model", LogisticRegression())])
    ranges = {"model": [LogisticRegression(C=2), KNeighborsClassifier(), Stranger()]}
    search = MetaSearchCV(pipeline, ranges, n_iter=5, cv=2, random_state=0).fit(*classes)
    assert len(search.cv_results_["params"]) == 3
    assert not search.advice_["experience"]


def test_another_advisor(classes):
    search = cold(KNeighborsClassifier(), advisor=RandomAdvisor(), n_iter=4).fit(*classes)
    assert search.advice_["origins"] == ["random", "own", "random", "random"]


# Leaks, failures, folds


def test_tasks_that_share_rows_are_left_out():
    X, y = load_breast_cancer(return_X_y=True)
    search = MetaSearchCV(KNeighborsClassifier(), n_iter=1, cv=2).fit(X[::2], y[::2])
    assert "shared rows" in search.advice_["excluded"].values()


def test_failing_candidates_have_rows_of_nan(classes):
    ranges = {"broken": [True, False], "level": [0.0, 0.1, 0.2]}
    search = cold(Stranger(broken=True), ranges, n_iter=6, batch_size=1)
    with pytest.warns(FitFailedWarning):
        search.fit(*classes)
    scores = search.cv_results_["mean_test_score"]
    broken = search.cv_results_["param_broken"].data.astype(bool)
    assert len(scores) == 6
    np.testing.assert_array_equal(np.isnan(scores), broken)
    assert not search.best_params_["broken"]


def test_all_failing_is_scikit_learns_error(classes):
    with pytest.raises(ValueError, match="fits failed"):
        cold(Stranger(broken=True), {"level": [0.0, 0.1]}).fit(*classes)
    with pytest.raises(ValueError, match="broken on purpose"):
        cold(Stranger(broken=True), {"level": [0.0, 0.1]}, error_score="raise").fit(*classes)


def test_a_shuffling_splitter_is_asked_once(classes):
    class Counting(KFold):
        n_calls = 0

        def split(self, X, y=None, groups=None):
            type(self).n_calls += 1
            return super().split(X, y, groups)

    search = cold(LogisticRegression(), cv=Counting(3, shuffle=True), n_iter=6).fit(*classes)
    assert Counting.n_calls == 1
    assert search.n_splits_ == 3


def test_groups_and_weights(classes):
    X, y = classes
    groups = np.arange(90) % 6
    search = cold(LogisticRegression(), cv=GroupKFold(3)).fit(X, y, groups=groups)
    assert search.n_splits_ == 3
    with config_context(enable_metadata_routing=True):
        model = LogisticRegression().set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=True)
        weights = np.where(y == 1, 1.0, 1e-9)
        search = cold(model, {"C": [1.0]}, n_iter=1).fit(X, y, sample_weight=weights)
    assert (search.predict(X) == 1).all()


# Tables of all kinds


@pytest.mark.parametrize("kind", ["sparse", "pandas", "polars"])
def test_containers(classes, kind):
    X, y = classes
    if kind == "sparse":
        X = sparse.csr_array(X)
    elif kind == "pandas":
        X = pd.DataFrame(X, columns=list("abcdef"))
    else:
        X = pytest.importorskip("polars").DataFrame(X, schema=list("abcdef"))
    search = MetaSearchCV(LogisticRegression(), n_iter=2, cv=2, random_state=0).fit(X, y)
    assert search.advice_["experience"]
    assert len(search.predict(X)) == 90
    if kind != "sparse":
        assert list(search.feature_names_in_) == list("abcdef")


def test_what_is_no_table_is_searched_by_ranges_alone():
    from sklearn.feature_extraction.text import CountVectorizer

    texts = ["good film", "bad film", "good plot", "bad plot"] * 8
    labels = ["yes", "no"] * 16
    search = MetaSearchCV(
        make_pipeline(CountVectorizer(), LogisticRegression()), n_iter=3, cv=2, random_state=0
    ).fit(texts, labels)
    assert search.best_score_ == 1.0
    assert not search.advice_["experience"]
    assert "can't be described" in search.advice_["reason"]


def test_several_targets(numbers):
    X, y = numbers
    search = MetaSearchCV(Ridge(), n_iter=2, cv=2, random_state=0).fit(X, np.column_stack([y, -y]))
    assert search.predict(X).shape == (90, 2)
    assert not search.advice_["experience"]


@pytest.mark.parametrize("name", ["lightgbm", "xgboost", "catboost"])
def test_boosters_of_other_packages(classes, name):
    package = pytest.importorskip(name)
    model = {
        "lightgbm": lambda: package.LGBMClassifier(verbosity=-1, n_jobs=1),
        "xgboost": lambda: package.XGBClassifier(n_jobs=1),
        "catboost": lambda: package.CatBoostClassifier(
            logging_level="Silent", allow_writing_files=False, thread_count=1, iterations=20
        ),
    }[name]()
    search = MetaSearchCV(model, n_iter=2, cv=2, random_state=0).fit(*classes)
    assert search.advice_["family"] == name
    assert search.best_score_ > 0.6


def test_beyond_the_known_the_results_lead(classes):
    """On a smooth score the search closes in on its peak, which ten random draws miss."""

    def nearness(estimator, X, y):
        return -((estimator.level - 0.7) ** 2) - (estimator.broken == "x")

    search = cold(Stranger(), {"level": Float("level", -10, 10)}, scoring=nearness, n_iter=16)
    search.fit(*classes)
    assert abs(search.best_params_["level"] - 0.7) < 0.2
