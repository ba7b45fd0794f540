"""The verb validate."""

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
    for name in ("random", "gaussian", "portfolio, cost-aware"):
        assert name in done.out
    assert "validating 3 advisors" in done.err
    figures = pd.read_csv(out)
    assert set(figures["currency"]) == {"trials", "median_seconds"}
    assert set(pd.read_parquet(per_task)["task"]) == {f"t{n}" for n in range(6)}


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
        (["--kind", "classification"], "no task of kind"),
        (["--experience", "nowhere.sqlite"], "nowhere.sqlite"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line(words, message, base, run):
    done = run("validate", "--experience", base, *words)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
