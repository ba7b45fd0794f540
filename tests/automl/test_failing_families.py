"""A model that raises, dies, sleeps or eats memory costs its own trials and no others."""

import os
import sys
import time

import cloudpickle
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from sklearn_meta.spaces import Family, Float

# workers need not find this module: its classes travel with the problem
cloudpickle.register_pickle_by_value(sys.modules[__name__])

GOOD = ["naive_bayes", "linear"]


class Troubled(ClassifierMixin, BaseEstimator):
    """A classifier whose fit goes wrong in the way that `trouble` names."""

    def __init__(self, trouble="raise", strength=1.0):
        self.trouble = trouble
        self.strength = strength

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.trouble == "raise":
            raise ArithmeticError("it does not converge")
        if self.trouble == "die":
            os._exit(1)
        if self.trouble == "sleep":
            time.sleep(600)
        if self.trouble == "eat":
            self.eaten_ = []
            for _ in range(200):
                self.eaten_.append(np.ones(4_000_000))  # 32 MB, touched
                time.sleep(0.02)
            time.sleep(600)
        return self

    def predict_proba(self, X):
        value = np.nan if self.trouble == "nan" else 1 / len(self.classes_)
        return np.full((len(X), len(self.classes_)), value)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def troubled(trouble):
    return Family.from_estimator(
        "troubled",
        Troubled(trouble),
        [Float("strength", 0.1, 10.0, log=True, default=1.0)],
        kinds=("binary", "multiclass"),
    )


def outcomes(clf):
    """Return the statuses of the troubled family's trials, and of the others."""
    board = clf.leaderboard_
    bad = board["family"] == "troubled"
    return set(board.loc[bad, "status"]), set(board.loc[~bad, "status"])


@pytest.mark.parametrize(
    "trouble, status, reason",
    [
        ("raise", "error", "ArithmeticError: it does not converge"),
        ("die", "crash", "worker"),
        ("nan", "error", "NaN"),
    ],
)
def test_failure_costs_only_its_own_trials(quick_classifier, binary, trouble, status, reason):
    clf = quick_classifier(families=[*GOOD, troubled(trouble)], max_trials=6, n_jobs=1)
    clf.fit(*binary)
    bad, good = outcomes(clf)
    assert bad == {status}
    assert good <= {"ok", "raced"}
    board = clf.leaderboard_.set_index("family")
    assert reason in np.atleast_1d(board.loc["troubled", "reason"])[0]
    assert np.isnan(board.loc["troubled", "score"]).all()
    assert (board.loc["troubled", "weight"] == 0).all()
    assert board.loc["troubled", "rank"] is None or np.all(
        np.isnan(np.atleast_1d(board.loc["troubled", "rank"]).astype(float))
    )
    assert clf.score(*binary) > 0.8
    assert status in clf.report()


def test_crash_beside_a_running_trial(quick_classifier, big_binary):
    """Two workers: one dies again and again, the other goes on."""
    X, y = big_binary
    clf = quick_classifier(families=[*GOOD, troubled("die")], max_trials=7, n_jobs=2).fit(X, y)
    bad, good = outcomes(clf)
    assert bad == {"crash"}
    assert good <= {"ok", "raced"}
    assert len(clf.leaderboard_) == 7


def test_memory_limit_ends_a_hungry_trial(quick_classifier, binary):
    clf = quick_classifier(
        families=[*GOOD, troubled("eat")], max_trials=3, memory_limit=700 * 2**20
    ).fit(*binary)
    bad, good = outcomes(clf)
    assert bad == {"memory"}
    assert good == {"ok"}
    reason = clf.leaderboard_.set_index("family").loc["troubled", "reason"]
    assert "limit 700 MiB" in reason


def test_endless_fit_is_ended(quick_classifier, binary, in_time):
    with in_time(6):
        clf = quick_classifier(
            families=[*GOOD, troubled("sleep")], time_budget=6, max_trials=None
        ).fit(*binary)
    bad, good = outcomes(clf)
    assert bad <= {"timeout", "deadline"}
    assert bad
    assert good <= {"ok", "raced", "deadline"}
    assert clf.score(*binary) > 0.8


def test_only_family_dies(quick_classifier, binary):
    from sklearn_meta.exceptions import AllTrialsFailedError

    with pytest.raises(AllTrialsFailedError, match="the worker died.*troubled"):
        quick_classifier(families=[troubled("die")], max_trials=2).fit(*binary)


def test_spool_folder_is_removed(quick_classifier, binary, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    clf = quick_classifier(families=[*GOOD, troubled("die")], max_trials=3).fit(*binary)
    assert len(clf.leaderboard_) == 3
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("sklearn_meta_")]
