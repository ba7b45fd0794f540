"""Bases from matrices, and to files and back."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.exceptions import ExperienceError, ExperienceNotFoundError
from sklearn_meta.experience import Experience


def table(seed):
    return np.random.default_rng(seed).normal(size=(60, 3))


@pytest.fixture
def full(base, fill):
    """A base with everything in it that may be missing or odd."""
    fill(base, kind="regression", n_tasks=2)
    id = base.tasks()["id"][0]
    base.add(id, {"family": "svm", "C": 1 / 3}, {}, status="timeout", reason="20 s é", seed=3)
    base.add(id, {"family": "svm", "C": 0.1}, {"brier": 0.1 + 0.2, "roc_auc": np.nan}, max_rows=40)
    base.add(id, {"family": "svm", "C": 0.1}, {"brier": 1}, machine_speed=0.7, versions={"a": "1"})
    base.add_task("bare", "regression", n_rows=0, n_columns=0, openml_id=5, source="s", licence="l")
    base.add_configuration({"family": "never_run", "flag": True, "word": "x"})
    return base


def assert_same(ours, theirs):
    for verb, key in (
        ("tasks", ["id"]),
        ("configurations", ["key", "kind"]),
        ("evaluations", ["task", "configuration", "seed", "max_rows"]),
    ):
        a, b = (getattr(x, verb)().sort_values(key, ignore_index=True) for x in (ours, theirs))
        pd.testing.assert_frame_equal(a, b, check_exact=True)
    pd.testing.assert_frame_equal(ours.tasks(metafeatures=True), theirs.tasks(metafeatures=True))


@pytest.mark.parametrize("name", ["base.json", "base.json.gz", "base.sqlite"])
def test_round_trip_loses_nothing(full, tmp_path, name):
    size = full.export(tmp_path / name)
    assert size == (tmp_path / name).stat().st_size
    copy = Experience.empty()
    counts = copy.import_(tmp_path / name)
    assert counts == {"tasks": 7, "configurations": 6, "evaluations": 21}
    assert_same(copy, full)
    for seed in range(4):
        assert copy.like(table(seed)[::2]) == full.like(table(seed)[::2]) != []
    assert copy.import_(tmp_path / name) == dict.fromkeys(counts, 0)


def test_a_document_does_not_depend_on_the_order_of_writing(full, tmp_path):
    other = Experience.empty()
    other.merge(full.subset(kinds="regression"))
    other.merge(full)
    for i, base in enumerate((full, other)):
        base.export(tmp_path / f"{i}.json.gz")
    assert (tmp_path / "0.json.gz").read_bytes() == (tmp_path / "1.json.gz").read_bytes()


def test_a_document_is_plain_json_without_rows(full, tmp_path):
    full.export(tmp_path / "base.json")
    document = json.loads((tmp_path / "base.json").read_text())
    assert document["schema_version"] == 2
    assert {row["family"] for row in document["configurations"]} > {"svm", "never_run"}
    cells = {f"{value:.6g}" for seed in range(4) for value in table(seed).ravel()}
    words = set((tmp_path / "base.json").read_text().replace(",", " ").replace(":", " ").split())
    assert not cells & words


def test_views_export_what_they_show(full, tmp_path):
    full.subset(kinds="regression", families="linear").export(tmp_path / "part.json")
    part = Experience.empty()
    assert part.import_(tmp_path / "part.json")["evaluations"] == 2
    assert set(part.configurations()["family"]) == {"linear"}


def flip(content):
    place = content.index(b'"roc_auc":0.5') + len(b'"roc_auc":0.')
    return content[:place] + b"6" + content[place + 1 :]


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda text: b"", "damaged"),
        (lambda text: text[: len(text) // 2], "damaged"),
        (lambda text: gzip.compress(text)[:-20], "damaged"),
        (lambda text: b"id,name\n1,iris\n", "damaged"),
        (lambda text: b"\xff\xfe" + text, "damaged"),
        (flip, "digest"),
        (lambda text: text.replace(b'"seed":', b'"sed":'), "no column 'sed'"),
        (lambda text: b"[1, 2]", "JSON, but not an experience base"),
        (lambda text: text.replace(b'"schema_version": 2', b'"schema_version": 9'), "Upgrade"),
    ],
)
def test_damaged_documents_are_refused(base, tmp_path, change, message):
    path = tmp_path / "base.json"
    base.export(path)
    path.write_bytes(change(path.read_bytes()))
    copy = Experience.empty()
    with pytest.raises(ExperienceError, match=message):
        copy.import_(path)
    assert copy.describe()["n_tasks"] == 0


def test_missing_documents_and_other_endings(base, tmp_path):
    with pytest.raises(ExperienceNotFoundError, match="does not exist"):
        base.import_(tmp_path / "none.json")
    with pytest.raises(ExperienceNotFoundError, match="does not exist"):
        base.import_(tmp_path / "none.sqlite")
    for verb in (base.export, base.import_):
        with pytest.raises(ExperienceError, match="ends in .json"):
            verb(tmp_path / "base.parquet")
    with pytest.raises(ExperienceError, match="can't be written"):
        base.export(tmp_path / "no" / "base.json")


def scores(n_tasks=6, n_configurations=4, seed=0):
    rng = np.random.default_rng(seed)
    labels = [f"c{j:03d}" for j in range(n_configurations)]
    return pd.DataFrame(rng.random((n_tasks, n_configurations)), 10 + np.arange(n_tasks), labels)


def test_matrix_in_matrix_out():
    values, seconds = scores(), scores(seed=1)
    values.iloc[0, 1] = np.nan  # failed
    values.iloc[2, 2] = seconds.iloc[2, 2] = np.nan  # not tried
    features = pd.DataFrame(
        {"Any Name": np.arange(6.0), "NumberOfClasses": [2, 3] * 3, "NumberOfInstances": 50.0},
        index=values.index[::-1],
    )
    base = Experience.from_matrix(
        values, seconds, features, metric="balanced_error_rate", greater_is_better=False
    )
    matrix = base.matrix("classification", "balanced_error_rate")
    assert matrix.metric == "balanced_error_rate"
    assert matrix.configurations == [{"family": name} for name in values.columns]
    assert matrix.tasks["name"].tolist() == [str(label) for label in values.index]
    np.testing.assert_array_equal(matrix.scores, -values)
    np.testing.assert_array_equal(matrix.seconds, seconds)
    np.testing.assert_array_equal(matrix.metafeatures["Any Name"], np.arange(6.0)[::-1])
    assert set(matrix.tasks["task_type"]) == {"binary", "multiclass"}
    assert (matrix.tasks["n_rows"] == 50).all()
    runs = base.evaluations()
    assert len(runs) == 23
    assert (runs["status"] == "error").sum() == 1
    assert base.matrix("binary", None).metric == "balanced_error_rate"
    frame = base.score_matrix("balanced_error_rate")
    np.testing.assert_array_equal(np.sort(frame, axis=None), np.sort(-values, axis=None))
    assert set(base.configurations()["extra"]) == {""}


def test_matrix_of_a_known_metric_needs_no_direction():
    base = Experience.from_matrix(scores(), metric="rmse")
    assert base.describe()["tasks"] == {"regression": 6}
    assert (base.matrix("regression").scores < 0).all()
    facts = pd.DataFrame({"name": "same", "n_rows": range(6), "openml_id": 3}, scores().index)
    known = {label: {"family": "linear", "C": j} for j, label in enumerate(scores().columns)}
    base = Experience.from_matrix(
        scores(), metric="accuracy", kind="binary", tasks=facts, configurations=known
    )
    assert set(base.tasks()["name"]) == {"same"}
    assert set(base.configurations()["family"]) == {"linear"}
    kinds = pd.Series(["regression"] * 2 + ["multiclass"] * 4, scores().index)
    base = Experience.from_matrix(scores(), metric="accuracy", kind=kinds)
    assert base.describe()["task_types"] == {"multiclass": 4, "regression": 2}


def test_the_direction_travels():
    base = Experience.from_matrix(scores(), metric="own", greater_is_better=False)
    other = Experience.empty()
    other.merge(base)
    assert (other.matrix("classification", "own").scores < 0).all()
    turned = Experience.from_matrix(scores(seed=2), metric="own", greater_is_better=True)
    with pytest.raises(ExperienceError, match="better in one of the two"):
        other.merge(turned)


@pytest.mark.parametrize(
    "given, message",
    [
        ({"metric": "own"}, "greater_is_better"),
        ({"metric": "rmse", "greater_is_better": True}, "worse in every"),
        ({"metric": "r2", "scores": np.zeros((2, 2))}, "got ndarray"),
        ({"metric": "r2", "scores": pd.DataFrame(np.zeros((2, 2)), ["a", "a"])}, "two are called"),
        ({"metric": "r2", "seconds": scores(n_configurations=3)}, "'c003', but the seconds"),
        ({"metric": "r2", "kind": "ranking"}, "got 'ranking'"),
        ({"metric": "r2", "tasks": pd.DataFrame({"x": 1}, scores().index)}, "column 'x'"),
        ({"metric": "r2", "configurations": {}}, "'c000'"),
        ({"metric": "status", "greater_is_better": True}, "named 'status'"),
    ],
)
def test_wrong_matrices_are_refused(given, message):
    arguments = {"scores": scores(), **given}
    with pytest.raises(ExperienceError, match=message):
        Experience.from_matrix(arguments.pop("scores"), **arguments)
