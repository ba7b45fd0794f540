"""Tables and fitted models to save."""

import numpy as np
import pandas as pd
import pytest

from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor


@pytest.fixture(scope="session")
def mixed():
    """Return a table with numbers, gaps, categories, strings, dates and texts."""
    rng = np.random.default_rng(0)
    n = 50
    words = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "runs"]
    X = pd.DataFrame(
        {
            "number": rng.normal(size=n),
            "count": rng.integers(0, 9, n),
            "flag": rng.integers(0, 2, n).astype(bool),
            "kind": pd.Categorical(rng.choice(list("abc"), n)),
            "colour": rng.choice(["red", "green", "blue"], n),
            "when": pd.date_range("2020-01-01", periods=n, freq="17h"),
            "day": [f"2021-0{1 + i % 9}-1{i % 10}" for i in range(n)],
            "text": [" ".join(rng.choice(words, 6)) for _ in range(n)],
            "code": [f"k{i}" for i in range(n)],
        }
    )
    X.loc[3, "number"] = np.nan
    X.loc[5, "colour"] = np.nan
    X.loc[7, "when"] = pd.NaT
    return X


@pytest.fixture(scope="session")
def numbers():
    """Return forty rows of three numeric columns."""
    return np.random.default_rng(1).normal(size=(40, 3))


@pytest.fixture(scope="session")
def fitted():
    """Return a function that fits briefly: a classifier for labels, a regressor for numbers."""

    def fit(X, y, **parameters):
        regression = np.asarray(y).dtype.kind == "f"
        settings = {"max_trials": 1, "experience": None, "random_state": 0, **parameters}
        return (MetaAutoRegressor if regression else MetaAutoClassifier)(**settings).fit(X, y)

    return fit


@pytest.fixture(scope="session")
def small(fitted, numbers):
    """Return a classifier of two families and its table. Not to be changed."""
    y = np.where(numbers[:, 0] > 0, "yes", "no")
    return fitted(numbers, y, max_trials=3, families=["naive_bayes", "linear"]), numbers, y
