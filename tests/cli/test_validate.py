"""The verb validate."""

import json

import pandas as pd
import pytest

from sklearn_meta.experience import Experience


@pytest.fixture
def base(tmp_path):
    """Return a small base of regression tasks with three configurations."""
    path = tmp_path / "base.sqlite"
    with Experience.create(path) as experience:
        for number in range(6):
            task = experience.add_task(
                f"t{number}",
                "regression",
                n_rows=50 + number,
                n_columns=3,
                metafeatures={"A": number},
            )
            for place, family in enumerate(("linear", "neighbors", "random_forest")):
                score = 1.0 + abs(place - number % 3)
                experience.add_evaluation(
                    task, {"family": family}, {"rmse": score}, fit_seconds=0.1, rows_used=30
                )
    return path


def test_figures_are_shown_and_written(base, run, tmp_path):
    out, per_task = tmp_path / "out.csv", tmp_path / "tasks.parquet"
    words = ["--advisors", "random,gaussian,portfolio-cost-aware", "--folds", 3]
    done = run(
        *("validate", "--experience", base, *words),
        *("--out", out, "--per-task", per_task),
    )
    assert done.code == 0
    assert "regression: 6 tasks in 6 groups, rmse" in done.out
    assert "regression, ranks at 5 trials" in done.out and "Nemenyi" in done.out
    for name in ("random", "gaussian", "portfolio, cost-aware"):
        assert name in done.out
    assert "validating 3 advisors" in done.err
    figures = pd.read_csv(out)
    assert set(figures["currency"]) == {"trials", "median_seconds"}
    assert set(pd.read_parquet(per_task)["task"]) == {f"t{n}" for n in range(6)}


def test_marks_are_chosen(base, run, tmp_path):
    out = tmp_path / "out.csv"
    words = ["--advisors", "random", "--folds", 2, "--trials", "1,2", "--seconds", "0.5,3"]
    done = run("validate", "--experience", base, *words, "--out", out)
    assert done.code == 0 and "ranks" not in done.out  # of one advisor
    marks = pd.read_csv(out).groupby("currency")["at"].apply(list).to_dict()
    assert marks == {"seconds": [0.5, 3.0], "trials": [1.0, 2.0]}


def test_a_figure_is_drawn(base, run, tmp_path):
    pytest.importorskip("matplotlib").use("agg")
    words = ["--advisors", "random", "--folds", 2, "--figure", tmp_path / "f.png"]
    assert run("validate", "--experience", base, *words).code == 0
    assert (tmp_path / "f.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--advisors", "oracle"], "there is no advisor 'oracle'"),
        (["--figure", "f.txt"], "no figure's name"),
        (["--out", "nowhere/at/all.csv"], "no folder"),
        (["--folds", "1"], "folds must be at least 2"),
        (["--trials", "few"], "--trials few has to be numbers"),
        (["--kind", "classification"], "no task of kind"),
        (["--experience", "nowhere.sqlite"], "nowhere.sqlite"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line(words, message, base, run):
    done = run("validate", "--experience", base, *words)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err


def test_live_runs_that_are_known_are_summed_up(run, tmp_path):
    folder, results = tmp_path / "tables", tmp_path / "runs.jsonl"
    folder.mkdir()
    index = [{"name": "t", "file": "t.csv", "target": "y", "task": "binary", "role": "report"}]
    (folder / "index.json").write_text(json.dumps(index))
    facts = {"table": "t", "group": "t", "seed": 0, "status": "ok", "error": ""}
    lines = [
        facts
        | {"advisor": name, "time_budget": seconds, "test_score": score}
        | {"constant_score": 0.5, "curve": [[1.0, score]]}
        for name, seconds, score in (("gaussian", 2.0, 0.9), ("random", 4.0, 0.8))
    ]
    results.write_text("".join(json.dumps(line) + "\n" for line in lines))
    words = ["--time-budget", 2, "--cold-budget", 4, "--results", results]
    done = run("validate", "--live", folder, *words, "--out", tmp_path / "live.csv")
    assert done.code == 0
    assert "1 tables, 1 seeds: about 0 minutes" in done.err
    assert pd.read_csv(tmp_path / "live.csv")["wins"].tolist() == [1]
    assert "gaussian" in done.out


@pytest.mark.parametrize(
    "words, told",
    [
        (["--advisors", "gaussian"], "compares with 'random'"),
        (["--time-budget", "ten"], "--time-budget ten has to be numbers"),
        (["--figure", "f.png", "--folds", 3], "--folds, --figure can't be used with --live"),
    ],
)
def test_bad_words_of_a_live_validation(run, tmp_path, words, told):
    index = [{"name": "t", "file": "t.csv", "target": "y"}]
    (tmp_path / "index.json").write_text(json.dumps(index))
    done = run("validate", "--live", tmp_path, *words)
    assert done.code == 2
    assert told in done.err


def test_a_live_validation_that_is_stopped_at_once(run, tmp_path, monkeypatch):
    """What is known is no pair yet: not an error, and not the end either."""
    from sklearn_meta import automl

    (tmp_path / "index.json").write_text(
        json.dumps([{"name": "t", "file": "t.csv", "target": "y"}])
    )
    facts = {"table": "t", "advisor": "gaussian", "time_budget": 30.0, "seed": 0, "status": "ok"}
    for runs in (pd.DataFrame(), pd.DataFrame([facts])):
        monkeypatch.setattr(automl, "validate_live", lambda *_, runs=runs, **__: runs)
        done = run("validate", "--live", tmp_path)
        assert done.code == 130
        assert "before there was anything to compare" in done.err
