"""Writers that are killed leave a valid base, and all that they were told is stored."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sklearn_meta.experience import Experience

SCRIPT = Path(__file__).with_name("killed_writers.py")


def kill_writers(location, folder, n_kills, seed=0):
    command = [sys.executable, str(SCRIPT), str(location), str(folder), str(n_kills), str(seed)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=1800)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("n_kills", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_writers_of_a_file(tmp_path, n_kills):
    path = tmp_path / "base.sqlite"
    Experience.create(path)
    (tmp_path / "notes").mkdir()
    report = kill_writers(path, tmp_path / "notes", n_kills)
    sys.stdout.write(f"{report}\n")  # shown by pytest -s
    assert report["kills"] >= n_kills
    assert report["acknowledged"] >= n_kills
    assert report["lost"] == 0
    assert report["reader"] == 0
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_a_reader_undoes_what_a_killed_writer_left(tmp_path):
    """A journal that still has to be rolled back is no obstacle to a reader."""
    path = tmp_path / "base.sqlite"
    Experience.create(path).add(
        {"name": "t", "kind": "binary", "n_rows": 1, "n_columns": 1}, {"family": "linear"}, {}
    )
    code = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")  # spills to the file before the transaction ends
connection.execute("BEGIN IMMEDIATE")
connection.execute("DELETE FROM tasks")
connection.execute("CREATE TABLE junk AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
    "SELECT i + 1 FROM n WHERE i < 20000) SELECT i, hex(randomblob(50)) FROM n")
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code, str(path)])
    assert os.path.getsize(f"{path}-journal") > 0
    base = Experience.open(path, read_only=True)
    assert len(base.tasks()) == len(base.evaluations()) == 1
    assert base.check() == []
    assert os.listdir(tmp_path) == ["base.sqlite"]
