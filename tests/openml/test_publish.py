"""Our searches through `openml.runs.run_model_on_task`, and on to the server."""

import json
import time

import arff
import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_meta import Experience, MetaAutoClassifier, MetaAutoRegressor
from sklearn_meta.openml import (
    MetaExtension,
    NotAuthorizedError,
    OpenMLError,
    ServerError,
    ServerTimeoutError,
    fetch_task,
    options,
    publish_run,
    register_extension,
    run_task,
    unregister_extension,
)
from tests.openml.loopback import API_KEY


@pytest.fixture
def small_search():
    return MetaAutoClassifier(
        max_trials=3, families=["linear", "naive_bayes"], experience=None, random_state=0
    )


def test_registering_takes_the_place_of_the_clients_extension(client):
    model = MetaAutoClassifier()
    before = type(client.extensions.get_extension_by_model(model))
    assert before.__name__ == "SklearnExtension"
    register_extension()
    register_extension()
    assert isinstance(client.extensions.get_extension_by_model(model), MetaExtension)
    assert isinstance(
        client.extensions.get_extension_by_model(RandomForestClassifier()), MetaExtension
    )
    unregister_extension()
    assert type(client.extensions.get_extension_by_model(model)) is before


def test_run_and_publish_with_trace(client, server, small_search):
    register_extension()
    task = fetch_task(9946)
    run = client.runs.run_model_on_task(small_search, task.to_openml(), avoid_duplicate_runs=False)
    assert server.count("POST") == 0  # nothing leaves before it is told to

    rows = [line[3] for line in run.data_content]
    assert sorted(rows) == list(range(200))
    assert run.get_metric_fn(accuracy_score).mean() > 0.8
    assert "wall_clock_time_millis_training" in run.fold_evaluations
    assert len(run.trace.trace_iterations) == 3 * 3  # trials, folds

    address = publish_run(run, api_key=API_KEY)
    assert address == f"{server.base}/r/{run.run_id}"
    stored = server.world.runs[run.run_id]
    assert stored["xml"]["oml:task_id"] == "9946"
    settings = {p["oml:name"]: p["oml:value"] for p in stored["xml"]["oml:parameter_setting"]}
    assert settings["max_trials"] == "3"
    assert settings["families"] == '["linear", "naive_bayes"]'
    predictions = arff.loads(stored["files"]["predictions"].decode())
    assert len(predictions["data"]) == 200
    confidences = np.array([line[-2:] for line in predictions["data"]], dtype=float)
    np.testing.assert_allclose(confidences.sum(axis=1), 1, atol=1e-6)

    trace = client.runs.get_run_trace(run.run_id)  # as the server tells it
    for fold in range(3):
        chosen = trace.trace_iterations[0, fold, trace.get_selected_iteration(fold, 0)]
        scores = [i.evaluation for key, i in trace.trace_iterations.items() if key[1] == fold]
        assert chosen.evaluation == max(scores)
        configuration = chosen.get_parameters()["configuration"]
        assert configuration["family"] == chosen.get_parameters()["family"]

    again = client.runs.initialize_model_from_run(run.run_id)
    assert again.get_params() == small_search.get_params()


def test_regression(client, server):
    model = MetaAutoRegressor(max_trials=2, families=["linear"], experience=None, random_state=0)
    run = run_task(model, 202)
    predicted = np.array([line[3] for line in run.data_content], dtype=float)
    truth = np.array([line[4] for line in run.data_content], dtype=float)
    assert np.corrcoef(predicted, truth)[0, 1] > 0.98
    publish_run(run, api_key=API_KEY)
    assert "trace" in server.world.runs[run.run_id]["files"]


def test_search_at_the_end_of_a_pipeline(client, server, small_search):
    run = run_task(make_pipeline(FunctionTransformer(), small_search), 9946)
    assert len(run.trace.trace_iterations) == 9
    publish_run(run, api_key=API_KEY)
    assert "FunctionTransformer" in server.world.flows[run.flow_id]["oml:name"]


def test_other_estimators_go_on_as_before(client, server):
    search = GridSearchCV(RandomForestClassifier(3, random_state=0), {"max_depth": [1, 3]}, cv=2)
    run = run_task(search, 9946)
    assert len(run.trace.trace_iterations) == 3 * 2
    publish_run(run, api_key=API_KEY)
    assert run.run_id in server.world.runs


def test_table_of_the_run_is_ours(client):
    X, y = fetch_task(201).to_openml().get_X_and_y("dataframe")
    assert X["age"].dtype == "int64"  # the client's reader gives uint8
    assert not X["site"].cat.ordered
    assert X["member"].cat.categories.tolist() == ["TRUE", "FALSE"]  # and booleans


def test_no_pickle_is_left_in_the_cache(client, cache_folder):
    run_task(RandomForestClassifier(2, random_state=0), 59)
    left = [path.name for path in cache_folder.rglob("*") if "pkl" in path.name]
    assert set(left) <= {"features.xml.pkl"}  # which the client reads only if it is whole


def test_class_labels_that_look_like_booleans(client, server):
    from tests.openml.tables import cross_validation, mixed

    table = mixed()
    table.id, table.target = 105, "member"
    server.world.tables[105] = table
    server.world.add_task(205, table, cross_validation(table, 2))
    numbers = ColumnTransformer([("numbers", "passthrough", ["age"])])
    run = run_task(make_pipeline(numbers, RandomForestClassifier(3, random_state=0)), 205)
    assert {line[4] for line in run.data_content} <= {"TRUE", "FALSE"}
    assert {line[5] for line in run.data_content} == {"TRUE", "FALSE"}


def test_a_class_that_a_fold_lacks_has_no_probability(client, server, small_search):
    table = server.world.tables[61]
    rows = np.arange(150)
    folds = [(0, k, rows[rows // 50 != k], rows[rows // 50 == k]) for k in range(3)]
    server.world.add_task(206, table, folds)
    run = run_task(small_search, 206)
    for line in run.data_content:
        assert line[6 + line[1]] == 0  # the class of the fold was not among its training rows


def test_flow_tells_no_folder_and_no_password(client):
    extension = MetaExtension()
    for given in ("/home/me/secret/cc18.sqlite", "postgresql://me:secret@host/cc18.sqlite"):
        flow = extension.model_to_flow(MetaAutoClassifier(experience=given))
        assert json.loads(flow.parameters["experience"]) == "cc18.sqlite"
        flow.flow_id = 1
        settings = extension.obtain_parameter_values(flow)
        assert "secret" not in json.dumps(settings)


def test_description_of_the_flow_is_the_docstrings_beginning(client, caplog):
    flow = MetaExtension().model_to_flow(MetaAutoClassifier())
    assert flow.description.startswith("Find the classification pipelines that suit a table")
    assert "Parameters" not in flow.description
    assert not [r for r in caplog.records if "not found in descriptions" in r.getMessage()]


def test_flow_of_an_open_experience_and_an_executor(client):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as executor:
        model = MetaAutoClassifier(experience=Experience.empty(), executor=executor)
        parameters = MetaExtension().model_to_flow(model).parameters
    assert parameters["executor"] == "null"
    assert isinstance(json.loads(parameters["experience"]), str)


def test_flow_of_a_splitter_comes_back(client):
    extension = MetaExtension()
    model = extension.seed_model(MetaAutoClassifier(cv=KFold(4)), seed=0)
    assert model.random_state is not None
    again = extension.flow_to_model(extension.model_to_flow(model))
    assert again.cv.n_splits == 4
    shuffled = extension.seed_model(MetaAutoClassifier(cv=KFold(4, shuffle=True)), seed=0)
    assert shuffled.cv.random_state is not None


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("scoring", make_scorer(accuracy_score)), ("cv", iter([]))],
)
def test_what_cannot_be_written_down_is_named(client, parameter, value):
    model = MetaAutoClassifier().set_params(**{parameter: value})
    with pytest.raises(OpenMLError, match=f"A flow can't hold {parameter}=.*a scorer's name"):
        MetaExtension().model_to_flow(model)


@pytest.mark.parametrize("key", ["", None, "  "])
def test_no_key_no_publishing(client, server, key):
    run = run_task(RandomForestClassifier(2, random_state=0), 59)
    client.config.apikey = API_KEY  # even where one is configured
    with pytest.raises(NotAuthorizedError, match="Publishing wants your API key"):
        publish_run(run, api_key=key)
    assert server.count("POST") == 0


def test_failures_of_publishing(client, server):
    run = run_task(RandomForestClassifier(2, random_state=0), 59)
    with pytest.raises(NotAuthorizedError, match="does not take the run"):
        publish_run(run, api_key="another")
    assert client.config.apikey == ""
    with options(offline=True), pytest.raises(OpenMLError, match="is offline"):
        publish_run(run, api_key=API_KEY)
    server.fail("xml/run/$", "500", times=1)
    with pytest.raises(ServerError, match="can be published again") as caught:
        publish_run(run, api_key=API_KEY)
    assert API_KEY not in str(caught.value)
    publish_run(run, api_key=API_KEY)
    assert list(server.world.runs) == [run.run_id]


def test_publishing_gives_up_on_a_silent_server(client, server):
    import openml._api_calls
    import requests

    run = run_task(RandomForestClassifier(2, random_state=0), 59)
    server.fail("xml/run/$", "slow", times=1, seconds=30.0)
    started = time.monotonic()
    with options(timeout=0.5), pytest.raises(ServerTimeoutError, match="nothing for 0.5 s") as told:
        publish_run(run, api_key=API_KEY)
    assert time.monotonic() - started < 15
    assert API_KEY not in str(told.value)
    assert openml._api_calls.requests is requests
    publish_run(run, api_key=API_KEY)
    assert run.run_id in server.world.runs


def test_run_offline(client, server):
    fetch_task(59)
    n_requests = len(server.requests)
    with options(offline=True):
        run = run_task(RandomForestClassifier(2, random_state=0), 59)
    assert len(run.data_content) == 150
    assert len(server.requests) == n_requests
