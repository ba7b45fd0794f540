"""A collecting process that is killed, or interrupted, leaves a base that can be gone on with."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from sklearn_meta.experience import Experience, collect

N_TASKS = 8
SCRIPT = """
    import sys
    from sklearn.datasets import make_classification
    from sklearn_meta.experience import Experience, collect

    tasks = [(f"t{i}", *make_classification(60, 5, random_state=i)) for i in range(%d)]
    listed = [{"family": "naive_bayes"}, {"family": "linear"}, {"family": "neighbors"}]
    if __name__ == "__main__":
        base = Experience.open(sys.argv[1])
        report = collect(tasks, listed, base, n_sampled=3, time_limit=60, verbose=0)
        sys.exit(3 if report["interrupted"] else 0)
"""
N_EVALUATIONS = N_TASKS * (3 + 3)


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(SCRIPT % N_TASKS))
    return path


def start(script, base):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    # in a group of its own, as a shell starts it
    return subprocess.Popen([sys.executable, script, base], env=environment, start_new_session=True)


def count(path):
    return Experience.open(path).describe()["evaluations"]


def wait_for(path, child, n):
    """Wait until the base has `n` evaluations, or the child has ended."""
    for _ in range(2000):
        if child.poll() is not None or count(path) >= n:
            return
        time.sleep(0.02)
    raise AssertionError(f"{count(path)} of {n} evaluations after a long time")


def rows(path):
    """What was run, and how it went."""
    frame = Experience.open(path).evaluations()
    frame = frame[["task", "configuration", "seed", "max_rows", "status", "roc_auc"]]
    return sorted(frame.itertuples(index=False, name=None))


@pytest.mark.slow
def test_killed_many_times_it_ends_with_the_same_evaluations(script, tmp_path):
    paths = [tmp_path / "killed.sqlite", tmp_path / "whole.sqlite"]
    for path in paths:
        Experience.create(path).close()
    n_kills = 0
    for goal in (1, 17, 30, 39):
        child = start(script, paths[0])
        wait_for(paths[0], child, goal)
        os.kill(child.pid, signal.SIGKILL)
        n_kills += child.wait() == -signal.SIGKILL
        assert count(paths[0]) < N_EVALUATIONS
        assert Experience.open(paths[0]).tasks()["name"].is_unique
    assert n_kills == 4
    assert start(script, paths[0]).wait() == 0
    assert start(script, paths[1]).wait() == 0
    killed, whole = map(rows, paths)
    assert len(killed) == len(set(killed)) == N_EVALUATIONS
    assert killed == whole
    assert {row[4] for row in killed} == {"ok"}
    log = Experience.open(paths[0]).describe()["facts"]
    assert sum(key.startswith("collection ") for key in log) == n_kills + 1


@pytest.mark.slow
def test_ctrl_c_ends_it_cleanly(script, tmp_path):
    path = tmp_path / "base.sqlite"
    Experience.create(path).close()
    child = start(script, path)
    wait_for(path, child, 5)
    os.killpg(child.pid, signal.SIGINT)  # the workers get it too, as in a terminal
    assert child.wait(20) == 3
    assert 5 <= count(path) < N_EVALUATIONS
    assert set(Experience.open(path).evaluations()["status"]) == {"ok"}
    assert start(script, path).wait() == 0
    assert count(path) == N_EVALUATIONS


@pytest.mark.slow
def test_two_processes_may_fill_one_base(script, tmp_path):
    path = tmp_path / "base.sqlite"
    Experience.create(path).close()
    children = [start(script, path) for _ in range(2)]
    assert [child.wait() for child in children] == [0, 0]
    assert count(path) == N_EVALUATIONS
    assert len(set(rows(path))) == N_EVALUATIONS


def test_what_was_running_when_it_was_stopped_is_not_written():
    base = Experience.empty()
    X = [[i % 7, i % 5] for i in range(600)]
    tasks = [("t", X, [i % 2 for i in range(600)])]
    slow = [{"family": "random_forest", "n_estimators": 300}]
    report = collect(tasks, slow, base, seconds=0.01, verbose=0)
    assert report["complete"] is False
    assert len(base.evaluations()) == 0
