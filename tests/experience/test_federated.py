"""Two sites that merge their bases advise better on each other's tables, and no row travels."""

import runpy
import sqlite3
import struct
from pathlib import Path

import numpy as np
import pytest

from sklearn_meta.experience import Experience
from sklearn_meta.metafeatures import column_roles, describe_task
from sklearn_meta.search import Problem, evaluate_metrics, fit_fold

EXAMPLE = Path(__file__).parents[2] / "examples" / "federated_experience.py"
SITES = ("north", "south")
N_TABLES = 3


@pytest.fixture(scope="module")
def example():
    return runpy.run_path(str(EXAMPLE))


def measure(example, site, path):
    """Do in this process, on one fold, what the collector does in workers on all."""
    base = Experience.create(path)
    rows = np.arange(240)
    for name, X, y, facts in example["tables_of"](site, N_TABLES):
        looks = describe_task(X, y, kind="binary")
        task = base.add_task(
            name, "binary", n_rows=240, n_columns=X.shape[1], n_classes=2,
            fingerprint=X, metafeatures=looks, source=facts["source"],
        )  # fmt: skip
        problem = Problem(X, y, "binary", 2, [(rows[80:], rows[:80])], column_roles(X))
        for configuration in example["CONFIGURATIONS"]:
            outcome = fit_fold(problem, configuration, 0)
            metrics = evaluate_metrics("binary", y[:80], outcome.predictions)
            base.add(task, configuration, metrics, fit_seconds=outcome.fit_cpu_seconds)
    return base


@pytest.fixture(scope="module")
def bases(example, tmp_path_factory):
    """Each site's own base, and what both hold after the exchange."""
    folder = tmp_path_factory.mktemp("sites")
    own = {site: measure(example, site, folder / f"{site}.sqlite") for site in SITES}
    merged = Experience.create(folder / "merged.sqlite")
    for site in SITES:
        counts = merged.merge(own[site])
        assert counts["tasks"] == N_TABLES
        assert counts["evaluations"] == N_TABLES * len(example["CONFIGURATIONS"])
    return own, merged


def test_each_advises_better_on_the_others_tables(example, bases):
    own, merged = bases
    regret = example["mean_regret"]
    for site, other in (SITES, SITES[::-1]):
        alone = regret(own[site], own[other], 3)
        together = regret(merged, own[other], 3)
        assert together.mean() < alone.mean() - 0.005, (site, alone, together)
        assert regret(merged, own[site], 3).mean() < regret(own[site], own[site], 3).mean() + 0.1


def test_no_row_travels(example, bases):
    _, merged = bases
    raw = Path(merged.location).read_bytes()
    connection = sqlite3.connect(merged.location)
    words = str(connection.execute("select * from tasks").fetchall())
    for site in SITES:
        X, _ = example["make_table"](site, 0)
        for name in X.columns:
            assert name.encode() not in raw
        for cell in X.select_dtypes("number").to_numpy().ravel():
            assert struct.pack("<d", cell) not in raw and struct.pack(">d", cell) not in raw
            assert repr(float(cell))[:8] not in words


def test_order_of_merging_does_not_matter(bases):
    own, merged = bases
    other = Experience.empty()
    for site in SITES[::-1]:
        other.merge(own[site])
    one, two = merged.matrix("binary", "roc_auc"), other.matrix("binary", "roc_auc")
    assert one.tasks["id"].tolist() == two.tasks["id"].tolist()
    np.testing.assert_array_equal(one.scores, two.scores)


@pytest.mark.slow
def test_the_example_runs(example, capsys):
    example["main"](n_tables=2, n_evaluations=2)
    printed = capsys.readouterr().out
    assert printed.count("on tables of the") == 8
    assert "2 tasks" in printed
