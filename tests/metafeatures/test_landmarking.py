import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from sklearn_meta.metafeatures import TaskView, landmarking_metafeatures
from sklearn_meta.metafeatures._landmark_scores import area_under_curve


def test_a_threshold_is_learned_by_all():
    X = np.random.default_rng(0).normal(size=(400, 1))
    found = landmarking_metafeatures(TaskView(X, (X[:, 0] > 0).astype(int), "binary"))
    for landmark in ("DecisionStump", "NaiveBayes", "kNN1N"):
        assert found[f"{landmark}ErrRate"] < 0.1
        assert found[f"{landmark}AUC"] > 0.9
        assert found[f"{landmark}Kappa"] > 0.8
    assert np.isnan(found["LinearRSquared"])


def test_chance_is_learned_by_none():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=900), "b": pd.Categorical(rng.choice(list("xyz"), 900))})
    found = landmarking_metafeatures(TaskView(X, rng.integers(0, 3, 900), "multiclass"))
    for landmark in ("DecisionStump", "NaiveBayes", "kNN1N"):
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
