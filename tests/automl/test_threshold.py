"""A threshold tuned on the validation rows moves labels and leaves probabilities."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score, f1_score, fbeta_score, make_scorer


@pytest.fixture
def unbalanced():
    X, y = make_classification(300, 5, weights=[0.9], flip_y=0.05, random_state=0)
    return X, np.where(y == 1, "rare", "common")


def test_threshold_improves_what_it_is_tuned_for(quick_classifier, unbalanced):
    X, y = unbalanced
    clf = quick_classifier(families=["linear"]).fit(X, y)
    proba, before = clf.predict_proba(X), clf.predict(X)
    assert clf.tune_threshold() is clf
    assert 0 < clf.threshold_ < 1
    validation = clf._validation_predictions[:, 1]
    truth = clf.classes_[clf._validation_target]
    tuned, usual = (
        balanced_accuracy_score(truth, clf.classes_[(validation >= cut).astype(int)])
        for cut in (clf.threshold_, 0.5)
    )
    assert tuned > usual
    np.testing.assert_array_equal(clf.predict_proba(X), proba)
    np.testing.assert_array_equal(
        clf.predict(X), clf.classes_[(proba[:, 1] >= clf.threshold_).astype(int)]
    )
    del clf.threshold_
    np.testing.assert_array_equal(clf.predict(X), before)


def test_threshold_for_a_scorer(quick_classifier, unbalanced):
    X, y = unbalanced
    clf = quick_classifier(families=["linear"]).fit(X, y)
    recall_first = make_scorer(fbeta_score, beta=5, pos_label="rare")
    precision_first = make_scorer(fbeta_score, beta=0.2, pos_label="rare", zero_division=0)
    eager = (clf.tune_threshold(recall_first).predict(X) == "rare").mean()
    careful = (clf.tune_threshold(precision_first).predict(X) == "rare").mean()
    assert eager > careful


def test_threshold_heeds_weights(quick_classifier, unbalanced):
    X, y = unbalanced
    clf = quick_classifier(families=["linear"]).fit(X, y, sample_weight=np.ones(len(y)))
    careful = clf.tune_threshold("accuracy").threshold_
    clf._validation_weight = np.where(clf._validation_target == 1, 20.0, 1.0)
    assert clf.tune_threshold("accuracy").threshold_ < careful


def test_threshold_for_a_name(quick_classifier, unbalanced):
    X, y = unbalanced
    clf = quick_classifier(families=["linear"]).fit(X, (y == "rare").astype(int))
    clf.tune_threshold("f1")
    truth = clf._validation_target
    predicted = (clf._validation_predictions[:, 1] >= clf.threshold_).astype(int)
    usual = (clf._validation_predictions[:, 1] >= 0.5).astype(int)
    assert f1_score(truth, predicted) >= f1_score(truth, usual)


def test_what_a_threshold_can_not_do(quick_classifier, unbalanced, iris):
    clf = quick_classifier(families=["linear"]).fit(*unbalanced)
    with pytest.raises(ValueError, match="'roc_auc' scores probabilities"):
        clf.tune_threshold("roc_auc")
    with pytest.raises(ValueError, match="this target has 3"):
        quick_classifier(families=["linear"]).fit(*iris).tune_threshold()
