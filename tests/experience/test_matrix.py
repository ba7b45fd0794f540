import time

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.experience import Experience, export
from sklearn_meta.experience.database._schema import METRIC_COLUMNS
from sklearn_meta.experience.records import _records, _transfer


def test_axes_agree(base):
    matrix = base.matrix("binary", "roc_auc")
    assert matrix.shape == (4, 3) == matrix.seconds.shape == matrix.rows.shape
    assert list(matrix.tasks["name"]) == [f"binary_{i}" for i in range(4)]
    assert matrix.families == ["linear", "naive_bayes", "random_forest"]
    assert len(matrix.keys) == 3
    for j, strength in enumerate(c["strength"] for c in matrix.configurations):
        expected = [0.5 + i / 100 + {0: 0, 1: 1, 2: 2}[strength] / 10 for i in range(4)]
        np.testing.assert_allclose(matrix.scores[:, j], expected)
        np.testing.assert_allclose(matrix.seconds[:, j], 1.5 + strength)
    assert (matrix.rows == 40).all()
    assert matrix.metafeatures.shape == (4, 2)
    assert len(matrix.metafeatures) == len(matrix.tasks)


@pytest.mark.parametrize("name", ["log_loss", "neg_log_loss"])
def test_losses_change_their_sign(base, name):
    matrix = base.matrix("binary", name)
    assert matrix.metric == "log_loss"
    assert (matrix.scores < 0).all()


@pytest.mark.parametrize(
    "kind, asked, used",
    [
        ("binary", "roc_auc_ovr", "roc_auc"),
        ("binary", "jaccard", "roc_auc"),
        ("binary", None, "roc_auc"),
        ("multiclass", None, "log_loss"),
        ("multiclass", "f1_macro", "log_loss"),
        ("regression", "neg_root_mean_squared_error", "rmse"),
        ("regression", "neg_median_absolute_error", "rmse"),
        ("regression", "r2", "r2"),
    ],
)
def test_metric_falls_back_to_the_default(base, fill, kind, asked, used):
    fill(base, kind="regression")
    matrix = base.matrix(kind, asked)
    assert matrix.metric == used
    assert np.isfinite(matrix.scores).all()


def test_kinds_of_classification_come_together(base, fill):
    fill(base, kind="multiclass", n_tasks=2)
    fill(base, kind="regression", n_tasks=1)
    assert base.matrix("binary").shape == base.matrix("multiclass").shape == (6, 3)
    assert base.matrix("regression").shape == (1, 3)
    assert base.matrix("regression").tasks["n_classes"].tolist() == [0]


def test_failures_have_seconds_but_no_score(base):
    task = base.tasks()["id"][0]
    configuration = {"family": "svm"}
    base.add_evaluation(
        task, configuration, {}, status="timeout", fit_seconds=20.0, rows_used=40, n_folds=0
    )
    matrix = base.matrix("binary")
    column = matrix.configurations.index(configuration)
    assert np.isnan(matrix.scores[:, column]).all()
    assert matrix.seconds[0, column] == 20.0
    assert np.isnan(matrix.seconds[1:, column]).all()


def test_seeds_are_averaged(base):
    task = base.tasks()["id"][0]
    configuration = {"family": "linear", "strength": 1}
    base.add_evaluation(task, configuration, {"roc_auc": 0.8}, seed=1)
    matrix = base.matrix("binary", "roc_auc")
    column = matrix.configurations.index(configuration)
    assert matrix.scores[0, column] == pytest.approx((0.6 + 0.8) / 2)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_empty_base_gives_an_empty_matrix(kind):
    matrix = Experience.empty().matrix(kind, "accuracy")
    assert matrix.shape == (0, 0)
    assert len(matrix.tasks) == len(matrix.metafeatures) == 0
    assert "n_rows" in matrix.tasks


def test_order_does_not_depend_on_the_order_of_writing(base, fill):
    other = Experience.empty()
    for name in ("binary_3", "binary_1"):
        keep = set(base.tasks()["name"]) - {name}
        other.merge(base.without(names=keep))
    other.merge(base)
    ours, theirs = base.matrix("binary"), other.matrix("binary")
    assert ours.keys == theirs.keys
    assert list(ours.tasks["id"]) == list(theirs.tasks["id"])
    np.testing.assert_array_equal(ours.scores, theirs.scores)


def big_base(path, n_tasks=220, n_configurations=110):
    """Write a base of the size that is to be bundled, all in one transaction."""
    rng = np.random.default_rng(0)
    metafeatures = {f"feature_{i}": i / 7 for i in range(100)}
    facts = {**_records.TASK_DEFAULTS, "n_rows": 9, "n_columns": 2, "n_classes": 2}
    configurations = [
        _records.configuration_record({"family": "linear", "strength": j, "other": 0.1, "n": 100})
        for j in range(n_configurations)
    ]
    tasks = [
        _records.task_record({**facts, "name": f"t{i}", "kind": kind}, None, metafeatures)
        for kind in ("binary", "regression")
        for i in range(n_tasks // 2)
    ]
    run = {**_records.EVALUATION_DEFAULTS, "versions": {}, "max_rows": 2000, "n_folds": 3}
    run |= {"rows_used": 1333, "fit_seconds": 0.123456, "predict_seconds": 0.0123456}
    evaluations = [
        _records.evaluation_record(
            task["id"],
            configuration["key"],
            dict(zip(METRIC_COLUMNS, rng.random(8), strict=True)),
            run,
        )
        for task in tasks
        for configuration in configurations
    ]
    records = {"tasks": tasks, "configurations": configurations, "evaluations": evaluations}
    with Experience.create(path)._writing() as connection:
        _transfer.add_records(connection, records)


def test_opening_and_reading_is_fast(tmp_path):
    big_base(tmp_path / "big.sqlite")
    size = export(Experience.open(tmp_path / "big.sqlite"), tmp_path / "small.sqlite")
    assert size < 6e6
    Experience.open(tmp_path / "small.sqlite").matrix("binary")  # imports
    started = time.process_time()
    base = Experience.open(tmp_path / "small.sqlite", read_only=True)
    shape = base.score_matrix("accuracy").shape
    assert time.process_time() - started < 0.5  # 0.1 s on a quiet machine
    assert shape == (220, 110)


def sized_base():
    """One task of 5,000 rows at three sizes, one of 1,500 that two of them don't cut."""
    base = Experience.empty()
    for name, n_rows in (("large", 5000), ("small", 1500)):
        id = base.add_task(name, "binary", n_rows=n_rows, n_columns=3, n_classes=2)
        for max_rows in (1000, 2000, None):
            score = 0.5 + (max_rows or 5000) / 10_000
            base.add(id, {"family": "linear"}, {"roc_auc": score}, max_rows=max_rows, rows_used=9)
    base.add(id, {"family": "svm"}, {"roc_auc": 0.9}, max_rows=1000)
    return base


def test_a_row_for_each_size_that_cuts():
    matrix = sized_base().matrix("binary", "roc_auc")
    assert matrix.tasks["name"].tolist() == ["large"] * 3 + ["small"] * 2
    assert matrix.tasks["rows_seen"].tolist() == [1000, 2000, 5000, 1000, 1500]
    # 2,000 and no cap at all are the same for 1,500 rows: they are averaged as seeds are
    np.testing.assert_allclose(matrix.scores[:, 0], [0.6, 0.7, 1.0, 0.6, 0.85])
    np.testing.assert_allclose(matrix.scores[:, 1], [np.nan] * 3 + [0.9, np.nan])
    assert len(matrix.metafeatures) == 5
    assert matrix.tasks.groupby("name")["group"].nunique().tolist() == [1, 1]
    assert matrix.tasks["group"].nunique() == 2


def test_score_matrix_has_a_row_per_task(base, fill):
    frame = sized_base().score_matrix("roc_auc")
    assert frame.shape == (2, 2)
    np.testing.assert_allclose(frame, [[1.0, np.nan], [0.6, 0.9]])
    fill(base, kind="regression", n_tasks=2)
    assert base.score_matrix("log_loss").shape == (4, 3)
    assert (base.score_matrix("rmse") < 0).all().all()
    ids = base.tasks().query("kind == 'regression'")["id"]
    assert set(base.score_matrix("rmse", "regression").index) == set(ids)
    with pytest.raises(ValueError, match="no metric 'rmse' for binary tasks. It has roc_auc"):
        base.score_matrix("rmse", "binary")
    with pytest.raises(ValueError, match="no metric 'acuracy' for any tasks"):
        base.score_matrix("acuracy")


def test_score_matrix_by_names_where_they_are_unique():
    base = sized_base()
    frame = base.score_matrix("roc_auc", names=True)
    assert frame.index.tolist() == ["large", "small"] and frame.index.name == "task"
    assert frame.columns.tolist() == ["linear", "svm"] and frame.columns.name == "configuration"
    plain = base.score_matrix("roc_auc")
    np.testing.assert_array_equal(frame, plain)
    twin = base.add_task("small", "binary", n_rows=77, n_columns=5, n_classes=2)
    base.add(twin, {"family": "svm", "C": 2.0}, {"roc_auc": 0.9})
    frame = base.score_matrix("roc_auc", names=True)
    ids = base.tasks().query("name == 'small'")["id"]
    assert set(frame.index) == {"large", *(f"small ({id})" for id in ids)}
    keys = base.configurations().query("family == 'svm'")["key"]
    assert set(frame.columns) == {"linear", *(f"svm ({key})" for key in keys)}


def test_names_give_a_published_matrix_back():
    errors = pd.DataFrame({"a": [0.1, 0.3], "b": [0.2, 0.1]}, index=["wine", "iris"])
    base = Experience.from_matrix(errors, metric="error", greater_is_better=False)
    found = -base.score_matrix("error", names=True)
    pd.testing.assert_frame_equal(found, errors.loc[found.index], check_names=False)
