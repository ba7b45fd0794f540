"""An ordinary scikit-learn estimator: clones, pickles, sits in pipelines and grid searches."""

import io
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.validation import check_is_fitted

from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor
from sklearn_meta.advisors import RandomAdvisor
from sklearn_meta.spaces import Family

QUICK = ["naive_bayes", "linear", "neighbors"]


def test_kinds():
    assert is_classifier(MetaAutoClassifier())
    assert is_regressor(MetaAutoRegressor())


@pytest.mark.parametrize("estimator", [MetaAutoClassifier, MetaAutoRegressor])
def test_not_fitted(estimator, binary):
    model = estimator()
    for use in (
        lambda: model.predict(binary[0]),
        lambda: model.leaderboard_,
        model.report,
        lambda: check_is_fitted(model),
    ):
        with pytest.raises(NotFittedError):
            use()
    assert not hasattr(model, "best_pipeline_")


def test_parameters_survive_clone_and_set_params():
    parameters = {
        "time_budget": 7.5,
        "families": ["linear", "-mlp"],
        "advisor": RandomAdvisor(),
        "experience": ["bundled", "team.sqlite"],
        "record_to": "team.sqlite",
    }
    clf = clone(MetaAutoClassifier(**parameters))
    for name, value in parameters.items():
        if name != "advisor":
            assert clf.get_params()[name] == value
    assert clf.set_params(ensemble=False).ensemble is False
    assert set(clf.get_params(deep=False)) == set(MetaAutoRegressor().get_params(deep=False))


def test_fit_leaves_parameters_alone(quick_classifier, binary):
    advisor = RandomAdvisor()
    clf = quick_classifier(advisor=advisor, families=QUICK)
    before = clf.get_params(deep=False)
    clf.fit(*binary)
    assert clf.get_params(deep=False) == before
    assert not hasattr(advisor, "experience_")


def test_clone_of_a_fitted_one_is_unfitted(quick_classifier, binary):
    clf = quick_classifier().fit(*binary)
    assert not hasattr(clone(clf), "members_")
    assert len(clone(clf).fit(*binary).leaderboard_) == 3


def test_refit_forgets(quick_classifier, binary, iris):
    clf = quick_classifier().fit(*iris)
    clf.fit(*binary).tune_threshold()
    assert clf.n_features_in_ == 5
    clf.fit(*binary)
    assert not hasattr(clf, "threshold_")
    assert clf.predict_proba(binary[0]).shape == (120, 2)


@pytest.mark.parametrize(
    "copy",
    [
        lambda model: pickle.loads(pickle.dumps(model)),
        lambda model: joblib.load(_dumped(model)),
    ],
    ids=["pickle", "joblib"],
)
def test_fitted_models_travel(quick_classifier, quick_regressor, binary, numbers, copy):
    clf = quick_classifier(families=QUICK).fit(*binary)
    twin = copy(clf)
    np.testing.assert_array_equal(twin.predict_proba(binary[0]), clf.predict_proba(binary[0]))
    pd.testing.assert_frame_equal(twin.leaderboard_, clf.leaderboard_)
    assert twin.report() == clf.report()
    assert twin._repr_html_() is not None
    reg = quick_regressor(families=QUICK[1:]).fit(*numbers)
    np.testing.assert_array_equal(copy(reg).predict(numbers[0]), reg.predict(numbers[0]))


def _dumped(model):
    stream = io.BytesIO()
    joblib.dump(model, stream)
    stream.seek(0)
    return stream


def test_at_the_end_of_a_pipeline(quick_classifier, binary):
    X, y = binary
    pipeline = make_pipeline(StandardScaler(), quick_classifier())
    assert pipeline.fit(X, y).score(X, y) > 0.8
    pipeline.set_output(transform="pandas").fit(X, y)
    assert list(pipeline[-1].feature_names_in_) == [f"x{i}" for i in range(5)]
    assert pipeline.score(X, y) > 0.8


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("output", ["pandas", "polars", "default"])
def test_global_output_setting_changes_nothing(quick_classifier, binary, output):
    X, y = binary
    frame = pd.DataFrame(X, columns=list("abcde")).assign(town=np.where(y, "Rome", "Oslo"))
    families = ["linear", "hist_gradient_boosting", "extra_trees", "svm"]
    plain = quick_classifier(families=families, max_trials=4).fit(frame, y).predict_proba(frame)
    with config_context(transform_output=output):
        clf = quick_classifier(families=families, max_trials=4).fit(frame, y)
        proba = clf.predict_proba(frame)
    np.testing.assert_allclose(proba, plain)
    np.testing.assert_allclose(clf.predict_proba(frame), plain)


def test_cross_validation(quick_classifier, binary):
    X, y = binary
    scores = cross_val_score(quick_classifier(max_trials=2), X, y, cv=3)
    assert scores.mean() > 0.7
    proba = cross_val_predict(quick_classifier(max_trials=2), X, y, cv=3, method="predict_proba")
    assert proba.shape == (120, 2)


def test_grid_search_in_parallel(quick_classifier, big_binary):
    """Workers inside workers: no deadlock, and the result of one process."""
    X, y = big_binary
    grid = {
        "metaautoclassifier__ensemble": [True, False],
    }
    found = {}
    for n_jobs in (1, 2):
        pipeline = make_pipeline(
            StandardScaler(), quick_classifier(families=QUICK, max_trials=3, n_jobs=2)
        )
        search = GridSearchCV(pipeline, grid, cv=2, n_jobs=n_jobs, scoring="roc_auc").fit(X, y)
        found[n_jobs] = search
    np.testing.assert_array_equal(
        found[1].cv_results_["mean_test_score"], found[2].cv_results_["mean_test_score"]
    )
    np.testing.assert_array_equal(found[1].predict_proba(X), found[2].predict_proba(X))


def test_search_inside_a_thread(quick_classifier, binary):
    """Two searches of one process at the same time do not disturb each other."""
    from concurrent.futures import ThreadPoolExecutor

    X, y = binary
    alone = quick_classifier(families=QUICK).fit(X, y).predict_proba(X)
    with ThreadPoolExecutor(2) as pool:
        models = list(pool.map(lambda _: quick_classifier(families=QUICK).fit(X, y), range(4)))
    for model in models:
        np.testing.assert_array_equal(model.predict_proba(X), alone)


def test_weights_are_routed_through_a_pipeline(quick_classifier, binary):
    X, y = binary
    weight = np.where(y == 1, 20.0, 1.0)
    with config_context(enable_metadata_routing=True):
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        heavy = quick_classifier(families=QUICK).set_fit_request(sample_weight=True)
        blind = quick_classifier(families=QUICK).set_fit_request(sample_weight=False)
        weighted = make_pipeline(scaler, heavy).fit(X, y, sample_weight=weight)
        direct = quick_classifier(families=QUICK).fit(
            scaler.fit_transform(X), y, sample_weight=weight
        )
        with pytest.raises(TypeError, match="sample_weight"):
            make_pipeline(scaler, blind).fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(weighted.predict_proba(X), direct.predict_proba(scaler.transform(X)))
    assert weighted.predict(X).mean() > y.mean()


def test_groups_and_weights_are_routed_through_a_grid_search(quick_classifier, binary):
    X, y = binary
    groups = np.arange(len(y)) % 12
    with config_context(enable_metadata_routing=True):
        clf = quick_classifier(max_trials=2).set_fit_request(sample_weight=True, groups=True)
        clf.set_score_request(sample_weight=True)
        search = GridSearchCV(clf, {"ensemble": [True, False]}, cv=2)
        search.fit(X, y, sample_weight=np.ones(len(y)), groups=groups)
    assert search.best_estimator_.score(X, y) > 0.8


def test_feature_names(quick_classifier, binary):
    X, y = binary
    frame = pd.DataFrame(X, columns=list("abcde"))
    clf = quick_classifier().fit(frame, y)
    assert clf.feature_names_in_.tolist() == list("abcde")
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        clf.predict(X)
    unnamed = quick_classifier().fit(X, y)
    assert unnamed.n_features_in_ == 5
    assert not hasattr(unnamed, "feature_names_in_")
    with pytest.warns(UserWarning, match="fitted without feature names"):
        unnamed.predict(frame)


@pytest.mark.parametrize("transform", [pd.DataFrame, lambda X: X.tolist()])
def test_containers_within_a_pipeline(quick_classifier, binary, transform):
    X, y = binary
    pipeline = make_pipeline(FunctionTransformer(transform), quick_classifier(max_trials=2))
    assert pipeline.fit(X, y).score(X, y) > 0.8


def test_families_as_parameters(binary):
    from sklearn.tree import DecisionTreeClassifier

    family = Family.from_estimator("tree", DecisionTreeClassifier(), kinds=("binary",))
    clf = clone(MetaAutoClassifier(families=["linear", family], max_trials=1, experience=None))
    assert clf.families[1].name == "tree"
    assert "families" in repr(clf)
