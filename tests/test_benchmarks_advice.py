"""The pure parts of the scripts that validate advice."""

import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.advisors import compare_advisors
from sklearn_meta.experience import Experience

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    """Import a module of the benchmarks' folder, as its scripts do."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


def test_markdown(load):
    table = pd.DataFrame({"1": ["2.0 ± 0.1"], "3": ["1.0 ± 0.1"]}, index=["random"])
    assert list(load("_validation_table").markdown(table, "regret")) == [
        "| regret | 1 | 3 |",
        "|---|---|---|",
        "| random | 2.0 ± 0.1 | 1.0 ± 0.1 |",
    ]


def test_ranks_are_told_from_the_best_ranked_advisors_side(load):
    """The best-ranked may have the higher mean; its wins stay its wins."""
    losses = {"often better": [0.1] * 9 + [1.0], "mostly worse": [0.2] * 9 + [0.0]}
    rows = [
        {"advisor": name, "kind": "regression", "currency": "trials", "at": 1}
        | {"group": str(n), "task_id": n, "regret": value}
        for name, values in losses.items()
        for n, value in enumerate(values)
    ]
    found = compare_advisors(pd.DataFrame(rows), currency="trials", at=1)
    lines = list(load("_validation_table").ranks_markdown(found))
    assert lines[2].startswith("| often better | 1.10 | 19.0 |")
    assert "| 9 / 0 / 1 |" in lines[3]


def test_the_lead_is_over_the_best_other_and_paired(load):
    table = load("_validation_table")
    losses = {"ours": [0.1, 0.3, 0.5, 0.7], "good": [0.2, 0.4, 0.6, 0.8], "bad": [0.9] * 4}
    rows = [
        {"advisor": name, "kind": "regression", "currency": "trials", "at": 1}
        | {"group": str(n // 2), "task_id": n, "regret": value}
        for name, values in losses.items()
        for n, value in enumerate(values)
    ]
    found = table.leads(pd.DataFrame(rows), "ours")
    assert found["other"].tolist() == ["good"]
    assert found["difference"].iloc[0] == pytest.approx(0.1)
    # tasks differ a lot, but each of them by the same
    assert found["standard_error"].iloc[0] == pytest.approx(0.0, abs=1e-12)
    assert list(table.leads_markdown(found, "lead"))[2:] == [
        "| best other | good |",
        "| its regret less ours | +10.0 ± 0.0 |",
    ]


@pytest.fixture
def meta_dataset(tmp_path):
    """Return a folder like the published meta-dataset, with 12 tasks and 4 configurations."""
    rng = np.random.default_rng(0)
    ids, columns = [*range(100, 112)], ["c000", "c001", "c002", "c003"]
    for name in ("balanced_error_rate", "runtime_seconds"):
        values = pd.DataFrame(rng.random((12, 4)), index=ids, columns=columns)
        values.to_parquet(tmp_path / f"{name}.parquet")
    looks = {"NumberOfInstances": 100.0, "NumberOfFeatures": 4.0, "NumberOfClasses": 2.0}
    pd.DataFrame([looks] * 11, index=ids[1:]).to_parquet(tmp_path / "meta_features.parquet")
    described = {
        name: {"algorithm": "AB" if n < 2 else "kNN", "hyperparameters": {"n": n}}
        for n, name in enumerate(columns)
    }
    (tmp_path / "configurations.json").write_text(json.dumps(described))
    groups = {str(number): {"group": number // 2, "fold": number % 3} for number in ids[1:]}
    (tmp_path / "groups.json").write_text(json.dumps(groups))
    return tmp_path


def test_the_published_matrix_is_read(load, meta_dataset):
    bench = load("bench_advisors_matrix")
    base = bench.read_experience(meta_dataset)
    matrix = base.matrix("multiclass", "balanced_accuracy")
    error = pd.read_parquet(meta_dataset / "balanced_error_rate.parquet")
    assert matrix.shape == (11, 4)
    place = [c["n"] for c in matrix.configurations]
    row = int(matrix.tasks["name"].iloc[3])
    np.testing.assert_allclose(matrix.scores[3], 1 - error.loc[row].to_numpy()[place])
    assert bench.read_folds(meta_dataset, True, 0)["103"] == 103 % 3
    dealt = bench.read_folds(meta_dataset, False, 0)
    assert sorted(dealt) == sorted(matrix.tasks["name"])
    assert len(set(dealt.values())) == 10


@pytest.mark.parametrize("grouped", [False, True])
def test_the_first_proposal_is_compared_with_the_single_best(load, meta_dataset, grouped):
    bench = load("bench_first_proposal")
    matrix = bench.read_experience(meta_dataset).matrix("multiclass", "balanced_accuracy")
    folds = bench.deal(matrix, grouped, 0)
    together = {g: set(folds[matrix.tasks["group"] == g]) for g in matrix.tasks["group"]}
    assert not grouped or all(len(own) == 1 for own in together.values())
    # the first configuration is the best everywhere, so everyone has to find it
    matrix.scores[:] = [0.9, 0.5, 0.4, 0.3]
    matrix.scores += np.arange(11)[:, None] / 1000
    found = bench.run(matrix, grouped, [0])
    assert found.loc[0].tolist() == pytest.approx([0.0] * 3 + [1.0] * 3)


def test_the_page_tells_where_ours_loses(load, tmp_path):
    bench = load("bench_leave_task_out")
    base = Experience.bundled().subset(kinds="regression", max_tasks=12)
    arguments = SimpleNamespace(seeds=[0], tables=None, metric=None, reference="worst")
    per_task, charged, spent = bench.run_all(base, arguments)
    text = "\n".join(bench.page(base, per_task, charged, spent, arguments))
    assert "## Regression: 12 tasks" in text
    assert "Where `gaussian` has not the lowest mean regret" in text
    assert text.count("| random |") == 4
    assert "Random after 50 evaluations" in text
    assert "random after 50 median times" in text


def test_the_page_of_calibration(load):
    row = {"kind": "binary", "metric": "roc_auc", "what": "score", "after": 3}
    row |= {f"coverage_{level}": level / 100 for level in (50, 80, 90)}
    row |= {f"coverage_{level}_error": 0.02 for level in (50, 80, 90)}
    summary = pd.DataFrame([row | {"bias": -0.01, "absolute_error": 0.05}])
    counts = {"n_tasks": 9, "n_configurations": 4}
    text = "\n".join(load("bench_calibration").page(summary, counts, 3.2, Path("a/c.svg")))
    assert "| binary (roc_auc) | 3 | 50 ± 2 | 80 ± 2 | 90 ± 2 | -0.010 | 0.050 |" in text
    assert "(../figures/c.svg)" in text


def test_the_page_of_live_runs(load):
    facts = {"group": "a", "status": "ok", "constant_score": 0.5, "kind": "binary"}
    rows = [
        facts
        | {"table": "a", "advisor": advisor, "time_budget": seconds, "seed": seed}
        | {"test_score": score, "curve": [[0.1 * seconds, score]]}
        for advisor, seconds, score in (
            ("advised", 10.0, 0.9),
            ("random", 10.0, 0.7),
            ("random", 60.0, 0.8),
        )
        for seed in (0, 1)
    ]
    settings = {"cold": [10.0, 60.0], "seeds": [0, 1], "experience": "bundled", "n_jobs": 2}
    text = "\n".join(load("bench_live").page(pd.DataFrame(rows), SimpleNamespace(**settings), 5))
    assert "1 of 5 tables (1 groups" in text
    assert "| 10 | 1 | 1 (100%) | 0 (0%) | 0 (0%) | 0 | +0.250 ± nan | 100% | 1.0 | 0.17 |" in text
    assert "| 10 | 1 | 1 (100%) | 0 (0%) | 0 (0%) | 0 | +0.500 ± nan | 100% | 1.0 | 1.00 |" in text
    assert "| a | 10 | +0.250 ± 0.000 | 2 | 1.0 |" in text


def test_live_runs_on_tables_that_are_large_enough(load, tmp_path):
    facts = {"file": "x.csv", "target": "y", "role": "report", "n_features": 2}
    index = [{"name": name, "n_rows": n} | facts for name, n in (("small", 9), ("large", 2000))]
    (tmp_path / "index.json").write_text(json.dumps(index))
    words = {"tables": tmp_path, "role": "report", "min_rows": 1000}
    made = load("bench_live").LargeTables(SimpleNamespace(names="", **words))
    assert [source.name for source in made] == ["large"]
    assert len(load("bench_live").LargeTables(SimpleNamespace(names="small", **words))) == 1
