"""The same seed gives the same result, whatever the number of workers."""

import numpy as np
import pytest
from sklearn.datasets import make_regression

STABLE = ["trial", "family", "score", "weight", "origin", "rows", "status"]
QUICK = ["naive_bayes", "linear", "neighbors", "discriminant"]


def same(one, other, X):
    left, right = one.leaderboard_, other.leaderboard_
    assert left[STABLE].to_dict("list") == right[STABLE].to_dict("list")
    assert left["configuration"].tolist() == right["configuration"].tolist()
    np.testing.assert_array_equal(answers(one, X), answers(other, X))


def answers(model, X):
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)


def test_number_of_workers_does_not_matter(quick_classifier, big_binary):
    X, y = big_binary
    one, two, again = (
        quick_classifier(max_trials=10, n_jobs=n_jobs, families=QUICK).fit(X, y)
        for n_jobs in (1, 2, 2)
    )
    same(one, two, X)
    same(two, again, X)
    assert one.n_trials_ == 10


def test_regressor_with_two_workers(quick_regressor):
    X, y = make_regression(900, 6, noise=20.0, random_state=0)
    one, two = (
        quick_regressor(max_trials=7, n_jobs=n_jobs, families=["linear", "neighbors"]).fit(X, y)
        for n_jobs in (1, 2)
    )
    same(one, two, X)


@pytest.mark.slow
def test_number_of_workers_does_not_matter_for_any_family(quick_classifier, big_binary):
    X, y = big_binary
    one, two = (quick_classifier(max_trials=25, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2))
    same(one, two, X)


def test_seed(quick_classifier, binary):
    X, y = binary
    seeded = [
        quick_classifier(max_trials=6, random_state=seed, families=QUICK[:3]).fit(X, y)
        for seed in (0, 0, 1)
    ]
    same(seeded[0], seeded[1], X)
    assert not np.array_equal(answers(seeded[0], X), answers(seeded[2], X))
    assert seeded[0].best_score_ != seeded[2].best_score_


def test_random_state_instance_moves_on(quick_classifier, binary):
    """A RandomState is consumed by `fit`, as everywhere in scikit-learn."""
    clf = quick_classifier(random_state=np.random.RandomState(0), families=QUICK[:2])
    first = clf.fit(*binary).best_score_
    assert clf.fit(*binary).best_score_ != first


def test_global_random_state_is_left_alone(quick_classifier, binary):
    np.random.seed(3)
    expected = np.random.uniform(size=3)
    np.random.seed(3)
    quick_classifier().fit(*binary)
    np.testing.assert_array_equal(np.random.uniform(size=3), expected)


def test_no_trial_is_repeated(quick_classifier, binary):
    clf = quick_classifier(max_trials=10, families=QUICK[:3]).fit(*binary)
    tried = [tuple(sorted(c.items())) for c in clf.leaderboard_["configuration"]]
    assert len(set(tried)) == len(tried)
