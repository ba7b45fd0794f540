"""Bad input ends with code 2 and one line that says what to change; nothing is written."""

import os

import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklearn_meta import MetaAutoClassifier


def assert_refused(done, *words):
    assert done.code == 2
    assert done.out == ""
    assert "Traceback" not in done.err
    last = done.err.splitlines()[-1]
    assert last.startswith("sklearn-meta: error: ")
    for word in words:
        assert word in last, last


@pytest.fixture
def no_search(monkeypatch):
    """Fail if a search begins."""

    def fit(*args, **kwargs):
        raise AssertionError("the search began")

    monkeypatch.setattr(MetaAutoClassifier, "fit", fit)


def test_no_such_table(train, fit, run, model, tmp_path):
    assert_refused(fit(tmp_path / "trian.csv", "--target", "y"), "no file", "did you mean", train)
    assert_refused(fit("no/where.csv", "--target", "y"), "no file", "nor the folder no")
    done = run("predict", model, tmp_path / "x.csv", "--out", tmp_path / "p.csv")
    assert_refused(done, "no file")


def test_unknown_columns(train, fit):
    assert_refused(fit(train, "--target", "labels"), "no column 'labels'", "mean 'label'")
    assert_refused(fit(train, "--target", "qqq"), "it has number, colour, zip, label")
    weight = fit(train, "--target", "label", "--sample-weight", "numbr")
    assert_refused(weight, "'numbr' (--sample-weight)", "'number'")
    assert_refused(fit(train, "--target", "label", "--groups", "coluor"), "--groups", "'colour'")
    same = fit(train, "--target", "label", "--groups", "label")
    assert_refused(same, "--target and --groups have to name different columns")


def test_columns_that_can_not_be_what_they_are_named_for(train, fit, tmp_path, features):
    weight = fit(train, "--target", "label", "--sample-weight", "colour")
    assert_refused(weight, "'colour' (--sample-weight) has to hold numbers")
    regression = fit(train, "--target", "label", "--task", "regression")
    assert_refused(regression, "holds no numbers", "--task classification")
    path = tmp_path / "gaps.csv"
    features.assign(group=None, number=None).to_csv(path, index=False)
    assert_refused(fit(path, "--target", "label", "--groups", "group"), "missing values")
    assert_refused(fit(path, "--target", "number"), "has no values")
    features[["label"]].to_csv(path, index=False)
    assert_refused(fit(path, "--target", "label"), "no columns to learn from")


def test_another_separator(features, fit, tmp_path):
    features.to_csv(tmp_path / "t.csv", sep=";", index=False)
    assert_refused(fit(tmp_path / "t.csv", "--target", "label"), "separated by commas")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", ["is empty"]),
        ("header.csv", b"a,b\n", ["has no rows"]),
        ("latin.csv", "a,y\né,1\n".encode("latin-1"), ["UTF-8"]),
        ("ragged.csv", b"a,b\n1,2\n1,2,3\n", ["can't be read as .csv"]),
        ("plain.csv.gz", b"a,b\n1,2\n", ["can't be read as .csv.gz"]),
        ("cut.csv.gz", b"\x1f\x8b\x08\x00\x00\x00", ["can't be read as .csv.gz"]),
        ("text.parquet", b"a,b\n1,2\n", ["can't be read as .parquet"]),
        ("table.xlsx", b"", ["has to end in .csv, .csv.gz or .parquet"]),
    ],
)
def test_unreadable_tables(name, content, words, fit, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert_refused(fit(tmp_path / name, "--target", "y"), *words)


def test_parquet_without_its_package(fit, tmp_path, monkeypatch):
    def missing(path):
        raise ImportError("Unable to find a usable engine;\ninstall pyarrow.")

    monkeypatch.setattr(pd, "read_parquet", missing)
    (tmp_path / "t.parquet").write_bytes(b"")
    assert_refused(fit(tmp_path / "t.parquet", "--target", "y"), "install pyarrow")


def test_types_to_trust(run, model, monkeypatch):
    from sklearn_meta import persistence

    def refuse(path, trusted):
        raise persistence.UntrustedTypeError(f"holds my.Model, not {trusted}")

    monkeypatch.setattr(persistence, "load", refuse)
    done = run("report", model, "--trust", "my.Other")
    assert_refused(done, "holds my.Model, not ['my.Other']", "--trust TYPE")


def test_a_folder_as_table(fit, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert_refused(fit(tmp_path / "folder.csv", "--target", "y"), "is a folder")


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("model.pkl", ["end in .skops"]),
        ("nowhere/model.skops", ["there is no folder", "Make it first"]),
        ("folder.skops", ["is a folder"]),
    ],
)
def test_the_output_is_checked_before_the_search(out, words, train, run, tmp_path, no_search):
    (tmp_path / "folder.skops").mkdir()
    done = run("fit", train, "--target", "label", "--out", tmp_path / out)
    assert_refused(done, *words)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_can_not_be_written_to(train, run, tmp_path, no_search):
    (tmp_path / "closed").mkdir(mode=0o500)
    done = run("fit", train, "--target", "label", "--out", tmp_path / "closed" / "m.skops")
    assert_refused(done, "can't be written to")


def test_the_output_of_predict(model, train, run, tmp_path):
    wrong = run("predict", model, train, "--out", tmp_path / "p.txt")
    assert_refused(wrong, "has to end in .csv")
    nowhere = run("predict", model, train, "--out", tmp_path / "no" / "p.csv")
    assert_refused(nowhere, "there is no folder")


def test_missing_columns_in_predict(model, features, run, tmp_path):
    features.rename(columns={"number": "numbers"}).to_csv(tmp_path / "t.csv", index=False)
    done = run("predict", model, tmp_path / "t.csv", "--out", tmp_path / "p.csv")
    assert_refused(done, "lacks 1 of the 3 columns", "is 'number' called 'numbers' there?")
    assert not (tmp_path / "p.csv").exists()


def test_a_number_column_of_words_in_predict(model, features, run, tmp_path):
    features.assign(number="many").to_csv(tmp_path / "t.csv", index=False)
    done = run("predict", model, tmp_path / "t.csv", "--out", tmp_path / "p.csv")
    assert_refused(done, "number")


def test_models_that_are_none(train, run, tmp_path):
    assert_refused(run("report", tmp_path / "m.skops"), "no model file")
    assert_refused(run("report", train), "can't be read as a model file")
    import skops.io

    skops.io.dump(Ridge(), tmp_path / "ridge.skops")
    done = run("predict", tmp_path / "ridge.skops", train, "--out", tmp_path / "p.csv")
    assert_refused(done, "not written by sklearn_meta")


def test_probabilities_of_numbers(table, train, run, tmp_path):
    table[["number", "amount"]].to_csv(tmp_path / "t.csv", index=False)
    words = ["fit", tmp_path / "t.csv", "--target", "amount", "--max-trials", 1]
    assert run(*words, "--families", "linear", "--out", tmp_path / "m.skops").code == 0
    done = run(
        "predict", tmp_path / "m.skops", tmp_path / "t.csv", "--proba", "--out", tmp_path / "p.csv"
    )
    assert_refused(done, "no probabilities", "Leave out --proba")


def test_what_the_library_refuses(train, fit, run, tmp_path):
    words = ["fit", train, "--target", "label", "--max-trials", "1", "--out", tmp_path / "m.skops"]
    assert_refused(run(*words, "--families", "liner"), "linear")
    assert_refused(run(*words, "--scoring", "acuracy"), "acuracy")
    pd.DataFrame({"a": range(30), "y": 1}).to_csv(tmp_path / "one.csv", index=False)
    assert_refused(fit(tmp_path / "one.csv", "--target", "y"), "class")
    assert not (tmp_path / "m.skops").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "required"),
        (["guess"], "invalid choice"),
        (["fit", "t.csv"], "--target"),
        (["fit", "t.csv", "--target", "y", "--out", "m.skops", "--time-budget", "0"], "positive"),
        (["fit", "t.csv", "--target", "y", "--out", "m.skops", "--max-trials", "0"], "less than 1"),
        (["fit", "t.csv", "--target", "y", "--out", "m.skops", "--seed", "-1"], "between 0"),
        (["fit", "t.csv", "--target", "y", "--out", "m.skops", "--task", "x"], "invalid choice"),
    ],
)
def test_wrong_words(words, said, run):
    assert_refused(run(*words), said, "--help")


def test_ctrl_c(train, fit, monkeypatch, tmp_path):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(MetaAutoClassifier, "fit", interrupt)
    done = fit(train, "--target", "label")
    assert (done.code, done.out) == (130, "")
    assert done.err.endswith("sklearn-meta: interrupted\n")
    assert not (tmp_path / "model.skops").exists()


def test_ctrl_c_with_a_model_keeps_the_model(train, fit, monkeypatch, tmp_path):
    whole = MetaAutoClassifier.fit

    def fit_until(self, *args, **kwargs):
        whole(self, *args, **kwargs).interrupted_ = True
        return self

    monkeypatch.setattr(MetaAutoClassifier, "fit", fit_until)
    done = fit(train, "--target", "label")
    assert done.code == 130
    assert "interrupted" in done.err
    assert (tmp_path / "model.skops").exists()
