"""``sklearn-meta collect --suite`` over the loopback server, killed and gone on with."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.openml.notebook import environment

WORDS = [
    *["--suite", "99", "--families", "naive_bayes,linear,neighbors", "--configurations", "9"],
    *["--max-rows", "60", "--folds", "2", "--quiet"],
]


def command(base):
    return [sys.executable, "-m", "sklearn_meta.cli", "collect", *WORDS, "--into", str(base)]


@pytest.fixture
def shell(server, tmp_path):
    said = subprocess.run(
        [sys.executable, "-m", "sklearn_meta.cli", "--help"], capture_output=True, text=True
    ).stdout
    if "collect" not in said:
        pytest.skip("this command line has no verb `collect` yet")
    with environment(server, tmp_path / "config"):
        yield


def n_evaluations(base):
    if not base.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{base}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM evaluations").fetchone()[0]
    except sqlite3.OperationalError:  # being made
        return 0


def scores(base):
    """Every score of a base, by task, configuration and seed."""
    from sklearn_meta.experience import Experience

    with Experience.open(base) as opened:
        table = opened.evaluations()
    keys = [column for column in ("task", "configuration", "seed", "max_rows") if column in table]
    return table.set_index(keys)["accuracy"].sort_index()


def kill_after(base, n):
    """Start a collection and kill it, with its workers, when it has written n evaluations."""
    process = subprocess.Popen(command(base), start_new_session=True, stdout=subprocess.DEVNULL)
    while process.poll() is None and n_evaluations(base) < n:
        time.sleep(0.02)
    was_running = process.poll() is None
    if was_running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return was_running


@pytest.mark.slow
def test_killed_twice_and_gone_on_with(shell, server, tmp_path, monkeypatch):
    whole, parts = tmp_path / "whole.sqlite", tmp_path / "parts.sqlite"
    assert kill_after(parts, 3)
    before = n_evaluations(parts)
    assert kill_after(parts, before + 3)
    in_between = n_evaluations(parts)
    done = subprocess.run(command(parts), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{in_between} were there" in done.stdout

    n_requests = len(server.requests)
    monkeypatch.setenv("SKLEARN_META_OPENML_OFFLINE", "1")  # all of it is in the cache by now
    done = subprocess.run(command(whole), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(server.requests) == n_requests

    assert 0 < before < in_between < n_evaluations(whole)
    assert scores(whole).notna().all()
    assert scores(parts).equals(scores(whole))
