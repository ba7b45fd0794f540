"""The openml client, unpatched, talks with the loopback server over a socket."""

import pytest

from tests.openml.loopback import API_KEY


@pytest.mark.parametrize("table", [61, 101])
def test_dataset(client, server, table):
    dataset = client.datasets.get_dataset(
        table, download_data=True, download_qualities=True, download_features_meta_data=True
    )
    X, y, categorical, names = dataset.get_data(target=dataset.default_target_attribute)
    frame = server.world.tables[table].frame
    assert list(y) == list(frame[dataset.default_target_attribute])
    assert set(names) < set(frame.columns)
    assert dataset.qualities["NumberOfInstances"] == len(frame)


def test_parquet_comes_by_minio(client, server):
    dataset = client.datasets.get_dataset(104, download_data=True)
    assert dataset.parquet_file is not None
    assert server.count("HEAD /datasets/.*pq") == 1
    assert dataset.get_data()[0].shape == (120, 6)


def test_task_and_splits(client, server):
    task = client.tasks.get_task(201, download_splits=True)
    assert task.get_split_dimensions() == (2, 3, 1)
    assert task.class_labels == ["low", "high"]
    repeat, fold, train, test = server.world.tasks[201]["folds"][4]
    found = task.get_train_test_split_indices(repeat=repeat, fold=fold)
    assert list(found[0]) == list(train)
    assert list(found[1]) == list(test)


@pytest.mark.parametrize("key", [99, "OpenML-CC18"])
def test_suite(client, key):
    assert client.study.get_suite(key).tasks == [59, 9946, 201]


def test_evaluations_in_pages(client, server):
    server.world.add_evaluations(2345)
    pages = [
        client.evaluations.list_evaluations(
            "predictive_accuracy", offset=offset, size=1000, output_format="dataframe"
        )
        for offset in (0, 1000, 2000)
    ]
    assert [len(page) for page in pages] == [1000, 1000, 345]


def test_client_still_asks_for_more_rows_than_the_server_gives(client, server):
    server.world.add_evaluations(10)
    with pytest.raises(client.exceptions.OpenMLServerException, match="Limit 10000"):
        client.evaluations.list_evaluations("predictive_accuracy", output_format="dataframe")


def test_setups(client, server):
    server.world.add_evaluations(30)
    setups = client.setups.list_setups(setup=[5000, 5002])
    assert sorted(setups) == [5000, 5002]
    values = {(p.parameter_name, p.value) for p in setups[5002].parameters.values()}
    assert values == {(name, value) for _, name, value in server.world.setups[5002][1]}


def test_publish_of_a_scikit_learn_run(client, server):
    from sklearn.tree import DecisionTreeClassifier

    client.config.apikey = API_KEY
    task = client.tasks.get_task(59)
    run = client.runs.run_model_on_task(DecisionTreeClassifier(max_depth=2, random_state=0), task)
    run.publish()
    assert server.world.runs[run.run_id]["xml"]["oml:task_id"] == "59"
    assert client.runs.get_run(run.run_id).flow_name == run.flow.name
    with pytest.raises(client.exceptions.OpenMLRunsExistError):
        client.runs.run_model_on_task(DecisionTreeClassifier(max_depth=2, random_state=0), task)


def test_publish_without_a_key_is_refused(client):
    from sklearn.tree import DecisionTreeClassifier

    client.config.apikey = "wrong"
    task = client.tasks.get_task(59)
    with pytest.raises(client.exceptions.OpenMLNotAuthorizedError):
        client.runs.run_model_on_task(DecisionTreeClassifier(max_depth=2), task)


def test_failed_call_removes_the_cache_of_the_client(client, server, cache_folder):
    client.datasets.get_dataset(61)
    assert (cache_folder / "datasets/61/description.xml").exists()
    server.fail("download/61", "500")
    with pytest.raises(client.exceptions.OpenMLServerError):
        client.datasets.get_dataset(61, download_data=True)
    assert not (cache_folder / "datasets/61").exists()
