import numpy as np
import pandas as pd
import pytest

from sklearn_meta.metafeatures import TaskView
from sklearn_meta.metafeatures._landmark_sample import LandmarkSample
from sklearn_meta.metafeatures._subset_selection import (
    _best_first,
    _Correlations,
    correlated_subset,
)


def _chosen(X, y, kind="binary"):
    sample = LandmarkSample(TaskView(X, y, kind))
    return correlated_subset(sample, np.arange(len(sample.target)))


def _noisy_copies(rng, y, error_rates):
    return {
        f"copy_{i}": pd.Categorical(np.where(rng.random(len(y)) < rate, 1 - y, y))
        for i, rate in enumerate(error_rates)
    }


def test_what_tells_is_chosen_and_noise_is_not():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 800)
    numbers = {f"noise_{i}": rng.normal(size=800) for i in range(5)}
    numbers["told"] = y + 0.5 * rng.normal(size=800)
    X = pd.DataFrame(numbers | _noisy_copies(rng, y, [0.1, 0.5, 0.5]))
    assert _chosen(X, y) == [5, 6]  # numeric columns first, then nominal ones


def test_a_repetition_is_not_chosen_twice():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 800)
    good = y + 0.8 * rng.normal(size=800)
    X = np.column_stack([good, good * 2, np.round(good, 3)])
    assert len(_chosen(X, y)) == 1


def test_independent_votes_are_all_worth_having():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 900)
    assert _chosen(pd.DataFrame(_noisy_copies(rng, y, [0.2] * 4)), y) == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_pure_noise_leaves_nothing(kind):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 6))
    y = rng.integers(0, 2, 500) if kind == "binary" else rng.normal(size=500)
    assert _chosen(X, y, kind) == []


def test_a_numeric_target_is_told_by_its_causes():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 6))
    assert _chosen(X, X[:, 2] + X[:, 4], "regression") == [2, 4]


def test_the_search_finds_the_best_subset_of_few():
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, 600)
    X = y[:, None] * rng.random(5) + rng.normal(size=(600, 5))
    sample = LandmarkSample(TaskView(X, y, "multiclass"))
    rows = np.arange(600)
    table = _Correlations(sample, rows)

    def merit(subset):
        c = table.with_target[list(subset)].sum()
        r = sum(table.among(a)[b] for a in subset for b in subset if a != b)
        return c / np.sqrt(len(subset) + r)

    subsets = [[a for a in range(5) if number >> a & 1] for number in range(1, 32)]
    found = _best_first(table)
    assert merit(found) >= max(merit(subset) for subset in subsets) - 1e-5
    # what tells more of the target than of any chosen attribute joins afterwards
    joined = set(correlated_subset(sample, rows)) - set(found)
    assert joined
    for attribute in joined:
        assert all(table.among(a)[attribute] <= table.with_target[attribute] for a in found)
    for subset in subsets:
        others = [a for a in range(5) if a not in subset]
        merits = table.merits_with_one_more(subset)
        assert merits[others] == pytest.approx([merit([*subset, a]) for a in others])


def test_uncertainty_is_one_for_a_copy_and_nothing_for_chance():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 4, 900), rng.integers(0, 4, 900)
    X = pd.DataFrame({"a": pd.Categorical(a), "renamed": pd.Categorical(3 - a), "b": b})
    X["b"] = pd.Categorical(b)
    table = _Correlations(LandmarkSample(TaskView(X, a, "multiclass")), np.arange(900))
    assert table.with_target[:2] == pytest.approx([1, 1])
    assert table.among(0)[1] == pytest.approx(1)
    assert table.with_target[2] < 0.02
