import numpy as np
import pytest

from sklearn_meta.advisors import PortfolioAdvisor
from sklearn_meta.advisors.baselines._greedy import greedy_order, regrets
from tests.contracts.advisor_contract import (
    AdvisorContract,
    MemoryExperience,
    keys_of,
    make_matrix,
    make_space,
    make_task,
    run,
)


class TestPortfolioAdvisor(AdvisorContract):
    @pytest.fixture
    def advisor(self):
        return PortfolioAdvisor()


class TestCostBlindPortfolio(AdvisorContract):
    @pytest.fixture
    def advisor(self):
        return PortfolioAdvisor(cost_aware=False)


ONES = np.ones(3)


def test_the_second_complements_the_first():
    """The two that are good everywhere are alike; the third is good where they are not."""
    regret = np.array([[0.1, 0.15, 1.0], [0.2, 0.25, 1.0], [0.9, 0.85, 0.0]])
    assert greedy_order(regret, ONES, np.ones(3)).tolist() == [0, 2, 1]


def test_gain_is_divided_by_price():
    regret = np.array([[0.0, 0.4], [0.0, 0.4], [0.0, 0.4]])
    assert greedy_order(regret, ONES, np.ones(2)).tolist() == [0, 1]
    assert greedy_order(regret, ONES, np.array([2.0, 1.0])).tolist() == [1, 0]


def test_tasks_count_by_their_weight():
    regret = np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    assert greedy_order(regret, ONES, np.ones(2))[0] == 0
    assert greedy_order(regret, np.array([0.2, 0.2, 1.0]), np.ones(2))[0] == 1


def test_what_few_tasks_have_seen_comes_later():
    regret = np.array([[0.2, 0.1], [0.2, np.nan], [0.2, np.nan]])
    assert greedy_order(regret, ONES, np.ones(2)).tolist() == [0, 1]


def test_every_configuration_is_listed_once():
    rng = np.random.default_rng(0)
    regret = np.where(rng.random((6, 30)) < 0.3, np.nan, rng.random((6, 30)))
    regret[:, 7] = np.nan
    order = greedy_order(regret, np.ones(6), rng.random(30))
    assert sorted(order) == list(range(30))


def test_regret_of_failures_and_of_flat_tasks():
    scores = np.array([[0.5, np.nan, 1.0, np.nan], [0.3, 0.3, np.nan, 0.3]])
    failed = np.array([[False, True, False, False], [False] * 4])
    expected = [[1.0, 1.0, 0.0, np.nan], [0.0, 0.0, np.nan, 0.0]]
    np.testing.assert_allclose(regrets(scores, failed), expected)


def test_auto_looks_at_seconds_where_there_is_a_clock():
    matrix = make_matrix(n_tasks=30, seed=4)
    pace = dict(zip(matrix.keys, np.median(matrix.seconds, axis=0), strict=True))
    spent = {}
    for cost_aware in ("auto", True, False):
        for has_clock in (False, True):
            advisor = PortfolioAdvisor(cost_aware=cost_aware).fit(MemoryExperience(matrix))
            session = advisor.start(make_task(has_clock=has_clock), make_space("binary"))
            keys = keys_of(run(session, 5))
            spent[cost_aware, has_clock] = sum(pace[key] for key in keys)
    assert spent[True, True] < 0.5 * spent[False, True]
    assert spent["auto", True] == spent[True, True] == spent[True, False]
    assert spent["auto", False] == spent[False, False] == spent[False, True]


def test_what_does_not_fit_is_passed_over():
    matrix = make_matrix()
    advisor = PortfolioAdvisor(cost_aware=False).fit(MemoryExperience(matrix))
    session = advisor.start(make_task(), make_space("binary"), random_state=0)
    for seconds_left in (5.0, 2.0, 1.0, 0.5):
        proposal = session.ask(seconds_left=seconds_left)
        if proposal is not None and proposal.origin == "experience":
            assert proposal.predicted_seconds * 5 <= seconds_left


def test_results_change_nothing_until_the_portfolio_is_used_up():
    advisor = PortfolioAdvisor().fit(MemoryExperience(make_matrix()))
    runs = [
        run(
            advisor.start(make_task(), make_space("binary"), random_state=0),
            30,
            score=lambda c, sign=sign: sign * len(str(c)),
        )
        for sign in (1, -1)
    ]
    listed = [keys_of([p for p in proposals if p.origin == "experience"]) for proposals in runs]
    assert listed[0] == listed[1]
    assert len(listed[0]) == 24
    assert {p.origin for p in runs[0][24:]} <= {"default", "surrogate", "random"}


def test_parameters_are_checked():
    with pytest.raises(ValueError, match="cost_aware"):
        PortfolioAdvisor(cost_aware="sometimes").fit()
