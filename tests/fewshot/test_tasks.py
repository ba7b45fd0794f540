"""Whatever holds tasks becomes a source of them."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot import Sinusoids, Task, tasks_from_arrays, tasks_from_folder
from sklearn_meta.fewshot._task import as_task_source

X, Y = np.arange(6.0)[:, None], np.array([0, 1, 0, 1, 0, 1])


def drawn(tasks):
    return as_task_source(tasks).draw(np.random.default_rng(0))


@pytest.mark.parametrize(
    "tasks",
    [
        [(X, Y)],
        ((X, Y) for _ in range(2)),
        [SimpleNamespace(X=X, y=Y)],
        SimpleNamespace(X=X, y=Y),
        [{"X": X, "y": Y}],
        [Task(X, Y)],
        [SimpleNamespace(get_X_and_y=lambda: (X, Y), task_id=7)],
        lambda rng: (X, Y),
        lambda rng: SimpleNamespace(X=X, y=Y),
    ],
)
def test_sources(tasks):
    task = drawn(tasks)
    np.testing.assert_array_equal(task.X, X)
    np.testing.assert_array_equal(task.y, Y)


@pytest.mark.parametrize("tasks", [3, [3], [(X, Y, Y)], lambda rng: X, []])
def test_what_is_no_task(tasks):
    with pytest.raises(TableError, match="task"):
        drawn(tasks)


def test_from_arrays():
    tasks = tasks_from_arrays(pd.DataFrame({"a": X[:, 0]}), Y, ["p", "q", "p", "q", "p", "p"])
    assert [len(task.y) for task in tasks] == [4, 2]
    assert tasks[1].X["a"].tolist() == [1.0, 3.0]
    with pytest.raises(TableError, match="one entry per row"):
        tasks_from_arrays(X, Y, [0])


def test_folder(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0], "label": ["u", "v"]})
    frame.to_csv(tmp_path / "table.csv", index=False)
    frame.to_parquet(tmp_path / "table.parquet")
    np.savez(tmp_path / "images.npz", X=np.zeros((2, 4, 4)), y=[0, 1])
    index = [
        {"file": "table.csv", "target": "label", "name": "first"},
        {"file": "table.parquet", "target": "label"},
        {"file": "images.npz"},
    ]
    (tmp_path / "index.json").write_text(json.dumps(index))
    tasks = tasks_from_folder(tmp_path)
    assert [task.name for task in tasks] == ["first", "table", "images"]
    assert tasks[0].X.columns.tolist() == ["a"] and list(tasks[1].y) == ["u", "v"]
    assert tasks[2].X.shape == (2, 4, 4)
    assert len(as_task_source(str(tmp_path))) == 3


@pytest.mark.parametrize(
    "index, match",
    [
        (None, "no index.json"),
        ([{"file": "gone.csv", "target": "y"}], "not there"),
    ],
)
def test_bad_folder(tmp_path, index, match):
    if index is not None:
        (tmp_path / "index.json").write_text(json.dumps(index))
    with pytest.raises(TableError, match=match):
        tasks_from_folder(tmp_path)


def test_bad_files_in_a_folder(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.csv").write_text("x\n1\n")
    index = [{"file": "a.txt", "target": "x"}, {"file": "b.csv", "target": "y"}]
    (tmp_path / "index.json").write_text(json.dumps(index))
    for task, match in zip(tasks_from_folder(tmp_path), ["Cannot read", "no column"], strict=True):
        with pytest.raises(TableError, match=match):
            task.y  # noqa: B018 - the access reads the file


def test_sinusoids_are_what_they_say():
    X, y = Sinusoids(n_points=50).draw_many(np.random.default_rng(0), 200)
    assert X.shape == (200, 50, 1) and y.shape == (200, 50)
    assert X.min() >= -5 and X.max() <= 5
    # y = A sin(x - p) is a combination of sin x and cos x with amplitude A
    design = np.stack([np.sin(X[0, :, 0]), np.cos(X[0, :, 0])], axis=1)
    weights, residual, *_ = np.linalg.lstsq(design, y[0], rcond=None)
    assert residual.sum() < 1e-20
    assert 0.1 <= np.hypot(*weights) <= 5
    assert weights[1] <= 1e-9  # -A sin(p) with p from 0 to pi


def test_meta_sgd_sinusoids_vary_in_frequency():
    X, y = Sinusoids.meta_sgd(n_points=50).draw_many(np.random.default_rng(0), 1)
    design = np.stack([np.sin(X[0, :, 0]), np.cos(X[0, :, 0])], axis=1)
    assert np.linalg.lstsq(design, y[0], rcond=None)[1].sum() > 1e-3


def test_the_same_generator_draws_the_same_sinusoid():
    tasks = [Sinusoids()(np.random.default_rng(4)) for _ in range(2)]
    np.testing.assert_array_equal(tasks[0].y, tasks[1].y)
