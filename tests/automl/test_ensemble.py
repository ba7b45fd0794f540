"""The best trials predict together, and their weights are open to see."""

from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_meta.automl._members import Member, predict_members
from sklearn_meta.automl._selection import MAX_MEMBERS, Validation, select_ensemble
from sklearn_meta.search import Scoring

VARIED = ["naive_bayes", "linear", "neighbors", "discriminant"]


def validation_of(y, kind="regression", scoring=None):
    rows = np.arange(len(y))
    problem = SimpleNamespace(
        X=np.zeros((len(y), 1)),
        y=y,
        sample_weight=None,
        folds=[(rows, part) for part in np.array_split(rows, 2)],
        scoring=Scoring(scoring, kind, None if kind == "regression" else np.unique(y)),
    )
    return Validation(problem)


def test_weights_sum_to_one_and_are_shown(quick_classifier, binary):
    clf = quick_classifier(families=VARIED, max_trials=8).fit(*binary)
    board = clf.leaderboard_
    assert board["weight"].sum() == pytest.approx(1)
    assert (board["weight"] >= 0).all()
    members = {member.trial: member.weight for member in clf.members_}
    shown = board[board["weight"] > 0].set_index("trial")["weight"].to_dict()
    assert shown == pytest.approx(members)
    assert clf.score_ >= clf.best_score_ - 1e-12


def test_single_best(quick_classifier, binary):
    X, y = binary
    clf = quick_classifier(families=VARIED, max_trials=6, ensemble=False).fit(X, y)
    board = clf.leaderboard_
    assert board["weight"].tolist() == [1.0] + [0.0] * 5
    assert clf.best_score_ == board["score"].max()
    assert clf.score_ == pytest.approx(clf.best_score_)
    assert clf.best_configuration_ == board["configuration"][0]
    (member,) = clf.members_
    mean = np.mean([model.predict_proba(X) for model in member.models], axis=0)
    np.testing.assert_allclose(clf.predict_proba(X), mean)


def test_holdout_is_refitted_on_all_rows(quick_classifier, binary):
    """With one fold, the members learn from the validation rows in the end."""
    X, y = binary
    cv = [(np.arange(40), np.arange(40, 120))]
    clf = quick_classifier(families=VARIED, max_trials=3, ensemble=False, cv=cv).fit(X, y)
    ((model,),) = [member.models for member in clf.members_]
    single = clf.best_pipeline_.predict_proba(X)
    np.testing.assert_array_equal(model.predict_proba(X), single)
    less = quick_classifier(families=VARIED, max_trials=3, ensemble=False).fit(X[:40], y[:40])
    assert not np.allclose(less.best_pipeline_.predict_proba(X), single)


def test_selection_finds_complementary_candidates():
    rng = np.random.default_rng(0)
    y = rng.normal(size=2_000)
    noise = rng.normal(size=2_000)
    predictions = [y + noise, y - noise, y + 1.4 * rng.normal(size=2_000)]
    validation = validation_of(y)
    scores = np.array([validation.score(p) for p in predictions])
    weights, score = select_ensemble(predictions, scores, validation)
    np.testing.assert_allclose(weights[:2], 0.5, atol=0.06)
    assert score > scores.max() + 0.5
    assert weights.sum() == pytest.approx(1)
    mean = sum(w * p for w, p in zip(weights, predictions, strict=True))
    assert validation.score(mean) == pytest.approx(score)


def test_selection_is_never_worse_than_the_best():
    rng = np.random.default_rng(1)
    y = rng.normal(size=600)
    predictions = [y + spread * rng.normal(size=600) for spread in np.linspace(0.1, 3, 30)]
    validation = validation_of(y)
    scores = np.array([validation.score(p) for p in predictions])
    weights, score = select_ensemble(predictions, scores, validation)
    assert score >= scores.max()
    assert np.count_nonzero(weights) <= MAX_MEMBERS
    assert weights[np.argmax(scores)] > 0


def test_selection_on_few_rows_looks_at_few_candidates():
    """Among many useless candidates one seems to help by luck; few rows must not believe it."""
    rng = np.random.default_rng(2)
    y = rng.normal(size=30)
    predictions = [y * 0.5] + [rng.normal(size=30) for _ in range(200)]
    validation = validation_of(y)
    scores = np.array([validation.score(p) for p in predictions])
    weights, _ = select_ensemble(predictions, scores, validation)
    assert np.count_nonzero(weights) <= 10
    assert weights[0] == weights.max()


def test_selection_without_time_keeps_the_best():
    y = np.arange(10.0)
    validation = validation_of(y)
    predictions = [y + 1, y - 1, y + 3]
    scores = np.array([validation.score(p) for p in predictions])
    weights, score = select_ensemble(predictions, scores, validation, seconds_left=0)
    assert weights.tolist() == [1, 0, 0]
    assert score == scores[0]


def test_selection_is_deterministic_in_ties():
    y = np.arange(10.0)
    validation = validation_of(y)
    predictions = [y + 1, y + 1, y + 1]
    scores = np.array([validation.score(p) for p in predictions])
    weights, _ = select_ensemble(predictions, scores, validation)
    assert weights.tolist() == [1, 0, 0]


class Fixed:
    """A model with a fixed answer."""

    def __init__(self, proba, classes=None):
        self.proba = np.asarray(proba, dtype=float)
        self.classes_ = np.arange(self.proba.shape[-1]) if classes is None else np.array(classes)

    def predict_proba(self, X):
        return np.tile(self.proba, (len(X), 1))


def test_members_predict_their_weighted_mean():
    members = [
        Member(0, 0.75, [Fixed([1, 0]), Fixed([0, 1])]),
        Member(1, 0.25, [Fixed([0, 1])]),
    ]
    np.testing.assert_allclose(predict_members(members, np.zeros((2, 1)), 2), [[0.375, 0.625]] * 2)


def test_a_class_unknown_to_a_member_has_no_share_from_it():
    members = [Member(0, 1.0, [Fixed([0.5, 0.5], classes=["a", "c"]), Fixed([0.2, 0.3, 0.5])])]
    members[0].models[1].classes_ = np.array(["a", "b", "c"])
    proba = predict_members(members, np.zeros((1, 1)), 3, np.array(["a", "b", "c"]))
    np.testing.assert_allclose(proba, [[0.35, 0.15, 0.5]])


def test_members_that_know_nothing_answer_evenly():
    members = [Member(0, 1.0, [Fixed([0.0, 0.0])])]
    np.testing.assert_allclose(predict_members(members, np.zeros((1, 1)), 2), [[0.5, 0.5]])
