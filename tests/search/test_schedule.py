"""What comes next: proposals, promotions to more rows, comparable scores."""

from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_meta.search import Schedule, Trial
from sklearn_meta.search._trial import FoldScore

QUICK = "quick"


class Session:
    """Proposes numbered configurations and remembers what it is told."""

    def __init__(self, n=1_000):
        self.left = n
        self.told = []

    def ask(self, *, seconds_left=None):
        if not self.left:
            return None
        self.left -= 1
        return SimpleNamespace(
            configuration={"family": QUICK, "number": 1_000 - self.left},
            origin="random",
            predicted_seconds=0.1,
        )

    def tell(self, configuration, score, seconds, status="ok"):
        self.told.append((configuration, score, seconds, status))


def a_problem(n_folds=1, fit_rows=100_000, families=(QUICK,)):
    space = SimpleNamespace(
        families=dict.fromkeys(families),
        openings=lambda: [{"family": QUICK}, {"family": "other"}],
    )
    return SimpleNamespace(
        folds=[(None, None)] * n_folds, fit_rows=fit_rows, space_at=lambda rows: space
    )


def result(order, *scores, status="ok", fit_seconds=0.01, rows=6_000):
    folds = [FoldScore(score, fit_seconds, 0.0, rows, 1.0) for score in scores]
    return Trial(order, folds, status)


def test_proposals_are_numbered():
    schedule = Schedule(Session(), a_problem(), (None,), 0.0)
    orders = [schedule.next() for _ in range(3)]
    assert [order.number for order in orders] == [0, 1, 2]
    assert all(order.rung == 0 and order.max_rows is None for order in orders)
    assert orders[0].predicted_seconds == 0.1


def test_a_session_that_comes_later_learns_what_was_tried():
    schedule = Schedule(None, a_problem(), (None,), 0.0)
    openings = schedule.openings(2_000)
    schedule.tell(result(openings[0], 0.7))
    session = Session()
    schedule.follow(session)
    assert [told[:2] for told in session.told] == [({"family": QUICK}, 0.7)]
    assert schedule.next().number == len(openings)


def test_nothing_left():
    schedule = Schedule(Session(1), a_problem(), (None,), 0.0)
    assert schedule.next() is not None
    assert schedule.next() is None


def test_without_rungs_nothing_is_promoted():
    schedule = Schedule(Session(), a_problem(), (None,), 0.0)
    for score in np.linspace(0.5, 0.9, 12):
        schedule.tell(result(schedule.next(), score))
    assert schedule.next().origin == "random"


def test_the_best_third_is_promoted_once_each():
    session = Session()
    schedule = Schedule(session, a_problem(), (6_000, 30_000, None), 0.0)
    orders = [schedule._order({"family": QUICK, "number": n}, "random", 0) for n in range(9)]
    for order, score in zip(orders, np.linspace(0.1, 0.9, 9), strict=True):
        schedule.tell(result(order, score))
    promoted = [schedule.next() for _ in range(4)]
    assert [order.origin for order in promoted] == ["promotion"] * 3 + ["random"]
    assert [order.configuration["number"] for order in promoted[:3]] == [8, 7, 6]
    assert {order.max_rows for order in promoted[:3]} == {30_000}
    assert {order.rung for order in promoted[:3]} == {1}
    assert len(session.told) == 9


def test_promotions_climb_to_all_rows():
    schedule = Schedule(Session(), a_problem(), (6_000, 30_000, None), 0.0)
    seen = []
    for step in range(20):
        order = schedule.next()
        seen.append((order.rung, order.max_rows))
        schedule.tell(result(order, 0.5 + step / 100, rows=order.max_rows or 100_000))
    assert {(0, 6_000), (1, 30_000), (2, None)} == set(seen)


def test_failed_and_losing_trials_are_not_promoted():
    schedule = Schedule(Session(), a_problem(), (6_000, None), 0.0)
    for score, status in [(0.9, "timeout"), (0.8, "raced"), (0.5, "ok"), (0.4, "ok")]:
        schedule.tell(
            result(schedule._order({"family": status}, "random", 0), score, status=status)
        )
    order = schedule.next()
    assert (order.origin, order.configuration["family"]) != ("promotion", "timeout")
    assert order.configuration["family"] != "raced"


def test_no_promotion_without_time():
    schedule = Schedule(Session(), a_problem(), (6_000, None), 0.0)
    for score in (0.5, 0.6):
        order = schedule._order({"family": QUICK}, "random", 0)
        schedule.tell(result(order, score, fit_seconds=1.0))
    assert schedule.next(seconds_left=10.0).origin == "random"
    assert schedule.next(seconds_left=100.0).origin == "promotion"


def test_no_promotion_of_what_is_too_slow_for_more_rows():
    schedule = Schedule(Session(), a_problem(families=("other",)), (6_000, None), 0.0)
    for score in (0.5, 0.6):
        schedule.tell(result(schedule._order({"family": QUICK}, "random", 0), score))
    assert schedule.next().origin == "random"


def test_bar_is_the_incumbent_of_the_rung():
    schedule = Schedule(Session(), a_problem(2), (None,), 0.25)
    first = schedule.next()
    assert first.bar == ()
    schedule.tell(result(first, 0.5, 0.7))
    schedule.tell(result(schedule.next(), 0.3, 0.4))
    order = schedule.next()
    assert order.bar == (0.5, 0.7)
    assert order.scale == pytest.approx(0.6 - 0.25)


def test_scores_of_few_folds_are_made_comparable():
    """A trial that was stopped after an easy fold must not look better than it is."""
    session = Session()
    schedule = Schedule(session, a_problem(2), (None,), 0.0)
    schedule.tell(result(schedule.next(), 0.9, 0.5))
    schedule.tell(result(schedule.next(), 0.8, status="raced"))
    _, score, _, status = session.told[-1]
    assert score == pytest.approx(0.8 + 0.7 - 0.9)
    assert status == "ok"
    schedule.tell(result(schedule.next(), status="crash"))
    assert np.isnan(session.told[-1][1])
    assert session.told[-1][3] == "crash"


def test_openings_are_those_of_the_wanted_families():
    schedule = Schedule(Session(), a_problem(), (6_000, None), 0.0)
    (order,) = schedule.openings(2_000)
    assert (order.configuration, order.origin) == ({"family": QUICK}, "opening")
    assert (order.rung, order.max_rows) == (-1, 2_000)
    schedule = Schedule(Session(), a_problem(fit_rows=1_000), (None,), 0.0)
    (order,) = schedule.openings(2_000)
    assert (order.rung, order.max_rows) == (0, None)
