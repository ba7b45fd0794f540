import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from sklearn_meta.advisors.scores._scores import natural_score, normal_scores, working_scores
from sklearn_meta.advisors.surrogate._completion import complete_normal_scores
from sklearn_meta.advisors.surrogate._posterior import condition
from sklearn_meta.advisors.surrogate._prior import ScalePrior, fit_prior
from sklearn_meta.advisors.surrogate._ridge import fit_ridge
from sklearn_meta.advisors.tasks._rank_scaler import RankScaler
from tests.contracts.advisor_contract import make_matrix


def test_normal_scores_of_ranks():
    z = normal_scores(np.array([[0.1, 0.3, 0.2], [0.5, np.nan, 0.5]]))
    np.testing.assert_allclose(z[0], ndtri([1 / 6, 5 / 6, 0.5]))
    np.testing.assert_allclose(z[1, [0, 2]], 0.0, atol=1e-12)
    assert np.isnan(z[1, 1])


def test_working_scale_of_losses_forgets_the_unit():
    pence, pounds = np.array([-300.0, -100.0]), np.array([-3.0, -1.0])
    assert np.ptp(working_scores(pence, "rmse")) == pytest.approx(
        np.ptp(working_scores(pounds, "rmse"))
    )


@pytest.mark.parametrize(("metric", "score"), [("rmse", -2.5), ("r2", 0.4), ("roc_auc", 0.9)])
def test_working_scale_is_undone(metric, score):
    assert natural_score(working_scores(score, metric), metric) == pytest.approx(score)


def test_completion_is_better_than_the_mean():
    scores = make_matrix(n_tasks=80, n_configurations=30).scores
    z = normal_scores(scores)
    gaps = np.random.default_rng(0).random(z.shape) < 0.3
    filled, _ = complete_normal_scores(normal_scores(np.where(gaps, np.nan, scores)))
    error = np.square(filled - z)[gaps].mean()
    assert error < 0.6 * np.square(z - z.mean(axis=0))[gaps].mean()


def test_a_task_with_only_good_configurations_stays_good():
    rng = np.random.default_rng(0)
    scores = np.arange(20) + 0.5 * rng.normal(size=(60, 20))
    scores[0, :15] = np.nan
    filled, _ = complete_normal_scores(normal_scores(scores))
    assert filled[0, 15:].mean() > 0.8
    assert filled[0, :5].mean() < -0.5


def test_complete_scores_stay_as_they_are():
    z = normal_scores(make_matrix().scores)
    filled, spread = complete_normal_scores(z)
    np.testing.assert_array_equal(filled, z)
    assert not spread.any()


def test_rank_scaler_places_values_among_the_known():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "constant": 1.0, "empty": np.nan})
    scaler = RankScaler.learn(frame)
    assert scaler.names == ("a",)
    assert scaler.scale_mapping({"a": 100.0}) == [0.5]
    assert scaler.scale_mapping({"a": -100.0}) == [-0.5]
    assert scaler.scale_mapping({}) == [0.0]
    assert scaler.scale_mapping({"a": 2.5}) == [0.0]


def test_ridge_holds_groups_out_together():
    rng = np.random.default_rng(0)
    x = np.repeat(rng.normal(size=(20, 15)), 3, axis=0)
    targets = np.repeat(rng.normal(size=(20, 4)), 3, axis=0)
    together = fit_ridge(x, targets, np.repeat(np.arange(20), 3))[1]
    apart = fit_ridge(x, targets, np.arange(60))[1]
    assert np.square(apart).mean() < 0.8 * np.square(together).mean()
    assert np.square(together).mean() == pytest.approx(np.square(targets).mean(), rel=0.4)


def test_metafeatures_move_the_mean():
    matrix = make_matrix(n_tasks=100, n_configurations=30)
    prior = fit_prior(matrix.scores, matrix.metafeatures, np.arange(100))
    errors = [
        np.square(prior.mean(m) - z).mean()
        for m, z in zip(matrix.metafeatures.to_dict("records"), prior.z, strict=True)
    ]
    assert np.mean(errors) < 0.6 * np.square(prior.z - prior.z.mean(axis=0)).mean()


def test_posterior_agrees_with_a_joint_gaussian():
    """With a known spread, conditioning has a textbook solution."""
    rng = np.random.default_rng(0)
    root = rng.normal(size=(6, 6))
    covariance, mean = root @ root.T, rng.normal(size=6)
    scale = ScalePrior(log_spread=0.3, log_spread_sd=1e-6, level=0.5, level_sd=2.0, noise=0.1)
    told, scores = [0, 3], np.array([1.0, -0.5])
    posterior = condition(mean, covariance, scale, told, scores)
    b = np.exp(0.3)
    joint = b**2 * covariance + 4.0
    block = joint[np.ix_(told, told)] + b**2 * 0.1 * np.eye(2)
    gain = joint[:, told] @ np.linalg.inv(block)
    expected = 0.5 + b * mean + gain @ (scores - 0.5 - b * mean[told])
    variance = np.diag(joint - gain @ joint[told])
    np.testing.assert_allclose(posterior.mean, expected, rtol=1e-4)
    np.testing.assert_allclose(posterior.deviations[:, 10] ** 2, variance, rtol=1e-4)


def test_posterior_learns_level_and_spread():
    rng = np.random.default_rng(0)
    z = rng.normal(size=40)
    scale = ScalePrior(log_spread=-2.0, log_spread_sd=1.5, level=0.7, level_sd=0.2, noise=0.05)
    covariance = 0.05 * np.eye(40)
    posterior = condition(z, covariance, scale, range(20), 0.9 + 0.02 * z[:20])
    assert posterior.spread == pytest.approx(0.02, rel=0.4)
    np.testing.assert_allclose(posterior.mean[20:], 0.9 + 0.02 * z[20:], atol=0.01)


def test_pending_points_lose_variance_and_keep_their_mean():
    mean, covariance = np.zeros(5), 0.5 + 0.5 * np.eye(5)
    free = condition(mean, covariance, ScalePrior(), [0], np.array([1.0]))
    busy = condition(mean, covariance, ScalePrior(), [0], np.array([1.0]), pending=[1])
    np.testing.assert_allclose(free.means, busy.means)
    assert (busy.deviations[1] < 0.7 * free.deviations[1]).all()
    assert (busy.deviations[2] < free.deviations[2]).all()


def test_expected_improvement_is_that_of_samples():
    scale = ScalePrior(log_spread=0.0, log_spread_sd=0.5, level=0.0, level_sd=1.0, noise=0.1)
    posterior = condition(np.zeros(3), np.eye(3), scale, [0], np.array([0.4]))
    rng = np.random.default_rng(0)
    nodes = rng.choice(len(posterior.weights), size=400_000, p=posterior.weights)
    draws = posterior.means[1, nodes] + posterior.deviations[1, nodes] * rng.normal(size=len(nodes))
    sampled = np.maximum(draws - 0.4, 0).mean()
    assert posterior.expected_improvement(0.4)[1] == pytest.approx(sampled, rel=0.02)


def test_a_vague_scale_takes_its_units_from_the_scores_told():
    told = np.array([3e6, 2e6, 2.5e6, -1e9])  # one that is far off does not decide
    scale = ScalePrior().in_units_of(told)
    assert 2e6 <= scale.level <= 3e6 and 1e5 < np.exp(scale.log_spread) < 2e6
    assert not scale.is_vague
    known = ScalePrior(log_spread=-3.0)
    assert known.in_units_of(told) is known
    for nothing in (np.zeros(0), np.zeros(3)):
        assert ScalePrior().in_units_of(nothing) == ScalePrior()
    alone = ScalePrior().in_units_of(np.array([-2e5]))
    assert alone.level == -2e5 and np.exp(alone.log_spread) < 1e5
