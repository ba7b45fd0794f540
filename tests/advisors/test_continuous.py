import logging

import numpy as np
import pytest

from sklearn_meta.advisors.configurations._continuous import propose_continuous
from sklearn_meta.advisors.configurations._moves import mutate, tidy
from sklearn_meta.advisors.configurations._parzen import ParzenSearch
from sklearn_meta.advisors.contract._session import Trial
from sklearn_meta.spaces import Categorical, Family, Float, Int, SearchSpace


class Toy:
    """Stands in for an estimator."""


FAMILY = Family(
    name="toy",
    builder=Toy,
    parameters=(
        Float("C", 1e-3, 1e3, log=True, default=1.0),
        Categorical("kernel", ("rbf", "poly")),
        Int("degree", 2, 5, default=3, condition=("kernel", ("poly",))),
    ),
)


@pytest.fixture
def space():
    return SearchSpace("binary", [FAMILY])


def tell(configurations, score):
    return [Trial(c, score(c), 0.1, "ok") for c in configurations]


def quality(configuration):
    """Best at C = 30 with a kernel of degree 2."""
    return -abs(np.log10(configuration["C"] / 30)) + (configuration.get("degree") == 2)


def test_mutants_are_legal_and_near(space):
    rng = np.random.default_rng(0)
    parent = {"family": "toy", "C": 1.0, "kernel": "poly", "degree": 3}
    children = [mutate(space, [parent], rng) for _ in range(100)]
    assert all(space.contains(child) for child in children)
    assert all(("degree" in child) == (child["kernel"] == "poly") for child in children)
    steps = [abs(np.log10(child["C"])) for child in children]
    assert np.median(steps) < 1.5


def test_tidy_heeds_conditions(space):
    idle = tidy(space, {"family": "toy", "C": 1.0, "kernel": "rbf", "degree": 4})
    assert "degree" not in idle
    assert tidy(space, {"family": "toy", "kernel": "poly"})["degree"] == 3
    assert tidy(space, {"family": "toy", "alien": 1})["alien"] == 1


def test_the_estimator_learns(space):
    rng = np.random.default_rng(0)
    trials = tell([space.sample(rng) for _ in range(60)], quality)
    found = [ParzenSearch(space, "toy", trials, seed).propose() for seed in range(15)]
    assert all(space.contains(configuration) for configuration in found)
    chance = [quality(space.sample(rng)) for _ in range(200)]
    assert np.mean([quality(c) for c in found]) > np.mean(chance) + 0.5


def test_proposals_are_open_and_improve(space):
    rng = np.random.default_rng(0)
    trials = tell([space.sample(rng) for _ in range(5)], quality)
    told = [trial.configuration for trial in trials]
    for _ in range(40):
        configuration = propose_continuous(space, trials, rng, lambda c: c not in told)
        assert configuration not in told
        told.append(configuration)
        trials += tell([configuration], quality)
    assert max(quality(c) for c in told[5:]) > 0.7


def test_nothing_open_means_none(space):
    assert propose_continuous(space, [], np.random.default_rng(0), lambda c: False) is None


def test_failures_are_left_out(space):
    trials = [Trial({"family": "toy", "C": 1.0, "kernel": "rbf"}, np.nan, 0.1, "error")] * 8
    assert propose_continuous(space, trials, np.random.default_rng(0), lambda c: True)


def test_optunas_log_and_verbosity_are_left_alone(space, capfd):
    import optuna

    before = optuna.logging.get_verbosity()
    rng = np.random.default_rng(0)
    trials = tell([space.sample(rng) for _ in range(8)], quality)
    ParzenSearch(space, "toy", trials, 0).propose()
    assert optuna.logging.get_verbosity() == before
    assert not logging.getLogger("optuna.storages._in_memory").filters
    assert capfd.readouterr().err == ""
