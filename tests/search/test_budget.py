"""A deadline in seconds, a number of trials, or both."""

import time

import pytest

from sklearn_meta.search import Budget


def test_clock():
    budget = Budget(10)
    time.sleep(0.05)
    assert budget.has_clock
    assert budget.elapsed() >= 0.05
    assert budget.left() == pytest.approx(10 - budget.elapsed(), abs=0.01)
    assert 0 < budget.search_left() < budget.left()


def test_no_clock():
    budget = Budget(max_trials=3)
    assert not budget.has_clock
    assert budget.left() == budget.search_left() == float("inf")


def test_reserve_is_a_share_that_does_not_grow_forever():
    shares = [Budget(seconds).reserve / seconds for seconds in (3, 60, 3600)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] < 0.2
    assert Budget(3600).reserve < 10


@pytest.mark.parametrize("seconds", [None, 100])
def test_end_within(seconds):
    budget = Budget(seconds)
    budget.end_within(2)
    assert 1.5 < budget.left() <= 2
    budget.end_within(50)
    assert budget.left() <= 2
