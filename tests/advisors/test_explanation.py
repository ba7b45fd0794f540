import numpy as np
import pandas as pd
import pytest

from sklearn_meta.advisors import (
    Forecast,
    GaussianAdvisor,
    NearestTasksAdvisor,
    PortfolioAdvisor,
    RandomAdvisor,
    TaskDescription,
)
from sklearn_meta.advisors.surrogate._attribution import attribute
from sklearn_meta.advisors.surrogate._posterior import condition
from sklearn_meta.advisors.surrogate._prior import ScalePrior
from sklearn_meta.advisors.surrogate._ridge import fit_ridge
from tests.contracts.advisor_contract import METRICS, MemoryExperience, make_matrix, make_space


def start(kind="binary", advisor=None, experience=None, **facts):
    matrix = make_matrix(kind, n_tasks=40)
    looks = matrix.metafeatures.iloc[3].to_dict()
    task = TaskDescription(kind, METRICS[kind], 300, 8, 2, metafeatures=looks, **facts)
    advisor = GaussianAdvisor() if advisor is None else advisor
    known = MemoryExperience(matrix) if experience is None else experience
    return advisor.fit(known).start(task, make_space(kind), random_state=0)


def tell(session, n, kind):
    for number in range(n):
        proposal = session.ask()
        score = 0.6 + 0.02 * (number % 3)
        session.tell(proposal.configuration, score if kind == "binary" else -score, 0.1)


@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize("n_told", [0, 1, 6])
def test_the_parts_add_up_to_the_proposals_prediction(kind, n_told):
    session = start(kind)
    tell(session, n_told, kind)
    proposal = session.ask()
    why = session.explain(proposal.configuration)
    total = why.level + why.tasks["moved"].sum() + why.trials["moved"].sum()
    assert why.in_metric(total) == pytest.approx(why.predicted_score, rel=1e-9)
    assert why.predicted_score == pytest.approx(proposal.predicted_score, rel=1e-9)
    assert why.predicted_seconds == pytest.approx(proposal.predicted_seconds)
    assert why.interval[0] < why.predicted_score < why.interval[1]
    assert len(why.tasks) == 40
    assert len(why.trials) == n_told
    assert why.tasks["moved"].abs().is_monotonic_decreasing


def test_a_configuration_that_no_task_has_seen_is_explained_by_its_neighbour():
    session = start()
    drawn = session.space.sample(np.random.default_rng(5), "random_forest")
    why = session.explain(drawn)
    total = why.level + why.tasks["moved"].sum()
    assert total == pytest.approx(why.predicted_score)
    assert 0 < why.tasks["weight"].abs().sum() < 2


def test_explaining_changes_nothing():
    left, right = start(), start()
    for number in range(12):
        one, other = left.ask(), right.ask()
        assert one.configuration == other.configuration
        right.explain(other.configuration)
        right.forecast([right.space.sample(number)])
        for session in (left, right):
            session.tell(one.configuration, 0.7 + 0.01 * number, 0.1)


def test_the_parts_are_those_of_a_direct_calculation():
    """One spread only: the posterior mean by the textbook's formula for an unknown level."""
    rng = np.random.default_rng(0)
    root = rng.normal(size=(6, 6))
    covariance, mean = root @ root.T / 6 + np.eye(6), rng.normal(size=6)
    scale = ScalePrior(0.0, 1e-9, level=0.3, slope=0.0, level_sd=0.7, noise=0.2)
    told, scores = [1, 4], np.array([0.9, -0.4])
    parts = attribute(2, mean, covariance, scale, told, scores)
    full = covariance + 0.7**2
    block = full[np.ix_(told, told)] + 0.2 * np.eye(2)
    gains = np.linalg.solve(block, full[told, 2])
    np.testing.assert_allclose(parts.weights, gains, rtol=1e-4)
    np.testing.assert_allclose(parts.moved, gains * (scores - 0.3 - mean[told]), rtol=1e-4)
    posterior = condition(mean, covariance, scale, told, scores)
    assert parts.level + parts.spread * mean[2] + parts.moved.sum() == pytest.approx(
        posterior.mean[2]
    )


@pytest.mark.parametrize("signal", [0.0, 3.0])
def test_a_ridge_is_a_weighted_sum_of_its_targets(signal):
    rng = np.random.default_rng(0)
    x = rng.uniform(-0.5, 0.5, size=(30, 4))
    targets = signal * x[:, :1] + rng.normal(size=(30, 3)) * 0.1
    ridge, _ = fit_ridge(x, targets, np.arange(30))
    shares = ridge.shares(x[3], x)
    assert np.isfinite(ridge.alpha) == bool(signal)
    assert shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(shares @ targets, ridge.predict(x[3]))


def test_the_reason_counts_the_similar_tasks():
    session = start()
    why = session.explain(session.ask().configuration)
    assert len(why.similar) == 5
    assert set(why.among_best) <= set(why.similar)
    assert f"on {len(why.among_best)} of the 5 most similar tasks" in why.reason
    assert "expected ROC AUC 0." in why.reason


def test_without_experience_nothing_is_predicted_until_a_result_is_told():
    session = start(experience=MemoryExperience(None))
    configuration = session.ask().configuration
    why = session.explain(configuration)
    assert np.isnan(why.predicted_score)
    assert len(why.tasks) == len(why.trials) == 0
    assert why.reason.startswith("the default of its family")
    session.tell(configuration, 0.8, 0.1)
    assert 0.5 < session.explain(session.ask().configuration).predicted_score <= 1


def test_scores_of_another_metric_say_nothing_of_the_level():
    assert np.isnan(start(is_comparable=False).forecast([{"family": "linear"}]).scores).all()


@pytest.mark.parametrize("advisor", [PortfolioAdvisor(), NearestTasksAdvisor(), RandomAdvisor()])
def test_who_expects_no_particular_score_explains_nothing(advisor):
    session = start(advisor=advisor)
    assert session.explain(session.ask().configuration) is None
    assert session.forecast([{"family": "linear"}]) is None


@pytest.mark.parametrize("advisor", [GaussianAdvisor(), PortfolioAdvisor(), RandomAdvisor()])
def test_a_shortlist_is_diverse(advisor):
    session = start(advisor=advisor)
    chosen = session.shortlist(6, max_per_family=2)
    families = pd.Series([configuration["family"] for configuration in chosen])
    assert len(chosen) == 6
    assert families.value_counts().max() == 2


def test_a_shortlist_starts_with_what_a_search_would_try():
    session = start(has_clock=False)
    [first] = session.shortlist(1)
    assert session.ask().configuration == first


def forecast(metric, means, deviations, **more):
    parts = np.atleast_2d(means), np.atleast_2d(deviations)
    n = len(parts[0])
    weights = np.full(parts[0].shape[1], 1 / parts[0].shape[1])
    return Forecast(metric, weights, *parts, np.zeros(n), np.ones(n), **more)


def test_quantiles_undo_probabilities():
    made = forecast("unknown", [[0.0, 2.0]], [[1.0, 0.3]], shortfalls=np.array([0.7]))
    for probability in (0.05, 0.3, 0.5, 0.9):
        np.testing.assert_allclose(
            made.probability_below(made.quantile(probability)), probability, atol=1e-8
        )


def test_no_score_is_better_than_possible():
    low, high = forecast("roc_auc", [[0.95]], [[0.1]]).interval(0.9)
    assert high == 1
    assert low == pytest.approx(0.95 - 0.1 * 1.6449, abs=1e-4)
    assert forecast("log_loss", [[3.0]], [[50.0]]).interval(0.9)[1] <= 0


def test_a_shortfall_widens_the_lower_side_only():
    plain = forecast("unknown", [[0.0]], [[1.0]])
    short = forecast("unknown", [[0.0]], [[1.0]], shortfalls=np.array([3.0]))
    assert short.quantile(0.1) < 2 * plain.quantile(0.1)
    assert short.quantile(0.9) < plain.quantile(0.9)
    assert short.scores == plain.scores


def test_seconds_have_an_interval():
    made = forecast("unknown", [[0.0]], [[1.0]])
    low, high = made.seconds_interval(0.68269)
    np.testing.assert_allclose([low[0], high[0]], [np.exp(-1), np.exp(1)], rtol=1e-4)
