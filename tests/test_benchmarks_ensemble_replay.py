"""Replayed searches: what was collected is read back, races are run, scores are scaled."""

import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.advisors import GaussianAdvisor
from sklearn_meta.spaces import SearchSpace

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


@pytest.fixture
def table(load, tmp_path, monkeypatch):
    """A table of three classes on which four configurations were fitted."""
    tables = load("_ensemble_tables")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(240, 3)), columns=["a", "b", "c"])
    frame["y"] = np.select([frame["a"] > 0.5, frame["b"] > 0], ["p", "q"], "r")
    frame.to_parquet(tmp_path / "t.parquet")
    entry = {"name": "t", "path": str(tmp_path / "t.parquet"), "target": "y", "task": "multiclass"}
    space = SearchSpace("multiclass")
    names = ("naive_bayes", "linear", "extra_trees", "neighbors")
    listed = [space.complete({"family": name}) for name in names]
    monkeypatch.setattr(tables, "candidate_configurations", lambda kind: listed)
    tables.collect(entry, 100, tmp_path / "t.npz")
    return tables.load(entry, 100, tmp_path / "t.npz")


def test_what_is_collected_is_read_back(table):
    assert [c["family"] for c in table.configurations][0] == "naive_bayes"
    assert len(table.problem.y) == 100 and len(table.y_test) == 120
    for place in range(4):
        again = table.validation.score(table.held_out[place].astype(float))
        assert again == pytest.approx(table.scores[place].mean(), abs=1e-5)
    floor, floor_test = table.constant_scores()
    assert table.score([2, 1], np.array([0.5, 0.5])) > floor_test
    assert table.scores.mean() > floor
    assert np.isfinite(list(table.metafeatures().values())).any()


def test_a_race_is_lost_on_the_first_fold(load, table):
    replay = load("bench_ensemble_replay").Replay(table)
    table.scores[0] = table.constant_scores()[0]  # no better than a constant
    table.seconds[:] = 1.0
    replay.try_out(2)
    n_folds = len(table.problem.folds)
    assert replay.seconds == pytest.approx(n_folds, abs=0.1) and replay.best == 2
    score, seconds = replay.try_out(0)
    assert replay.seconds == pytest.approx(n_folds + 1, abs=0.1) and seconds == 1.0
    assert [place for _, place in replay.complete] == [2] and score < table.scores[2].mean()
    assert replay.ended_at(0.5) is None
    single, test = replay.ended_at(99.0)
    assert single == pytest.approx(table.scores[2].mean()) and test == table.score([2], [1.0])


def test_searches_are_replayed_within_their_budget(load, table):
    script = load("bench_ensemble_replay")
    table.seconds[:] = 0.1
    found = script.searched(table, None, [0.0, 2.0], [0.9, 9.0])
    assert set(found) == {(p, b) for p in ("random", 0.0, 2.0) for b in (0.9, 9.0)}
    session = (
        GaussianAdvisor(continuous=False)
        .fit()
        .start(script.described(table), SearchSpace("multiclass"), random_state=0)
    )
    assert len(script.advised(table, session, 0.9).complete) <= 2


def test_scores_are_scaled_to_the_best_policy(load):
    scaled = load("bench_ensemble_replay").compared(
        {("random", 2.0): np.array([0.7, 0.6]), (0.0, 2.0): np.array([0.9, 0.7])}, [0.5, 0.5]
    )
    np.testing.assert_allclose(scaled["random", 2.0], [-0.5, -0.5])
    np.testing.assert_allclose(scaled[0.0, 2.0], [0.0, 0.0])
