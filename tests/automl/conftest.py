"""Small searches that the tests of this folder share."""

import os
from contextlib import contextmanager
from time import perf_counter

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_classification, make_regression

from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor


@pytest.fixture
def quick_classifier():
    """Return a maker of classifiers that search briefly and without experience."""

    def make(**parameters):
        settings = {"max_trials": 3, "experience": None, "random_state": 0, **parameters}
        if "time_budget" in parameters and "max_trials" not in parameters:
            del settings["max_trials"]
        return MetaAutoClassifier(**settings)

    return make


@pytest.fixture
def quick_regressor():
    """Return a maker of regressors that search briefly and without experience."""

    def make(**parameters):
        settings = {"max_trials": 3, "experience": None, "random_state": 0, **parameters}
        if "time_budget" in parameters and "max_trials" not in parameters:
            del settings["max_trials"]
        return MetaAutoRegressor(**settings)

    return make


@pytest.fixture
def binary():
    """Return 120 rows of two classes; few enough for the caller's own process."""
    return make_classification(120, 5, random_state=0)


@pytest.fixture
def iris():
    """Return three classes."""
    return load_iris(return_X_y=True)


@pytest.fixture
def numbers():
    """Return 120 rows of a linear target with some noise."""
    return make_regression(120, 5, noise=5.0, random_state=0)


@pytest.fixture
def big_binary():
    """Return a table above the size that is searched in the caller's process."""
    X, y = make_classification(900, 6, n_informative=4, flip_y=0.1, random_state=1)
    assert X.size > 5_000
    return np.asarray(X), y


@pytest.fixture
def in_time():
    """Return a context that fails if its body takes longer than a budget and the usual second.

    A machine with more to do than cores can't keep anybody's deadline: there it is wider.
    """

    @contextmanager
    def within(budget):
        started = perf_counter()
        yield
        seconds = perf_counter() - started
        busy = os.getloadavg()[0] > 1.5 * os.cpu_count()
        slack = 10.0 if busy else max(1.0, 0.05 * budget)
        assert seconds <= budget + slack, f"{seconds:.1f} s for a budget of {budget} s"

    return within
