"""MetaSearchCV against a clock."""

import time

import numpy as np
import pytest
from joblib import Parallel, delayed, parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

from sklearn_meta import MetaSearchCV
from sklearn_meta.automl.search_cv._clock import Clock
from sklearn_meta.search import StoppableBackend, TasksEndedError


class Sleeper(ClassifierMixin, BaseEstimator):
    """Takes as long as it is told."""

    def __init__(self, seconds=0.01):
        self.seconds = seconds

    def fit(self, X, y):
        time.sleep(self.seconds)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.fixture(scope="module")
def table():
    return make_classification(60, 4, random_state=0)


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_fit_that_overruns_is_ended(table, n_jobs):
    """Which is not known before: the first ones take next to nothing."""
    waiting = StoppableBackend(n_jobs)
    waiting.in_caller = False
    with parallel_config(backend=waiting):  # starting workers is not what is measured here
        Parallel()(delayed(time.sleep)(0.5) for _ in range(2 * n_jobs))
    search = MetaSearchCV(
        Sleeper(),
        {"seconds": [0.01, 0.02, 300.0]},
        time_budget=12,
        cv=2,
        n_jobs=n_jobs,
        random_state=0,
        experience=None,
    )
    started = time.perf_counter()
    search.fit(*table)
    assert time.perf_counter() - started < 60  # far below the 300 s of a fit, on a busy machine
    assert set(search.cv_results_["param_seconds"].data) <= {0.01, 0.02}
    lost = {entry["params"]["seconds"]: entry["reason"] for entry in search.unfinished_}
    assert "ended after" in lost[300.0]
    assert search.best_params_["seconds"] < 1


def test_at_least_one_candidate(table):
    search = MetaSearchCV(LogisticRegression(), time_budget=1e-3, cv=2, experience=None)
    search.fit(*table)
    assert len(search.cv_results_["params"]) == 1
    assert len(search.predict(table[0])) == 60


def test_whichever_ends_first(table):
    search = MetaSearchCV(
        LogisticRegression(), time_budget=600, n_iter=3, cv=2, random_state=0, experience=None
    ).fit(*table)
    assert len(search.cv_results_["params"]) == 3


def test_the_users_own_backend_is_left_alone(table):
    with parallel_config(backend="threading"):
        search = MetaSearchCV(
            Sleeper(), {"seconds": [0.0, 0.01]}, time_budget=60, n_jobs=2, cv=2, experience=None
        ).fit(*table)
    assert len(search.cv_results_["params"]) == 2


class FakeBudget:
    time_budget = 100.0

    def __init__(self, left):
        self._left = left

    def left(self):
        return self._left


def test_clock_keeps_time_for_the_refit():
    clock = Clock(FakeBudget(100.0), 5, 1.25, n_workers=1, batch_size=1, refits=True)
    free = Clock(FakeBudget(100.0), 5, 1.25, n_workers=1, batch_size=1, refits=False)
    fold = clock.fold_limit()
    assert 5 * fold + 1.25 * fold < 100  # a candidate at the limit and its own refit
    assert fold < free.fold_limit() < 20
    results = {"mean_fit_time": np.array([1.0, 10.0]), "mean_score_time": np.zeros(2)}
    clock.learn(results, best=1)
    assert clock.round_limit() < 100 - 1.25 * 10  # now the refit of that one has to fit
    assert clock.may_begin_unknown()


def test_two_workers_take_turns():
    alone = Clock(FakeBudget(100.0), 5, 1.25, n_workers=1, batch_size=1, refits=False)
    two = Clock(FakeBudget(100.0), 5, 1.25, n_workers=2, batch_size=1, refits=False)
    assert two.fold_limit() == pytest.approx(alone.fold_limit() * 5 / 3)
    assert two.round_limit() == pytest.approx(alone.round_limit())


def double(x):
    return 2 * x


def fail(x):
    raise KeyError(x)


@pytest.fixture
def backend():
    return StoppableBackend(n_jobs=1)


def test_backend_keeps_order_and_errors(backend):
    backend.in_caller = False
    with parallel_config(backend=backend), Parallel() as parallel:
        assert parallel(delayed(double)(x) for x in range(7)) == [0, 2, 4, 6, 8, 10, 12]
        with pytest.raises(KeyError):
            parallel(delayed(fail)(x) for x in range(3))
        backend.in_caller = True
        assert parallel(delayed(double)(x) for x in range(3)) == [0, 2, 4]


def test_backend_ends_what_takes_too_long(backend):
    backend.in_caller = False
    with parallel_config(backend=backend), Parallel() as parallel:
        parallel([delayed(double)(1)])  # the worker is up
        started = time.perf_counter()
        backend.start_timer(0.2)
        with pytest.raises(TasksEndedError, match=r"after 0\.2 s"):
            parallel(delayed(time.sleep)(200) for _ in range(3))
        backend.stop_timer()
        assert time.perf_counter() - started < 60
        assert parallel([delayed(double)(4)]) == [8]  # and goes on
