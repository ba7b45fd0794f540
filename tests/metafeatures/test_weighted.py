import numpy as np
import pytest
from scipy import stats

from sklearn_meta.metafeatures._weighted import (
    Moments,
    entropy,
    mutual_information,
    summarize,
)

FIELDS = ("mean", "std", "skewness", "kurtosis")


def test_moments_are_those_of_scipy():
    values = np.random.default_rng(0).gamma(2.0, size=(50, 3))
    moments = Moments(values, np.ones(50))
    np.testing.assert_allclose(moments.mean, values.mean(axis=0))
    np.testing.assert_allclose(moments.std, values.std(axis=0, ddof=1))
    np.testing.assert_allclose(moments.skewness, stats.skew(values, bias=False))
    np.testing.assert_allclose(moments.kurtosis, stats.kurtosis(values, bias=False))


def test_gaps_are_left_out_column_by_column():
    values = np.random.default_rng(0).normal(size=(50, 2))
    values[::3, 0] = np.nan
    moments = Moments(values, np.ones(50))
    kept = values[~np.isnan(values[:, 0]), :1]
    whole = Moments(kept, np.ones(len(kept)))
    for field in FIELDS:
        assert getattr(moments, field)[0] == pytest.approx(getattr(whole, field)[0])


def test_a_weight_is_a_repetition():
    rng = np.random.default_rng(0)
    values, weights = rng.normal(size=(40, 3)), rng.integers(0, 4, 40)
    values[::7, 1] = np.nan
    weighted = Moments(values, weights.astype(float))
    repeated = Moments(np.repeat(values, weights, axis=0), np.ones(weights.sum()))
    for field in FIELDS:
        np.testing.assert_allclose(getattr(weighted, field), getattr(repeated, field))


@pytest.mark.parametrize("constant", [0.0, 0.1, -3.7e300, 1e-300])
def test_a_constant_column_has_no_shape(constant):
    moments = Moments(np.full((2000, 1), constant), np.random.default_rng(0).random(2000))
    assert moments.std[0] == 0
    assert moments.mean[0] == pytest.approx(constant)
    assert np.isnan([moments.skewness[0], moments.kurtosis[0]]).all()
    assert (moments.standardized == 0).all()


def test_huge_numbers_do_not_overflow():
    values = np.random.default_rng(0).normal(size=(30, 1))
    small, huge = Moments(values, np.ones(30)), Moments(values * 1e300, np.ones(30))
    np.testing.assert_allclose(huge.skewness, small.skewness)
    np.testing.assert_allclose(huge.kurtosis, small.kurtosis)


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_too_few_rows_leave_shapes_undefined(n_rows):
    moments = Moments(np.arange(n_rows, dtype=float)[:, None], np.ones(n_rows))
    assert np.isfinite(moments.std[0])
    assert np.isnan(moments.kurtosis[0])
    assert np.isnan(moments.skewness[0]) == (n_rows < 3)


def test_entropy_in_bits():
    assert entropy(np.array([0, 1, 2, 3]), np.ones(4)) == 2.0
    assert entropy(np.array([0, 1]), np.array([3.0, 0.0])) == 0.0
    assert np.isnan(entropy(np.zeros(0, int), np.zeros(0)))


@pytest.mark.parametrize("n_levels", [2, 30, 4000])
def test_a_copy_of_the_target_tells_all_and_chance_tells_nothing(n_levels):
    rng = np.random.default_rng(0)
    target = rng.integers(0, n_levels, 5000)
    weights = np.ones(5000)
    copied = mutual_information(target, target, weights)
    assert copied == pytest.approx(entropy(target, weights))
    assert mutual_information(np.zeros(5000, int), target, weights) == 0.0


def test_quartiles_lie_where_openml_puts_them():
    found = summarize([1.0, 2.0, 3.0, 4.0, np.nan, np.inf], "X")
    assert [found[f"Quartile{k}X"] for k in (1, 2, 3)] == [1.25, 2.5, 3.75]
    assert (found["MinX"], found["MeanX"], found["MaxX"]) == (1.0, 2.5, 4.0)
    assert np.isnan(list(summarize([], "X").values())).all()
