"""Trials on somebody else's executor: threads, processes, dask."""

import multiprocessing
import os
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from time import perf_counter
from types import SimpleNamespace

import cloudpickle
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification

from sklearn_meta import MetaAutoClassifier
from sklearn_meta.search import foreign_workers
from sklearn_meta.spaces import Family

cloudpickle.register_pickle_by_value(sys.modules[__name__])

FAMILIES = ["naive_bayes", "linear", "neighbors"]


class Sleeper(ClassifierMixin, BaseEstimator):
    """A model that is never done."""

    def fit(self, X, y):
        time.sleep(60)
        return self


class Dier(ClassifierMixin, BaseEstimator):
    """A model that takes its process along."""

    def fit(self, X, y):
        os._exit(1)


@pytest.fixture(scope="module")
def table():
    return make_classification(900, 6, random_state=0)


@pytest.fixture(scope="module")
def local(table):
    return search(None).fit(*table)


@pytest.fixture(scope="module")
def dask():
    distributed = pytest.importorskip("distributed", reason="needs distributed (the extra 'dask')")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        cluster.get_client() as client,
    ):
        yield client


def search(executor, **parameters):
    settings = {
        "max_trials": 5,
        "families": FAMILIES,
        "experience": None,
        "random_state": 0,
        **parameters,
    }
    return MetaAutoClassifier(executor=executor, **settings)


def same(one, other, X):
    columns = ["trial", "family", "score", "status", "weight"]
    assert one.leaderboard_[columns].to_dict("list") == other.leaderboard_[columns].to_dict("list")
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


def test_threads(table, local):
    with ThreadPoolExecutor(2) as executor:
        clf = search(executor).fit(*table)
    same(clf, local, table[0])


def test_processes(table, local):
    """The pool ends when it is told to: no worker of a worker stays warm behind it."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        same(search(executor).fit(*table), local, table[0])
        ended = perf_counter()
    assert perf_counter() - ended < 30


def test_dask(table, local, dask):
    same(search(dask.get_executor()).fit(*table), local, table[0])


def test_deadline_on_a_foreign_executor(table):
    """What runs there can't be ended from here, and is not waited for."""
    sleeper = Family.from_estimator("sleeper", Sleeper(), kinds="binary")
    with ThreadPoolExecutor(1) as executor:
        started = perf_counter()
        clf = search(
            executor, families=["naive_bayes", sleeper], max_trials=None, time_budget=5
        ).fit(*table)
        busy = os.getloadavg()[0] > 1.5 * os.cpu_count()
        assert perf_counter() - started < (15 if busy else 6)
        assert clf.score(*table) > 0.7
        ended = perf_counter()
    assert perf_counter() - ended < 15  # the child there was ended as well


def test_crash_on_a_foreign_executor(table):
    """The trial dies in a child of the foreign worker, not with it."""
    dier = Family.from_estimator("dier", Dier(), kinds="binary")
    with ThreadPoolExecutor(1) as executor:
        clf = search(executor, families=["naive_bayes", dier], max_trials=3).fit(*table)
    board = clf.leaderboard_.set_index("family")
    assert board.loc["dier", "status"] == "crash"
    assert (board.loc[["naive_bayes"], "status"] == "ok").all()


def test_executor_that_fails_to_submit(table):
    class Closed:
        def submit(self, function, *args):
            raise RuntimeError("cannot schedule new futures after shutdown")

    with pytest.raises(RuntimeError, match="after shutdown"):
        search(Closed()).fit(*table)


def test_result_that_does_not_come_back(table):
    """An executor whose tasks fail costs these trials; the openings ran in the caller."""

    class Lossy:
        def submit(self, function, *args):
            future = Future()
            future.set_exception(ConnectionError("the node is gone"))
            return future

    clf = search(Lossy(), families=["naive_bayes", "linear", "neighbors"], max_trials=4)
    clf.fit(*table)
    board = clf.leaderboard_
    assert board["status"].tolist() == ["ok", "ok", "crash", "crash"]
    assert "the node is gone" in board["reason"].iloc[-1]


def test_tasks_that_are_cancelled(table):
    """An executor that drops its queue in the middle does not leave the search waiting."""

    class Dropping:
        def submit(self, function, *args):
            future = Future()
            future.cancel()
            return future

    clf = search(Dropping(), max_trials=4).fit(*table)
    board = clf.leaderboard_
    assert board["status"].tolist() == ["ok", "ok", "crash", "crash"]
    assert "the executor cancelled the task" in board["reason"].iloc[-1]


@pytest.mark.parametrize(
    "executor, n_jobs, expected",
    [
        (SimpleNamespace(_max_workers=4), None, 4),
        (SimpleNamespace(_max_workers=4), 2, 2),
        (SimpleNamespace(_max_workers=4), -1, 4),
        (SimpleNamespace(), 3, 3),
        (SimpleNamespace(), None, 1),
        (SimpleNamespace(_client=SimpleNamespace(nthreads=lambda: {"a": 2, "b": 4})), None, 6),
    ],
)
def test_number_of_places(executor, n_jobs, expected):
    assert foreign_workers(executor, n_jobs) == expected
