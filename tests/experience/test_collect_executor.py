"""The collector on somebody else's executor, which may lose workers."""

import os
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sklearn.datasets import make_classification

from sklearn_meta.experience import Experience, collect
from sklearn_meta.experience.collector._foreign_lane import (
    _evaluate_here,
    _may_have_children,
    evaluate_there,
)
from sklearn_meta.experience.collector._task import prepare_task, save_problem

QUICK = [{"family": "naive_bayes"}, {"family": "linear"}, {"family": "neighbors"}]


def tables(n, n_rows=60):
    return [(f"t{i}", *make_classification(n_rows, 5, random_state=i)) for i in range(n)]


def rows(base):
    frame = base.evaluations()
    frame = frame[["task", "configuration", "seed", "max_rows", "status", "roc_auc", "rows_used"]]
    return sorted(frame.itertuples(index=False, name=None))


def saved(folder, n_rows=60):
    X, y = make_classification(n_rows, 5, random_state=0)
    prepared = prepare_task("t", X, y, {}, folds=3, max_rows=2000, random_state=0)
    return save_problem(prepared.problems[2000], folder, "t.pickle")


class Forgetful(ThreadPoolExecutor):
    """Loses every task the first times that it gets it."""

    def __init__(self, n_losses):
        super().__init__(1)
        self.n_losses = n_losses
        self.seen = {}

    def submit(self, function, *args):
        task = repr(args[2][0])  # the configuration
        self.seen[task] = self.seen.get(task, 0) + 1
        if self.seen[task] > self.n_losses:
            return super().submit(function, *args)
        lost = Future()
        lost.set_exception(ConnectionError("the worker went away"))
        return lost


def test_any_executor_gives_what_local_workers_give():
    local, foreign = Experience.empty(), Experience.empty()
    collect(tables(2), QUICK, local, verbose=0)
    with ThreadPoolExecutor(1) as executor:
        report = collect(tables(2), QUICK, foreign, executor=executor, verbose=0)
    assert report["evaluations"] == 6
    assert rows(foreign) == rows(local)
    assert foreign.evaluations()["machine_speed"].gt(0).all()
    log = [value for key, value in foreign.describe()["facts"].items() if key.startswith("coll")]
    assert any("ThreadPoolExecutor" in value for value in log)


def test_what_an_executor_loses_is_tried_again():
    base, executor = Experience.empty(), Forgetful(2)
    report = collect(tables(1), QUICK[:2], base, executor=executor, verbose=0)
    assert (report["evaluations"], report["lost"], report["complete"]) == (2, 0, True)
    assert set(executor.seen.values()) == {3}


def test_what_is_lost_again_and_again_is_reported_and_left_for_the_next_call():
    base = Experience.empty()
    report = collect(tables(1), QUICK[:2], base, executor=Forgetful(99), verbose=0)
    assert (report["evaluations"], report["lost"], report["tasks"]) == (0, 2, 0)
    assert collect(tables(1), QUICK[:2], base, verbose=0)["evaluations"] == 2


def test_limits_hold_there(tmp_path):
    path = saved(tmp_path, 3000)
    forest = {"family": "random_forest", "n_estimators": 300}
    started = time.perf_counter()
    slow = evaluate_there(path, forest, 3, 0.05, None)
    assert slow["status"] == "timeout"
    assert "0 of 3 folds" in slow["reason"]
    assert time.perf_counter() - started < 60
    large = evaluate_there(path, forest, 3, 60.0, 2**20)
    assert large["status"] == "memory"


def test_without_children_the_limit_is_looked_at_between_folds(tmp_path):
    path = saved(tmp_path)
    whole = _evaluate_here(path, QUICK[0], 3, 60.0)
    assert (whole["status"], whole["n_folds"]) == ("ok", 3)
    short = _evaluate_here(path, QUICK[0], 3, 0.0)
    assert (short["status"], short["n_folds"]) == ("ok", 1)
    assert "1 of 3 folds" in short["reason"]
    broken = _evaluate_here(path, {"family": "neighbors", "weights": "none"}, 3, 60.0)
    assert broken["status"] == "error"
    assert "weights" in broken["reason"]


@pytest.mark.slow
def test_a_dask_cluster_that_loses_a_worker_loses_no_evaluation():
    distributed = pytest.importorskip("distributed")
    listed = [*QUICK, {"family": "extra_trees"}, {"family": "hist_gradient_boosting"}]
    killed = []

    class Killing(Experience):
        """Kills a busy worker when half of the evaluations are there."""

        def add_evaluation(self, *args, **facts):
            super().add_evaluation(*args, **facts)
            if not killed and len(self.evaluations()) >= 20:
                busy = [at for at, keys in client.processing().items() if keys]
                processes = client.run(os.getpid)
                killed.append(processes[busy[0]])
                os.kill(killed[0], signal.SIGKILL)

    base, local = Killing.empty(), Experience.empty()
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert all(client.run(_may_have_children).values())  # else nothing ends a fit there
        report = collect(tables(8), listed, base, executor=client.get_executor(), verbose=0)
        alive = client.run(os.getpid)
    assert len(killed) == 1
    assert killed[0] not in alive.values()
    assert report["lost"] == 0
    assert (report["evaluations"], report["tasks"]) == (40, 8)
    collect(tables(8), listed, local, verbose=0)
    assert rows(base) == rows(local)
    assert {row[4] for row in rows(base)} == {"ok"}
