import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from sklearn_meta.metafeatures import TaskView
from sklearn_meta.metafeatures._landmark_sample import LandmarkSample
from sklearn_meta.metafeatures._landmark_trees import (
    GrownTree,
    added_errors,
    tree_names,
    tree_predictions,
)


def _sample(kind="binary", n_rows=600, noise=0.3, seed=0, n_columns=5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, n_columns))
    score = X[:, 0] + (X[:, 1] > 0) + noise * rng.normal(size=n_rows)
    y = score if kind == "regression" else (score > 0.5).astype(int)
    return LandmarkSample(TaskView(X, y, kind))


def _grown(sample, **settings):
    model = DecisionTreeClassifier(random_state=0, **settings).fit(sample.table, sample.target)
    return model, GrownTree(model, sample)


def test_an_unpruned_tree_predicts_as_scikit_learns():
    sample = _sample()
    model, tree = _grown(sample, max_depth=6)
    rows = np.arange(len(sample.target))
    predicted = tree.predict(tree.totals(rows), tree.is_leaf, rows)
    np.testing.assert_allclose(predicted, model.predict_proba(sample.table))


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_closing_at_a_depth_gives_the_shallower_tree(depth):
    sample = _sample()
    _, tree = _grown(sample, max_depth=6)
    shallow = DecisionTreeClassifier(max_depth=depth, random_state=0)
    shallow.fit(sample.table, sample.target)
    rows = np.arange(len(sample.target))
    predicted = tree.predict(tree.totals(rows), tree.is_leaf | (tree.depth >= depth), rows)
    np.testing.assert_allclose(predicted, shallow.predict_proba(sample.table))


def test_totals_add_up_to_the_root():
    sample = _sample()
    _, tree = _grown(sample)
    rows = np.arange(0, len(sample.target), 2)
    totals = tree.totals(rows)
    np.testing.assert_allclose(totals[0], sample.wanted[rows].sum(axis=0))
    np.testing.assert_allclose(totals[tree.is_leaf].sum(axis=0), totals[0])


def test_a_node_that_gains_nothing_is_closed():
    sample = _sample(noise=0.0)
    _, tree = _grown(sample, max_depth=2)
    errors = np.ones(tree.n_nodes)
    assert tree.pruned(errors)[0]  # one error as a leaf, several below
    errors[0] = 1e9
    assert not tree.pruned(errors)[0]
    assert tree.pruned(errors, max_depth=0)[0]
    assert tree.pruned(errors, allowance=1e9)[0]


# C4.5's table of errors expected at confidence .25 (Quinlan 1993, section 4.2) and limits by hand
@pytest.mark.parametrize(
    ("weight", "errors", "confidence", "expected"),
    [(6, 0, 0.25, 1.238), (9, 0, 0.25, 1.285), (1, 0, 0.25, 0.75), (1, 0, 1e-3, 0.999)],
)
def test_errors_are_added_as_c45_does(weight, errors, confidence, expected):
    found = added_errors(np.array([float(weight)]), np.array([float(errors)]), confidence)
    assert found[0] == pytest.approx(expected, abs=2e-3)


def test_added_errors_grow_with_caution_and_never_exceed_the_rows():
    weight, errors = np.full(6, 20.0), np.array([0.0, 0.5, 1, 5, 19.6, 20])
    little, much = (added_errors(weight, errors, c) for c in (0.25, 1e-5))
    assert (little[:4] > 0).all()
    assert (much[:4] > little[:4]).all()
    assert (errors + much <= weight + 1e-9).all()
    assert little[4:].tolist() == pytest.approx([0.4, 0.0])


def test_noise_is_pruned_away_and_signal_is_kept():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(900, 5)), rng.random(900) < 0.3
    noise = LandmarkSample(TaskView(X, y.astype(int), "binary"))
    signal = _sample(noise=0.05)
    for name in ("REPTreeDepth3", "J48.00001."):
        guess = tree_predictions(noise)[name].argmax(axis=1)
        assert np.mean(guess == 1) < 0.1
        guess = tree_predictions(signal)[name].argmax(axis=1)
        assert np.mean(guess == signal.target) > 0.85


def test_deeper_and_better_chosen_splits_tell_more():
    sample = _sample("regression", noise=0.1)
    loss = {
        name: np.mean((values[:, 0] - sample.target) ** 2)
        for name, values in tree_predictions(sample).items()
    }
    assert list(loss) == tree_names(is_classification=False)
    for kind in ("REPTree", "RandomTree"):
        assert loss[f"{kind}Depth3"] < loss[f"{kind}Depth1"] < 1
    assert loss["REPTreeDepth2"] < loss["RandomTreeDepth2"]


def test_predictions_are_shares():
    found = tree_predictions(_sample("multiclass"))
    assert list(found) == tree_names(is_classification=True)
    for values in found.values():
        np.testing.assert_allclose(values.sum(axis=1), 1)
        assert (values >= 0).all()
