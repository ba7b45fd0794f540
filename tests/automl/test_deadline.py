"""A budget is a deadline, and there is always something to predict with."""

import os
import signal
import subprocess
import sys
import textwrap
from time import perf_counter

import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression

from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor


def test_short_budget(quick_classifier, binary, in_time):
    with in_time(3):
        clf = quick_classifier(time_budget=3).fit(*binary)
    assert clf.score(*binary) > 0.8
    assert clf.seconds_["total"] == pytest.approx(sum(list(clf.seconds_.values())[:-1]), abs=0.5)


@pytest.mark.parametrize("estimator", [MetaAutoClassifier, MetaAutoRegressor])
def test_short_budget_on_a_larger_table(estimator, in_time):
    make = make_classification if estimator is MetaAutoClassifier else make_regression
    X, y = make(20_000, 30, n_informative=10, random_state=0)
    with in_time(3):
        model = estimator(time_budget=3, experience=None, n_jobs=2, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.6
    assert len(model.leaderboard_) >= 1


def test_both_budgets(quick_classifier, binary, in_time):
    """Whichever ends first ends the search."""
    with in_time(30):
        clf = quick_classifier(time_budget=30, max_trials=2).fit(*binary)
    assert clf.n_trials_ == 2
    with in_time(2):
        clf = quick_classifier(time_budget=2, max_trials=10_000).fit(*binary)
    assert clf.n_trials_ < 10_000


def test_trials_alone_need_no_clock(quick_classifier, binary):
    clf = quick_classifier(max_trials=5, families=["naive_bayes", "neighbors"]).fit(*binary)
    assert clf.n_trials_ == 5
    assert set(clf.leaderboard_["status"]) <= {"ok", "raced"}


class Counter:
    """Presses Ctrl-C at the n-th call in this process, through whichever copy it comes."""

    calls = 0

    def __init__(self, patience):
        self.patience = patience
        Counter.calls = 0

    def __call__(self, estimator, X, y):
        Counter.calls += 1
        if Counter.calls == self.patience:
            raise KeyboardInterrupt
        return float((estimator.predict(X) == y).mean())


# the constant prediction is scored once, each trial once for each of its 5 folds at most
@pytest.mark.parametrize("patience, n_trials", [(8, 1), (12, 2)])
def test_interrupt_keeps_what_was_found(quick_classifier, binary, patience, n_trials):
    clf = quick_classifier(max_trials=50, scoring=Counter(patience)).fit(*binary)
    assert clf.interrupted_
    assert clf.n_trials_ == n_trials
    assert "interrupted" in clf.report()
    assert clf.predict(binary[0]).shape == (120,)


def test_interrupt_before_anything_was_found(quick_classifier, binary):
    with pytest.raises(KeyboardInterrupt):
        quick_classifier(max_trials=50, scoring=Counter(3)).fit(*binary)


SCRIPT = """
    import sys
    from sklearn.datasets import make_classification
    from sklearn_meta import MetaAutoClassifier

    if __name__ == "__main__":
        X, y = make_classification(1500, 6, random_state=0)
        clf = MetaAutoClassifier(
            time_budget=100, experience=None, n_jobs=2, random_state=0, verbose=2
        )
        clf.fit(X, y)
        print("interrupted:", clf.interrupted_, "score:", clf.score(X, y), flush=True)
"""


def test_interrupt_from_the_keyboard(tmp_path):
    """A terminal sends Ctrl-C to the workers too; the search ends soon, with a model."""
    script = tmp_path / "search.py"
    script.write_text(textwrap.dedent(SCRIPT))
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        for line in process.stderr:
            if line.startswith("trial 2"):
                break
        started = perf_counter()
        os.killpg(process.pid, signal.SIGINT)
        printed, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "interrupted: True" in printed
    assert perf_counter() - started < 30


def test_default_budget_is_a_minute():
    for parameters, expected in [
        ({}, (60.0, None)),
        ({"max_trials": 3}, (None, 3)),
        ({"time_budget": 5}, (5, None)),
        ({"time_budget": 5, "max_trials": 3}, (5, 3)),
    ]:
        budget = MetaAutoClassifier(**parameters)._budget()
        assert (budget.time_budget, budget.max_trials) == expected


def test_predictions_need_no_worker(quick_regressor, numbers):
    reg = quick_regressor(time_budget=2).fit(*numbers)
    np.testing.assert_array_equal(reg.predict(numbers[0]), reg.predict(numbers[0]))
