"""Bases of older schema versions open, and say the same as before."""

import json
import os
import sqlite3
import subprocess
import sys

import numpy as np
import pytest

from sklearn_meta.experience import Experience
from sklearn_meta.experience.identity._fingerprint import Fingerprint

VERSION_1 = """
CREATE TABLE facts (key VARCHAR NOT NULL, value TEXT, PRIMARY KEY (key));
CREATE TABLE tasks (id VARCHAR NOT NULL, name VARCHAR NOT NULL, openml_id INTEGER,
    kind VARCHAR NOT NULL, n_rows INTEGER NOT NULL, n_columns INTEGER NOT NULL,
    n_classes INTEGER NOT NULL, fingerprint TEXT, "group" VARCHAR, source TEXT, licence TEXT,
    metafeatures TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE configurations (key VARCHAR NOT NULL, family VARCHAR NOT NULL,
    configuration TEXT NOT NULL, PRIMARY KEY (key));
CREATE TABLE evaluations (task VARCHAR NOT NULL, configuration VARCHAR NOT NULL,
    seed INTEGER NOT NULL, metrics TEXT NOT NULL, fold_metrics TEXT NOT NULL, fit_seconds FLOAT,
    predict_seconds FLOAT, rows_used INTEGER, n_folds INTEGER, status VARCHAR NOT NULL,
    reason TEXT, versions TEXT, PRIMARY KEY (task, configuration, seed),
    FOREIGN KEY(task) REFERENCES tasks (id),
    FOREIGN KEY(configuration) REFERENCES configurations ("key")) WITHOUT ROWID;
"""


def table(seed):
    return np.random.default_rng(seed).normal(size=(60, 3))


@pytest.fixture
def old(tmp_path):
    """Path of a base as version 1 wrote it: 3 tasks, 2 configurations, a timeout, a second seed."""
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1)
    add = connection.executemany
    add(
        "INSERT INTO facts VALUES (?, ?)",
        [("schema_version", "1"), ("collection", json.dumps({"max_rows": 2000, "folds": 3}))],
    )
    tasks = [
        (f"t{i}", f"task {i}", 7, "binary", 5000, 3, 2, Fingerprint.of(table(i)).to_json())
        + (None, None, None, '{"NumberOfInstances":5000.0}')
        for i in range(3)
    ]
    add("INSERT INTO tasks VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", tasks)
    add(
        "INSERT INTO configurations VALUES (?, ?, ?)",
        [(f"k{j}", "linear", json.dumps({"family": "linear", "C": j})) for j in range(2)],
    )
    runs = [
        (f"t{i}", f"k{j}", 0, json.dumps({"roc_auc": 0.5 + i / 10, "brier": j / 4}))
        + ('{"roc_auc":[0.5,0.6]}', 1.5, 0.25, 1333, 3, "ok", None, None)
        for i in range(3)
        for j in range(2)
    ]
    runs[0] = ("t0", "k0", 0, "{}", "{}", 20.0, None, 1333, 0, "timeout", "20 s", '{"numpy":"1"}')
    runs.append(("t1", "k0", 1, '{"roc_auc":0.8}', "{}", 1.5, 0.25, 3333, 3, "ok", None, None))
    add("INSERT INTO evaluations VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", runs)
    connection.commit()
    connection.close()
    return path


def version_of(path):
    connection = sqlite3.connect(path)
    value = connection.execute("SELECT value FROM facts WHERE key = 'schema_version'").fetchone()
    connection.close()
    return value[0]


def check_content(base):
    runs = base.evaluations().merge(base.tasks(), left_on="task", right_on="id")
    runs = runs.set_index(["name", "configuration", "seed"])
    assert len(runs) == 7
    lost = runs.loc[("task 0", "k0", 0)]
    assert (lost["status"], lost["reason"], lost["fit_seconds"]) == ("timeout", "20 s", 20.0)
    assert lost["versions"] == {"numpy": "1"}
    assert lost["fold_metrics"] == {}
    assert np.isnan(lost["roc_auc"])
    kept = runs.loc[("task 2", "k1", 0)]
    assert (kept["roc_auc"], kept["brier"], kept["max_rows"]) == (0.7, 0.25, 2000)
    assert kept["fold_metrics"] == {"roc_auc": [0.5, 0.6]}
    assert runs["machine_speed"].isna().all()
    # more rows than the collector takes: these were not its own
    assert runs.loc[("task 1", "k0", 1), "max_rows"] == 0
    assert base.describe()["schema_version"] == 2
    assert base.describe()["facts"]["schema_version"] == "2"
    matrix = base.matrix("binary", "roc_auc")
    np.testing.assert_array_equal(
        matrix.scores, [[np.nan, 0.5], [0.6, 0.6], [0.8, np.nan], [0.7, 0.7]]
    )
    assert matrix.tasks["rows_seen"].tolist() == [2000, 2000, 5000, 2000]
    assert len(base.like(table(1)[::2])) == 1


def test_a_writable_file_is_migrated_once(old):
    base = Experience.open(old)
    assert version_of(old) == "2"
    check_content(base)
    check_content(Experience.open(old, read_only=True))
    base.add_evaluation(base.tasks()["id"][0], "k0", {"roc_auc": 0.9}, max_rows=2000)
    assert len(base.evaluations()) == 7


def test_ids_are_those_that_the_tasks_would_get_today(old):
    base = Experience.open(old)
    before = set(base.tasks()["id"])
    for i in range(3):
        facts = {"n_rows": 5000, "n_columns": 3, "n_classes": 2}
        base.add_task(f"task {i}", "binary", fingerprint=table(i)[::-1, ::-1], **facts)
    assert set(base.tasks()["id"]) == before


def test_a_reader_leaves_the_file_as_it_is(old):
    content = old.read_bytes()
    base = Experience.open(old, read_only=True)
    check_content(base)
    assert base.location == str(old)
    check_content(base.without(names="nowhere"))
    assert old.read_bytes() == content
    assert version_of(old) == "1"
    assert os.listdir(old.parent) == ["old.sqlite"]


def test_a_file_that_can_not_be_written_is_read(old, monkeypatch):
    monkeypatch.setattr(
        "sklearn_meta.experience.database._database.is_writable", lambda path: False
    )
    base = Experience.open(old)
    check_content(base)
    assert base.read_only
    assert version_of(old) == "1"


def test_several_processes_may_open_it_at_once(old):
    code = (
        "import sys; from sklearn_meta.experience import Experience\n"
        "sys.stdin.readline()\n"
        "print(len(Experience.open(sys.argv[1]).evaluations()))"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    openers = [subprocess.Popen([sys.executable, "-c", code, str(old)], **pipes) for _ in range(3)]
    for opener in openers:
        opener.stdin.write("go\n")
        opener.stdin.flush()
    assert [opener.communicate()[0].strip() for opener in openers] == ["7", "7", "7"]
    check_content(Experience.open(old))


def test_a_migration_that_fails_changes_nothing(old, monkeypatch):
    from sklearn_meta.experience.records import _migrations

    def fail(connection):
        _migrations._evaluations_know_their_rows(connection)
        raise RuntimeError("the lights went out")

    content = old.read_bytes()
    with monkeypatch.context() as patch:
        patch.setitem(_migrations.STEPS, 1, fail)
        with pytest.raises(RuntimeError, match="lights"):
            Experience.open(old)
    assert old.read_bytes() == content
    check_content(Experience.open(old))


def test_an_empty_base_is_migrated(tmp_path):
    path = tmp_path / "empty.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1 + "INSERT INTO facts VALUES ('schema_version', '1');")
    connection.close()
    base = Experience.open(path)
    assert base.evaluations().empty
    assert base.matrix("regression").shape == (0, 0)
