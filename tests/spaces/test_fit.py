import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.dummy import DummyClassifier

from sklearn_meta._validation import check_table
from sklearn_meta.metafeatures._columns import column_roles
from sklearn_meta.spaces import SearchSpace, fit_pipeline
from sklearn_meta.spaces._stopping import next_chunk
from sklearn_meta.spaces.families import FAMILIES

GROWING = {
    "hist_gradient_boosting": "max_iter",
    "random_forest": "n_estimators",
    "extra_trees": "n_estimators",
    "lightgbm": "n_estimators",
    "xgboost": "n_estimators",
    "catboost": "iterations",
}


def build(space, configuration, X, y):
    X = check_table(None, X, reset=True)
    pipeline = space.pipeline(
        configuration,
        column_roles(X),
        n_rows=X.shape[0],
        n_columns=X.shape[1],
        n_classes=0 if space.kind == "regression" else int(max(y)) + 1,
        random_state=0,
    )
    return pipeline, X


def some_table(n_rows=80, n_columns=3):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, n_columns))
    return X, (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize("family", GROWING)
@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_a_stopped_model_is_usable(kind, family):
    if FAMILIES[family].module:
        pytest.importorskip(FAMILIES[family].module)
    X, y = some_table(400)
    space = SearchSpace(kind, [family])
    pipeline, X = build(space, {"family": family, GROWING[family]: 300}, X, y)

    def stop():
        stop.asked += 1
        return stop.asked > 1

    stop.asked = 0
    pipeline, fraction = fit_pipeline(pipeline, X, y, stop=stop)
    assert 0 < fraction <= 1
    assert (fraction < 1) == (stop.asked > 1)
    assert pipeline.score(X, y) > 0.3


@pytest.mark.parametrize("family", ["hist_gradient_boosting", "random_forest"])
def test_a_model_that_is_not_stopped_is_complete(family):
    X, y = some_table()
    space = SearchSpace("binary", [family])
    pipeline, X = build(space, {"family": family, GROWING[family]: 60}, X, y)
    pipeline, fraction = fit_pipeline(pipeline, X, y, stop=lambda: False)
    assert fraction == 1.0
    assert pipeline[-1].get_params()[GROWING[family]] == 60
    assert not pipeline[-1].warm_start


def test_the_first_chunk_is_always_fitted():
    X, y = some_table()
    space = SearchSpace("binary", ["random_forest"])
    pipeline, X = build(space, {"family": "random_forest"}, X, y)
    _, fraction = fit_pipeline(pipeline, X, y, stop=lambda: True)
    assert fraction == 0.08


def test_chunks_follow_the_measured_speed():
    assert next_chunk(8, seconds=1e-9) == 32
    assert next_chunk(8, seconds=0.4) == 4
    assert next_chunk(8, seconds=100.0) == 1


def test_weights_reach_scaler_and_model():
    X, y = some_table()
    weights = np.r_[np.zeros(40), np.ones(40)]
    space = SearchSpace("binary", ["linear"], weighted=True)
    pipeline, X = build(space, {"family": "linear"}, X, y)
    fit_pipeline(pipeline, X, y, weights)
    scaler = pipeline[0].named_transformers_["numeric"][-1]
    np.testing.assert_allclose(scaler.mean_, X[40:].mean(axis=0))


def test_a_fitted_pipeline_can_be_fitted_again_by_hand():
    X, y = some_table()
    pipeline, X = build(SearchSpace("binary", ["linear"]), {"family": "linear"}, X, y)
    pipeline.fit(X, y)
    with config_context(enable_metadata_routing=True):
        pipeline.fit(X, y, sample_weight=np.ones(len(y)))


def test_weights_that_would_be_ignored_are_refused():
    X, y = some_table()
    pipeline, X = build(SearchSpace("binary", ["neighbors"]), {"family": "neighbors"}, X, y)
    with pytest.raises(ValueError, match="can't use sample_weight"):
        fit_pipeline(pipeline, X, y, np.ones(len(y)))


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_a_table_without_a_usable_column_gives_the_prior(kind):
    y = np.array([0, 0, 0, 1])
    pipeline, X = build(SearchSpace(kind), {"family": "linear"}, np.ones((4, 2)), y)
    pipeline, _ = fit_pipeline(pipeline, X, y)
    prior = pipeline.predict(X) if kind == "regression" else pipeline.predict_proba(X)[:, 1]
    np.testing.assert_allclose(prior, 0.25)


def test_one_class_among_the_rows_is_always_predicted():
    X, _ = some_table(20)
    pipeline, X = build(SearchSpace("binary"), {"family": "svm"}, X, np.ones(20, dtype=int))
    pipeline, _ = fit_pipeline(pipeline, X, np.ones(20, dtype=int))
    assert isinstance(pipeline[-1], DummyClassifier)
    assert pipeline.classes_.tolist() == [1]


@pytest.mark.parametrize("family", ["linear", "xgboost", "svm", "mlp", "random_forest"])
def test_labels_with_gaps_and_rare_classes_are_kept(family):
    if FAMILIES[family].module:
        pytest.importorskip(FAMILIES[family].module)
    X, y = some_table(60)
    y = 3 * y
    y[0] = 5
    pipeline, X = build(SearchSpace("multiclass", [family]), {"family": family}, X, y)
    pipeline, _ = fit_pipeline(pipeline, X, y)
    assert pipeline.classes_.tolist() == [0, 3, 5]
    assert pipeline.predict_proba(X).shape == (60, 3)


@pytest.mark.parametrize("family", ["linear", "naive_bayes", "random_forest", "svm", "neighbors"])
def test_three_hundred_classes(family):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(450, 4)), np.arange(450) % 300
    limits = {} if family != "svm" else {"kernel": "rbf"}
    space = SearchSpace(
        "multiclass", None if family == "svm" else [family], n_rows=450, n_columns=4, n_classes=300
    )
    if family == "svm":
        assert "svm" not in space.families
        return
    pipeline, X = build(space, {"family": family, **limits}, X, y)
    pipeline, _ = fit_pipeline(pipeline, X, y)
    assert pipeline.predict_proba(X[:5]).shape == (5, 300)


@pytest.mark.parametrize("family", ["linear", "random_forest"])
def test_sparse_tables_stay_sparse(family):
    X = sparse.random(60, 20, density=0.3, format="csr", random_state=0)
    y = np.arange(60) % 2
    space = SearchSpace("binary", [family], sparse=True)
    pipeline, X = build(space, {"family": family}, X, y)
    pipeline, _ = fit_pipeline(pipeline, X, y)
    assert sparse.issparse(pipeline[:-1].transform(X)) or len(pipeline.steps) == 1
    assert pipeline.predict_proba(X).shape == (60, 2)


@pytest.mark.parametrize("family", ["linear", "hist_gradient_boosting", "extra_trees"])
def test_dates_and_text(family):
    n = 60
    X = pd.DataFrame(
        {
            "day": pd.date_range("2020", periods=n, freq="9h"),
            "written": [f"2021-01-{i % 28 + 1:02d}" for i in range(n)],
            "remark": [
                f"the customer number {i} was {'glad' if i % 2 else 'cross'}" for i in range(n)
            ],
        }
    )
    y = np.arange(n) % 2
    X.loc[3, "day"] = pd.NaT
    pipeline, X = build(SearchSpace("binary", [family]), {"family": family}, X, y)
    pipeline, _ = fit_pipeline(pipeline, X, y)
    assert pipeline.score(X, y) > 0.9
    later = X.iloc[:3].copy()
    later["day"], later["written"], later["remark"] = pd.NaT, ["", None, "rubbish"], None
    assert np.isfinite(pipeline.predict_proba(later.astype(X.dtypes))).all()


def test_a_class_without_weight_is_no_class():
    X, y = some_table(60)
    y[:2] = 2
    weights = np.r_[np.zeros(2), np.ones(58)]
    for family in ("naive_bayes", "linear"):
        space = SearchSpace("multiclass", [family], weighted=True)
        pipeline, table = build(space, {"family": family}, X, y)
        pipeline, _ = fit_pipeline(pipeline, table, y, weights)
        assert pipeline.classes_.tolist() == [0, 1]


def test_selection_keeps_a_column():
    X = pd.DataFrame({"a": [f"id{i % 50}" for i in range(60)], "b": ["x", "y"] * 30})
    y = np.arange(60) % 3
    chosen = {"family": "linear", "selection": "univariate", "selection_share": 0.1}
    pipeline, X = build(
        SearchSpace("multiclass", ["linear"]), {**chosen, "encoding": "target"}, X, y
    )
    pipeline, _ = fit_pipeline(pipeline, X, y)
    assert pipeline.predict_proba(X).shape == (60, 3)


@pytest.mark.parametrize("family", ["linear", "random_forest"])
def test_dates_and_text_in_columns_without_names(family):
    n = 60
    X = pd.DataFrame(
        {
            1: pd.date_range("2020", periods=n),
            "b": [f"what the customer {i} wrote" for i in range(n)],
            3: ["x", "y"] * (n // 2),
        }
    )
    pipeline, X = build(SearchSpace("binary"), {"family": family}, X, np.arange(n) % 2)
    pipeline, _ = fit_pipeline(pipeline, X, np.arange(n) % 2)
    assert pipeline.predict_proba(X).shape == (n, 2)
