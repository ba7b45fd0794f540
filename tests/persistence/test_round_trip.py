"""What was saved comes back the same."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone

from sklearn_meta.persistence import load, save
from sklearn_meta.spaces import FAMILIES as BUILT_IN
from sklearn_meta.spaces import SearchSpace

FAMILIES = [
    "linear",
    "svm",
    "nystroem_svm",
    "neighbors",
    "naive_bayes",
    "discriminant",
    "gaussian_process",
    "random_forest",
    "extra_trees",
    "hist_gradient_boosting",
    "mlp",
    "lightgbm",
    "xgboost",
    "catboost",
    "few_shot",
    "in_context",
]
CLASSES_ONLY = ("naive_bayes", "discriminant", "few_shot")


def round_trip(model, folder):
    save(model, folder / "model.skops")
    return load(folder / "model.skops")


def assert_same(model, loaded, X):
    assert type(loaded) is type(model)
    assert set(vars(loaded)) == set(vars(model))
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    if hasattr(model, "predict_proba"):
        np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(loaded.best_pipeline_.predict(X), model.best_pipeline_.predict(X))
    assert_frame_equal(loaded.leaderboard_, model.leaderboard_)
    assert loaded.report() == model.report()
    assert loaded.similar_tasks_ == model.similar_tasks_
    assert loaded.best_configuration_ == model.best_configuration_


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_every_family(family, kind, fitted, numbers, tmp_path):
    if not BUILT_IN[family].is_available():
        pytest.skip(f"what {family} needs is not installed")
    if kind == "regression" and family in CLASSES_ONLY:
        pytest.skip("a family for classes only")
    targets = {
        "binary": np.where(numbers[:, 0] > 0, "yes", "no"),
        "multiclass": np.digitize(numbers[:, 0], [-0.4, 0.4]),
        "regression": numbers[:, 0] * 2 + 1,
    }
    model = fitted(numbers, targets[kind], families=[family], cv=2)
    assert model.trials_[0]["family"] == family
    assert_same(model, round_trip(model, tmp_path), numbers)


@pytest.mark.parametrize("family", ["linear", "hist_gradient_boosting", "extra_trees"])
@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_a_table_of_all_kinds(family, kind, fitted, mixed, tmp_path):
    signal = mixed["count"].to_numpy(float)
    y = signal if kind == "regression" else np.where(signal > 4, "many", "few")
    model = fitted(mixed, y, families=[family], cv=2)
    loaded = round_trip(model, tmp_path)
    assert_same(model, loaded, mixed)
    unseen = mixed.assign(kind="new", colour="violet", text="nothing of the kind")
    np.testing.assert_array_equal(loaded.predict(unseen), model.predict(unseen))


def test_every_built_in_family_is_tested():
    spaces = [SearchSpace(kind) for kind in ("binary", "multiclass", "regression")]
    assert set().union(*(space.families for space in spaces)) <= set(FAMILIES)


def test_a_sparse_table(fitted, numbers, tmp_path):
    X = sparse.csr_array(np.where(numbers > 0, numbers, 0.0))
    model = fitted(X, numbers[:, 0], families=["linear"], cv=2)
    assert_same(model, round_trip(model, tmp_path), X)


def test_advice_from_experience(fitted, numbers, tmp_path):
    y = np.where(numbers[:, 0] > 0, "yes", "no")
    model = fitted(numbers, y, families=["naive_bayes"], cv=2, experience="bundled")
    assert model.similar_tasks_
    assert_same(model, round_trip(model, tmp_path), numbers)


def test_an_ensemble_with_weights(small, tmp_path):
    model, X, _ = small
    loaded = round_trip(model, tmp_path)
    assert_same(model, loaded, X)
    assert [m.weight for m in loaded.members_] == [m.weight for m in model.members_]
    assert loaded.classes_.tolist() == ["no", "yes"]


def test_one_model_in_two_places_is_stored_once(small, tmp_path):
    model, X, y = small
    shared = clone(model).fit(X, y)
    shared.best_pipeline_ = shared.members_[0].models[0]
    loaded = round_trip(shared, tmp_path)
    assert loaded.best_pipeline_ is loaded.members_[0].models[0]


def test_metadata_requests_come_back(small, tmp_path):
    model, X, y = small
    loaded = round_trip(model, tmp_path)
    for own, other in zip(model.members_, loaded.members_, strict=True):
        before, after = own.models[0][-1], other.models[0][-1]
        assert after.get_metadata_routing().fit.requests == (
            before.get_metadata_routing().fit.requests
        )
    with config_context(enable_metadata_routing=True):
        loaded.best_pipeline_.fit(X, y, sample_weight=np.ones(len(y)))


def test_saving_does_not_touch_the_model(small, tmp_path):
    model, X, _ = small
    pipeline = model.members_[0].models[0]
    before = vars(pipeline[-1]).copy()
    save(model, tmp_path / "model.skops")
    assert vars(pipeline[-1]).keys() == before.keys()
    assert all(vars(pipeline[-1])[name] is value for name, value in before.items())


def test_a_loaded_model_fits_again_and_tunes_its_threshold(small, tmp_path):
    model, X, y = small
    loaded = round_trip(model, tmp_path).tune_threshold()
    assert "threshold_" not in vars(model)
    again = round_trip(loaded, tmp_path)
    assert again.threshold_ == loaded.threshold_
    np.testing.assert_array_equal(again.predict(X), loaded.predict(X))
    np.testing.assert_array_equal(clone(again).fit(X, y).predict_proba(X), model.predict_proba(X))


def test_a_best_pipeline_that_reads_durations(fitted, tmp_path):
    X = pd.DataFrame({"t": pd.to_timedelta(np.arange(40), unit="h"), "n": [1, None] * 20})
    X["n"] = X["n"].astype("Int64")
    model = fitted(X, np.arange(40) // 20, max_trials=1, families=["linear"])
    assert model.best_pipeline_.steps[0][0] == "plain"
    assert_same(model, round_trip(model, tmp_path), X)
