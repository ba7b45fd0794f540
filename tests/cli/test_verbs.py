"""The command does what it says."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import sklearn_meta
from sklearn_meta import MetaAutoRegressor
from sklearn_meta.cli import _fit
from sklearn_meta.persistence import load, save


def test_fit_predict_report(train, features, fit, run, tmp_path):
    fitted = fit(train, "--target", "label")
    assert fitted.code == 0
    assert fitted.out.startswith("MetaAutoClassifier: roc_auc = ")
    assert "task: classification (the target 'label' has 2 distinct labels)" in fitted.err
    assert "saved" in fitted.err
    model = tmp_path / "model.skops"
    assert run("report", model).out == fitted.out

    predicted = run("predict", model, train, "--out", tmp_path / "p.csv", "--proba")
    assert predicted.code == 0
    assert predicted.out == ""
    assert "target column 'label'" in predicted.err
    assert "wrote 60 predictions" in predicted.err
    answers = pd.read_csv(tmp_path / "p.csv")
    assert list(answers) == ["prediction", "probability_no", "probability_yes"]
    X = pd.read_csv(train).drop(columns="label")
    loaded = load(model)
    assert answers["prediction"].tolist() == loaded.predict(X).tolist()
    np.testing.assert_allclose(answers.iloc[:, 1:], loaded.predict_proba(X), atol=1e-15)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.skops", "p.csv", "train.csv"]


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_all_formats(suffix, model, features, run, tmp_path):
    test, out = tmp_path / f"test{suffix}", tmp_path / f"out{suffix}"
    X = features.drop(columns="label")
    writer = X.to_parquet if suffix == ".parquet" else X.to_csv
    writer(test, index=False)
    assert run("predict", model, test, "--out", out).code == 0
    reader = pd.read_parquet if suffix == ".parquet" else pd.read_csv
    assert reader(out)["prediction"].tolist() == load(model).predict(X).tolist()


def test_regression_with_weights_and_groups(table, run, tmp_path):
    path = tmp_path / "train.csv"
    table.drop(columns="label").to_csv(path, index=False)
    done = run(
        *("fit", path, "--target", "amount", "--sample-weight", "weight", "--groups", "group"),
        *(
            "--max-trials",
            1,
            "--families",
            "linear",
            "--scoring",
            "r2",
            "--out",
            tmp_path / "m.skops",
        ),
    )
    assert done.code == 0
    assert done.out.startswith("MetaAutoRegressor: r2 = ")
    assert "task: regression (the target 'amount' has 60 distinct numbers); if that is" in done.err
    assert load(tmp_path / "m.skops").feature_names_in_.tolist() == ["number", "colour", "zip"]


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([0, 1] * 30, "classification"),
        (list(range(60)), "regression"),
        ([0.5, 1.5, 2.5] * 20, "regression"),
        (["a", "b"] * 30, "classification"),
        ([True, False] * 30, "classification"),
        ([1, 2, 3, 4, 5, 6, 7, 7], "regression"),
        ([1, 2], "classification"),
    ],
)
def test_the_task_is_guessed(values, task, capsys):
    assert _fit.target_kind(pd.Series(values, name="y"), "auto") == task
    assert f"task: {task}" in capsys.readouterr().err


def test_whole_numbers_with_gaps_stay_labels(run, tmp_path):
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"a": rng.normal(size=40), "y": [1, 2] * 20})
    rows["a"] += rows["y"]
    rows.loc[[3, 4], "y"] = np.nan
    rows.to_csv(tmp_path / "t.csv", index=False)
    words = ["fit", tmp_path / "t.csv", "--target", "y", "--max-trials", 1]
    done = run(*words, "--families", "naive_bayes", "--out", tmp_path / "m.skops")
    assert done.code == 0
    assert "2 rows without a target are left out" in done.err
    assert load(tmp_path / "m.skops").classes_.tolist() == [1, 2]


def test_columns_in_another_order_and_texts_that_look_like_numbers(model, features, run, tmp_path):
    rows = features.drop(columns="label").query("zip == '01234'").reset_index(drop=True)
    rows[["zip", "number", "colour"]].to_csv(tmp_path / "t.csv", index=False)
    assert run("predict", model, tmp_path / "t.csv", "--out", tmp_path / "p.csv").code == 0
    answers = pd.read_csv(tmp_path / "p.csv")["prediction"].tolist()
    assert answers == load(model).predict(rows).tolist()


def test_other_columns_are_named_and_ignored(model, features, run, tmp_path):
    features.assign(more=1).to_csv(tmp_path / "t.csv", index=False)
    done = run("predict", model, tmp_path / "t.csv", "--out", tmp_path / "p.csv")
    assert done.code == 0
    assert "1 columns that the model does not know are ignored: 'more'" in done.err


def test_a_model_of_an_array_goes_by_position(table, run, tmp_path):
    X, y = table[["number", "weight"]].to_numpy(), table["amount"]
    settings = {"max_trials": 1, "families": ["linear"], "experience": None, "random_state": 0}
    save(MetaAutoRegressor(**settings).fit(X, y), tmp_path / "m.skops")
    table[["number", "weight"]].to_csv(tmp_path / "t.csv", index=False)
    assert (
        run("predict", tmp_path / "m.skops", tmp_path / "t.csv", "--out", tmp_path / "p.csv").code
        == 0
    )
    table[["number"]].to_csv(tmp_path / "t.csv", index=False)
    done = run("predict", tmp_path / "m.skops", tmp_path / "t.csv", "--out", tmp_path / "p.csv")
    assert (done.code, "has 1 columns" in done.err) == (2, True)


def test_version_and_help(run):
    done = run("--version")
    assert (done.code, done.out) == (0, f"sklearn-meta {sklearn_meta.__version__}\n")
    assert "--target" in run("fit", "--help").out


def test_as_a_process(model, train, tmp_path):
    words = [sys.executable, "-m", "sklearn_meta.cli", "predict", model, train]
    done = subprocess.run(
        [*words, "--out", str(tmp_path / "p.csv")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(pd.read_csv(tmp_path / "p.csv")) == 60
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_the_command_starts_fast():
    code = (
        "import sys; from sklearn_meta.cli import main; main(['--version']); "
        "sys.exit(len({'sklearn', 'pandas', 'skops'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_experience_rules_say_what_was_learned_and_how_far_to_trust_it(run):
    said = run("experience", "rules")
    assert said.code == 0
    assert said.out.startswith("classification, ")
    assert "\nregression, " in said.out
    assert "held-out tasks" in said.out
