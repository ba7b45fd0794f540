"""Trials that overrun their seconds or memory, or die, cost nobody else anything."""

import os
from time import perf_counter

import psutil
import pytest

from sklearn_meta.search import Crew, Order


def order(number, trouble="none", **kwargs):
    return Order(number, {"family": "actor", "trouble": trouble, "level": 0.8}, "test", **kwargs)


def finish(crew, seconds=120):
    """Poll until nothing runs; return the trials by number."""
    deadline, found = perf_counter() + seconds, {}
    while crew.running:
        assert perf_counter() < deadline
        found.update({trial.order.number: trial for trial in crew.poll(1.0)})
    return found


@pytest.fixture
def crew(problem):
    crew = Crew(2, memory_limit=700 * 2**20).start()
    crew.give(problem)
    crew.submit(order(100))
    crew.submit(order(101))
    warm = finish(crew)
    assert {trial.status for trial in warm.values()} == {"ok"}
    yield crew
    crew.close()
    assert not crew.spool.exists()


def test_good_trial(crew, problem):
    crew.submit(order(0))
    assert crew.n_free == 1
    assert [order.number for order in crew.running] == [0]
    trial = finish(crew)[0]
    assert trial.status == "ok"
    assert len(trial.folds) == 3
    shares = [problem.y[valid].mean() for _, valid in problem.folds]
    assert [fold.score for fold in trial.folds] == pytest.approx(shares)
    assert [fold.rows_used for fold in trial.folds] == [len(t) for t, _ in problem.folds]
    assert trial.seconds > 0


def test_error_is_told(crew):
    crew.submit(order(0, "raise"))
    trial = finish(crew)[0]
    assert trial.status == "error"
    assert trial.reason == "ArithmeticError: it does not converge"
    assert trial.folds == []
    assert trial.score != trial.score


def test_crash_spares_the_other_trial(crew):
    crew.submit(order(0, "die"))
    crew.submit(order(1))
    found = finish(crew)
    assert found[0].status == "crash"
    assert "worker died" in found[0].reason
    assert found[1].status == "ok"
    crew.submit(order(2))
    crew.submit(order(3))
    assert {trial.status for trial in finish(crew).values()} == {"ok"}


def test_timeout_keeps_the_folds_that_were_finished(crew):
    crew.submit(order(0, "late sleep"), 3.0)
    crew.submit(order(1, "sleep"), 1.0)
    started = perf_counter()
    found = finish(crew)
    assert perf_counter() - started < 5
    assert [found[n].status for n in (0, 1)] == ["timeout", "timeout"]
    assert [len(found[n].folds) for n in (0, 1)] == [1, 0]
    assert found[0].reason == "ended after 3.0 s"
    assert found[0].seconds == pytest.approx(3, abs=1)
    assert crew.n_free == 2


def test_memory_limit(crew):
    crew.submit(order(0, "eat"))
    crew.submit(order(1))
    found = finish(crew)
    assert found[0].status == "memory"
    assert "limit 700 MiB" in found[0].reason
    assert found[1].status == "ok"


def test_stop_ends_what_runs(crew):
    crew.submit(order(0, "late sleep"))
    crew.submit(order(1, "sleep"))
    started = perf_counter()
    while not (crew.spool / "0-0.predictions").exists():
        assert perf_counter() - started < 60
    stopping = perf_counter()
    found = {trial.order.number: trial for trial in crew.stop()}
    assert perf_counter() - stopping < 0.5
    assert [found[n].status for n in (0, 1)] == ["deadline", "deadline"]
    assert [len(found[n].folds) for n in (0, 1)] == [1, 0]
    assert crew.running == []


def test_calls_share_the_slots(crew):
    values = crew.start_calls(_add_rows, [(1,), (2,), (3,), ("x",)]).results(60)
    assert values == [91, 92, 93, None]


def test_calls_that_are_late_have_no_value(crew):
    batch = crew.start_calls(_sleep, [(0.0,), (300.0,), (0.0,)])
    started = perf_counter()
    values = batch.results(2.0)
    assert perf_counter() - started < 3
    assert values == [0.0, None, 0.0]


def _add_rows(problem, number):
    return len(problem.y) + number


def _sleep(problem, seconds):
    import time

    time.sleep(seconds)
    return seconds


def test_inline_crew_needs_no_worker(problem):
    crew = Crew(3, inline=True).start()
    try:
        crew.give(problem)
        assert crew.n_free == 1
        crew.submit(order(0))
        trial = finish(crew)[0]
        assert trial.status == "ok"
        assert crew.start_calls(_pid, [()]).results(1) == [os.getpid()]
    finally:
        crew.close()


def _pid(problem):
    return os.getpid()


def test_the_first_worker_answers_a_question_before_its_first_trial(problem):
    crew = Crew(2).start(os.getpid)
    crew.give(problem)
    crew.submit(order(0))
    crew.submit(order(1))
    finish(crew)
    assert crew.answer in {worker.pid for worker in psutil.Process().children(recursive=True)}
    crew.close()


def test_no_answer_is_none():
    def fail():
        raise ArithmeticError

    for question in (None, fail):
        crew = Crew(1, inline=True).start(question)
        assert crew.answer is None
        crew.close()
