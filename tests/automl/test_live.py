"""Real searches, warm against cold."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification, make_regression

from sklearn_meta import Experience
from sklearn_meta.advisors import GaussianAdvisor, RandomAdvisor
from sklearn_meta.automl import MetaAutoClassifier, compare_live, validate_live
from sklearn_meta.automl._advice import opened_experience
from sklearn_meta.automl._live import _halves, _plan, _without
from sklearn_meta.exceptions import SearchWarning
from sklearn_meta.experience.collector._sources import as_sources

PAIR = {"warm": GaussianAdvisor(), "cold": RandomAdvisor()}


@pytest.fixture(scope="module")
def tables():
    return [("classes", *make_classification(150, 5, random_state=0), {"group": "made"})]


@pytest.fixture(scope="module")
def run_once(tables, tmp_path_factory):
    path = tmp_path_factory.mktemp("live") / "runs.jsonl"
    return path, validate_live(tables, PAIR, time_budget=1.5, seeds=[3], results=path)


def test_a_row_for_each_run(run_once):
    _, runs = run_once
    assert runs["advisor"].tolist() == ["warm", "cold"]
    assert (runs["status"] == "ok").all()
    assert (runs["test_score"] >= runs["constant_score"]).all()
    assert (runs["n_train"] + runs["n_test"] == 150).all()
    for curve in runs["curve"]:
        seconds, scores = np.array(curve).reshape(-1, 2).T
        assert (np.diff(seconds) >= 0).all()
        assert (np.diff(scores) > 0).all()


def test_what_is_known_is_not_run_again(run_once, tables, monkeypatch):
    path, runs = run_once
    monkeypatch.setattr(MetaAutoClassifier, "fit", _never)
    again = validate_live(tables, PAIR, time_budget=1.5, seeds=[3], results=path)
    pd.testing.assert_frame_equal(again, runs)


def test_a_torn_last_line_is_run_again(run_once, tables, monkeypatch, tmp_path):
    path = tmp_path / "torn.jsonl"
    path.write_bytes(run_once[0].read_bytes()[:-20])
    monkeypatch.setattr(MetaAutoClassifier, "fit", _fail)
    runs = validate_live(tables, PAIR, time_budget=1.5, seeds=[3], results=path)
    assert runs["status"].tolist() == ["ok", "failed"]
    assert runs["error"].tolist()[1] == "ValueError: it failed"


def _never(self, X, y):
    raise AssertionError("it was run again")


def _fail(self, X, y):
    raise ValueError("it failed")


def _interrupt(self, X, y):
    raise KeyboardInterrupt


def test_ctrl_c_keeps_what_had_ended(run_once, tables, monkeypatch):
    monkeypatch.setattr(MetaAutoClassifier, "fit", _interrupt)
    with pytest.warns(SearchWarning, match="2 runs had ended. Call it again"):
        runs = validate_live(tables, PAIR, time_budget=1.5, seeds=[3, 4], results=run_once[0])
    assert len(runs) == 2


def test_a_file_of_another_kind_is_left_alone(tables, tmp_path):
    path = tmp_path / "other.jsonl"
    path.write_text(json.dumps({"a": 1}) + "\n")
    with pytest.raises(ValueError, match="Name another file"):
        validate_live(tables, PAIR, results=path)
    assert path.read_text() == '{"a": 1}\n'


@pytest.mark.parametrize(
    "words, told",
    [
        ({"advisors": []}, "advisors is a dict"),
        ({"time_budget": {"warm": 3}}, "names no seconds for cold"),
        ({"time_budget": [3, 0]}, "seconds above 0"),
    ],
)
def test_bad_input(tables, words, told):
    with pytest.raises(ValueError, match=told):
        validate_live(tables, **{"advisors": PAIR, **words})


def test_advisors_take_turns_in_being_first(tables):
    [source] = as_sources(tables)
    arms = [("warm", 1), ("warm", 2), ("cold", 2)]
    firsts = [_plan(source, 0, arms, order)[0] for order in range(3)]
    assert [(run["advisor"], run["time_budget"]) for run in firsts] == arms


def test_halves_are_the_same_for_a_seed_and_keep_classes():
    X, y = make_classification(101, 4, weights=[0.9], random_state=0)
    y = np.where(np.arange(101) == 7, 2, y)  # a class of one row
    [source] = as_sources([("rare", X, y)])
    one, two, other = (_halves(source, seed, 10) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one["X"], two["X"])
    assert not np.array_equal(one["X"], other["X"])
    assert set(one["y_test"]) <= set(one["y"])
    [source] = as_sources([("numbers", *make_regression(40, 3, random_state=0))])
    assert _halves(source, 0, 10)["kind"] == "regression"


def test_a_tables_group_is_left_out_of_every_base(tmp_path):
    places = [tmp_path / name for name in ("a.sqlite", "b.sqlite")]
    for place in places:
        with Experience.create(place) as base:
            for name, group in (("same", None), ("relative", "kin"), ("stranger", None)):
                facts = {"n_rows": 9, "n_columns": 2, "n_classes": 2, "group": group}
                base.add_task(name + place.stem, "binary", **facts)
    [source] = as_sources([("samea", np.zeros((4, 2)), [0, 1, 0, 1], {"group": "kin"})])
    with opened_experience([str(place) for place in places]) as union:
        one, other = _without(union, source).members
        assert one.tasks()["name"].tolist() == ["strangera"]
        assert sorted(other.tasks()["name"]) == ["sameb", "strangerb"]
    assert _without(None, source) is None


def runs_of(advisor, budget, scores, curves, table="a"):
    facts = {"table": table, "group": table, "advisor": advisor, "time_budget": budget}
    facts |= {"status": "ok", "constant_score": 0.5}
    return [
        facts | {"seed": seed, "test_score": score, "curve": curve}
        for seed, (score, curve) in enumerate(zip(scores, curves, strict=True))
    ]


def test_wins_losses_and_time_to_reach():
    slow, fast = [[10.0, 0.7], [50.0, 0.8]], [[5.0, 0.85]]
    rows = [
        *runs_of("cold", 60.0, [0.8, 0.8], [slow, slow], "a"),
        *runs_of("warm", 10.0, [0.9, 0.9], [fast, fast], "a"),
        *runs_of("cold", 60.0, [0.9, 0.9], [slow, slow], "b"),
        *runs_of("warm", 10.0, [0.7, 0.7], [slow[:1], slow[:1]], "b"),
        *runs_of("warm", 10.0, [0.7], [fast], "only warm"),
    ]
    frame = pd.DataFrame(rows)
    tables = compare_live(frame, "cold", per_table=True).set_index("table")
    assert list(tables.index) == ["a", "b"]
    assert tables.loc["a", "gain"] == pytest.approx(0.25)
    assert tables.loc["b", "gain"] == pytest.approx(-0.5)
    assert tables.loc["a", "share_of_time"] == pytest.approx(0.1)
    assert tables.loc["b", "reached"] == 0
    [row] = compare_live(frame, "cold").to_dict("records")
    assert (row["tables"], row["wins"], row["losses"], row["bad_losses"]) == (2, 1, 1, 1)
    assert row["reference_budget"] == 60
    assert row["reached"] == 0.5
    with pytest.raises(ValueError, match="No run of 'nobody'"):
        compare_live(frame, "nobody")
    with pytest.raises(ValueError, match="no runs"):
        compare_live(pd.DataFrame(), "cold")
    with pytest.raises(ValueError, match="'cold' of 99 s beside it"):
        compare_live(frame, "cold", time_budget=99.0)


def test_one_seed_says_nothing_of_chance():
    rows = [*runs_of("cold", 5.0, [0.9], [[[1.0, 0.9]]])]
    rows += runs_of("warm", 5.0, [0.6], [[[1.0, 0.6]]])
    [row] = compare_live(pd.DataFrame(rows), "cold").to_dict("records")
    assert (row["losses"], row["bad_losses"]) == (1, 0)


def test_a_reference_budget_is_kept_to():
    curve = [[1.0, 0.9]]
    rows = [*runs_of("cold", 5.0, [0.9], [curve]), *runs_of("cold", 9.0, [0.8], [curve])]
    rows += runs_of("warm", 5.0, [0.85], [curve])
    frame = pd.DataFrame(rows)
    assert compare_live(frame, "cold")["losses"].tolist() == [1]
    assert compare_live(frame, "cold", time_budget=9.0)["wins"].tolist() == [1]
