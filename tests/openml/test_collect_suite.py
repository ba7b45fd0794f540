"""From a suite to an experience base: stopped, gone on with, offline; the same in the end."""

import pytest

from sklearn_meta.experience import Experience, collect, import_published
from sklearn_meta.openml import fetch_task, iter_evaluations, iter_suite

CONFIGURATIONS = [{"family": "naive_bayes"}, {"family": "linear"}]


def scores_of(base):
    return {kind: base.matrix(kind, "roc_auc").scores.tolist() for kind in ("binary", "multiclass")}


def collected(base, **how):
    return collect(iter_suite(99, **how), CONFIGURATIONS, base, max_rows=100, verbose=0)


@pytest.mark.slow
def test_suite_stopped_and_gone_on_with_offline(client, server, tmp_path):
    whole = Experience.create(tmp_path / "whole.sqlite")
    report = collected(whole)
    assert (report["tasks"], report["evaluations"]) == (3, 6)
    n_requests = len(server.requests)

    class Stopped(Exception):
        pass

    def interrupted(n_tasks):
        for number, task in enumerate(iter_suite(99, offline=True)):
            if number == n_tasks:
                raise Stopped
            yield task

    parts = Experience.create(tmp_path / "parts.sqlite")
    for n_tasks in (1, 2):
        with pytest.raises(Stopped):
            collect(interrupted(n_tasks), CONFIGURATIONS, parts, max_rows=100, verbose=0)
    report = collected(parts, offline=True)
    assert report["known"] == 4
    assert report["evaluations"] == 2
    assert scores_of(parts) == scores_of(whole)
    assert len(server.requests) == n_requests
    assert set(whole.tasks()["openml_id"]) == {61, 101, 1510}


def test_published_runs_into_a_base(client, server):
    server.world.add_evaluations(60)
    base = Experience.empty()
    report = import_published(iter_evaluations([59, 9946]), base, describe=False)
    assert report["tasks"] == 2
    # forests of 500 trees are out of the family's range, the others are ours
    trees = [settings[0][2] for _, settings in server.world.setups.values()]
    wanted = sum(10 for text in trees if int(text) <= 300)
    assert report["evaluations"] == wanted
    assert sum(report["left_out"].values()) == 60 - wanted
    assert set(base.tasks()["name"]) == {"iris", "wdbc"}
    assert len(base.without(fetch_task(59).X).tasks()) == 1
