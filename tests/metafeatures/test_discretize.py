import numpy as np
import pytest

from sklearn_meta.metafeatures._discretize import cut_codes


def test_a_threshold_on_a_decile_is_cut_once():
    x = np.random.default_rng(0).permutation(1000).astype(float)
    codes = cut_codes(x[:, None], (x >= 500).astype(int), np.ones(1000))[:, 0]
    np.testing.assert_array_equal(codes, x >= 500)


def test_a_band_between_deciles_is_found_to_a_decile():
    x = np.random.default_rng(0).permutation(1000).astype(float)
    y = ((x > 330) & (x < 670)).astype(int)
    codes = cut_codes(x[:, None], y, np.ones(1000))[:, 0]
    share = np.bincount(codes, y) / np.bincount(codes)
    assert share[[0, -1]].tolist() == [0, 0]  # outside
    assert share.max() == 1  # inside
    assert np.sum(np.bincount(codes)[(share > 0) & (share < 1)]) <= 200  # the two deciles between


def test_noise_constants_and_one_class_are_not_cut():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(500, 20)), np.zeros(500)])
    assert cut_codes(X, rng.integers(0, 3, 500), np.ones(500)).max() == 0
    assert cut_codes(X, np.zeros(500, int), np.ones(500)).max() == 0


def test_columns_do_not_touch_each_other():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 6))
    y = (X[:, 1] > 0).astype(int) + (X[:, 4] > 1)
    together = cut_codes(X, y, np.ones(400))
    for column in range(6):
        alone = cut_codes(X[:, [column]], y, np.ones(400))[:, 0]
        np.testing.assert_array_equal(together[:, column], alone)


def test_a_weight_is_a_repetition_of_evidence():
    x = np.arange(40.0)[:, None]
    y = (x[:, 0] > 19).astype(int)
    y[[5, 12, 25, 33]] ^= 1
    assert cut_codes(x, y, np.full(40, 0.05)).max() == 0
    assert cut_codes(x, y, np.full(40, 10.0)).max() >= 1


@pytest.mark.parametrize("n_classes", [2, 40, 200])
def test_many_classes_do_not_overflow(n_classes):
    rng = np.random.default_rng(0)
    y = rng.integers(0, n_classes, 4000)
    x = y[:, None] + 0.1 * rng.normal(size=(4000, 1))
    assert cut_codes(x, y, np.ones(4000)).max() >= 1


def test_no_columns_give_no_codes():
    assert cut_codes(np.zeros((5, 0)), np.zeros(5, int), np.ones(5)).shape == (5, 0)
