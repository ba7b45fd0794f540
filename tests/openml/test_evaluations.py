"""Published evaluations, in pages of what the server gives."""

import pytest

from sklearn_meta.openml import NotInCacheError, NotOnServerError, iter_evaluations


@pytest.fixture
def published(client, server):
    server.world.add_evaluations(2345, tasks=(59,))
    return server


def test_all_pages(published):
    found = list(iter_evaluations([59]))
    assert len(found) == 2345
    assert [e.run_id for e in found] == list(range(10_000, 12_345))
    pages = published.count("evaluation/list/function/predictive_accuracy/limit/1000/")
    assert pages == 3
    assert published.count("limit/10000/") == 0


def test_values_are_those_published(published):
    found = next(iter_evaluations([59]))
    wanted = {
        row["function"]: row["value"]
        for row in published.world.evaluations
        if row["run"] == found.run_id
    }
    assert found.seconds == wanted.pop("usercpu_time_millis") / 1000
    assert found.metrics == wanted
    assert (found.task_id, found.dataset_id, found.dataset_name) == (59, 61, "iris")
    name = "sklearn.ensemble._forest.RandomForestClassifier"
    assert found.flow_name == name
    values = found.components[name]
    assert isinstance(values["n_estimators"], int)
    assert isinstance(values["bootstrap"], bool)


def test_limit_and_small_pages(published):
    found = list(iter_evaluations([59], limit=250, page_rows=100))
    assert [e.run_id for e in found] == list(range(10_000, 10_250))
    assert published.count("predictive_accuracy/limit/100/") == 2
    assert published.count("predictive_accuracy/limit/50/offset/200") == 1


def test_a_number_of_rows_that_fills_its_last_page(client, server):
    server.world.add_evaluations(200, tasks=(59,))
    assert len(list(iter_evaluations([59], page_rows=100))) == 200
    assert len(list(iter_evaluations([59], page_rows=100, offline=True))) == 200


def test_filter_by_flow(published):
    assert list(iter_evaluations([59], flows=[2])) == []
    assert len(list(iter_evaluations([59], flows=[1, 2], limit=10))) == 10


def test_more_rows_than_the_server_gives_are_refused_with_its_reason(published):
    with pytest.raises(NotOnServerError, match="Limit 10000 is over the maximum of 1000"):
        next(iter_evaluations([59], page_rows=10_000))


def test_it_is_lazy(client, server):
    server.world.add_evaluations(20)
    walk = iter_evaluations([59, 9946])
    assert not server.requests
    next(walk)
    assert server.count("task/59") > 0
    assert server.count("task/9946") == 0


def test_offline_from_the_cache(published):
    online = list(iter_evaluations([59]))
    n_requests = len(published.requests)
    assert list(iter_evaluations([59], offline=True)) == online
    assert len(published.requests) == n_requests
    with pytest.raises(NotInCacheError, match="evaluations of task 9946 by area_under_roc_curve"):
        next(iter_evaluations([9946], offline=True))


def test_client_reads_the_setups_that_we_keep(published, client):
    found = next(iter_evaluations([59], limit=1))
    n_requests = len(published.requests)
    setup = client.setups.get_setup(found.setup_id)
    assert {p.parameter_name for p in setup.parameters.values()} == set(
        found.components[found.flow_name]
    )
    assert len(published.requests) == n_requests


@pytest.mark.parametrize("wrong", [{"page_rows": 0}, {"limit": 0}, {"metrics": ()}])
def test_wrong_arguments(client, wrong):
    with pytest.raises(ValueError, match="positive numbers and a list of measures"):
        next(iter_evaluations([59], **wrong))
