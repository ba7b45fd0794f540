"""What is searched for: names, scorers of any response, plain callables."""

import numpy as np
import pytest
from sklearn.metrics import (
    brier_score_loss,
    f1_score,
    get_scorer,
    hinge_loss,
    log_loss,
    make_scorer,
    mean_pinball_loss,
    roc_auc_score,
)

FAST = ["naive_bayes", "linear"]


def plain(estimator, X, y):
    return float((estimator.predict(X) == y).mean())


SCORERS = {
    "brier": ("neg_brier_score", lambda t, p: -brier_score_loss(t, p[:, 1])),
    "f1": ("f1", lambda t, p: f1_score(t, p.argmax(axis=1))),
    "average precision": ("average_precision", None),
    "callable": (plain, lambda t, p: (p.argmax(axis=1) == t).mean()),
    "decision": (
        make_scorer(roc_auc_score, response_method="decision_function"),
        lambda t, p: roc_auc_score(t, p[:, 1]),
    ),
    "either": (
        make_scorer(roc_auc_score, response_method=("decision_function", "predict_proba")),
        lambda t, p: roc_auc_score(t, p[:, 1]),
    ),
    "loss": (
        make_scorer(log_loss, greater_is_better=False, response_method="predict_proba"),
        lambda t, p: -log_loss(t, p),
    ),
    "hinge": (
        make_scorer(hinge_loss, greater_is_better=False, response_method="decision_function"),
        None,
    ),
    "get_scorer": (
        get_scorer("balanced_accuracy"),
        None,
    ),
}


@pytest.mark.parametrize("name", SCORERS)
def test_score_is_the_scorers(quick_classifier, binary, name):
    X, y = binary
    scoring, expected = SCORERS[name]
    cv = [(np.arange(60), np.arange(60, 120))]
    clf = quick_classifier(scoring=scoring, cv=cv, families=FAST, max_trials=2).fit(X, y)
    assert np.isfinite(clf.score_)
    assert clf.leaderboard_["score"].is_monotonic_decreasing
    if expected is not None:
        assert clf.score_ == pytest.approx(expected(y[60:], clf._validation_predictions))


@pytest.mark.parametrize(
    "scoring",
    [
        "r2",
        "neg_mean_absolute_error",
        make_scorer(mean_pinball_loss, alpha=0.9, greater_is_better=False),
        "neg_median_absolute_error",
    ],
    ids=str,
)
def test_regression_scorers(quick_regressor, numbers, scoring):
    X, y = numbers
    cv = [(np.arange(60), np.arange(60, 120))]
    reg = quick_regressor(scoring=scoring, cv=cv, families=["linear"], max_trials=2).fit(X, y)
    assert np.isfinite(reg.score_)


@pytest.mark.parametrize(
    "scoring", ["accuracy", "roc_auc_ovr", "f1_macro", "neg_log_loss", "matthews_corrcoef"]
)
def test_multiclass_scorers(quick_classifier, iris, scoring):
    clf = quick_classifier(scoring=scoring, families=FAST, max_trials=2).fit(*iris)
    assert clf.scoring_ == scoring
    assert clf.score(*iris) > 0.9


def test_advice_is_in_the_scorers_own_units(quick_classifier, iris):
    """Of a scorer that no experience keeps, only what was told says how high its scores are."""
    clf = quick_classifier(scoring="matthews_corrcoef", families=FAST, max_trials=8).fit(*iris)
    expected = [t["predicted_score"] for t in clf.trials_ if np.isfinite(t["predicted_score"])]
    assert expected and all(0.3 < score < 1.3 for score in expected)


def test_scorer_with_string_labels(quick_classifier, binary):
    X, y = binary
    names = np.where(y == 1, "yes", "no")
    scoring = make_scorer(f1_score, pos_label="yes")
    clf = quick_classifier(scoring=scoring, families=FAST, max_trials=2).fit(X, names)
    assert 0.5 < clf.score_ <= 1


def test_callable_sees_the_validation_rows(quick_classifier, binary):
    X, y = binary
    seen = []

    def watch(estimator, table, target):
        seen.append((table.copy(), target.copy()))
        return 0.5

    cv = [(np.arange(60), np.arange(60, 120))]
    quick_classifier(scoring=watch, cv=cv, families=FAST, max_trials=2).fit(X, y)
    for table, target in seen:
        np.testing.assert_array_equal(table, X[60:])
        np.testing.assert_array_equal(target, y[60:])
    assert len(seen) >= 3


def test_defaults(quick_classifier, quick_regressor, binary, iris, numbers):
    assert quick_classifier(max_trials=2).fit(*binary).scoring_ == "roc_auc"
    assert quick_classifier(max_trials=2).fit(*iris).scoring_ == "neg_log_loss"
    found = quick_regressor(max_trials=2).fit(*numbers)
    assert found.scoring_ == "neg_root_mean_squared_error"
    assert found.score_ < 0


def test_rare_class_is_searched_by_log_loss(quick_classifier):
    """ROC AUC can't be had where a fold has one class; the search says so and goes on."""
    from sklearn_meta.exceptions import SearchWarning

    X = np.random.default_rng(0).normal(size=(40, 3))
    y = np.r_[np.zeros(39, int), 1]
    with pytest.warns(SearchWarning, match="ROC AUC is undefined.*log loss"):
        clf = quick_classifier().fit(X, y)
    assert clf.scoring_ == "neg_log_loss"
    assert clf.predict_proba(X).shape == (40, 2)


@pytest.mark.parametrize("members", [2, 3])
def test_few_members_make_fewer_folds(quick_classifier, members):
    X = np.random.default_rng(0).normal(size=(40, 3))
    y = np.r_[np.zeros(40 - members, int), np.ones(members, int)]
    clf = quick_classifier().fit(X, y)
    assert clf.scoring_ == "roc_auc"
    assert clf.n_splits_ == members
