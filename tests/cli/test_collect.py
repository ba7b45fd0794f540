"""``sklearn-meta collect`` and ``sklearn-meta experience``."""

import json
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.experience import Experience

QUICK = ["--families", "naive_bayes", "--configurations", "1", "--quiet"]


@pytest.fixture
def folder(table, tmp_path):
    """A folder of tables: two to classify, one to measure; one file is missing."""
    place = tmp_path / "tables"
    place.mkdir()
    index = []
    for name, target, kind, role in (
        ("labels", "label", "binary", "learn"),
        ("colours", "colour", "multiclass", "report"),
        ("amounts", "amount", "regression", "learn"),
        ("gone", "label", "binary", "choose"),
    ):
        columns = ["number", "zip", "group", target]
        if name == "labels":
            table[columns].to_csv(place / "labels.csv", index=False)
        elif name != "gone":
            table[columns].to_parquet(place / f"{name}.parquet")
        index.append(
            {
                "name": name,
                "file": f"{name}.csv" if name in ("labels", "gone") else f"{name}.parquet",
                "target": target,
                "task": kind,
                "role": role,
                "group": f"g-{name}",
                "openml_id": 7,
                "source": {"from": "here"},
            }
        )
    (place / "index.json").write_text(json.dumps(index))
    return place


@pytest.fixture
def into(tmp_path):
    return tmp_path / "base.sqlite"


def test_collects_a_folder_and_goes_on(run, folder, into):
    words = ["collect", folder, "--into", into, "--roles", "learn,report", "--quiet"]
    quick = ["--families", "naive_bayes,linear", "--configurations", "2"]
    first = run(*words, *quick, "--max-rows", "30,45")
    assert first.code == 0, first.err
    base = Experience.open(into)
    tasks = base.tasks().set_index("name")
    assert set(tasks.index) == {"labels", "colours", "amounts"}
    assert tasks.loc["labels", "group"] == "g-labels"
    assert tasks.loc["labels", "source"] == '{"from": "here"}'
    assert set(base.evaluations()["max_rows"]) == {30, 45}
    n = len(base.evaluations())
    assert f"{n} evaluations added to {into}, 0 were there; 3 tasks are complete" in first.out
    again = run(*words, *quick, "--max-rows", "30,45")
    assert f"0 evaluations added to {into}, {n} were there" in again.out


def test_filters_of_a_folder(run, folder, into):
    done = run("collect", folder, "--into", into, "--kinds", "classification", *QUICK)
    assert done.code == 1  # one file is missing
    assert "the table gone was left out: FileNotFoundError" in done.err
    assert set(Experience.open(into).tasks()["name"]) == {"labels", "colours"}
    only = run("collect", folder, "--into", into, "--names", "colours", *QUICK)
    assert (only.code, only.out.split()[0]) == (0, "0")
    none = run("collect", folder, "--into", into, "--names", "nothing", *QUICK)
    assert none.code == 2
    assert "None of the 4 tables" in none.err


def test_collects_single_tables(run, train, into, tmp_path, features):
    features.to_parquet(tmp_path / "again.parquet")
    done = run(
        "collect", train, tmp_path / "again.parquet", "--target", "label", "--into", into, *QUICK
    )
    assert done.code == 0, done.err
    tasks = Experience.open(into).tasks().set_index("name")
    assert tasks["task_type"].to_dict() == {"train": "binary", "again": "binary"}
    as_numbers = run("collect", train, "--target", "number", "--into", into, *QUICK)
    assert "task: regression" in as_numbers.err


def test_seconds_may_run_out(run, train, into):
    words = ["collect", train, "--target", "label", "--into", into, *QUICK]
    done = run(*words, "--seconds", "0.000001")
    assert done.code == 0
    assert "the seconds are over" in done.err
    assert "0 evaluations added" in done.out


@pytest.fixture
def openml(monkeypatch):
    """Stand in for the room that reaches OpenML: a suite of two tasks, one of which fails."""
    from sklearn_meta.exceptions import SklearnMetaError

    class Suite:
        failed = {5: "not on the server"}

        def __len__(self):
            return 2

        def __iter__(self):
            yield fetch_task(3)

    def fetch_task(number):
        if number > 90:
            raise SklearnMetaError(f"there is no task {number}")
        rng = np.random.default_rng(number)
        X = pd.DataFrame(rng.normal(size=(40, 2)), columns=["a", "b"])
        y = pd.Series(np.where(X["a"] > 0, "yes", "no"))
        facts = {"kind": "binary", "openml_id": number, "source": "OpenML"}
        return SimpleNamespace(name=f"task{number}", X=X, y=y, facts=facts)

    room = ModuleType("sklearn_meta.openml")
    room.fetch_task, room.iter_suite = fetch_task, lambda suite: {99: Suite()}[suite]
    monkeypatch.setitem(sys.modules, "sklearn_meta.openml", room)


def test_collects_openml_tasks(run, into, openml):
    done = run("collect", "--suite", "99", "--tasks", "11,91", "--into", into, *QUICK)
    assert done.code == 1
    assert "OpenML task 5 was left out: not on the server" in done.err
    assert "OpenML task 91 was left out" in done.err
    tasks = Experience.open(into).tasks().set_index("name")
    assert tasks["openml_id"].to_dict() == {"task3": 3, "task11": 11}


def test_without_the_openml_room_it_says_so(run, into, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn_meta.openml", None)
    done = run("collect", "--suite", "99", "--into", into)
    assert done.code == 2
    assert "OpenML's tasks can't be fetched by this installation" in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no tables. Give a folder"),
        (["TRAIN"], "Add --target COLUMN"),
        (["TRAIN", "--target", "labl"], "did you mean 'label'"),
        (["TRAIN", "--target", "label", "--roles", "learn"], "--roles choose from a folder"),
        (["TRAIN", "--suite", "99"], "either TABLES or --suite"),
        (["TRAIN", "--target", "label", "--families", "forest"], "there is no family 'forest'"),
        (["TRAIN", "--target", "label", "--max-rows", "many"], "not numbers with commas"),
        (["EMPTY"], "index.json"),
    ],
)
def test_errors_say_what_to_do(run, train, into, tmp_path, words, message):
    (tmp_path / "empty").mkdir()
    places = {"TRAIN": train, "EMPTY": tmp_path / "empty"}
    done = run("collect", *(places.get(word, word) for word in words), "--into", into)
    assert done.code == 2
    assert message in done.err
    assert not into.exists()


def test_the_bundled_base_is_not_written_to(run, train):
    done = run("collect", train, "--target", "label", "--into", "bundled", *QUICK)
    assert done.code == 2
    assert "for reading only" in done.err


def test_describe(run, train, into):
    run("collect", train, "--target", "label", "--into", into, *QUICK)
    done = run("experience", "describe", into)
    assert done.code == 0, done.err
    said = dict(line.split("  ", 1) for line in done.out.splitlines())
    said = {name: value.strip() for name, value in said.items()}
    assert said["evaluations"] == "1"
    assert said["tasks"].startswith("1 (")
    assert said["failures"] == "0"
    assert said["configurations"] == "1 (1 naive_bayes)"
    assert said["collections"].startswith("1 calls, 1 evaluations")
    assert "folds=3" in said["last collection"]
    assert 0 <= float(said["seconds to open"]) < 60
    bundled = run("experience", "describe")
    assert bundled.code == 0
    assert "bundled.sqlite" in bundled.out


def test_check_export_merge(run, train, into, tmp_path):
    run("collect", train, "--target", "label", "--into", into, *QUICK)
    assert run("experience", "check", into).out == f"{into} is whole\n"
    for name in ("sent.json", "sent.sqlite"):
        sent, target = tmp_path / name, tmp_path / f"into-{name}.sqlite"
        assert run("experience", "export", into, "--out", sent).code == 0
        merged = run("experience", "merge", sent, "--into", target)
        assert merged.code == 0, merged.err
        assert "1 evaluations" in merged.out
        assert len(Experience.open(target).evaluations()) == 1
    lost = run("experience", "merge", tmp_path / "nowhere.sqlite", "--into", into)
    assert lost.code == 2
    (tmp_path / "broken.sqlite").write_bytes(into.read_bytes()[:5000])
    assert run("experience", "check", tmp_path / "broken.sqlite").code == 2
