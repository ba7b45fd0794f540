import numpy as np
import pandas as pd
import pytest

from sklearn_meta.metafeatures import TaskView, statistical_metafeatures


def test_a_numeric_target_enters_the_numeric_attributes():
    X = np.array([[1.0], [2.0], [3.0], [4.0]])
    y = np.array([10.0, 20.0, 30.0, 40.0])
    found = statistical_metafeatures(TaskView(X, y, "regression"))
    assert found["MinMeansOfNumericAtts"] == 2.5
    assert found["MaxMeansOfNumericAtts"] == 25.0
    assert np.isnan(found["MaxNominalAttDistinctValues"])


def test_a_class_enters_the_nominal_attributes():
    X = pd.DataFrame({"colour": pd.Categorical(["r", "g", "b", "r"])})
    found = statistical_metafeatures(TaskView(X, [0, 1, 0, 1], "binary"))
    assert found["MinNominalAttDistinctValues"] == 2
    assert found["MeanNominalAttDistinctValues"] == 2.5
    assert found["StdvNominalAttDistinctValues"] == pytest.approx(np.sqrt(0.5))
    assert np.isnan(found["MeanMeansOfNumericAtts"])


def test_correlations_are_those_of_numpy_with_gaps_left_out():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = X[:, 0] + 0.5 * rng.normal(size=60)
    X[::4, 0] = np.nan
    X[:, 2] = 1.0
    found = statistical_metafeatures(TaskView(X, y, "regression"))
    kept = ~np.isnan(X[:, 0])
    sizes = [abs(np.corrcoef(X[kept, 0], y[kept])[0, 1]), abs(np.corrcoef(X[:, 1], y)[0, 1])]
    assert found["MeanAbsCorrelationWithTarget"] == pytest.approx(np.mean(sizes))
    assert found["MaxAbsCorrelationWithTarget"] == pytest.approx(np.max(sizes))


def test_target_distribution():
    y = np.random.default_rng(0).exponential(size=2000).round(1)
    found = statistical_metafeatures(TaskView(np.zeros((2000, 1)), y, "regression"))
    assert 1.5 < found["TargetSkewness"] < 2.5
    assert found["PercentageOfDistinctTargetValues"] == pytest.approx(100 * len(set(y)) / 2000)


def test_principal_components():
    rng = np.random.default_rng(0)
    line = rng.normal(size=(300, 1))
    first, enough = (
        "PercentageOfVarianceOfFirstComponent",
        "PercentageOfComponentsFor95PercentVariance",
    )
    y = rng.integers(0, 2, 300)
    found = statistical_metafeatures(TaskView(line * [1, -2, 3, 4], y, "binary"))
    assert (found[first], found[enough]) == (pytest.approx(100), 25)
    found = statistical_metafeatures(TaskView(rng.normal(size=(300, 10)), y, "binary"))
    assert found[first] < 20
    assert found[enough] == 100


def test_weights_are_repetitions():
    rng = np.random.default_rng(0)
    X, y, weights = rng.normal(size=(50, 4)), rng.normal(size=50), rng.integers(0, 4, 50)
    X[::5, 1] = np.nan
    weighted = statistical_metafeatures(TaskView(X, y, "regression", sample_weight=weights))
    repeated = TaskView(np.repeat(X, weights, axis=0), np.repeat(y, weights), "regression")
    assert weighted == pytest.approx(statistical_metafeatures(repeated), nan_ok=True)


def test_the_scale_of_a_column_leaves_its_shape():
    rng = np.random.default_rng(0)
    X, y = rng.gamma(1.0, size=(100, 3)), rng.integers(0, 2, 100)
    one = statistical_metafeatures(TaskView(X, y, "binary"))
    two = statistical_metafeatures(TaskView(X * [1e-9, 7.0, 1e12], y, "binary"))
    for name, value in one.items():
        if "Kurtosis" in name or "Skewness" in name or name.startswith("PercentageOf"):
            assert two[name] == pytest.approx(value, nan_ok=True)
