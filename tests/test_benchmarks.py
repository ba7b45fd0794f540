"""The pure parts of the benchmarks: splits, scales, ranks, results that are resumed, watching."""

import importlib
import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    """Import a module of the benchmarks' folder, as its scripts do."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


@pytest.fixture
def results(load, tmp_path):
    make = load("_results").ResultsFile
    return make(
        tmp_path / "deep" / "r.csv", ("table", "seed"), ("table", "seed", "score", "status")
    )


def row(table, seed, score=0.5, status="ok"):
    return {"table": table, "seed": seed, "score": score, "status": status, "unknown": 1}


# The rows


@pytest.mark.parametrize("every", [2, 10])
def test_split_is_seeded_and_complete(load, every):
    split = load("_one_run").split_rows
    y = np.repeat([0, 1, 2], [50, 7, 2])
    train, test = split(y, 3, every)
    assert sorted([*train, *test]) == list(range(59))
    assert abs(len(test) - 59 / every) <= 1
    again = split(y, 3, every)
    assert np.array_equal(train, again[0]) and np.array_equal(test, again[1])
    assert not np.array_equal(np.sort(test), np.sort(split(y, 4, every)[1]))


@pytest.mark.parametrize("seed", range(20))
def test_split_keeps_classes_on_both_sides(load, seed):
    y = np.random.default_rng(seed).permutation(np.repeat([0, 1, 2, 3], [31, 6, 2, 3]))
    train, test = load("_one_run").split_rows(y, seed)
    assert set(y[train]) == set(y[test]) == {0, 1, 2, 3}
    assert np.abs(np.bincount(y[train]) - np.bincount(y[test])).max() <= 1


def test_classes_that_train_lacks_become_minus_one(load, tmp_path):
    one_run = load("_one_run")
    table = pd.DataFrame({"x": np.arange(21.0), "y": ["b"] * 10 + ["a"] * 10 + ["rare"]})
    table.to_parquet(tmp_path / "t.parquet")
    job = {"path": str(tmp_path / "t.parquet"), "target": "y", "task": "multiclass", "every": 2}
    seen = set()
    for seed in range(20):
        _, y, _, y_test = one_run.read_parts(job | {"seed": seed})
        assert set(y) == set(range(y.max() + 1))
        seen |= set(y_test)
    assert seen == {-1, 0, 1}


def test_scores_are_greater_is_better(load):
    score = load("_one_run").score
    assert score("regression", np.array([0.0, 2.0]), np.array([0.0, 0.0])) == -np.sqrt(2)
    proba = np.array([[0.2, 0.8], [0.9, 0.1]])
    assert score("binary", np.array([1, 0]), proba) == 1.0
    assert score("multiclass", np.array([1, 0]), proba) == pytest.approx(np.log([0.8, 0.9]).mean())
    assert score("multiclass", np.array([-1]), proba[:1]) == pytest.approx(np.log(1e-15))


def test_unusable_predictions_are_refused(load):
    class Model:
        classes_ = np.array([0, 1])

        def __init__(self, proba):
            self.proba = np.array(proba)

        def predict_proba(self, X):
            return self.proba

    predict, job = load("_one_run").predict, {"task": "multiclass"}
    usable = predict(Model([[0.3, 0.7]]), [[0]], job, 3)
    assert usable.tolist() == [[0.3, 0.7, 0.0]]  # a class that the model leaves out
    for proba in ([[0.5, 0.6]], [[1.5, -0.5]], [[np.nan, 1.0]]):
        with pytest.raises(ValueError, match="probabilities|finite"):
            predict(Model(proba), [[0]], job, 2)


# The results file


def test_results_are_resumed_and_the_last_row_counts(results):
    assert results.done() == set()
    results.append(row("a", 0))
    results.append(row("a", 1, status="failed"))
    assert results.done() == {("a", "0"), ("a", "1")}
    assert results.done(retry_failed=True) == {("a", "0")}
    results.append(row("a", 1, score=0.75))
    assert results.done(retry_failed=True) == {("a", "0"), ("a", "1")}
    frame = results.frame()
    assert frame["score"].tolist() == [0.5, 0.75] and frame["seed"].tolist() == [0, 1]
    assert frame["table"].tolist() == ["a", "a"]


def test_torn_row_is_dropped(results):
    results.append(row("a", 0))
    with results.path.open("a") as stream:
        stream.write("b,0,0.")
    assert results.done() == {("a", "0")}
    results.append(row("b", 0, score=0.25))
    assert results.frame()["score"].tolist() == [0.5, 0.25]


def test_other_columns_are_refused(results, load):
    results.append(row("a", 0))
    other = load("_results").ResultsFile(results.path, ("table",), ("table", "other"))
    with pytest.raises(ValueError, match="name another file"):
        other.rows()


def test_scores_that_are_not_a_number_are_missing(results):
    results.append(row("iris", 0, float("nan")))
    results.append(row("iris", 1, 0.25))
    scores = results.frame()["score"]
    assert np.isnan(scores[0]) and scores[1] == 0.25


def test_tables_are_chosen(load, tmp_path):
    names = [("a", 10, "learn"), ("b", 2000, "report"), ("c", 20, "report")]
    entries = [{"name": n, "file": f"{n}.parquet", "n_rows": r, "role": e} for n, r, e in names]
    (tmp_path / "index.json").write_text(json.dumps(entries))
    read = load("_results").read_tables
    assert [e["name"] for e in read(tmp_path, roles=["report"], min_rows=1000)] == ["b"]
    assert [e["name"] for e in read(tmp_path, roles=["report"], names=["c", "a"])] == ["c", "a"]
    with pytest.raises(ValueError, match="nowhere"):
        read(tmp_path, names=["nowhere"])


# Planning


def test_runs_are_planned_once_each(load):
    entry = {"name": "a", "task": "binary", "role": "report", "group": "g"}
    systems = ["sklearn_meta", "flaml", "constant"]
    planned = load("bench_tables").planned([entry], systems, [5, 10], [0, 1])
    keys = [(r["seed"], r["system"], r["budget"]) for _, r in planned]
    first = [
        ("constant", 0),
        ("sklearn_meta", 5),
        ("flaml", 5),
        ("sklearn_meta", 10),
        ("flaml", 10),
    ]
    assert keys == [(seed, *key) for seed in (0, 1) for key in first]


def test_sizes_are_spread(load):
    bench = load("bench_deadline")
    tables = [{"name": str(n), "n_rows": n, "n_features": 2} for n in range(100, 0, -1)]
    chosen = [entry["n_rows"] for entry in bench.spread_over(tables, 5)]
    assert len(set(chosen)) == 5 and chosen == sorted(chosen)
    assert chosen[0] == 1 and chosen[-1] == 100
    assert len(bench.spread_over(tables, 1000)) == 100
    assert bench.in_time(6.0, 5) and not bench.in_time(6.1, 5) and bench.in_time(63.0, 60)


# The summary


def test_normalised_scores(load):
    normalised = load("_summary").normalised
    assert normalised([0.5, 0.75, 1.0, np.nan], 0.5).tolist()[:3] == [0.0, 0.5, 1.0]
    assert np.isnan(normalised([0.5, np.nan], 0.4)[1])
    assert normalised([-9.0, -1.0, -0.5], -1.0).tolist() == [-1.0, 0.0, 1.0]  # bounded below
    assert normalised([-1.0, -2.0], -1.0).tolist() == [0.0, -1.0]  # nothing beats the constant
    assert np.isnan(normalised([1.0], np.nan)).all()


def test_mean_ranks_share_ties(load):
    scores = pd.DataFrame({"a": [3.0, 1.0], "b": [2.0, 1.0], "c": [1.0, 0.0]})
    mean, error = load("_summary").mean_ranks(scores)
    assert mean.to_dict() == {"a": 1.25, "b": 1.75, "c": 3.0}
    assert error["c"] == 0.0 and error["a"] == pytest.approx(0.25)


def test_noise_is_no_difference(load):
    ahead = load("_summary").ahead
    first, second = pd.Series([1.0, 1.0, 0.0]), pd.Series([0.9, 1.0 + 1e-10, 0.5])
    assert ahead(first, second).tolist() == [1, 0, -1]


def test_standard_error(load):
    standard_error = load("_summary").standard_error
    assert standard_error([1.0, 3.0, np.nan]) == pytest.approx(1.0)
    assert np.isnan(standard_error([1.0]))


@pytest.fixture
def frame(load):
    """Three tables, three seeds; on "lost" the random twin is better each time."""
    scores = {"won": (0.9, 0.7), "lost": (0.7, 0.9), "even": (0.8, 0.8)}
    rows = []
    for table, (ours, random) in scores.items():
        for seed in range(3):
            systems = {"sklearn_meta": ours, "sklearn_meta_random": random, "constant": 0.5}
            for system, score in systems.items():
                searches = system != "constant"
                rows.append(
                    row(table, seed, score + 0.01 * seed * (score > 0.5))
                    | {"system": system, "budget": 10 if searches else 0, "group": table}
                    | {"fit_seconds": 10.5 + seed if searches else 0.1, "jobs": 2}
                    | {"trial_seconds": 15.0 if searches else "", "peak_rss_mb": 300.0}
                    | {"trial_wall_seconds": 18.0 if searches else ""}
                )
    columns = load("bench_tables").COLUMNS
    return pd.DataFrame(rows).reindex(columns=columns)


def test_experience_is_paired_over_seeds(load, frame):
    summary = load("_summary")
    pairs = summary.paired(summary.compared(frame, 10)).set_index("table")
    assert pairs["verdict"].to_dict() == {
        "lost": "loss beyond two errors",
        "even": "tie",
        "won": "win",
    }
    assert pairs.index[0] == "lost" and (pairs["seeds"] == 3).all()
    assert pairs.loc["won", "difference"] == -pairs.loc["lost", "difference"]


def test_failed_run_counts_as_the_constant(load, frame):
    summary = load("_summary")
    failed = (frame["table"] == "won") & (frame["system"] == "sklearn_meta")
    frame.loc[failed, ["status", "score"]] = ["failed", np.nan]
    rows = summary.compared(frame, 10)
    mine = rows[(rows["table"] == "won") & (rows["system"] == "sklearn_meta")]
    assert (mine["used"] == 0.5).all() and (mine["normalised"] == 0).all()
    assert "| `sklearn_meta` | 2." in summary.quality(rows)


def test_summary_shows_losses_and_lateness(load, frame):
    text = load("_summary").summary(frame)
    assert "behind `sklearn_meta_random` on 1 of 3: lost (-0.2)" in text
    assert "win 33 %, loss 33 %, tie 33 %, loss beyond two standard errors 1" in text
    assert "| `sklearn_meta` | 10 | 9 | +2.50 s |" in text
    assert text.count("1 / 1 / 1") == 1


def test_unfinished_results_are_summarised(load, frame):
    text = load("_summary").summary(frame[frame["system"] != "sklearn_meta"].iloc[:2])
    assert "No table has results of both" in text


# Watching


def test_processes_are_watched_and_ended(load):
    watch = load("_watch").watch
    sleeps = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', {!r}]){}"
    forever = "import time; time.sleep(60)"
    ended = watch([sys.executable, "-c", "import time; time.sleep(0.2)"], limit=60, interval=0.05)
    assert ended.returncode == 0 and not ended.timed_out and ended.left_processes == 0
    assert ended.peak_rss_mb > 1 and ended.peak_threads >= 1
    started = time.perf_counter()
    late = watch([sys.executable, "-c", sleeps.format(forever, ".wait()")], limit=0.5)
    assert late.timed_out and late.returncode != 0
    assert time.perf_counter() - started < 30
