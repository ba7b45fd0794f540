"""Tables in files, and the command as a function."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.cli import main


@pytest.fixture(scope="session")
def table():
    """Return 60 rows: features, a label, a number, weights, groups."""
    rng = np.random.default_rng(0)
    n = 60
    number = rng.normal(size=n)
    return pd.DataFrame(
        {
            "number": number,
            "colour": rng.choice(["red", "green", "blue"], n),
            "zip": rng.choice(["01234", "x9", "777"], n),
            "label": np.where(number > 0, "yes", "no"),
            "amount": 3 * number + 0.5,
            "weight": rng.uniform(0.5, 2, n),
            "group": np.arange(n) % 6,
        }
    )


@pytest.fixture
def features(table):
    return table[["number", "colour", "zip", "label"]]


@pytest.fixture
def train(features, tmp_path):
    path = tmp_path / "train.csv"
    features.to_csv(path, index=False)
    return str(path)


@pytest.fixture
def run(capsys):
    """Run the command; return its exit code and what it wrote."""

    def call(*words):
        code = main([str(word) for word in words])
        written = capsys.readouterr()
        return SimpleNamespace(code=code, out=written.out, err=written.err)

    return call


@pytest.fixture
def fit(run, tmp_path):
    """Run a brief fit into model.skops."""

    def call(*words):
        quick = ["--max-trials", "2", "--families", "naive_bayes,linear", "--seed", "0"]
        return run("fit", *words, *quick, "--verbose", "0", "--out", tmp_path / "model.skops")

    return call


@pytest.fixture(scope="session")
def model(table, tmp_path_factory):
    """Return the file of a fitted model. Not to be changed."""
    folder = tmp_path_factory.mktemp("model")
    table[["number", "colour", "zip", "label"]].to_csv(folder / "train.csv", index=False)
    words = ["fit", folder / "train.csv", "--target", "label", "--max-trials", "1"]
    words += ["--families", "linear", "--seed", "0", "--out", folder / "model.skops"]
    assert main([str(word) for word in words]) == 0
    return str(folder / "model.skops")
