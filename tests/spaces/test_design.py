"""Draws that cover a space, and small steps in it."""

import numpy as np
import pytest

from sklearn_meta.spaces import (
    Categorical,
    Float,
    Int,
    SearchSpace,
    neighbour,
    quick,
    space_filling,
)
from sklearn_meta.spaces._design import from_unit, to_unit

KINDS = ["binary", "multiclass", "regression"]


@pytest.mark.parametrize("kind", KINDS)
def test_draws_are_legal_and_repeatable(kind):
    space = SearchSpace(kind)
    drawn = space_filling(space, 60, seed=1)
    assert len(drawn) == 60
    assert all(space.contains(c) and c == space.complete(c) for c in drawn)
    assert drawn == space_filling(space, 60, seed=1)
    assert drawn[:20] == space_filling(space, 20, seed=1)  # a longer list goes on the same way
    assert drawn != space_filling(space, 60, seed=2)
    alone = space_filling(SearchSpace(kind, ["linear"]), 2, seed=1)
    assert alone == [c for c in drawn if c["family"] == "linear"][:2]
    assert {c["family"] for c in drawn} == set(space.families)


def test_draws_cover_ranges_better_than_chance():
    space = SearchSpace("regression", ["random_forest"])
    drawn = [c["max_features"] for c in space_filling(space, 32, seed=0)]
    low, high = 0.05, 1.0
    cells = np.floor(np.log(np.array(drawn) / low) / np.log(high / low) * 16).astype(int)
    # independent draws would leave about two of the sixteen empty
    assert len(set(np.clip(cells, 0, 15))) == 16


def test_values_of_places():
    assert from_unit(Float("a", 1.0, 3.0, default=1.0), 0.5) == 2.0
    assert from_unit(Float("a", 0.01, 100.0, log=True, default=1.0), 1.0) == 100.0
    whole = Int("a", 1, 4, default=1)
    assert [from_unit(whole, u) for u in (0.0, 0.24, 0.26, 0.74, 0.76, 1.0)] == [1, 1, 2, 3, 4, 4]
    choice = Categorical("a", ("x", "y"))
    assert [from_unit(choice, u) for u in (0.0, 0.49, 0.5, 1.0)] == ["x", "x", "y", "y"]


@pytest.mark.parametrize("kind", KINDS)
def test_neighbours_are_legal_near_and_different(kind):
    space = SearchSpace(kind)
    rng = np.random.default_rng(0)
    for start in space.default_configurations():
        for _ in range(20):
            near = neighbour(space, start, rng)
            assert space.contains(near)
            assert near == space.complete(near)
            shared = set(near) & set(start)
            n_changed = sum(near[name] != start[name] for name in shared)
            assert n_changed <= max(1, round(len(start) / 4))
    moved = [neighbour(space, start, rng) != start for _ in range(50)]
    assert np.mean(moved) > 0.9


@pytest.mark.parametrize("n_moved", [1, 2, 99])
def test_as_many_parameters_move_as_asked(n_moved):
    space = SearchSpace("binary", ["hist_gradient_boosting"])
    start = space.complete({"family": "hist_gradient_boosting"})
    near = neighbour(space, start, np.random.default_rng(0), n_moved=n_moved, step=0.5)
    assert space.contains(near)
    assert 1 <= sum(near[name] != start[name] for name in set(near) & set(start)) <= n_moved


def test_places_of_values():
    for parameter in (Float("a", 1.0, 3.0, default=1.0), Float("a", 0.1, 9.0, log=True)):
        assert np.isclose(to_unit(parameter, from_unit(parameter, 0.3)), 0.3, atol=1e-5)
    assert to_unit(Int("a", 2, 2, default=2), 2) == 0.5


def test_neighbours_of_an_incomplete_configuration():
    space = SearchSpace("binary", ["linear"])
    near = neighbour(space, {"family": "linear"}, np.random.default_rng(0))
    assert near == space.complete(near)


def test_quick_bounds_rounds_alone():
    boosted = quick({"family": "lightgbm", "n_estimators": 600, "learning_rate": 0.1})
    assert boosted == {"family": "lightgbm", "n_estimators": 300, "learning_rate": 0.1}
    assert quick({"family": "linear", "C": 1.0}) == {"family": "linear", "C": 1.0}
