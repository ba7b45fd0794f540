"""A deadline in seconds, a number of trials, or both."""

import time
from types import SimpleNamespace

import pytest

from sklearn_meta.search import Budget, _budget


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


def test_the_reserve_follows_what_the_end_is_expected_to_take():
    budget = Budget(60)
    most = budget.reserve
    for expected, kept in ((float("inf"), most), (1.5, 1.5), (0.0, 0.85), (9.0, most)):
        budget.expect_end(expected)
        assert budget.reserve == pytest.approx(kept)


@pytest.mark.parametrize("end", ["holdout", "interruption"])
def test_a_reserve_that_will_be_used_is_kept(end):
    budget = Budget(60)
    budget.reserve_for_refits() if end == "holdout" else budget.end_within(3)
    kept = budget.reserve
    budget.expect_end(0.1)
    assert budget.reserve == kept
    assert end == "holdout" or budget.search_left() <= 0


@pytest.mark.parametrize("seconds", [None, 100])
def test_end_within(seconds):
    budget = Budget(seconds)
    budget.end_within(2)
    assert 1.5 < budget.left() <= 2
    budget.end_within(50)
    assert budget.left() <= 2


def test_what_is_allowed_depends_on_how_slowly_the_process_gets_on(monkeypatch):
    clock = SimpleNamespace(wall=100.0, processor=5.0)
    monkeypatch.setattr(_budget, "perf_counter", lambda: clock.wall)
    monkeypatch.setattr(_budget, "process_time", lambda: clock.processor)
    budget = Budget(10)
    clock.wall, clock.processor = 101.0, 6.0  # a core of one's own
    assert budget.allows(3.9, share=0.5) and not budget.allows(4.1, share=0.5)
    clock.processor = 5.25  # a quarter of one
    assert budget.allows(0.9, share=0.5) and not budget.allows(1.1, share=0.5)
    clock.processor = 9.0  # four threads: that is no promise for the next step
    assert not budget.allows(4.1, share=0.5)
    clock.wall = 110.0
    assert not budget.allows(0.0, share=0.5)
    assert Budget(max_trials=3).allows(1e9, share=0.1)
