"""Advice without a search."""

import time

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.utils.validation import check_is_fitted

from sklearn_meta import MetaAutoClassifier, advise
from sklearn_meta.advisors import PortfolioAdvisor
from sklearn_meta.automl._kind import guess_kind


@pytest.fixture(scope="module")
def table():
    return make_classification(300, 8, n_informative=5, random_state=3)


@pytest.fixture(scope="module")
def advised(table):
    return advise(*table, n=5, random_state=0)


def test_each_pipeline_says_what_to_expect(advised):
    assert len(advised) == 5
    for one in advised:
        assert 0.5 < one.predicted_score <= 1
        assert 0 < one.standard_deviation < 0.3
        assert 0 < one.predicted_seconds < 60
        assert "of the 5 most similar tasks" in one.reason
        assert one.explanation.configuration == one.configuration
        with pytest.raises(Exception, match="not fitted"):
            check_is_fitted(one.pipeline)


def test_a_frame_and_a_text(advised):
    frame = advised.frame
    assert frame["family"].tolist() == [one.family for one in advised]
    assert list(frame.columns[:3]) == ["family", "predicted_score", "standard_deviation"]
    assert repr(advised).startswith("5 pipelines advised, roc_auc:")
    assert "<table" in advised._repr_html_()
    assert [task["name"] for task in advised.similar_tasks] == list(advised[0].explanation.similar)


def test_families_take_turns(table, advised):
    assert advised.frame["family"].value_counts().max() <= 2
    one_each = advise(*table, n=4, max_per_family=1, random_state=0)
    assert one_each.frame["family"].is_unique
    linear = advise(*table, n=9, max_per_family=None, families=["linear"], random_state=0)
    assert set(linear.frame["family"]) == {"linear"}
    assert 2 < len(linear) <= 9


def test_the_first_is_what_a_search_of_one_trial_fits(table):
    families = ["linear", "naive_bayes", "extra_trees", "neighbors"]
    [first] = advise(*table, n=1, families=families, random_state=0)
    clf = MetaAutoClassifier(max_trials=1, ensemble=False, families=families, random_state=0)
    clf.fit(*table)
    assert clf.best_configuration_ == first.configuration
    assert len(clf.members_) == clf.n_trials_ == 1
    assert clf.leaderboard_["origin"].tolist() == ["experience"]
    own, theirs = clone(first.pipeline).fit(*table), clf.best_pipeline_
    np.testing.assert_allclose(own.predict_proba(table[0]), theirs.predict_proba(table[0]))


def test_pipelines_fit_the_table_as_it_is():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "number": rng.normal(size=80),
            "colour": rng.choice(["red", "green"], 80),
            "kind": pd.Categorical(rng.choice(["a", "b", "c"], 80)),
            "when": pd.date_range("2024-01-01", periods=80),
        }
    )
    X.loc[3, "number"] = np.nan
    y = np.where(X["number"] > 0, "yes", "no")
    quick = ["linear", "naive_bayes", "random_forest"]
    for one in advise(X, y, n=3, families=quick, max_per_family=1, random_state=0):
        assert set(one.pipeline.fit(X, y).predict(X)) == {"yes", "no"}


def test_numbers_are_predicted_in_their_own_unit():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 4))
    y = X[:, 0] + 0.5 * rng.normal(size=150)
    small, large = (advise(X, unit * y, n=1, random_state=0)[0] for unit in (1.0, 1e4))
    assert 0.05 < -small.predicted_score < 1.5
    assert large.predicted_score / small.predicted_score == pytest.approx(1e4, rel=0.5)


def test_without_experience_the_defaults_are_advised(table):
    advised = advise(*table, n=3, experience=None, random_state=0)
    assert len(advised) == 3
    assert advised.frame["predicted_score"].isna().all()
    assert advised[0].reason.startswith("the default of its family")


def test_an_advisor_without_expectations(table):
    advised = advise(*table, n=3, advisor=PortfolioAdvisor(), random_state=0)
    assert advised[0].explanation is None
    assert advised.frame["predicted_score"].isna().all()
    assert "gives no reasons" in advised[0].reason


def test_a_score_that_no_experience_keeps_is_not_predicted(table):
    advised = advise(*table, n=1, scoring="average_precision", random_state=0)
    assert np.isnan(advised[0].predicted_score)


def test_the_table_itself_does_not_advise():
    advised = advise(*load_breast_cancer(return_X_y=True), n=1, random_state=0)
    assert advised.excluded == {"breast_cancer_wdbc": "shared rows"}
    assert "breast_cancer_wdbc" not in advised[0].explanation.known["task"]


@pytest.mark.parametrize(
    "words, told",
    [
        ({"n": 0}, "n has to be a whole number"),
        ({"n": True}, "n has to be a whole number"),
        ({"max_per_family": 0}, "max_per_family has to be"),
        ({"kind": "clustering"}, "kind must be"),
        ({"scoring": "r2", "kind": "classification"}, "it scores numbers"),
        ({"families": ["lineer"]}, "linear"),
    ],
)
def test_bad_input(table, words, told):
    with pytest.raises(ValueError, match=told):
        advise(*table, **words)


@pytest.mark.parametrize(
    "values, kind",
    [
        ([0.0, 1.0] * 30, "classification"),
        ([0.5, 1.0] * 30, "regression"),
        (list(range(60)), "regression"),
        ([True, False], "classification"),
    ],
)
def test_the_kind_is_guessed(values, kind):
    assert guess_kind(np.array(values)) == kind


def test_ten_thousand_rows_take_less_than_a_second():
    X, y = make_classification(10_000, 20, n_informative=8, random_state=0)
    advise(X[:200], y[:200], random_state=0)  # what is loaded on first use is no part of it
    started = time.process_time()
    advise(X, y, random_state=0)
    assert time.process_time() - started < 1.0
