import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sklearn_meta.metafeatures import TaskView, _simple, simple_metafeatures

X = pd.DataFrame(
    {
        "number": [1.0, np.nan, 3.0, 4.0],
        "flag": [True, False, True, True],
        "colour": pd.Categorical(["r", "g", None, None], categories=["g", "r", "b"]),
        "day": pd.to_datetime(["2020-01-01", None, "2020-01-03", "2020-01-04"]),
    }
)


def test_counts_of_a_mixed_table():
    found = simple_metafeatures(TaskView(X, [0, 0, 1, 1], "binary"))
    expected = {
        "NumberOfInstances": 4,
        "NumberOfFeatures": 5,
        "Dimensionality": 1.25,
        "NumberOfMissingValues": 4,
        "PercentageOfMissingValues": 20,
        "NumberOfInstancesWithMissingValues": 3,
        "PercentageOfInstancesWithMissingValues": 75,
        "NumberOfNumericFeatures": 1,
        "NumberOfSymbolicFeatures": 3,
        "NumberOfBinaryFeatures": 2,
        "PercentageOfBinaryFeatures": 40,
        "PercentageOfDateFeatures": 20,
        "PercentageOfTextFeatures": 0,
        "AutoCorrelation": 2 / 3,
        "NumberOfClasses": 2,
        "MajorityClassSize": 2,
        "MinorityClassPercentage": 50,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_a_numeric_target_is_a_numeric_feature():
    found = simple_metafeatures(TaskView(X, [0.5, 2.0, 2.0, 1.5], "regression"))
    assert found["NumberOfNumericFeatures"] == 2
    assert found["NumberOfClasses"] == 0
    assert found["AutoCorrelation"] == pytest.approx(1 - (0.5 - 1.5) / 3)
    assert np.isnan(found["MajorityClassSize"])


def test_missing_values_are_counted_in_chunks_alike(monkeypatch):
    values = np.random.default_rng(0).normal(size=(2500, 4))
    values[::3, 1] = np.nan
    values[2400:, 2] = np.nan
    weights = np.random.default_rng(1).integers(0, 3, 2500).astype(float)
    monkeypatch.setattr(_simple, "_CELLS_PER_CHUNK", 10)
    expected = (
        (np.isnan(values) * weights[:, None]).sum(),
        (np.isnan(values).any(axis=1) * weights).sum(),
    )
    for container in (values, pd.DataFrame(values), sparse.csr_array(values)):
        assert _simple._count_missing(container, weights) == expected


def test_weights_are_repetitions():
    weights = [2, 0, 1, 3]
    y = np.array([0, 0, 1, 1])
    weighted = simple_metafeatures(TaskView(X, y, "binary", sample_weight=weights))
    repeated = X.iloc[np.repeat(np.arange(4), weights)].reset_index(drop=True)
    plain = simple_metafeatures(TaskView(repeated, np.repeat(y, weights), "binary"))
    assert weighted == pytest.approx(plain, nan_ok=True)


def test_texts_dates_and_long_lists_of_levels_are_found():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "review": [f"this is the long story number {i} of a day" for i in range(100)],
            "code": [f"k{i}" for i in rng.permutation(100)],
            "day": [f"2021-03-{1 + i % 28:02d}" for i in range(100)],
        }
    ).astype("str")
    found = simple_metafeatures(TaskView(frame, rng.integers(0, 2, 100), "binary"))
    for name in ("Text", "HighCardinality", "Date"):
        assert found[f"PercentageOf{name}Features"] == 25
    assert found["NumberOfSymbolicFeatures"] == 2
