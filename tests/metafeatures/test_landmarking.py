import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from sklearn_meta.metafeatures import TaskView, landmarking_metafeatures
from sklearn_meta.metafeatures._landmark_learners import ridge
from sklearn_meta.metafeatures._landmark_sample import LandmarkSample
from sklearn_meta.metafeatures._landmark_scores import area_under_curve

CLASSIFIERS = (
    *("DecisionStump", "NaiveBayes", "kNN1N", "Linear"),
    *("CfsSubsetEval_DecisionStump", "CfsSubsetEval_NaiveBayes", "CfsSubsetEval_kNN1N"),
    *(f"{kind}Depth{depth}" for kind in ("REPTree", "RandomTree") for depth in (1, 2, 3)),
    *("J48.001.", "J48.0001.", "J48.00001."),
)


def test_a_threshold_is_learned_by_all():
    X = np.random.default_rng(0).normal(size=(400, 1))
    found = landmarking_metafeatures(TaskView(X, (X[:, 0] > 0).astype(int), "binary"))
    for landmark in CLASSIFIERS:
        assert found[f"{landmark}ErrRate"] < 0.1
        assert found[f"{landmark}AUC"] > 0.9
        assert found[f"{landmark}Kappa"] > 0.8
    assert np.isnan(found["LinearRSquared"])


def test_chance_is_learned_by_none():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=900), "b": pd.Categorical(rng.choice(list("xyz"), 900))})
    found = landmarking_metafeatures(TaskView(X, rng.integers(0, 3, 900), "multiclass"))
    for landmark in CLASSIFIERS:
        assert abs(found[f"{landmark}AUC"] - 0.5) < 0.1
        assert abs(found[f"{landmark}Kappa"]) < 0.1


def test_naive_bayes_reads_numbers_and_levels_together():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 600)
    number = y + rng.normal(size=600)
    level = np.where(rng.random(600) < 0.8, y, 1 - y).astype(str)
    both = pd.DataFrame({"number": number, "level": pd.Categorical(level)})
    area = {
        name: landmarking_metafeatures(TaskView(both[list(name)], y, "binary"))["NaiveBayesAUC"]
        for name in (("number",), ("level",), ("number", "level"))
    }
    assert area["number", "level"] > max(area["number",], area["level",]) + 0.02


def test_a_line_is_learned_by_the_linear_landmark():
    X = np.random.default_rng(0).normal(size=(300, 3))
    found = landmarking_metafeatures(TaskView(X, X @ [1.0, 2.0, 3.0], "regression"))
    assert found["LinearRSquared"] > 0.99
    assert 0 < found["DecisionStumpRSquared"] < found["LinearRSquared"]
    assert np.isnan(found["kNN1NAUC"])


def test_selection_helps_a_neighbour_lost_in_noise():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 40))
    for kind, y in (("binary", (X[:, 7] > 0).astype(int)), ("regression", X[:, 7])):
        found = landmarking_metafeatures(TaskView(X, y, kind))
        if kind == "binary":
            assert found["CfsSubsetEval_kNN1NErrRate"] < found["kNN1NErrRate"] - 0.1
        else:
            assert found["CfsSubsetEval_kNN1NRSquared"] > found["kNN1NRSquared"] + 0.3


def test_regression_has_an_analogue_of_all_but_classes_own():
    X = np.random.default_rng(0).normal(size=(300, 4))
    found = landmarking_metafeatures(TaskView(X, np.sign(X[:, 0]) + 0.1 * X[:, 1], "regression"))
    shares = {name for name, value in found.items() if np.isfinite(value)}
    assert shares == {name for name in found if name.endswith("RSquared")}
    assert len(shares) == 12
    for landmark in ("REPTreeDepth1", "DecisionStump", "CfsSubsetEval_DecisionStump"):
        assert found[f"{landmark}RSquared"] > 0.9


def test_the_area_under_the_curve_is_scikit_learns():
    rng = np.random.default_rng(0)
    score, truth, weights = rng.integers(0, 9, 200), rng.random(200) < 0.3, rng.random(200)
    expected = roc_auc_score(truth, score, sample_weight=weights)
    assert area_under_curve(score, truth, weights) == pytest.approx(expected)


def test_weights_count_in_the_scores():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 1))
    y = (X[:, 0] > 0).astype(int)
    y[:100] = rng.integers(0, 2, 100)
    trusted = landmarking_metafeatures(
        TaskView(X, y, "binary", sample_weight=np.where(np.arange(300) < 100, 0.01, 1.0))
    )
    plain = landmarking_metafeatures(TaskView(X, y, "binary"))
    assert trusted["DecisionStumpErrRate"] < 0.05 < plain["DecisionStumpErrRate"]


def test_seeded():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(3000, 3)), rng.integers(0, 2, 3000)
    one, two = (landmarking_metafeatures(TaskView(X, y, "binary")) for _ in range(2))
    assert one == pytest.approx(two, nan_ok=True)


def test_nearly_as_many_classes_as_rows_go_without_a_warning():
    X = np.random.default_rng(0).normal(size=(90, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = landmarking_metafeatures(TaskView(X, np.arange(90) // 2, "multiclass"))
    assert found["kNN1NErrRate"] > 0.5


@pytest.mark.parametrize("shape", [(60, 4), (60, 200)])
def test_the_line_is_scikit_learns_ridge(shape):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=shape), rng.normal(size=60)
    weights = rng.integers(1, 4, 60)
    sample = LandmarkSample(TaskView(X, y, "regression", sample_weight=weights))
    train, test = next(sample.splits())
    model = Ridge(alpha=1.0).fit(
        sample.table[train], sample.wanted[train], sample_weight=sample.weights[train]
    )
    np.testing.assert_allclose(
        ridge(sample, train, test), model.predict(sample.table[test])[:, None]
    )
