"""Trees of WEKA's kinds: grown by scikit-learn, then cut at a depth and pruned WEKA's way.

One tree is grown per kind and fold; its versions (depths 1 to 3, three confidences) are read
from it by closing nodes.
"""

import warnings

import numpy as np
from scipy.special import ndtri
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from sklearn_meta.metafeatures._landmark_sample import deal

DEPTHS = (1, 2, 3)
CONFIDENCES = {"J48.001.": 1e-3, "J48.0001.": 1e-4, "J48.00001.": 1e-5}
_C45_ALLOWANCE = 0.1  # errors by which a C4.5 subtree must beat a leaf


class GrownTree:
    """A fitted tree whose nodes can be closed: a closed node predicts as a leaf.

    Parameters
    ----------
    model : DecisionTreeClassifier or DecisionTreeRegressor
        A fitted tree. Children have larger numbers than their parents.
    sample : LandmarkSample
        The rows that it was fitted on, and others.
    """

    def __init__(self, model, sample):
        tree = model.tree_
        self.n_nodes = tree.node_count
        self.is_leaf = tree.children_left < 0
        self.parent = np.zeros(self.n_nodes, dtype=int)
        inner = np.flatnonzero(~self.is_leaf)
        self.parent[tree.children_left[inner]] = inner
        self.parent[tree.children_right[inner]] = inner
        self.depth = np.zeros(self.n_nodes, dtype=int)
        for node in range(1, self.n_nodes):
            self.depth[node] = self.depth[self.parent[node]] + 1
        self._leaf_of = tree.apply(sample.single_table)
        self._sample = sample
        if sample.is_classification:
            self._facts = sample.wanted
        else:
            y = sample.target
            self._facts = np.column_stack([np.ones_like(y), y, y**2])
        self._facts = self._facts * sample.weights[:, None]

    def totals(self, rows):
        """Sum rows by node: class weights, or weight, weighted target and weighted square."""
        leaves = self._leaf_of[rows]
        sums = np.column_stack(
            [np.bincount(leaves, fact, minlength=self.n_nodes) for fact in self._facts[rows].T]
        )
        return self.summed_up(sums)

    def summed_up(self, values):
        """Add the nodes' values to those of all nodes above."""
        values = values.copy()
        for node in range(self.n_nodes - 1, 0, -1):
            values[self.parent[node]] += values[node]
        return values

    def prediction(self, totals):
        """Return each node's prediction: class shares, or the mean target."""
        if self._sample.is_classification:
            return totals / totals.sum(axis=1, keepdims=True)
        return totals[:, 1:2] / totals[:, :1]

    def errors(self, learned, seen):
        """Count the errors on the rows `seen` of each node as a leaf that has `learned`."""
        if self._sample.is_classification:
            hits = seen[np.arange(self.n_nodes), learned.argmax(axis=1)]
            return seen.sum(axis=1) - hits
        mean = learned[:, 1] / learned[:, 0]
        return (seen[:, 2] - 2 * mean * seen[:, 1] + mean**2 * seen[:, 0]).clip(min=0)

    def pruned(self, errors, max_depth=None, allowance=0.0):
        """Close, bottom up, the nodes that do as well as what is below them."""
        closed = self.is_leaf.copy()
        if max_depth is not None:
            closed |= self.depth >= max_depth
        below = np.zeros(self.n_nodes)  # errors of the open part under each node
        for node in range(self.n_nodes - 1, -1, -1):
            if closed[node] or errors[node] <= below[node] + allowance:
                closed[node] = True
                below[node] = errors[node]
            if node:
                below[self.parent[node]] += below[node]
        return closed

    def predict(self, totals, closed, rows):
        """Predict rows by the first closed node on their way down."""
        stands = np.zeros(self.n_nodes, dtype=int)
        for node in range(1, self.n_nodes):
            above = stands[self.parent[node]]
            stands[node] = above if closed[above] else node
        return self.prediction(totals)[stands[self._leaf_of[rows]]]


def tree_predictions(sample):
    """Predict all rows out of fold by every tree landmark.

    Parameters
    ----------
    sample : LandmarkSample
        The rows.

    Returns
    -------
    dict of str to ndarray of shape (n_rows, n_outputs)
        Predictions by landmark.
    """
    names = tree_names(sample.is_classification)
    found = {name: np.empty_like(sample.wanted) for name in names}
    for train, test in sample.splits():
        predicted = {**_error_pruned(sample, train, test), **_random(sample, train, test)}
        if sample.is_classification:
            predicted |= _confidence_pruned(sample, train, test)
        for name, values in predicted.items():
            found[name][test] = values
    return found


def tree_names(is_classification):
    """Name the tree landmarks; J48 is for classes only."""
    names = [f"{kind}Depth{depth}" for kind in ("REPTree", "RandomTree") for depth in DEPTHS]
    return [*names, *CONFIDENCES] if is_classification else names


def _grow(sample, rows, **settings):
    if sample.is_classification:
        model = DecisionTreeClassifier(criterion="entropy", **settings)
    else:
        model = DecisionTreeRegressor(**settings)
    with warnings.catch_warnings():
        # nearly as many classes as rows are a task like any other here
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        model.fit(
            sample.single_table[rows],
            sample.target[rows],
            sample_weight=sample.given_weights(rows),
            check_input=False,
        )
    return GrownTree(model, sample)


def _error_pruned(sample, train, test):
    """REPTree: grow on two thirds, prune by the errors on the third, then count that third too."""
    held_out = deal(sample.target[train], sample.is_classification) == 0
    grown, kept_back = train[~held_out], train[held_out]
    tree = _grow(sample, grown, max_depth=max(DEPTHS), min_samples_leaf=2, random_state=0)
    learned, seen = tree.totals(grown), tree.totals(kept_back)
    errors = tree.errors(learned, seen)
    return {
        f"REPTreeDepth{depth}": tree.predict(learned + seen, tree.pruned(errors, depth), test)
        for depth in DEPTHS
    }


def _random(sample, train, test):
    """RandomTree: each split is the best of log2(n_columns) + 1 randomly drawn columns."""
    n_drawn = int(np.log2(sample.table.shape[1])) + 1
    settings = {"max_depth": max(DEPTHS), "max_features": n_drawn, "random_state": 1}
    tree = _grow(sample, train, **settings)
    learned = tree.totals(train)
    return {
        f"RandomTreeDepth{depth}": tree.predict(learned, tree.is_leaf | (tree.depth >= depth), test)
        for depth in DEPTHS
    }


def _confidence_pruned(sample, train, test):
    """J48: grow in full, then close what a pessimistic estimate of the errors can't defend."""
    tree = _grow(sample, train, min_samples_leaf=2, random_state=0)
    learned = tree.totals(train)
    errors, weight = tree.errors(learned, learned), learned.sum(axis=1)
    found = {}
    for name, confidence in CONFIDENCES.items():
        expected = errors + added_errors(weight, errors, confidence)
        closed = tree.pruned(expected, allowance=_C45_ALLOWANCE)
        found[name] = tree.predict(learned, closed, test)
    return found


def added_errors(weight, errors, confidence):
    """Compute what C4.5 adds to a leaf's errors: up to the upper confidence limit of their rate.

    Parameters
    ----------
    weight, errors : ndarray of shape (n_nodes,)
        Rows at the node and errors among them.
    confidence : float
        One-sided, below 0.5; the smaller, the more is added.

    Returns
    -------
    ndarray of shape (n_nodes,)
        Errors to add.

    References
    ----------
    Quinlan, J. R. (1993). C4.5: Programs for machine learning. Morgan Kaufmann.
    """
    z = ndtri(1 - confidence)

    def upper(found):
        rate = (found + 0.5) / weight
        spread = np.sqrt((rate * (1 - rate)).clip(min=0) / weight + z**2 / (4 * weight**2))
        limit = (rate + z**2 / (2 * weight) + z * spread) / (1 + z**2 / weight)
        return np.where(
            found + 0.5 >= weight, np.maximum(weight - found, 0), limit * weight - found
        )

    none = weight * (1 - confidence ** (1 / weight))
    few = none + errors * (upper(np.ones_like(errors)) - none)  # between no error and one
    return np.where(errors < 1, few, upper(errors))
