"""From an id to a table, a target, a mask and splits."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import issparse
from sklearn.model_selection import check_cv, cross_validate
from sklearn.tree import DecisionTreeRegressor

from sklearn_meta.openml import (
    NotOnServerError,
    compare_qualities,
    fetch_dataset,
    fetch_qualities,
    fetch_splits,
    fetch_task,
    iter_suite,
    options,
    suite_task_ids,
)


@pytest.mark.parametrize("id", [101, 104], ids=["arff", "parquet"])
def test_mixed_table_is_what_was_uploaded(client, server, id):
    table = server.world.tables[id]
    found = fetch_dataset(id)
    assert found.feature_names == ["age", "income", "site", "member", "remark"]
    assert found.categorical == [False, False, True, True, False]
    wanted = table.frame[found.feature_names]
    for name in ("age", "income"):
        pd.testing.assert_series_equal(found.X[name], wanted[name])
    for name in ("site", "member", "remark"):
        assert found.X[name].astype(object).tolist() == pytest.approx(
            wanted[name].astype(object).tolist(), nan_ok=True
        )
    assert found.X["site"].dtype == "category"
    assert not found.X["site"].cat.ordered
    assert found.y.tolist() == table.frame["risk"].tolist()
    assert found.class_labels == ["low", "high"]
    assert found.kind == "binary"
    assert found.licence == "CC BY 4.0"


def test_parquet_is_taken_where_the_server_has_it(client, server, monkeypatch):
    fetch_dataset(104)
    assert server.count("GET /datasets/.*pq") == 1
    assert server.count("download/104") == 0


def test_parquet_is_left_out_on_the_clients_own_switch(client, server, monkeypatch):
    monkeypatch.setenv("OPENML_SKIP_PARQUET", "true")
    assert fetch_dataset(104).X.shape == (120, 5)
    assert server.count("pq") == 0


def test_arff_is_the_way_out_when_parquet_fails(client, server):
    server.fail("pq$", "404")
    assert fetch_dataset(104).X.shape == (120, 5)
    assert server.count("download/104") == 1


def test_sparse_table(client, server):
    found = fetch_dataset(103)
    frame = server.world.tables[103].frame
    assert issparse(found.X)
    np.testing.assert_allclose(found.X.toarray(), frame.drop(columns="y").to_numpy())
    np.testing.assert_allclose(found.y, frame["y"])


def test_another_target(client):
    found = fetch_dataset(101, target="age")
    assert found.kind == "regression"
    assert "risk" in found.feature_names
    with pytest.raises(ValueError, match="no column 'nothing'; its columns are"):
        fetch_dataset(101, target="nothing")


def test_second_fetch_asks_for_nothing(client, server):
    fetch_task(59)
    n_requests = len(server.requests)
    again = fetch_task(59)
    assert len(server.requests) == n_requests
    assert again.X.shape == (150, 4)


def test_files_of_the_client_are_read(client, server):
    client.datasets.get_dataset(61, download_data=True, download_features_meta_data=True)
    n_requests = len(server.requests)
    assert fetch_dataset(61).X.shape == (150, 4)
    assert len(server.requests) == n_requests


def test_client_reads_what_is_fetched_here(client, server):
    task = fetch_task(201)
    n_requests = len(server.requests)
    theirs = task.to_openml()
    assert theirs.class_labels == task.class_labels
    assert theirs.get_split_dimensions() == (2, 3, 1)
    train, test = theirs.get_train_test_split_indices(repeat=1, fold=2)
    assert list(task.cv.split())[5][1].tolist() == test.tolist()
    assert len(server.requests) == n_requests


def test_splits_are_the_tasks_own(client, server):
    task = fetch_task(201)
    wanted = server.world.tasks[201]["folds"]
    found = list(task.cv.split(task.X, task.y))
    assert task.cv.get_n_splits() == len(found) == 6
    for (train, test), (_, _, wanted_train, wanted_test) in zip(found, wanted, strict=True):
        assert train.tolist() == wanted_train.tolist()
        assert test.tolist() == wanted_test.tolist()


def test_splits_serve_as_cv(client, server):
    task = fetch_task(202)
    assert check_cv(task.cv) is task.cv
    done = cross_validate(
        DecisionTreeRegressor(random_state=0), task.X, task.y, cv=task.cv, return_indices=True
    )
    assert [rows.tolist() for rows in done["indices"]["test"]] == [
        test.tolist() for *_, test in server.world.tasks[202]["folds"]
    ]
    copy = pickle.loads(pickle.dumps(task.cv))
    assert repr(copy) == "TaskSplits(n_repeats=1, n_folds=3, n_rows=100)"


def test_splits_refuse_a_shorter_table(client):
    cv = fetch_splits(59)
    with pytest.raises(ValueError, match="name 150 rows, and the table has 10"):
        next(cv.split(np.zeros((10, 2))))


def test_task_is_an_item_of_the_collector(client):
    name, X, y, facts = fetch_task(59)
    assert name == "iris"
    assert X.shape == (150, 4)
    assert facts["kind"] == "multiclass"
    assert facts["openml_id"] == 61
    assert facts["licence"] == "Public"
    assert facts["source"].endswith("/d/61")


@pytest.mark.parametrize("suite", [99, "99", "OpenML-CC18", "cc18"])
def test_suite_by_id_and_alias(client, suite):
    assert suite_task_ids(suite) == [59, 9946, 201]


def test_suite_by_an_alias_that_only_the_server_knows(client):
    assert suite_task_ids("broken") == [59, 999, 202]


def test_suite_is_lazy(client, server):
    suite = iter_suite(99)
    assert len(suite) == 3
    assert server.count("/task/") == 0
    assert next(iter(suite)).task_id == 59
    assert server.count("xml/task/") == 1


def test_suite_leaves_out_and_names_what_fails(client, capsys):
    suite = iter_suite("broken", verbose=1)
    assert [task.name for task in suite] == ["iris", "numbers"]
    assert list(suite.failed) == [999]
    assert "no task 999" in suite.failed[999]
    said = capsys.readouterr().err
    assert "2/3: task 999 left out" in said
    assert "1 tasks left out: [999]" in said


def test_suite_leaves_out_what_nobody_foresaw(client, server):
    table = server.world.tables[101]
    server.world.suites[902] = ("odd", [201, 59])
    table.row_id = "risk"  # a target that is said to be a row id too
    table.target = "nowhere"
    del server.world.tasks[201]["folds"][:]
    suite = iter_suite(902)
    with options(attempts=1):
        assert [task.task_id for task in suite] == [59]
    assert list(suite.failed) == [201]


def test_suite_stops_where_asked_to(client):
    with pytest.raises(NotOnServerError, match="no task 999"):
        list(iter_suite(900, stop_on_error=True))


def test_unknown_suite(client):
    with pytest.raises(NotOnServerError, match="no suite nonsense"):
        iter_suite("nonsense")


@pytest.mark.parametrize("wrong", [0, -3, 1.5, "iris", None])
def test_what_is_no_id(client, wrong):
    with pytest.raises(ValueError, match="the number of something on OpenML is wanted"):
        fetch_dataset(wrong)


def test_qualities(client):
    found = fetch_qualities(61)
    assert found["NumberOfInstances"] == 150.0
    assert "kNN1NErrRate" not in found  # the server had no value
    assert fetch_qualities(102) == {}  # the server has none at all


def test_metafeatures_are_the_servers_and_ours_for_the_rest(client):
    calls = []

    def describe(X, y):
        calls.append(X.shape)
        return {"NumberOfInstances": -1.0, "Ours": 2.0}

    task = fetch_task(59)
    assert task.metafeatures(describe) == {"NumberOfInstances": 150.0, "Ours": 2.0}
    assert task.metafeatures(describe, ["NumberOfFeatures"]) == {"NumberOfFeatures": 5.0}
    assert calls == [(150, 4)]  # not where the server knew all


def test_comparison_with_our_metafeatures(client):
    from sklearn_meta.metafeatures import describe_task

    task = fetch_task(59)
    compared = compare_qualities(task.qualities(), describe_task(task.X, task.y))
    assert compared.loc["NumberOfInstances", "verdict"] == "same"
    assert compared.loc["MaxMeansOfNumericAtts", "verdict"] == "same"
    assert compared.loc["ClassEntropy", "verdict"] == "ours only"


def test_openml_is_not_loaded_before_it_is_used():
    import subprocess
    import sys

    code = (
        "import sys, sklearn_meta.openml as o; o.fetch_task, o.options, o.iter_suite; "
        "sys.exit('openml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
