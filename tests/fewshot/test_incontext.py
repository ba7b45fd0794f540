"""The in-context estimators: tables of any kind, invariance, context, further training."""

import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris, make_classification, make_friedman1
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot import InContextClassifier, InContextRegressor, PretrainingSettings
from sklearn_meta.fewshot.incontext._members import draw_context, make_members
from sklearn_meta.fewshot.incontext._numbers import MAX_NUMBERS, TableNumbers
from sklearn_meta.fewshot.incontext._settings import ModelSettings
from sklearn_meta.fewshot.incontext._weights import (
    bundled_path,
    load_weights,
    untrained_weights,
)

SMALL = {"cell_width": 8, "row_width": 16, "n_heads": 2, "row_layers": 1, "n_anchors": 4}
TRAINING = PretrainingSettings(steps=4, learning_rate=1e-2, warmup=1, average=0.1)


def changed_weights(kind):
    """Make weights that are not those of an untrained network."""
    weights = untrained_weights(kind, 0, ModelSettings(kind, **SMALL))
    rng = np.random.default_rng(0)
    for name, array in weights.arrays.items():
        if name.startswith("head."):
            weights.arrays[name] = (array + 0.02 * rng.normal(size=array.shape)).astype("f4")
    return weights


def with_weights(estimator):
    """Give an estimator such weights, as `meta_fit` would."""
    estimator.start_ = changed_weights(estimator._kind)
    return estimator


class WeightsFile(str):
    """Path of a file of such weights; the name that tests are known by does not tell the folder."""

    def __repr__(self):
        return repr(Path(self).name)


FOLDER = tempfile.TemporaryDirectory()  # gone when the tests end
WEIGHTS = {
    kind: WeightsFile(changed_weights(kind).save(Path(FOLDER.name) / kind))
    for kind in ("classification", "regression")
}


@parametrize_with_checks(
    [
        InContextClassifier(random_state=0),
        InContextRegressor(random_state=0),
        InContextClassifier(pretrained=WEIGHTS["classification"], random_state=0),
        InContextRegressor(pretrained=WEIGHTS["regression"], random_state=0),
    ]
)
def test_scikit_learn_check(estimator, check):
    check(estimator)


@pytest.fixture
def iris():
    X, y = load_iris(return_X_y=True)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(y))
    return X[order[:60]], y[order[:60]], X[order[60:]], y[order[60:]]


@pytest.fixture
def clf():
    return with_weights(InContextClassifier(random_state=0))


@pytest.fixture
def reg():
    return with_weights(InContextRegressor(random_state=0))


def numbers_table(n_rows=60, n_columns=4, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, n_columns))
    return X, X @ rng.normal(size=n_columns)


# What must not matter


def test_order_of_rows(clf, iris):
    X, y, X_new, _ = iris
    order = np.random.default_rng(1).permutation(len(y))
    np.testing.assert_allclose(
        clone(clf).fit(X[order], y[order]).predict_proba(X_new),
        clf.fit(X, y).predict_proba(X_new),
        atol=1e-4,
    )


def test_order_of_columns(clf, iris):
    X, y, X_new, _ = iris
    order = [2, 0, 3, 1]
    np.testing.assert_allclose(
        clone(clf).fit(X[:, order], y).predict_proba(X_new[:, order]),
        clf.fit(X, y).predict_proba(X_new),
        atol=1e-4,
    )


def test_names_of_classes(clf, iris):
    X, y, X_new, _ = iris
    for names in ([1, 2, 0], [2, 1, 0]):
        renamed = np.array(names)[y]
        np.testing.assert_allclose(
            clone(clf).fit(X, renamed).predict_proba(X_new)[:, names],
            clf.fit(X, y).predict_proba(X_new),
            atol=1e-4,
        )


@pytest.mark.parametrize("scale", [1e-6, 3.0, 1e6])
def test_units_of_columns(clf, iris, scale):
    X, y, X_new, _ = iris
    np.testing.assert_allclose(
        clone(clf).fit(X * scale + 7 * scale, y).predict_proba(X_new * scale + 7 * scale),
        clf.fit(X, y).predict_proba(X_new),
        atol=1e-4,
    )


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_units_of_the_target(reg, scale):
    X, y = numbers_table()
    straight = reg.fit(X, y).predict(X)
    scaled = clone(reg).fit(X, scale * (y + 5)).predict(X)
    np.testing.assert_allclose(scaled / scale - 5, straight, atol=1e-4)


def test_a_row_alone_gets_the_answer_of_a_batch(clf, iris):
    X, y, X_new, _ = iris
    clf.fit(X, y)
    alone = np.concatenate([clf.predict_proba(row[None]) for row in X_new[:4]])
    np.testing.assert_allclose(alone, clf.predict_proba(X_new)[:4], atol=1e-7)


# Tables


def test_an_untrained_network_predicts(iris):
    X, y, X_new, y_new = iris
    clf = InContextClassifier(pretrained=None, random_state=0)
    clf.fit(X, np.array(["a", "b", "c"])[y])
    assert clf.facts_["steps"] == 0
    assert (clf.predict(X_new) == np.array(["a", "b", "c"])[y_new]).mean() > 0.9
    X, y = load_diabetes(return_X_y=True)
    assert InContextRegressor(random_state=0).fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.35


@pytest.mark.parametrize("n_classes", [11, 30])
def test_many_classes(n_classes):
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(n_classes), 6)
    X = 4 * rng.normal(size=(n_classes, 6))[y] + rng.normal(size=(len(y), 6))
    clf = InContextClassifier(random_state=0).fit(X[::2], y[::2])
    proba = clf.predict_proba(X[1::2])
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert clf.score(X[1::2], y[1::2]) > 0.8


@pytest.mark.parametrize(("n_rows", "most"), [(100, 2), (101, 5), (5, 2)])
def test_no_two_members_are_alike(n_rows, most):
    """Where all rows are read, scaling is all that can differ."""
    for seed in range(20):
        members = make_members(5, None, n_rows, 100, np.random.default_rng(seed))
        assert 2 <= len(members) <= most
        assert len({(member.squashed, member.rows.tobytes()) for member in members}) == len(members)
    draws = [make_members(5, None, 11, 10, np.random.default_rng(seed)) for seed in range(60)]
    assert min(map(len, draws)) < 5  # eleven draws of ten: some coincide


def test_a_frame_with_all_kinds_of_columns(clf):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"number": rng.normal(size=40), "text": ["low", None, "high", "mid"] * 10})
    frame["level"] = pd.Categorical(["p", "q"] * 20, categories=["p", "q", "r"])
    frame["when"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(40), unit="D")
    frame.loc[3, ["number", "when"]] = [np.nan, pd.NaT]
    y = np.where(frame["text"] == "high", "yes", "no")
    clf.fit(frame, y)
    unseen = frame.assign(text="other", level=pd.Categorical(["r"] * 40))
    assert np.isfinite(clf.predict_proba(unseen)).all()
    assert (clf.predict(frame) == y).mean() > 0.8


@pytest.mark.parametrize("width", [1, 300])
def test_any_width(clf, width):
    X, y = numbers_table(50, width)
    X[::7, 0] = np.nan
    assert np.isfinite(clf.fit(X, y > 0).predict_proba(X)).all()
    assert len(clf.numbers_.keep) <= MAX_NUMBERS


def test_repeated_and_constant_columns_are_left_out():
    X, y = numbers_table(30, 3)
    wide = np.column_stack([X, X[:, 1] * 2 + 1, -X[:, 0], np.ones(30)])
    numbers = TableNumbers().fit(wide, y, 0)
    assert numbers.transform(wide).shape == (30, 3)
    X[0] = np.nan
    assert TableNumbers().fit(X, y, 0).transform(X).shape == (30, 3)


@pytest.mark.parametrize("X", [np.ones((12, 2)), np.full((12, 2), np.nan)])
def test_columns_that_say_nothing(clf, X):
    y = [0, 1, 1] * 4
    np.testing.assert_allclose(
        clf.fit(X, y).predict_proba(X), np.tile([1 / 3, 2 / 3], (12, 1)), atol=0.2
    )


def test_quantiles():
    X, y = numbers_table(300)
    y = y + np.random.default_rng(1).normal(size=300)
    reg = InContextRegressor(random_state=0).fit(X[:100], y[:100])
    quantiles = reg.predict_quantiles(X[100:], [0.05, 0.5, 0.95])
    assert (np.diff(quantiles, axis=1) > 0).all()
    inside = (quantiles[:, 0] < y[100:]) & (y[100:] < quantiles[:, 2])
    assert 0.8 < inside.mean() < 0.97
    with pytest.raises(TableError, match="between 0 and 1"):
        reg.predict_quantiles(X, [50])


# Context


def test_more_rows_than_the_context_holds():
    X, y = make_classification(600, weights=[0.97], random_state=0)
    clf = InContextClassifier(max_context_rows=50, n_estimators=3, random_state=0).fit(X, y)
    rows = [member.rows for member in clf.members_]
    assert all(len(part) == 50 and len(set(part)) == 50 for part in rows)
    assert not np.array_equal(rows[0], rows[1])
    assert clf.score(X, y) > 0.9
    again = clone(clf).fit(X, y).predict_proba(X[:9])
    np.testing.assert_array_equal(again, clf.predict_proba(X[:9]))


def test_more_classes_than_the_context_holds():
    X, y = np.random.default_rng(0).normal(size=(24, 2)), np.arange(24) % 6
    with pytest.raises(TableError, match="6 classes, and max_context_rows=5"):
        InContextClassifier(max_context_rows=5).fit(X, y)


def test_every_class_keeps_a_row():
    y = np.repeat([0, 1, 2], [900, 97, 3])
    rows = draw_context(y, 1000, 50, np.random.default_rng(0))
    counts = np.bincount(y[rows])
    assert counts.sum() == 50 and counts[2] >= 1 and 3 <= counts[1] <= 7


def test_pickle_and_grid_search(clf, iris):
    X, y, X_new, _ = iris
    clf.fit(X, y)
    copy = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(copy.predict_proba(X_new), clf.predict_proba(X_new))
    search = GridSearchCV(clf, {"n_estimators": [1, 2]}, cv=2).fit(X, y)
    assert search.best_score_ > 0.8


# Weights


def test_save_and_pretrained(clf, iris, tmp_path):
    X, y, X_new, _ = iris
    path = clf.save(tmp_path / "weights.safetensors")
    other = InContextClassifier(pretrained=path, random_state=0).fit(X, y)
    np.testing.assert_allclose(
        other.predict_proba(X_new), clf.fit(X, y).predict_proba(X_new), atol=0.02
    )
    with pytest.raises(TableError, match="no file"):
        InContextClassifier(pretrained=tmp_path / "none").fit(X, y)


def tasks(kind):
    def draw(rng):
        X = rng.normal(size=(40, 3))
        y = X @ rng.normal(size=3)
        return (X, y > 0) if kind == "classification" else (X, y)

    return draw


@pytest.mark.parametrize("make", [InContextClassifier, InContextRegressor])
def test_meta_fit_goes_on(make):
    learner = with_weights(make(training=TRAINING, random_state=0))
    X, y = tasks(learner._kind)(np.random.default_rng(5))
    answer = "predict_proba" if learner._kind == "classification" else "predict"
    before = getattr(clone(learner).fit(X, y), answer)(X)
    first = clone(learner).meta_fit(tasks(learner._kind))
    again = clone(learner).meta_fit(tasks(learner._kind))
    trained = getattr(clone(first).fit(X, y), answer)(X)
    np.testing.assert_array_equal(trained, getattr(again.fit(X, y), answer)(X))
    assert not np.allclose(trained, before, atol=1e-3)
    assert first.start_.facts["meta_fit_steps"] == 4 and len(first.history_) == 4
    assert first.meta_fit(tasks(learner._kind)).start_.facts["meta_fit_steps"] == 8


def test_validation_keeps_the_weights_that_were_better(clf):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    good, harmful = (X, X[:, 0] > 0), (X, rng.random(120) > 0.5)
    clf.training = PretrainingSettings(steps=6, learning_rate=0.3, warmup=1, average=0.0)
    before = clf.start_.arrays["head.weights.bias"].copy()
    clf.meta_fit([harmful], validation_tasks=[good])
    scores = [entry["validation"] for entry in clf.history_ if "validation" in entry]
    assert len(scores) == 7
    kept = np.array_equal(clf.start_.arrays["head.weights.bias"], before)
    assert kept == (max(scores) == scores[0])
    with pytest.raises(TableError, match="list or a folder"):
        clf.meta_fit([good], validation_tasks=lambda rng: good)
    with pytest.raises(TableError, match="80 rows"):
        clf.meta_fit([good], validation_tasks=[(X[:20], X[:20, 0] > 0)])


def test_fine_tuning_changes_the_answer_and_not_the_start(clf, iris):
    X, y, X_new, y_new = iris
    before = clf.start_.arrays["head.weights.bias"].copy()
    plain = clone(clf).fit(X, y).predict_proba(X_new)
    clf.set_params(fine_tune_steps=5).fit(X, y)
    assert not np.allclose(clf.predict_proba(X_new), plain, atol=1e-6)
    assert clf.score(X_new, y_new) > 0.85
    np.testing.assert_array_equal(clf.start_.arrays["head.weights.bias"], before)


def test_bad_tasks_are_named(clf):
    with pytest.raises(TableError, match="task 0"):
        clf.meta_fit([(np.eye(4), [0, 1, 0, 1])])
    with pytest.raises(TableError, match="no tasks"):
        clf.meta_fit([])


def test_global_random_state_is_left_alone(clf, iris):
    X, y, X_new, _ = iris
    torch.manual_seed(5)
    before = torch.get_rng_state()
    clf.set_params(fine_tune_steps=1, training=TRAINING).meta_fit(tasks("classification"))
    clf.fit(X, y).predict(X_new)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_the_package_comes_with_weights(kind):
    path = bundled_path(kind)
    assert path.stat().st_size < 1_000_000
    trainings = [load_weights("bundled", kind).facts]
    while "begun" in trainings[-1]:
        trainings.append(trainings[-1]["begun"])
    assert sum(facts["steps"] for facts in trainings) > 1000
    assert sum(facts["tables"] for facts in trainings) > 100_000


def test_the_weights_of_the_package_help():
    gains = []
    for seed in range(8):
        X, y = make_friedman1(250, n_features=10, noise=1.0, random_state=seed)
        scores = [
            InContextRegressor(pretrained=pretrained, n_estimators=1, random_state=0)
            .fit(X[:100], y[:100])
            .score(X[100:], y[100:])
            for pretrained in ("bundled", None)
        ]
        gains.append(scores[0] - scores[1])
    assert np.mean(gains) > 0.02


def test_the_weights_of_the_package_help_with_classes():
    gains = []
    for seed in range(8):
        X, y = make_friedman1(250, n_features=10, noise=1.0, random_state=seed)
        y = np.digitize(y, np.quantile(y, [0.3, 0.6]))
        losses = [
            log_loss(
                y[60:],
                InContextClassifier(pretrained=pretrained, n_estimators=1, random_state=0)
                .fit(X[:60], y[:60])
                .predict_proba(X[60:]),
            )
            for pretrained in ("bundled", None)
        ]
        gains.append(losses[1] - losses[0])
    assert np.mean(gains) > 0.05


# Networks


OFFLINE = """
import socket, sys
from pathlib import Path

def refused(*arguments, **settings):
    raise OSError("the test forbids the network")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused
import numpy as np
from sklearn_meta.fewshot import InContextClassifier, InContextRegressor

X = np.random.default_rng(0).normal(size=(40, 3))
assert InContextClassifier(random_state=0).fit(X, X[:, 0] > 0).score(X, X[:, 0] > 0) > 0.8
assert InContextRegressor(random_state=0).fit(X, X[:, 0]).score(X, X[:, 0]) > 0.8
assert not list(Path(sys.argv[1]).rglob("*.safetensors"))
"""


def test_nothing_is_downloaded(tmp_path):
    """In a home that is empty and without a network, the weights are those of the package."""
    homes = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, str(tmp_path)],
        env=os.environ | homes,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
