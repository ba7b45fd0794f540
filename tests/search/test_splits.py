"""Folds, rungs and subsamples."""

import warnings

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, KFold, TimeSeriesSplit

from sklearn_meta.search import make_folds, make_rungs, subsample
from sklearn_meta.search._splits import MAX_VALID_ROWS, n_default_folds


def table(n_rows, shares=(0.5, 0.5), seed=0):
    rng = np.random.default_rng(seed)
    return np.zeros((n_rows, 2)), rng.choice(len(shares), n_rows, p=shares)


def test_folds_are_a_partition():
    X, y = table(103)
    for kind in ("binary", "regression"):
        folds = make_folds(X, y, kind)
        assert len(folds) == 5
        np.testing.assert_array_equal(
            np.sort(np.concatenate([valid for _, valid in folds])), np.arange(103)
        )
        for train, valid in folds:
            assert not set(train) & set(valid)
            assert len(train) + len(valid) == 103


def test_classes_are_stratified():
    X, y = table(400, (0.9, 0.1))
    for train, valid in make_folds(X, y, "binary"):
        assert abs(y[valid].mean() - y.mean()) < 0.02
        assert abs(y[train].mean() - y.mean()) < 0.02


def test_holdout_is_stratified():
    X, y = table(60_000, (0.97, 0.02, 0.01))
    ((train, valid),) = make_folds(X, y, "multiclass")
    assert len(valid) == MAX_VALID_ROWS
    for code in range(3):
        assert (y[valid] == code).mean() == pytest.approx((y == code).mean(), abs=0.002)
    assert not set(train) & set(valid)


def test_rare_classes_are_no_obstacle():
    X, y = table(100)
    y[0] = 2
    y[1:4] = 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        folds = make_folds(X, y, "multiclass")
    assert len(folds) == 5


@pytest.mark.parametrize("members, n_folds", [(1, 5), (2, 2), (4, 4), (30, 5)])
def test_both_of_two_classes_are_in_every_fold(members, n_folds):
    y = np.r_[np.zeros(60, int), np.ones(members, int)]
    folds = make_folds(np.zeros((len(y), 1)), y, "binary")
    assert len(folds) == n_folds
    if members > 1:
        assert all(len(np.unique(y[valid])) == 2 for _, valid in folds)


@pytest.mark.parametrize("kind", ["binary", "regression"])
@pytest.mark.parametrize("n_rows", [2, 3, 4])
def test_a_handful_of_rows(kind, n_rows):
    y = np.arange(n_rows) % 2
    folds = make_folds(np.zeros((n_rows, 1)), y, kind)
    assert all(len(train) and len(valid) for train, valid in folds)


@pytest.mark.parametrize("time_budget", [1, 10, 1000])
@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_groups_are_never_split(time_budget, kind):
    X, y = table(200)
    groups = np.random.default_rng(1).integers(0, 13, 200)
    folds = make_folds(X, y, kind, groups=groups, time_budget=time_budget)
    for train, valid in folds:
        assert not set(groups[train]) & set(groups[valid])


def test_two_groups():
    X, y = table(60)
    groups = np.repeat([0, 1], 30)
    folds = make_folds(X, y, "binary", groups=groups, time_budget=1)
    assert all(len(np.unique(groups[valid])) == 1 for _, valid in folds)


@pytest.mark.parametrize(
    "cv, n_folds",
    [(4, 4), (KFold(3), 3), (TimeSeriesSplit(6), 6), ([([0, 1], [2]), ([1, 2], [0])], 2)],
)
def test_own_splits(cv, n_folds):
    X, y = table(50)
    folds = make_folds(X, y, "binary", cv=cv)
    assert len(folds) == n_folds
    assert all(isinstance(part, np.ndarray) for fold in folds for part in fold)


def test_time_series():
    X, y = table(50)
    for train, valid in make_folds(X, y, "regression", cv=TimeSeriesSplit(4)):
        assert train.max() < valid.min()


def test_own_splitter_takes_groups():
    X, y = table(60)
    groups = np.arange(60) % 7
    for train, valid in make_folds(X, y, "binary", cv=GroupKFold(3), groups=groups):
        assert not set(groups[train]) & set(groups[valid])


@pytest.mark.parametrize("cv", [[], [(np.arange(50), np.array([], dtype=int))]])
def test_useless_splits(cv):
    X, y = table(50)
    with pytest.raises(ValueError, match=r"cv=.* gave \d splits of 50 rows") as raised:
        make_folds(X, y, "binary", cv=cv)
    assert len(str(raised.value)) < 300


def test_seed():
    X, y = table(80)
    first, again, other = (make_folds(X, y, "binary", seed=seed) for seed in (0, 0, 1))
    assert all((a[1] == b[1]).all() for a, b in zip(first, again, strict=True))
    assert any((a[1] != b[1]).any() for a, b in zip(first, other, strict=True))


def test_fewer_folds_for_larger_tables_and_shorter_budgets():
    by_rows = [n_default_folds(rows, 20, 2, None) for rows in (500, 10_000, 30_000, 10**6)]
    assert by_rows == [5, 3, 1, 1]
    by_seconds = [n_default_folds(2_000, 20, 2, seconds) for seconds in (1, 8, 60)]
    assert by_seconds == sorted(by_seconds)
    assert by_seconds[0] < by_seconds[-1] == 5
    assert n_default_folds(2_000, 20, 100, 20) <= n_default_folds(2_000, 20, 2, 20)


def test_rungs():
    assert make_rungs(2_000) == (None,)
    assert make_rungs(10_000) == (None,)
    assert make_rungs(20_000) == (6_000, None)
    assert make_rungs(100_000) == (6_000, 30_000, None)
    assert make_rungs(20_000, has_clock=False) == (None,)
    assert make_rungs(100_000, has_clock=False)[0] == 6_000


@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_subsamples_are_nested_sorted_and_seeded(kind):
    _, y = table(1_000, (0.98, 0.01, 0.01))
    rows = np.arange(0, 1_000, 2)
    drawn = [subsample(rows, y, kind, size, seed=3) for size in (10, 50, 200, 499)]
    for small, large in zip(drawn, drawn[1:], strict=False):
        assert set(small) < set(large)
    for size, sample in zip((10, 50, 200, 499), drawn, strict=True):
        assert len(np.unique(sample)) == size
        assert (np.diff(sample) > 0).all()
        assert set(sample) <= set(rows)
    np.testing.assert_array_equal(subsample(rows, y, kind, 50, seed=3), drawn[1])
    assert set(subsample(rows, y, kind, 50, seed=4)) != set(drawn[1])


def test_subsample_keeps_a_row_of_each_class():
    y = np.zeros(5_000, int)
    y[:8] = np.arange(1, 9)
    for seed in range(5):
        sample = subsample(np.arange(5_000), y, "multiclass", 20, seed)
        assert set(y[sample]) == set(range(9))


def test_nothing_to_draw():
    rows = np.arange(10)
    assert subsample(rows, rows, "regression", None, 0) is rows
    assert subsample(rows, rows, "regression", 10, 0) is rows
