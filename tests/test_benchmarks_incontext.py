"""The pure parts of the in-context learner's benchmark."""

import importlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("bench_incontext")


@pytest.fixture
def entry(tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.normal(size=120), "level": ["p", "q", None] * 40})
    table["y"] = np.where(table["x"] > 0, "yes", "no")
    table.loc[7, "y"] = "rare"
    table.loc[9, "y"] = None
    table.to_parquet(tmp_path / "t.parquet")
    return {"path": str(tmp_path / "t.parquet"), "target": "y", "task": "binary", "name": "t"}


def test_split_is_seeded_and_apart(bench, entry):
    X, y, X_test, y_test = bench.split(entry, 50, 0)
    assert len(X) == len(y) == 50 and 68 <= len(X_test) == len(y_test) <= 69
    assert not set(X["x"]) & set(X_test["x"])
    assert bench.split(entry, 50, 0)[0].equals(X)
    assert not bench.split(entry, 50, 1)[0].equals(X)
    assert set(y_test) <= set(y)
    assert bench.split(entry, 100, 0) is None


@pytest.mark.parametrize("system", ["linear", "incontext", "random_forest"])
def test_systems_are_scored(bench, entry, system):
    job = {"task": "binary", "seed": 0, "jobs": 1, "weights": {}}
    parts = bench.split(entry, 50, 0)
    result = bench.scored(bench.SYSTEMS[system](parts[0], job), parts, "binary")
    assert result["status"] == "ok" and result["score"] > 0.8


def test_means_and_ranks_of_tables_that_all_systems_ran_on(bench):
    rows = [
        *[("a", "one", 0, 0.9), ("a", "one", 1, 0.7), ("a", "two", 0, 0.6)],
        *[("b", "one", 0, 0.5), ("b", "two", 0, -9.0), ("c", "one", 0, 1.0)],
    ]
    frame = pd.DataFrame(rows, columns=["table", "system", "seed", "score"])
    text = bench.accuracy_table(frame.assign(rows=50, status="ok"))
    assert text.splitlines()[-1] == "| 50 | 2 | 0.6500 (1.00) | -0.2000 (2.00) |"


def test_the_curve_is_read_from_the_log(bench, tmp_path):
    entries = [
        {"step": 1, "tables": 9, "seconds": 2.2, "loss": 1.0, "validation": {"50": 0.81}},
        {"step": 2, "tables": 18, "seconds": 4.0, "loss": 0.9},
    ]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(e) + "\n" for e in entries))
    assert bench.curve_table(tmp_path).splitlines()[2:] == ["| 1 | 9 | 2 | 0.8100 |"]


def test_variants_are_trained_and_set_beside_the_whole(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(FOLDER))
    ablation = importlib.import_module("bench_incontext_ablation")
    rng = np.random.default_rng(0)
    index = []
    for name in ("one", "two"):
        table = pd.DataFrame(rng.normal(size=(90, 3)), columns=list("abc"))
        table["y"] = table["a"] + 0.1 * table["b"]
        table.to_parquet(tmp_path / f"{name}.parquet")
        entry = {"file": f"{name}.parquet", "target": "y", "task": "regression", "name": name}
        index.append(entry | {"role": "choose"})
    (tmp_path / "index.json").write_text(json.dumps(index))
    monkeypatch.setattr(ablation, "SIZES", (50,))
    monkeypatch.setattr(ablation, "N_TIMED", 1)
    variants = [ablation.UNTRAINED, ablation.FULL, "no trees", ablation.ALTERNATING]
    command = ["--tables", tmp_path, "--steps", 2, "--results", tmp_path / "results.csv"]
    command += ["--variants", ",".join(variants), "--write", tmp_path / "page.md"]
    monkeypatch.setattr("sys.argv", ["bench", *map(str, command)])
    ablation.main()
    *_, missing = lines = (tmp_path / "page.md").read_text().splitlines()
    assert missing.startswith("Not run: no layered networks, no growing graphs, clean numeric")
    table = lines[-6:-2]
    assert [line.split(" | ")[0] for line in table] == [f"| {name}" for name in variants]
    assert "±" in table[0] and "±" not in table[1] and "over 2 tables" in "\n".join(lines)
    whole = (tmp_path / "results.csv").read_bytes()
    ablation.main()  # nothing is left to do
    assert (tmp_path / "results.csv").read_bytes() == whole
    monkeypatch.setattr(ablation.pretrain, "main", lambda command: 3)
    (tmp_path / "results.csv").write_bytes(whole[:-30])  # the last table of the last is gone
    with pytest.raises(KeyboardInterrupt):
        ablation.main()
