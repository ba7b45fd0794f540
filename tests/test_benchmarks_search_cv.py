"""The pure parts of the benchmark of MetaSearchCV: equal numbers of fits, leads and losses."""

import importlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


@pytest.mark.parametrize(("n_fits", "first"), [(1, 1), (3, 3), (16, 10), (27, 18)])
def test_halving_begins_with_so_many(load, n_fits, first):
    assert load("_search_cv_setup").n_first(n_fits) == first


def test_the_last_candidates_of_halving_see_nearly_all_rows(load):
    setup = load("_search_cv_setup")
    rng = np.random.default_rng(0)
    X, y = pd.DataFrame(rng.normal(size=(300, 3))), rng.integers(2, size=300)
    entry = {"task": "binary", "group": "none"}
    estimator = setup.make_estimator("linear", entry, X, 0)
    options = SimpleNamespace(n_iter=16, folds=3, experience="bundled")
    search = setup.make_search("halving", estimator, entry, options, 0).fit(X, y)
    assert sum(search.n_candidates_) == 16 and search.n_resources_[-1] > 270


def frame():
    rows = []
    for table, lead in [("a", 0.1), ("b", -0.2)]:
        for seed in (0, 1):
            for system, score in [("meta", 1.0 + lead), ("random", 1.0), ("halving", 1.0)]:
                rows.append(
                    {"table": table, "model": "linear", "system": system, "seed": seed}
                    | {"n_iter": 4, "folds": 2, "cv_score": score, "test_score": score}
                    | {"default_score": 0.5}
                    | {"cpu_seconds": 1.0, "n_candidates": 4, "status": "ok", "error": ""}
                )
    return pd.DataFrame(rows)


def test_leads_are_relative_to_our_score(load):
    _, percent = load("_search_cv_summary").relative(frame(), "test_score")
    lead = -percent["random"].groupby("table").mean()
    np.testing.assert_allclose(lead[["a", "b"]], [100 * 0.1 / 1.1, -100 * 0.2 / 0.8])


def test_all_losses_are_listed(load):
    summary = load("_search_cv_summary")
    text = summary.losses(frame(), "test_score")
    assert "| linear | b | random | -25.000 ± 0.000 |" in text and "| a |" not in text
    assert "halving" not in summary.losses(frame(), "cv_score")
    assert "| linear | random | 2 |" in summary.report(frame())


def test_leads_over_the_default_are_by_table(load):
    text = load("_search_cv_summary").over_default(frame())
    assert "| linear | meta | 90.00 ± 30.00 | 90.00 | 2 / 0 |" in text  # 120 and 60


def test_scores_that_were_not_there_are_told(load):
    summary, runs = load("_search_cv_summary"), frame()
    assert summary.without_scores(runs) == ""
    runs.loc[(runs["system"] == "halving") & (runs["table"] == "b"), "cv_score"] = np.nan
    assert "On b the scores of `halving` were NaN" in summary.report(runs)


def test_our_ranges_as_distributions(load):
    setup = load("_search_cv_setup")
    entry = {"task": "binary"}
    X = pd.DataFrame({"n": [1.0, 2.0], "c": ["u", "v"]})
    names = {
        "linear": {"logisticregression__C", "logisticregression__l1_ratio"},
        "random_forest": {"randomforestclassifier__max_features"},
        "hist_gradient_boosting": {"histgradientboostingclassifier__max_leaf_nodes"},
    }
    for model, wanted in names.items():
        estimator = setup.make_estimator(model, entry, X, 0)
        ranges = setup.same_ranges(estimator, "binary")
        branches = ranges if isinstance(ranges, list) else [ranges]
        for branch in branches:
            assert wanted <= set(branch) <= set(estimator.get_params())
