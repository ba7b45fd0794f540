"""Very simple learners: each predicts the held-out rows of one fold of a `LandmarkSample`.

A prediction has a column for each class, or one column for a numeric target.
"""

import numpy as np
from sklearn.tree import DecisionTreeRegressor

_VARIANCE_FLOOR = 1e-2  # of columns with variance 1: a class may be constant in a column


def majority(sample, train, test):
    """Predict the training rows' mean: class shares, or the mean target."""
    mean = np.average(sample.wanted[train], axis=0, weights=sample.weights[train])
    return np.tile(mean, (len(test), 1))


def stump(sample, train, test):
    """Split once; on class marks the squared error is Gini's impurity, the means the shares."""
    model = DecisionTreeRegressor(max_depth=1, random_state=0)
    table, weights = sample.single_table, sample.given_weights(train)
    model.fit(table[train], sample.wanted[train], sample_weight=weights, check_input=False)
    return model.predict(table[test], check_input=False)


def ridge(sample, train, test):
    """Fit a ridge regression (penalty 1, free intercept), for classes one on each class's mark."""
    weights = sample.weights[train] / sample.weights[train].sum()
    x_mean, y_mean = weights @ sample.table[train], weights @ sample.wanted[train]
    root = np.sqrt(sample.weights[train])[:, None]
    x = root * (sample.table[train] - x_mean)
    y = root * (sample.wanted[train] - y_mean)
    n_rows, n_columns = x.shape
    if n_columns <= n_rows:
        slopes = np.linalg.solve(x.T @ x + np.eye(n_columns), x.T @ y)
    else:  # the same by a system of the rows' size
        slopes = x.T @ np.linalg.solve(x @ x.T + np.eye(n_rows), y)
    return (sample.table[test] - x_mean) @ slopes + y_mean


def nearest_neighbour(sample, train, test):
    """Predict the nearest row's target; so few rows need no tree and no threads."""
    known, asked = sample.table[train], sample.table[test]
    distances = (known**2).sum(axis=1) - 2 * asked @ known.T  # but for a constant per asked row
    return sample.wanted[train[distances.argmin(axis=1)]]


def naive_bayes(sample, train, test):
    """Multiply normal densities of the numbers with frequencies of the levels, class by class."""
    membership = sample.weights[train, None] * sample.wanted[train]
    present = membership.sum(axis=0) > 0
    membership = membership[:, present]
    joint = np.log(membership.sum(axis=0) / membership.sum())
    joint = joint + _normal_log_density(sample.numbers, membership, train, test)
    joint = joint + _level_log_frequency(sample, membership, train, test)
    scores = np.full((len(test), sample.wanted.shape[1]), -np.inf)
    scores[:, present] = joint
    likelihoods = np.exp(scores - scores.max(axis=1, keepdims=True))
    return likelihoods / likelihoods.sum(axis=1, keepdims=True)


def _normal_log_density(numbers, membership, train, test):
    """Sum the columns' log densities of the test rows, of shape (n_test, n_classes)."""
    x, z = numbers[train], numbers[test]
    size = membership.sum(axis=0)[:, None]
    mean = membership.T @ x / size
    variance = (membership.T @ x**2 / size - mean**2).clip(min=0) + _VARIANCE_FLOOR
    constant = (mean**2 / variance + np.log(variance)).sum(axis=1)
    return -0.5 * (z**2 @ (1 / variance).T - 2 * z @ (mean / variance).T + constant)


def _level_log_frequency(sample, membership, train, test):
    """Sum the columns' log level frequencies (one added to each count) of the test rows."""
    counts = membership.T @ sample.levels[train] + 1
    totals = membership.sum(axis=0)[:, None] + sample.n_levels
    return sample.levels[test] @ np.log(counts / totals).T
