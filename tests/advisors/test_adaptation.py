"""What the deep kernel makes of the task's own scores."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from sklearn_meta.advisors.deep_kernel._adaptation import adapted
from sklearn_meta.advisors.deep_kernel._function import DeepKernel
from sklearn_meta.advisors.surrogate._posterior import log_evidence
from sklearn_meta.advisors.surrogate._prior import ScalePrior

SCALE = ScalePrior(log_spread=-2.0, log_spread_sd=0.5, level=0.8, level_sd=0.3, noise=0.1)


@pytest.fixture
def kernel():
    """Return one whose network says nothing."""
    arrays = {"w1": np.zeros((2, 1)), "b1": np.zeros(1), "w2": np.zeros((1, 1)), "b2": np.zeros(1)}
    arrays |= {"w3": np.zeros((1, 1)), "bm": np.zeros(()), "relevance": np.full(2, 0.5)}
    return DeepKernel(arrays | {"amplitudes": np.array([0.2, 0.8]), "noise": np.array(0.1)})


def fit(kernel, rows, scores):
    same = np.ones((len(rows), len(rows)), dtype=bool)
    return adapted(kernel, kernel.embed(rows), same, SCALE, scores)


def test_evidence_is_the_density_of_the_scores():
    rng = np.random.default_rng(0)
    root = rng.standard_normal((4, 4))
    mean, scores = rng.standard_normal(4), np.array([0.7, 0.9, 0.85, 0.6])

    def by_hand(covariance, noise):
        # on the nodes of the grid: all that the two have in common cancels in the difference
        u = np.linspace(-2.5, 2.5, 21)
        density = 0.0
        for spread, weight in zip(np.exp(-2.0 + 0.5 * u), norm.pdf(u), strict=True):
            full = spread**2 * (covariance + noise * np.eye(4)) + 0.3**2
            density += weight * multivariate_normal(0.8 + spread * mean, full).pdf(scores)
        return np.log(density)

    first, second = root @ root.T, np.eye(4)
    found = log_evidence(mean, first, SCALE, scores, [0.1])
    found = found - log_evidence(mean, second, SCALE, scores, [0.5])
    assert found[0] == pytest.approx(by_hand(first, 0.1) - by_hand(second, 0.5), abs=1e-3)


def test_smooth_scores_are_trusted(kernel):
    rows = np.random.default_rng(0).uniform(-1, 1, (20, 2))
    smooth = fit(kernel, rows, 0.8 - 0.1 * ((rows - 0.3) ** 2).sum(axis=1))
    assert smooth.noise < 0.2 * kernel.noise


def test_scores_by_chance_are_not(kernel):
    rng = np.random.default_rng(0)
    rows = rng.uniform(-1, 1, (20, 2))
    rough = fit(kernel, rows, 0.8 + 0.1 * rng.standard_normal(20))
    assert rough.noise == kernel.noise


def test_scores_that_change_quickly_reach_less_far(kernel):
    rows = np.stack([np.linspace(-1, 1, 40), np.zeros(40)], axis=1)
    slow = fit(kernel, rows, 0.8 + 0.1 * rows[:, 0])
    quick = fit(kernel, rows, 0.8 + 0.1 * np.sin(12 * rows[:, 0]))
    assert quick.stretch > slow.stretch


def test_few_scores_change_nothing(kernel):
    rows = np.random.default_rng(0).uniform(-1, 1, (5, 2))
    assert fit(kernel, rows, rows[:, 0]) is kernel


def test_the_best_of_many_scores_are_looked_at(kernel):
    rng = np.random.default_rng(0)
    rows = rng.uniform(-1, 1, (120, 2))
    scores = 0.8 - 0.1 * ((rows - 0.3) ** 2).sum(axis=1)
    spoiled = np.where(np.argsort(np.argsort(-scores)) < 64, scores, scores - rng.random(120))
    whole, other = fit(kernel, rows, scores), fit(kernel, rows, spoiled)
    assert (whole.noise, whole.stretch) == (other.noise, other.stretch)
    assert np.array_equal(whole.arrays["amplitudes"], other.arrays["amplitudes"])
    assert whole.noise < kernel.noise
