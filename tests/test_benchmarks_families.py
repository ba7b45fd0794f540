"""The pure parts of the benchmark of a family: which families, and how the two searches compare."""

import importlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


def test_families_with_and_without(load):
    families_of = load("_one_run").families_of
    X, job = pd.DataFrame(np.zeros((80, 3))), {"task": "binary", "n_classes": 2}
    assert families_of(X, job) is None
    usual = families_of(X, job | {"without_family": "in_context"})
    assert "in_context" not in usual and "linear" in usual
    assert set(families_of(X, job | {"with_family": "in_context"})) == {*usual, "in_context"}
    assert set(families_of(X, job | {"without_family": "linear"})) == {*usual} - {"linear"}


def test_training_rows_are_cut_and_test_rows_stay(load, tmp_path):
    one_run = load("_one_run")
    table = pd.DataFrame({"x": np.arange(200.0), "y": ["a", "b"] * 100})
    table.to_parquet(tmp_path / "t.parquet")
    job = {"path": str(tmp_path / "t.parquet"), "target": "y", "task": "binary"}
    job |= {"seed": 0, "every": 2}
    whole, cut = one_run.read_parts(job), one_run.read_parts(job | {"train_rows": 30})
    assert len(whole[0]) == 100 and len(cut[0]) == 30
    assert whole[2].equals(cut[2]) and set(cut[0]["x"]) < set(whole[0]["x"])


def rows(table, seed, with_score, without_score):
    common = {"table": table, "seed": seed, "family": "few", "budget": 10, "train_rows": 0}
    common |= {"task": "binary", "group": table, "constant_score": 0.5, "status": "ok"}
    common |= {"n_trials": 10}
    families = json.dumps({"few": [2, 0.25], "linear": [8, 0.75]})
    alone = json.dumps({"linear": [10, 1.0]})
    yield (
        common
        | {"system": "with", "score": with_score, "families": families}
        | {"best_family": "few"}
    )
    yield (
        common
        | {"system": "without", "score": without_score, "families": alone}
        | {"best_family": "linear"}
    )


@pytest.fixture
def frame():
    runs = [("a", 0, 0.9, 0.8), ("a", 1, 0.9, 0.8), ("b", 0, 0.6, 0.7), ("b", 1, 0.6, 0.7)]
    return pd.DataFrame([row for run in runs for row in rows(*run)])


def test_gains_are_on_the_scale_of_the_constant(load, frame):
    pairs = load("bench_families").gains(frame, 10).set_index("table")
    assert pairs.loc["a", "difference"] == pytest.approx(0.25)
    assert pairs.loc["b", "difference"] == pytest.approx(-0.5)
    assert pairs.loc["b", "verdict"] == "loss beyond two errors"


def test_part_taken_by_the_family(load, frame):
    own = load("bench_families").part_taken(frame, "few")
    assert own == {"trials": "2.0 of 10", "weight": "25%", "member": "100%", "best": "100%"}


def test_the_page_counts_wins_and_losses(load, frame):
    text = load("bench_families").summary(frame, "few")
    line = next(line for line in text.splitlines() if line.startswith("| classification"))
    cells = [cell.strip() for cell in line.split("|")[1:-1]]
    assert cells[3:7] == ["2", "1", "1", "0"]
    assert "| b |" in text
