import os
import sqlite3

import numpy as np
import pytest

from sklearn_meta.experience import Experience, export


def test_export_keeps_what_is_known(base, tmp_path):
    path = tmp_path / "small.sqlite"
    task = base.tasks()["id"][0]
    base.add_evaluation(task, {"family": "svm"}, {"roc_auc": 0.123456789}, fit_seconds=1 / 3)
    size = export(base, path, facts={"made_by": "a test"})
    assert size == path.stat().st_size
    small = Experience.open(path)
    assert small.tasks(metafeatures=True).equals(base.tasks(metafeatures=True))
    ours, theirs = base.matrix("binary", "roc_auc"), small.matrix("binary", "roc_auc")
    assert ours.keys == theirs.keys
    np.testing.assert_allclose(theirs.scores, ours.scores, rtol=1e-4)
    np.testing.assert_allclose(theirs.seconds, ours.seconds, rtol=1e-4)
    assert 0.12346 in theirs.scores
    assert small.describe()["facts"]["made_by"] == "a test"
    assert len(small.like(np.random.default_rng(0).normal(size=(60, 3)))) == 1


def test_versions_are_kept(base, tmp_path):
    task = base.tasks()["id"][0]
    base.add_evaluation(task, {"family": "svm"}, {}, versions={"scikit-learn": "0.1"})
    export(base, tmp_path / "small.sqlite")
    export(Experience.open(tmp_path / "small.sqlite"), tmp_path / "twice.sqlite")
    for name in ("small", "twice"):
        small = Experience.open(tmp_path / f"{name}.sqlite").evaluations()
        assert small["versions"].tolist() == base.evaluations()["versions"].tolist()


def test_fold_metrics_are_left_out_unless_asked_for(base, tmp_path):
    export(base, tmp_path / "a.sqlite")
    export(base, tmp_path / "b.sqlite", fold_metrics=True)
    assert set(map(len, Experience.open(tmp_path / "a.sqlite").evaluations()["fold_metrics"])) == {
        0
    }
    folds = Experience.open(tmp_path / "b.sqlite").evaluations()["fold_metrics"]
    assert folds[0] == {"first": [0.1, 0.2]}


def test_hidden_tasks_are_left_out(base, tmp_path):
    export(base.without(groups="group_0"), tmp_path / "small.sqlite")
    small = Experience.open(tmp_path / "small.sqlite")
    assert list(small.tasks()["name"]) == ["binary_2", "binary_3"]


def test_replaces_the_old_file_and_leaves_no_draft(base, path):
    export(base.without(names="binary_0"), path)
    assert len(Experience.open(path).tasks()) == 3
    assert os.listdir(path.parent) == ["base.sqlite"]


def test_readable_from_a_read_only_folder(base, tmp_path, monkeypatch):
    from sklearn_meta.experience.handle import _location

    path = tmp_path / "bundle" / "bundled.sqlite"
    path.parent.mkdir()
    export(base, path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
    monkeypatch.setattr(_location, "BUNDLED", path)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        bundled = Experience.bundled()
        assert len(bundled.tasks()) == 4
        assert bundled.read_only
        with pytest.raises(ValueError, match="reading only"):
            bundled.add_configuration({"family": "linear"})
        assert os.listdir(path.parent) == ["bundled.sqlite"]
    finally:
        path.parent.chmod(0o755)


def test_bundled_that_is_missing_says_so(tmp_path, monkeypatch):
    from sklearn_meta.experience.handle import _location

    monkeypatch.setattr(_location, "BUNDLED", tmp_path / "none.sqlite")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        Experience.bundled()
