"""Any scorer scores predictions that were made before."""

import numpy as np
import pytest
from sklearn import metrics
from sklearn.metrics import get_scorer, make_scorer

from sklearn_meta.exceptions import SearchWarning
from sklearn_meta.search import Scoring, default_scoring

CLASSES = np.array(["cat", "dog"])


@pytest.fixture
def binary():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 80)
    p = np.clip(0.3 + 0.4 * y + 0.3 * rng.normal(size=80), 0.01, 0.99)
    return y, np.c_[1 - p, p], rng.exponential(size=80)


X = np.zeros((80, 1))


@pytest.mark.parametrize(
    "name, function",
    [
        ("roc_auc", lambda t, p, w: metrics.roc_auc_score(t, p[:, 1], sample_weight=w)),
        ("neg_log_loss", lambda t, p, w: -metrics.log_loss(t, p, sample_weight=w)),
        (
            "neg_brier_score",
            lambda t, p, w: -metrics.brier_score_loss(t, p[:, 1], sample_weight=w),
        ),
        (
            "average_precision",
            lambda t, p, w: metrics.average_precision_score(t, p[:, 1], sample_weight=w),
        ),
        ("f1", lambda t, p, w: metrics.f1_score(t, p.argmax(1), sample_weight=w)),
        (
            "balanced_accuracy",
            lambda t, p, w: metrics.balanced_accuracy_score(t, p.argmax(1), sample_weight=w),
        ),
    ],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_names(binary, name, function, weighted):
    y, proba, weight = binary
    weight = weight if weighted else None
    scoring = Scoring(name, "binary", np.array([0, 1]))
    assert scoring.name == name
    assert scoring(X, y, proba, weight) == pytest.approx(function(y, proba, weight))


@pytest.mark.parametrize(
    "name, function",
    [
        ("neg_root_mean_squared_error", metrics.root_mean_squared_error),
        ("neg_mean_absolute_error", metrics.mean_absolute_error),
        ("neg_mean_squared_error", metrics.mean_squared_error),
    ],
)
def test_regression_names(name, function):
    rng = np.random.default_rng(0)
    y, predictions, weight = rng.normal(size=80), rng.normal(size=80), rng.exponential(size=80)
    scoring = Scoring(name, "regression")
    for given in (None, weight):
        expected = -function(y, predictions, sample_weight=given)
        assert scoring(X, y, predictions, given) == pytest.approx(expected)


@pytest.mark.parametrize(
    "method, expected",
    [
        ("predict", lambda t, p: metrics.accuracy_score(t, p.argmax(1))),
        ("predict_proba", lambda t, p: metrics.roc_auc_score(t, p[:, 1])),
        ("decision_function", lambda t, p: metrics.roc_auc_score(t, p[:, 1])),
        (("decision_function", "predict_proba"), lambda t, p: metrics.roc_auc_score(t, p[:, 1])),
    ],
)
def test_scorers_of_any_response(binary, method, expected):
    y, proba, _ = binary
    function = metrics.accuracy_score if method == "predict" else metrics.roc_auc_score
    scoring = Scoring(make_scorer(function, response_method=method), "binary", CLASSES)
    assert scoring(X, y, proba) == pytest.approx(expected(y, proba))


def test_scorers_see_labels_and_not_codes(binary):
    y, proba, _ = binary
    scorer = make_scorer(metrics.f1_score, pos_label="dog")
    found = Scoring(scorer, "binary", CLASSES)(X, y, proba)
    assert found == pytest.approx(metrics.f1_score(y, proba.argmax(1)))


def test_losses_are_turned_round(binary):
    y, proba, _ = binary
    scorer = make_scorer(metrics.log_loss, greater_is_better=False, response_method="predict_proba")
    assert Scoring(scorer, "binary", CLASSES)(X, y, proba) == pytest.approx(
        -metrics.log_loss(y, proba)
    )


def test_multiclass_decision_function():
    rng = np.random.default_rng(0)
    y, proba = rng.integers(0, 3, 80), rng.dirichlet(np.ones(3), 80)
    scorer = make_scorer(metrics.hinge_loss, response_method="decision_function")
    scoring = Scoring(scorer, "multiclass", np.array(list("abc")))
    assert scoring(X, y, proba) == pytest.approx(metrics.hinge_loss(y, np.log(proba)))


def test_plain_callables(binary):
    y, proba, weight = binary

    def half_right(estimator, table, truth):
        assert truth.dtype == CLASSES.dtype
        return (estimator.predict(table) == truth).mean() / 2

    scoring = Scoring(half_right, "binary", CLASSES)
    expected = (proba.argmax(1) == y).mean() / 2
    assert scoring(X, y, proba) == pytest.approx(expected)
    assert scoring(X, y, proba, weight) == pytest.approx(expected)
    assert scoring.name == "half_right"


def test_unknown_name_points_to_the_known_ones():
    with pytest.raises(ValueError, match="'roc_acu' is not a valid scoring.*get_scorer_names"):
        Scoring("roc_acu", "binary", CLASSES)


@pytest.mark.parametrize(
    "scoring, kind, metric",
    [
        (None, "binary", "roc_auc"),
        (None, "multiclass", "log_loss"),
        (None, "regression", "rmse"),
        ("neg_mean_absolute_error", "regression", "mae"),
        ("f1", "binary", "f1_macro"),
        (make_scorer(metrics.jaccard_score), "binary", "roc_auc"),
    ],
)
def test_nearest_stored_metric(scoring, kind, metric):
    labels = np.array([0, 1]) if scoring == "f1" else CLASSES  # f1 wants a class named 1
    classes = None if kind == "regression" else labels
    assert Scoring(scoring, kind, classes).metric == metric


@pytest.mark.parametrize("name", ["roc_auc", "neg_log_loss"])
def test_shortcuts_equal_the_scorers(binary, name):
    """What is computed without scikit-learn's scorer must be what that scorer says."""
    y, proba, weight = binary
    scoring = Scoring(name, "binary", CLASSES)
    assert scoring.fast
    slow = Scoring(get_scorer(name), "binary", CLASSES)
    assert not slow.fast
    for given in (None, weight):
        assert scoring(None, y, proba, given) == pytest.approx(slow(X, y, proba, given))


def test_auc_of_one_class_is_an_error(binary):
    _, proba, _ = binary
    with pytest.raises(ValueError, match="only one class"):
        Scoring("roc_auc", "binary", CLASSES)(X, np.zeros(80, int), proba)


def test_default_avoids_an_undefined_auc():
    y = np.array([0, 0, 0, 0, 1, 1])
    rows = np.arange(6)
    both, lacking = (rows, np.array([0, 5])), (rows, np.array([0, 1]))
    assert default_scoring("binary", y, [both]) == "roc_auc"
    assert default_scoring("multiclass", y, [lacking]) == "neg_log_loss"
    assert default_scoring("regression", y, [lacking]) == "neg_root_mean_squared_error"
    with pytest.warns(SearchWarning, match="log loss"):
        assert default_scoring("binary", y, [both, lacking]) == "neg_log_loss"
    with pytest.warns(SearchWarning, match="log loss"):
        weight = np.array([1.0, 1, 1, 1, 1, 0])
        assert default_scoring("binary", y, [both], weight) == "neg_log_loss"
