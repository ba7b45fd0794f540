import json
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.naive_bayes import BernoulliNB
from sklearn.tree import DecisionTreeRegressor

from sklearn_meta._validation import check_table, take_rows
from sklearn_meta.metafeatures._columns import column_roles
from sklearn_meta.spaces import (
    Family,
    Float,
    Int,
    SearchSpace,
    candidate_configurations,
    configuration_key,
    fit_pipeline,
)
from sklearn_meta.spaces.families import FAMILIES

KINDS = ("binary", "multiclass", "regression")


def mixed_table(n_rows=90, seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({f"n{i}": rng.normal(size=n_rows) for i in range(3)})
    X.loc[::7, "n1"] = np.nan
    X["flag"] = rng.random(n_rows) > 0.5
    X["colour"] = (
        pd.Series(rng.integers(0, 4, n_rows)).map(lambda i: f"c{i}").mask(X.index % 9 == 0)
    )
    X["place"] = [f"p{i}" for i in rng.integers(0, 70, n_rows)]
    X["constant"] = 1
    return X, X["n0"].to_numpy() + 2 * X["flag"].to_numpy()


def target_of(kind, signal):
    if kind == "regression":
        return signal
    edges = np.quantile(signal, [0.5] if kind == "binary" else [0.25, 0.5, 0.75])
    return np.digitize(signal, edges)


def fitted(space, configuration, X, y, sample_weight=None, stop=None):
    X = check_table(None, X, reset=True)
    n_classes = 0 if space.kind == "regression" else len(np.unique(y))
    pipeline = space.pipeline(
        configuration,
        column_roles(X),
        n_rows=X.shape[0],
        n_columns=X.shape[1],
        n_classes=n_classes,
        random_state=0,
    )
    return fit_pipeline(pipeline, X, y, sample_weight, stop)


def outputs(pipeline, X):
    X = check_table(None, X, reset=True)
    method = "predict_proba" if hasattr(pipeline, "predict_proba") else "predict"
    return getattr(pipeline, method)(X)


@pytest.fixture
def raised_warnings():
    with pytest.MonkeyPatch.context(), np.errstate(all="ignore"):
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield


@pytest.mark.parametrize("family", list(FAMILIES))
@pytest.mark.parametrize("kind", KINDS)
def test_every_family_learns_a_mixed_table_without_a_warning(kind, family, raised_warnings):
    if kind not in FAMILIES[family].kinds:
        pytest.skip(f"{family} does not learn {kind}")
    if not FAMILIES[family].is_available():
        pytest.skip(f"what {family} needs is not installed")
    space = SearchSpace(kind, [family])
    X, signal = mixed_table()
    y = target_of(kind, signal)
    later = X.copy()
    later["n0"] = np.nan
    later["colour"] = "unseen"
    for configuration in (space.complete({"family": family}), space.sample(3)):
        pipeline, fraction = fitted(space, configuration, X, y)
        assert fraction == 1.0
        restored = pickle.loads(pickle.dumps(pipeline))
        np.testing.assert_array_equal(outputs(restored, X), outputs(pipeline, X))
        for table in (X, later):
            predicted = outputs(pipeline, table)
            assert np.isfinite(predicted).all()
            if kind != "regression":
                assert predicted.shape == (len(X), len(np.unique(y)))
                np.testing.assert_allclose(predicted.sum(axis=1), 1, atol=1e-6)
        clone(pipeline)


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_and_draws_lie_in_the_space(kind):
    space = SearchSpace(kind)
    rng = np.random.default_rng(0)
    drawn = [space.sample(rng, family) for family in space.families for _ in range(20)]
    for configuration in space.default_configurations() + drawn:
        assert space.contains(configuration)
        assert space.complete(configuration) == configuration
        assert json.loads(json.dumps(configuration)) == configuration


def test_draws_are_repeatable_and_cover_the_families():
    space = SearchSpace("binary")
    first, second = (
        [space.sample(rng) for rng in [np.random.default_rng(5)] for _ in range(200)]
        for _ in range(2)
    )
    assert first == second
    assert {configuration["family"] for configuration in first} == set(space.families)


@pytest.mark.parametrize(
    "change",
    [
        {"family": "nonsense"},
        {"C": -1.0},
        {"C": "much"},
        {"penalty": "l7"},
        {"depth": 3},
        {"l1_ratio": 0.5},  # does not matter beside the l2 penalty
    ],
)
def test_illegal_configurations_are_told(change):
    space = SearchSpace("binary")
    assert space.contains({"family": "linear", "C": 1.0})
    assert not space.contains({"family": "linear", "C": 1.0, **change})


def test_names_choose_and_exclude():
    assert list(SearchSpace("binary", ["linear", "svm"]).families) == ["linear", "svm"]
    without = SearchSpace("binary", ["-linear"]).families
    assert "linear" not in without
    assert "naive_bayes" in without
    assert list(SearchSpace("binary", "linear").families) == ["linear"]


def test_own_families_are_added():
    own = Family.from_estimator(
        "bernoulli", BernoulliNB(), [Float("alpha", 0.1, 2.0, default=1.0)], kinds=("binary",)
    )
    space = SearchSpace("binary", ["linear", own])
    assert list(space.families) == ["linear", "bernoulli"]
    X, signal = mixed_table()
    pipeline, _ = fitted(
        space, {"family": "bernoulli", "alpha": 0.5}, X, target_of("binary", signal)
    )
    assert pipeline[-1].alpha == 0.5
    assert "naive_bayes" in SearchSpace("binary", ["-linear", own]).families


def test_own_families_are_checked():
    with pytest.raises(ValueError, match="no parameter"):
        Family.from_estimator(
            "t", DecisionTreeRegressor(), [Int("depth", 1, 2)], kinds="regression"
        )
    with pytest.raises(ValueError, match="kinds must be among"):
        Family.from_estimator("t", DecisionTreeRegressor(), kinds="ranking")


def test_a_misspelt_name_gets_a_suggestion():
    with pytest.raises(ValueError, match="Did you mean 'random_forest'"):
        SearchSpace("binary", ["random_forst"])


def test_families_that_do_not_fit_are_left_out_or_refused():
    assert "naive_bayes" not in SearchSpace("regression").families
    with pytest.raises(ValueError, match="Leave the family out"):
        SearchSpace("regression", ["naive_bayes"])
    assert "svm" not in SearchSpace("binary", n_rows=100_000).families
    assert "svm" in SearchSpace("binary", ["svm"], n_rows=100_000).families
    assert "hist_gradient_boosting" not in SearchSpace("multiclass", n_classes=300).families
    assert "neighbors" not in SearchSpace("binary", weighted=True).families
    assert "naive_bayes" not in SearchSpace("binary", sparse=True).families
    with pytest.raises(ValueError, match="No family is left"):
        SearchSpace("binary", ["neighbors"], weighted=True)
    with pytest.raises(ValueError, match="kind must be one of"):
        SearchSpace("ranking")


@pytest.mark.parametrize("is_sparse", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_openings_count_weights_exactly(kind, is_sparse):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 4))
    y = target_of(kind, X[:, 0] + rng.normal(size=40))
    X = sparse.csr_array(np.where(np.abs(X) < 0.5, 0, X)) if is_sparse else X
    weights = rng.integers(0, 4, size=40)
    repeated = np.repeat(np.arange(40), weights)
    space = SearchSpace(kind, weighted=True, sparse=is_sparse)
    assert len(space.openings()) == 2
    for opening in space.openings():
        weighted, _ = fitted(space, opening, X, y, weights.astype(float))
        plain, _ = fitted(
            space, opening, take_rows(X, repeated), y[repeated], np.ones(len(repeated))
        )
        np.testing.assert_allclose(outputs(weighted, X), outputs(plain, X), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_candidates_are_legal_and_different(kind):
    space = SearchSpace(kind)
    candidates = candidate_configurations(kind)
    assert all(space.contains(configuration) for configuration in candidates)
    keys = [configuration_key(configuration) for configuration in candidates]
    assert len(set(keys)) == len(keys)
    assert candidates == candidate_configurations(kind)
    boosters = ("lightgbm", "xgboost", "catboost")
    assert len(candidates) >= (100 if set(boosters) <= set(space.families) else 70)


def test_candidates_do_not_depend_on_what_else_is_installed(monkeypatch):
    everything = candidate_configurations("binary")
    monkeypatch.setattr("sklearn_meta.spaces._family.is_installed", lambda module: False)
    needs = ("lightgbm", "xgboost", "catboost")
    expected = [c for c in everything if c["family"] not in needs]
    assert candidate_configurations("binary") == expected
    with pytest.raises(ImportError, match=r"sklearn-meta\[boost\]"):
        SearchSpace("binary", ["catboost"])


def test_keys_follow_content_alone():
    key = configuration_key({"family": "a", "x": 1.0, "flag": True})
    assert key == configuration_key({"flag": True, "x": np.int64(1), "family": "a"})
    assert key != configuration_key({"family": "a", "x": 1.5, "flag": True})
    assert key != configuration_key({"family": "a", "x": 1, "flag": 1})


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Int("depth", 9, 1), "first bound is above"),
        (lambda: Int("depth", 1, 9, default=30), "default 30"),
        (lambda: Float("C", 0.0, 1.0, log=True), "logarithmic"),
    ],
)
def test_ranges_are_checked(make, said):
    with pytest.raises(ValueError, match=said):
        make()
