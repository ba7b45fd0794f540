"""One line that tells how the search goes; silence unless it is asked for."""

import io
from types import SimpleNamespace

import pytest

from sklearn_meta.search import Budget, Order, Progress, Trial
from sklearn_meta.search._trial import FoldScore


class Terminal(io.StringIO):
    def isatty(self):
        return True


def loop(trials=(), running=(), **budget):
    crew = SimpleNamespace(running=list(running))
    return SimpleNamespace(trials=list(trials), budget=Budget(**budget), crew=crew)


def trial(score=0.75, status="ok", reason=""):
    folds = [FoldScore(score, 0.1, 0.0, 10, 1.0)] if status == "ok" else []
    return Trial(Order(0, {"family": "linear"}, "opening"), folds, status, reason, 0.2)


def test_silent_by_default():
    stream = io.StringIO()
    progress = Progress(0, stream)
    progress(loop([trial()], time_budget=5))
    progress.close("done")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
def test_one_line(kind):
    stream = kind()
    running = [Order(1, {"family": "svm"}, "default"), Order(2, {"family": "mlp"}, "default")]
    progress = Progress(1, stream)
    progress(loop([trial()], running, time_budget=30))
    shown = stream.getvalue()
    for part in ("30 s left", "1 trials", "best 0.75", "svm, mlp"):
        assert part in shown
    progress(loop([trial(0.9)], running, time_budget=30))
    assert "0.9" not in stream.getvalue().replace("30 s", "")  # not more often than is readable
    progress.close("done: 2 trials")
    assert "done: 2 trials" in stream.getvalue()
    assert stream.getvalue().endswith("\n")


def test_the_line_is_rewritten_on_a_terminal():
    stream = Terminal()
    progress = Progress(1, stream)
    progress(loop([trial()], time_budget=30))
    progress._written = 0
    progress(loop([trial(0.9)], time_budget=30))
    assert stream.getvalue().count("\r") == 1
    assert "\n" not in stream.getvalue()
    assert max(len(line) for line in stream.getvalue().split("\r")) <= 101


def test_long_lines_are_cut():
    stream = Terminal()
    running = [Order(n, {"family": "hist_gradient_boosting"}, "default") for n in range(20)]
    Progress(1, stream)(loop([trial()], running, time_budget=30))
    assert len(stream.getvalue()) <= 101


def test_a_line_for_each_trial():
    stream = io.StringIO()
    progress = Progress(2, stream)
    failed = trial(status="crash", reason="the worker died")
    progress(loop([trial()], max_trials=5))
    progress(loop([trial(), failed], max_trials=5))
    lines = [line for line in stream.getvalue().splitlines() if line.startswith("trial")]
    assert len(lines) == 2
    assert "linear [opening] 0.75" in lines[0]
    assert "(crash: the worker died)" in lines[1]


def test_nothing_scored_yet():
    stream = io.StringIO()
    Progress(1, stream)(loop(max_trials=5))
    assert "no score yet" in stream.getvalue()
    assert "waiting" in stream.getvalue()
