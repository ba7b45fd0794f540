"""The user includes, excludes and adds families."""

import sys

import cloudpickle
import numpy as np
import pytest
from sklearn.linear_model import Lasso
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sklearn_meta import MetaAutoRegressor
from sklearn_meta.spaces import Categorical, Family, Float, Int

cloudpickle.register_pickle_by_value(sys.modules[__name__])


class Stump(DecisionTreeClassifier):
    """A user's own learner."""


def test_only_the_named(quick_classifier, binary):
    clf = quick_classifier(families=["neighbors"], max_trials=5).fit(*binary)
    assert set(clf.leaderboard_["family"]) == {"neighbors"}
    assert len(clf.leaderboard_) == 5


def test_without_the_excluded(quick_classifier, binary):
    families = ["-naive_bayes", "-discriminant", "-neighbors"]
    clf = quick_classifier(families=families, max_trials=3).fit(*binary)
    tried = set(clf.leaderboard_["family"])
    assert "linear" in tried
    assert not tried & {"naive_bayes", "discriminant", "neighbors"}


def test_a_single_trial_is_one_of_the_wanted(quick_classifier, binary):
    clf = quick_classifier(families=["neighbors"], max_trials=1).fit(*binary)
    assert clf.leaderboard_["family"].tolist() == ["neighbors"]


def test_own_family_with_ranges(quick_classifier, binary):
    tree = Family.from_estimator(
        "my_tree",
        Stump(),
        [
            Int("max_depth", 1, 8, default=3),
            Float("ccp_alpha", 1e-5, 1e-1, log=True, default=1e-4),
            Categorical("criterion", ("gini", "entropy")),
        ],
        kinds=("binary", "multiclass"),
    )
    X, y = binary
    clf = quick_classifier(families=[tree], max_trials=5, ensemble=False).fit(X, y)
    board = clf.leaderboard_
    assert set(board["family"]) == {"my_tree"}
    assert set(board["status"]) <= {"ok", "raced"}
    depths = [c["max_depth"] for c in board["configuration"]]
    assert all(1 <= depth <= 8 for depth in depths)
    assert len(set(depths)) > 1
    best = clf.best_configuration_
    fitted = clf.best_pipeline_[-1]
    assert type(fitted).__name__ == "Stump"
    assert fitted.max_depth == best["max_depth"]
    assert fitted.criterion == best["criterion"]
    assert (clf.best_pipeline_.predict(X) == y).mean() > 0.8


def test_own_family_beside_named_ones(quick_classifier, iris):
    tree = Family.from_estimator(
        "my_tree", DecisionTreeClassifier(), kinds=("binary", "multiclass")
    )
    clf = quick_classifier(families=["linear", tree], max_trials=4).fit(*iris)
    assert {"linear", "my_tree"} == set(clf.leaderboard_["family"])


def test_family_of_another_kind(binary):
    lasso = Family.from_estimator("lasso", Lasso(), kinds="regression")
    tree = Family.from_estimator("my_tree", DecisionTreeClassifier(), kinds="binary")
    reg = MetaAutoRegressor(families=[lasso], max_trials=1, experience=None).fit(*binary)
    assert reg.leaderboard_["family"].tolist() == ["lasso"]
    with pytest.raises(ValueError, match="'my_tree' learns.*'regression'"):
        MetaAutoRegressor(families=[tree], max_trials=1, experience=None).fit(*binary)


def test_too_small_a_space_ends_the_search(quick_classifier, binary):
    """When everything has been tried the search ends, though trials are left."""
    tree = Family.from_estimator(
        "my_tree",
        DecisionTreeClassifier(),
        [Categorical("criterion", ("gini", "entropy"))],
        kinds="binary",
    )
    clf = quick_classifier(families=[tree], max_trials=40).fit(*binary)
    assert 1 <= clf.n_trials_ <= 2
    assert np.isfinite(clf.best_score_)


def test_no_family_is_no_wish(binary):
    with pytest.raises(ValueError, match="families is empty"):
        MetaAutoRegressor(families=[], max_trials=1, experience=None).fit(*binary)


def test_an_estimator_says_what_it_is_for():
    assert Family.from_estimator("lasso", Lasso()).kinds == ("regression",)
    with pytest.raises(ValueError, match="does not say whether"):
        Family.from_estimator("scaler", StandardScaler())
