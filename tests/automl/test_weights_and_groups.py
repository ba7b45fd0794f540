"""Weights reach fits and scores; groups and splitters decide what is validated on what."""

import numpy as np
import pytest
from sklearn.metrics import get_scorer, log_loss, roc_auc_score
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    PredefinedSplit,
    ShuffleSplit,
    TimeSeriesSplit,
)

EXACT = ["naive_bayes", "linear"]


def test_weight_zero_is_an_absent_row(quick_classifier, binary):
    X, y = binary
    rng = np.random.default_rng(0)
    kept = rng.random(len(y)) < 0.7
    noisy = np.where(kept, y, 1 - y)  # the rows without weight would mislead
    splits = list(KFold(3, shuffle=True, random_state=0).split(X[kept], y[kept]))
    rows = np.flatnonzero(kept)
    whole = [(rows[train], rows[valid]) for train, valid in splits]
    absent = quick_classifier(cv=splits, families=EXACT, max_trials=2).fit(
        X[kept], y[kept], sample_weight=np.ones(kept.sum())
    )
    padded = [
        (np.r_[train, np.flatnonzero(~kept)], np.r_[valid, np.flatnonzero(~kept)])
        for train, valid in whole
    ]
    weighted = quick_classifier(cv=padded, families=EXACT, max_trials=2).fit(
        X, noisy, sample_weight=kept.astype(float)
    )
    np.testing.assert_allclose(
        weighted.predict_proba(X), absent.predict_proba(X), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(
        weighted.leaderboard_["score"], absent.leaderboard_["score"], rtol=1e-4
    )


def test_scores_are_weighted(quick_classifier, binary):
    X, y = binary
    weight = np.random.default_rng(0).exponential(size=len(y))
    cv = [(np.arange(60), np.arange(60, 120))]
    for scoring, metric in [
        ("roc_auc", lambda t, p, w: roc_auc_score(t, p[:, 1], sample_weight=w)),
        ("neg_log_loss", lambda t, p, w: -log_loss(t, p, sample_weight=w)),
        ("accuracy", lambda t, p, w: np.average(p.argmax(axis=1) == t, weights=w)),
    ]:
        clf = quick_classifier(cv=cv, scoring=scoring, ensemble=False, max_trials=2)
        clf.fit(X, y, sample_weight=weight)
        proba = clf._validation_predictions
        assert clf.score_ == pytest.approx(metric(y[60:], proba, weight[60:]))
        assert clf.score_ != pytest.approx(metric(y[60:], proba, None))


def test_families_that_ignore_weights_are_left_out(quick_classifier, binary):
    X, y = binary
    clf = quick_classifier(families=["naive_bayes", "neighbors"], max_trials=4)
    clf.fit(X, y, sample_weight=np.ones(len(y)))
    assert set(clf.leaderboard_["family"]) == {"naive_bayes"}


@pytest.mark.parametrize(
    "weight, message",
    [
        (-np.ones(120), "[Nn]egative"),
        (np.zeros(120), "sample_weight|weight"),
        (np.ones(119), "sample_weight.shape|inconsistent"),
        (np.full(120, np.nan), "NaN"),
    ],
)
def test_unusable_weights(quick_classifier, binary, weight, message):
    with pytest.raises(ValueError, match=message):
        quick_classifier().fit(*binary, sample_weight=weight)


def test_one_class_with_weight(quick_classifier, binary):
    X, y = binary
    with pytest.raises(ValueError, match="positive sample_weight are all of one class"):
        quick_classifier().fit(X, y, sample_weight=y.astype(float))


def leaky(n_groups, rng):
    """Rows of one group are near copies with one label: only a grouped split scores honestly."""
    centres = rng.normal(size=(n_groups, 4))
    labels = np.arange(n_groups) % 2
    groups = np.repeat(np.arange(n_groups), 6)
    X = centres[groups] + 0.01 * rng.normal(size=(len(groups), 4))
    return X, labels[groups], groups


def test_groups_are_kept_together(quick_classifier):
    X, y, groups = leaky(20, np.random.default_rng(0))
    families = ["neighbors"]
    honest = quick_classifier(families=families).fit(X, y, groups=groups)
    leaking = quick_classifier(families=families).fit(X, y)
    assert leaking.best_score_ > 0.99
    assert honest.best_score_ < 0.8


@pytest.mark.parametrize("cv", [GroupKFold(3), LeaveOneGroupOut()])
def test_group_splitters(quick_regressor, numbers, cv):
    X, y = numbers
    groups = np.arange(len(y)) % 3
    reg = quick_regressor(cv=cv).fit(X, y, groups=groups)
    assert reg.n_splits_ == 3
    assert all(len(scores) in (1, 2, 3) for scores in reg.leaderboard_["fold_scores"])


def test_group_splitter_without_groups(quick_regressor, numbers):
    with pytest.raises(ValueError, match="groups"):
        quick_regressor(cv=GroupKFold(3)).fit(*numbers)


@pytest.mark.parametrize(
    "cv, n_splits",
    [
        (2, 2),
        (KFold(4), 4),
        (TimeSeriesSplit(3), 3),
        (ShuffleSplit(2, test_size=0.3, random_state=0), 2),
        (PredefinedSplit([-1] * 60 + [0] * 60), 1),
        ([(np.arange(80), np.arange(80, 120))], 1),
    ],
)
def test_splitters(quick_regressor, numbers, cv, n_splits):
    X, y = numbers
    reg = quick_regressor(cv=cv).fit(X, y)
    assert reg.n_splits_ == n_splits
    assert reg.score(X, y) > 0.9


def test_a_splitter_that_yields_once(quick_regressor, numbers):
    """A generator of splits is read once and used for all trials."""
    X, y = numbers
    reg = quick_regressor(cv=iter(list(KFold(3).split(X)))).fit(X, y)
    assert reg.n_splits_ == 3


def test_time_series_never_sees_the_future(quick_regressor):
    rng = np.random.default_rng(0)
    X = np.cumsum(rng.normal(size=(200, 1)), axis=0)
    y = X[:, 0] + 0.1 * rng.normal(size=200)
    reg = quick_regressor(cv=TimeSeriesSplit(4), scoring="r2").fit(X, y)
    folds = list(TimeSeriesSplit(4).split(X))
    predicted = reg._validation_predictions
    assert len(predicted) == sum(len(valid) for _, valid in folds)
    start = 0
    scores = []
    for _, valid in folds:
        part = predicted[start : start + len(valid)]
        start += len(valid)
        residual = ((y[valid] - part) ** 2).sum()
        scores.append(1 - residual / ((y[valid] - y[valid].mean()) ** 2).sum())
    assert reg.score_ == pytest.approx(np.mean(scores))


def test_validation_scores_are_honest(quick_classifier):
    """On pure noise the validation score is chance, whatever the training score is."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 5)), rng.integers(0, 2, 300)
    clf = quick_classifier(families=["neighbors"], max_trials=3).fit(X, y)
    assert abs(clf.best_score_ - 0.5) < 0.12
    assert get_scorer("roc_auc")(clf, X, y) > 0.7
