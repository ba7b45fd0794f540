"""Metrics agree with scikit-learn's, with ties and weights."""

import numpy as np
import pytest
from sklearn import metrics

from sklearn_meta.search import GREATER_IS_BETTER, evaluate_metrics
from sklearn_meta.search._metrics import binary_auc, log_loss_of_codes


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def simplex(rng, n_rows, n_classes, digits=None):
    proba = rng.dirichlet(np.ones(n_classes), n_rows)
    return proba if digits is None else np.round(proba, digits)


@pytest.mark.parametrize("digits", [None, 1, 0], ids=["no ties", "ties", "mostly ties"])
@pytest.mark.parametrize("weighted", [False, True])
def test_binary_auc(rng, digits, weighted):
    positive = rng.random(300) < 0.3
    scores = rng.random(300) + 0.3 * positive
    scores = scores if digits is None else np.round(scores, digits)
    weight = rng.exponential(size=300) if weighted else None
    expected = metrics.roc_auc_score(positive, scores, sample_weight=weight)
    assert binary_auc(positive, scores, weight) == pytest.approx(expected, abs=1e-12)


def test_auc_ignores_rows_without_weight(rng):
    positive, scores = rng.random(100) < 0.5, rng.random(100)
    weight = (rng.random(100) < 0.6).astype(float)
    kept = weight > 0
    assert binary_auc(positive, scores, weight) == pytest.approx(
        metrics.roc_auc_score(positive[kept], scores[kept])
    )


@pytest.mark.parametrize("positive", [np.zeros(4, bool), np.ones(4, bool)])
def test_auc_of_one_class_is_undefined(positive):
    assert np.isnan(binary_auc(positive, np.arange(4.0)))


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_log_loss(rng, n_classes, weighted):
    codes, proba = rng.integers(0, n_classes, 200), simplex(rng, 200, n_classes)
    weight = rng.exponential(size=200) if weighted else None
    expected = metrics.log_loss(codes, proba, sample_weight=weight, labels=range(n_classes))
    assert log_loss_of_codes(codes, proba, weight) == pytest.approx(expected)


def test_log_loss_of_certain_mistakes_is_finite():
    loss = log_loss_of_codes(np.array([0, 1]), np.array([[0.0, 1.0], [0.0, 1.0]]))
    assert loss == pytest.approx(-np.log(1e-15) / 2)
    assert np.isfinite(log_loss_of_codes(np.array([0]), np.array([[0.0, 0.0]])))


@pytest.mark.parametrize("kind, n_classes", [("binary", 2), ("multiclass", 5)])
@pytest.mark.parametrize("digits", [None, 1])
def test_classification_metrics(rng, kind, n_classes, digits):
    codes = rng.integers(0, n_classes, 400)
    proba = simplex(rng, 400, n_classes, digits) + 1e-9
    proba /= proba.sum(axis=1, keepdims=True)
    found = evaluate_metrics(kind, codes, proba)
    predicted = proba.argmax(axis=1)
    auc = (
        metrics.roc_auc_score(codes, proba[:, 1])
        if kind == "binary"
        else metrics.roc_auc_score(codes, proba, multi_class="ovr", average="weighted")
    )
    expected = {
        "roc_auc": auc,
        "log_loss": metrics.log_loss(codes, proba),
        "accuracy": metrics.accuracy_score(codes, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(codes, predicted),
        "f1_macro": metrics.f1_score(codes, predicted, average="macro"),
    }
    assert found == pytest.approx(expected)


def test_classes_that_do_not_occur(rng):
    """A rare class may be missing among the validation rows, and be predicted all the same."""
    codes, proba = np.array([0, 0, 2, 2]), simplex(rng, 4, 4)
    proba[0] = [0, 1, 0, 0]
    found = evaluate_metrics("multiclass", codes, proba)
    assert all(np.isfinite(value) for value in found.values())
    predicted = proba.argmax(axis=1)
    recalls = [(predicted[codes == code] == code).mean() for code in (0, 2)]
    assert found["balanced_accuracy"] == pytest.approx(np.mean(recalls))


def test_one_class_has_no_auc(rng):
    found = evaluate_metrics("binary", np.zeros(5, int), simplex(rng, 5, 2))
    assert np.isnan(found["roc_auc"])
    assert np.isfinite(found["log_loss"])


def test_regression_metrics(rng):
    y = rng.normal(size=100)
    predictions = y + 0.5 * rng.normal(size=100)
    assert evaluate_metrics("regression", y, predictions) == pytest.approx(
        {
            "rmse": metrics.root_mean_squared_error(y, predictions),
            "mae": metrics.mean_absolute_error(y, predictions),
            "r2": metrics.r2_score(y, predictions),
        }
    )
    assert np.isnan(evaluate_metrics("regression", np.ones(4), np.zeros(4))["r2"])


def test_every_metric_has_a_direction(rng):
    found = {
        **evaluate_metrics("binary", np.array([0, 1]), simplex(rng, 2, 2)),
        **evaluate_metrics("regression", np.array([0.0, 1.0]), np.zeros(2)),
    }
    assert set(found) == set(GREATER_IS_BETTER)
