import numpy as np
import pandas as pd
import pytest

from sklearn_meta.metafeatures import TaskView, information_metafeatures


def test_exclusive_or_tells_nothing_column_by_column():
    X = pd.DataFrame({"a": list("0011"), "b": list("0101")}).astype("category")
    found = information_metafeatures(TaskView(X, [0, 1, 1, 0], "binary"))
    assert found["ClassEntropy"] == 1.0
    assert found["MinAttributeEntropy"] == found["Quartile3AttributeEntropy"] == 1.0
    assert found["MaxMutualInformation"] == 0.0
    assert np.isnan(found["EquivalentNumberOfAtts"])
    assert np.isnan(found["MeanNoiseToSignalRatio"])


def test_a_copy_of_the_class_is_worth_one_attribute():
    y = np.array([0, 1, 1, 2, 2, 2])
    X = pd.DataFrame({"copy": pd.Categorical(y.astype(str))})
    found = information_metafeatures(TaskView(X, y, "multiclass"))
    assert found["EquivalentNumberOfAtts"] == pytest.approx(1.0)
    assert found["MeanNoiseToSignalRatio"] == pytest.approx(0.0)


def test_a_missing_value_counts_as_the_first_declared_level():
    holed = pd.Categorical(["b", None, "b", None], categories=["a", "b"])
    whole = pd.Categorical(["b", "a", "b", "a"], categories=["a", "b"])
    y = [0, 0, 1, 0]
    views = [TaskView(pd.DataFrame({"x": column}), y, "binary") for column in (holed, whole)]
    assert information_metafeatures(views[0]) == information_metafeatures(views[1])


def test_regression_has_no_class_information():
    X = pd.DataFrame({"a": pd.Categorical(list("xyxy"))})
    found = information_metafeatures(TaskView(X, [0.1, 0.2, 0.3, 0.4], "regression"))
    assert np.isnan(list(found.values())).all()


def test_weights_are_repetitions():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": pd.Categorical(rng.choice(list("xyz"), 60))})
    y, weights = rng.integers(0, 3, 60), rng.integers(0, 4, 60)
    weighted = TaskView(X, y, "multiclass", sample_weight=weights)
    repeated = X.iloc[np.repeat(np.arange(60), weights)].reset_index(drop=True)
    plain = TaskView(repeated, np.repeat(y, weights), "multiclass")
    assert information_metafeatures(weighted) == pytest.approx(information_metafeatures(plain))
