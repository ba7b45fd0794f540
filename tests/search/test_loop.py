"""The ask/tell loop: budgets, order of telling, interrupts."""

import sys
from dataclasses import dataclass

import pytest

from sklearn_meta.metafeatures import ColumnRoles
from sklearn_meta.search import KEPT_TRIALS, Budget, Order, SearchLoop, Trial
from sklearn_meta.search._loop import LAG
from sklearn_meta.search._trial import FoldScore


@dataclass
class Problem:
    folds: tuple = (None,)
    roles: ColumnRoles = ColumnRoles(numeric=(0,), datetime=(1,), text=(2,))
    measured: bool = False


PROBLEM = Problem()


class Schedule:
    """Hands out numbered orders, and notes in which sequence it is asked and told."""

    def __init__(self, n=100, n_openings=0):
        self.left = n
        self.number = 0
        self.n_openings = n_openings
        self.events = []

    def openings(self, max_rows):
        return [self._order("opening") for _ in range(self.n_openings)]

    def next(self, seconds_left):
        if not self.left:
            return None
        self.left -= 1
        self.events.append(("ask", self.number))
        return self._order("random")

    def _order(self, origin):
        self.number += 1
        return Order(self.number - 1, {"family": "fake"}, origin)

    def tell(self, trial):
        self.events.append(("tell", trial.order.number))


class Crew:
    """Finishes the youngest running trial first, which is the most confusing sequence."""

    def __init__(self, n_slots, after=None):
        self.n_slots = n_slots
        self.queue = []
        self.limits = []
        self.discarded = []
        self.fitted_here = []
        self.after = after  # raises when so many trials have been finished
        self.n_done = 0

    @property
    def n_free(self):
        return self.n_slots - len(self.queue)

    @property
    def running(self):
        return list(self.queue)

    def submit(self, order, hard_seconds=None):
        assert self.n_free
        self.queue.append(order)
        self.limits.append((order.seconds, hard_seconds))

    def run_here(self, problem, order):
        self.fitted_here.append(problem)
        return done(order)

    def poll(self, timeout):
        if self.n_done == self.after:
            raise KeyboardInterrupt
        self.n_done += 1
        return [done(self.queue.pop())]

    def discard(self, number):
        self.discarded.append(number)

    def stop(self, status="deadline", reason="the budget ended"):
        ended = [Trial(order, [], status, reason) for order in self.queue]
        self.queue = []
        return ended


def done(order):
    """A finished trial; later ones are better."""
    return Trial(order, [FoldScore(order.number / 100, 0.1, 0.0, 10, 1.0)])


def search(n_slots, schedule=None, after=None, opened=True, **budget):
    schedule = schedule or Schedule()
    crew = Crew(n_slots, after)
    loop = SearchLoop(PROBLEM, crew, schedule, Budget(**budget), lambda loop: None)
    if opened:
        loop.open()
    loop.run()
    return loop, schedule, crew


@pytest.mark.parametrize("n_openings", [0, 2])
@pytest.mark.parametrize("n_slots", [1, 2, 3])
def test_questions_see_the_same_results_for_any_number_of_slots(n_slots, n_openings):
    _, schedule, _ = search(n_slots, Schedule(n_openings=n_openings), max_trials=20)
    _, reference, _ = search(1, Schedule(n_openings=n_openings), max_trials=20)
    assert known_when_asked(schedule.events) == known_when_asked(reference.events)


def known_when_asked(events):
    """Return, for each question, the numbers that were told before it."""
    told, known = [], {}
    for event, number in events:
        if event == "tell":
            told.append(number)
        else:
            known[number] = tuple(told)
    return known


def test_results_are_told_in_the_order_of_asking_with_a_lag():
    _, schedule, _ = search(3, max_trials=20)
    for number, told in known_when_asked(schedule.events).items():
        assert told == tuple(range(max(0, number - LAG + 1)))


@pytest.mark.parametrize("n_slots", [1, 3])
def test_openings_are_known_to_the_first_question(n_slots):
    _, schedule, _ = search(n_slots, Schedule(n_openings=2), max_trials=9)
    assert known_when_asked(schedule.events)[2] == (0, 1)


def test_with_a_clock_results_are_told_at_once():
    _, schedule, _ = search(2, max_trials=6, time_budget=1_000)
    tells = [number for event, number in schedule.events if event == "tell"]
    assert sorted(tells) == list(range(6))
    assert tells[0] == 1  # the youngest is the first to end


@pytest.mark.parametrize("n_slots", [1, 2, 5])
@pytest.mark.parametrize("clock", [None, 1_000])
def test_number_of_trials(n_slots, clock):
    loop, schedule, _ = search(n_slots, Schedule(n_openings=2), max_trials=7, time_budget=clock)
    assert sorted(trial.order.number for trial in loop.trials) == list(range(7))
    assert schedule.left == 95


def test_openings_count_as_trials():
    loop, _, _ = search(1, Schedule(n_openings=3), max_trials=2)
    assert [trial.order.origin for trial in loop.trials] == ["opening", "opening"]


@pytest.mark.parametrize("n_slots", [1, 2, 5])
@pytest.mark.parametrize("clock", [None, 1_000])
def test_nothing_left_ends_the_search(n_slots, clock):
    loop, _, _ = search(n_slots, Schedule(n=4), max_trials=50, time_budget=clock)
    assert len(loop.trials) == 4
    assert not loop.interrupted


def test_spent_budget_starts_nothing():
    loop, schedule, _ = search(2, time_budget=1e-9)
    assert loop.trials == []
    assert schedule.events == []


def test_trials_get_a_share_of_the_clock():
    _, _, crew = search(1, max_trials=1, time_budget=100)
    ((seconds, hard),) = crew.limits
    assert 0 < seconds <= 40
    assert seconds < hard < 1.5 * seconds + 1
    _, _, crew = search(1, max_trials=1)
    assert crew.limits == [(None, None)]


def test_interrupt_keeps_what_was_found():
    loop, _, _ = search(2, after=3, max_trials=50)
    assert loop.interrupted
    statuses = [trial.status for trial in loop.trials]
    assert statuses[:3] == ["ok"] * 3
    assert set(statuses[3:]) == {"deadline"}
    assert loop.trials[-1].reason == "the user ended the search"
    assert loop.budget.left() < 10  # what follows must be quick


def test_interrupt_before_anything_was_found():
    with pytest.raises(KeyboardInterrupt):
        search(2, after=0, max_trials=50)


def test_observer_sees_every_change():
    seen = []
    loop = SearchLoop(
        PROBLEM,
        Crew(1),
        Schedule(n_openings=1),
        Budget(max_trials=4),
        lambda loop: seen.append(len(loop.trials)),
    )
    loop.open()
    loop.run()
    assert set(seen) == {1, 2, 3, 4}


def test_files_of_hopeless_trials_are_removed():
    n = KEPT_TRIALS + 10
    _, _, crew = search(2, Schedule(n=n), max_trials=n)
    assert sorted(crew.discarded) == list(range(10))


def test_openings_that_the_caller_has_no_time_for_go_to_the_workers(monkeypatch):
    monkeypatch.setattr(Budget, "allows", lambda self, seconds, share: not self.has_clock)
    loop, schedule, crew = search(2, Schedule(n=3, n_openings=2), time_budget=60)
    assert all(trial.order.seconds is not None for trial in loop.trials)
    assert sorted(trial.order.number for trial in loop.trials) == list(range(5))
    assert len(crew.limits) == 5  # all were submitted, none run in the caller
    assert [trial.order.origin for trial in loop.trials].count("opening") == 2
    _, _, crew = search(2, Schedule(n=3, n_openings=2), max_trials=5)
    assert len(crew.limits) == 3


@pytest.mark.parametrize("measured", [False, True])
def test_an_opening_leaves_out_dates_and_texts_where_reading_them_takes_too_long(
    monkeypatch, measured
):
    monkeypatch.delitem(sys.modules, "skrub", raising=False)
    monkeypatch.setattr(Budget, "allows", lambda self, seconds, share: seconds < 1)
    crew, schedule = Crew(2), Schedule(n=3, n_openings=2)
    problem = Problem(measured=measured)
    SearchLoop(problem, crew, schedule, Budget(60), lambda loop: None).open()
    used = [(p.roles.numeric, p.roles.datetime, p.roles.text) for p in crew.fitted_here]
    assert used == ([] if measured else [((0,), (), ())] * 2)
    assert problem.roles.text == (2,)
