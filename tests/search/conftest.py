"""A small problem, and a model that goes wrong in the way asked for."""

import os
import sys
import time

import cloudpickle
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.model_selection import StratifiedKFold

from sklearn_meta.metafeatures import column_roles
from sklearn_meta.search import Problem, Scoring
from sklearn_meta.spaces import Categorical, Family, Float

# workers need not find this module: its classes travel with the problem
cloudpickle.register_pickle_by_value(sys.modules[__name__])

TROUBLES = ("none", "raise", "die", "sleep", "late sleep", "eat")


class Actor(ClassifierMixin, BaseEstimator):
    """Predicts the second class with a given probability, or plays a given trouble."""

    def __init__(self, trouble="none", level=0.5):
        self.trouble = trouble
        self.level = level

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        play = getattr(self, f"_{self.trouble.replace(' ', '_')}")
        play(X)
        return self

    def _none(self, X):
        pass

    def _raise(self, X):
        raise ArithmeticError("it does not converge")

    def _die(self, X):
        os._exit(1)

    def _sleep(self, X):
        time.sleep(300)

    def _late_sleep(self, X):
        if X[0, 0] == X[:, 0].max():  # true in the second fold alone, see `problem`
            time.sleep(300)

    def _eat(self, X):
        self.eaten_ = []
        for _ in range(100):
            self.eaten_.append(np.ones(4_000_000))  # 32 MB, touched
            time.sleep(0.02)
        time.sleep(300)

    def predict_proba(self, X):
        return np.tile([1 - self.level, self.level], (len(X), 1))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.fixture(scope="session")
def actor():
    """Return a family whose configurations say what goes wrong."""
    ranges = [Categorical("trouble", TROUBLES), Float("level", 0.0, 1.0, default=0.5)]
    return Family.from_estimator("actor", Actor(), ranges, kinds=("binary",))


@pytest.fixture(scope="session")
def problem(actor):
    """Return 90 rows in three folds; the first row of the second fold's training is extreme."""
    X, y = make_classification(90, 4, random_state=0)
    folds = list(StratifiedKFold(3).split(X, y))
    first = folds[1][0][0]
    assert first != folds[0][0][0]
    X[first, 0] = 100.0
    folds[2] = (np.setdiff1d(folds[2][0], [first]), folds[2][1])
    return Problem(
        X,
        y,
        "binary",
        2,
        folds,
        column_roles(X),
        families=["naive_bayes", "linear", actor],
        scoring=Scoring("accuracy", "binary", np.array([0, 1])),
        classes=np.array([0, 1]),
    )
