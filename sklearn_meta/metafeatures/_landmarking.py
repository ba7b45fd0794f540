"""How far very simple learners get: cheap models cross-validated on a small sample."""

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeRegressor

from sklearn_meta.metafeatures._weighted import Moments

_MAX_ROWS = 1000
_MAX_LEVELS = 10  # of each nominal column, the most frequent; the others share the last code
_N_FOLDS = 3
_VARIANCE_FLOOR = 1e-2  # of columns with variance 1: a class may be constant in a column
_CLASS_LANDMARKS = ("DecisionStump", "NaiveBayes", "kNN1N")
_NUMBER_LANDMARKS = ("DecisionStump", "Linear", "kNN1N")


def landmarking_metafeatures(view):
    """Cross-validate a decision stump, naive Bayes and one nearest neighbour.

    Three stratified folds on at most 1,000 of the sampled rows. The names are OpenML's, the
    values only close to theirs: OpenML runs WEKA's learners in two folds on all rows. The area
    under the curve is one class against the rest, averaged by class size. For regression three
    names of our own say which share of the target's variance a stump, a ridge regression and one
    nearest neighbour explain.

    Parameters
    ----------
    view : TaskView
        The task.

    Returns
    -------
    dict of str to float
        The meta-features; NaN where undefined, as with fewer than six rows or one class.
    """
    found = {
        f"{landmark}{measure}": np.nan
        for landmark in _CLASS_LANDMARKS
        for measure in ("AUC", "ErrRate", "Kappa")
    }
    found |= {f"{landmark}RSquared": np.nan for landmark in _NUMBER_LANDMARKS}
    sample = _LandmarkSample(view)
    if not sample.is_usable:
        return found
    if view.is_classification:
        return found | _classify(sample)
    return found | _regress(sample)


class _LandmarkSample:
    """A small numeric rendering of the task: scaled numbers, one-hot levels, folds.

    `wanted` holds what to predict, as columns: a mark for each class, or the scaled target.
    """

    def __init__(self, view):
        rng = np.random.default_rng([view.seed, _MAX_ROWS])
        n_rows = min(_MAX_ROWS, len(view.rows))
        rows = rng.choice(len(view.rows), n_rows, replace=False)
        moments = Moments(view.numeric[rows], view.sample_weight[rows])
        # beyond ten deviations a value says "far away" to distances, and densities stay finite
        self.numbers = moments.standardized.clip(-10, 10)
        self.levels, self.n_levels = _one_hot([codes[rows] for codes in view.nominal], n_rows)
        self.table = np.hstack([self.numbers, self.levels])
        self.weights = view.sample_weight[rows]
        if view.is_classification:
            classes, self.target = np.unique(view.target[rows], return_inverse=True)
            self.wanted = (self.target[:, None] == np.arange(len(classes))).astype(float)
        else:
            self.wanted = Moments(view.target[rows, None], self.weights).standardized
            self.target = self.wanted[:, 0]
        self.fold_of = _folds(self.target, view.is_classification)

    @property
    def is_usable(self):
        return (
            len(self.target) >= 2 * _N_FOLDS
            and self.table.shape[1] > 0
            and bool((self.target != self.target[0]).any())
        )

    def splits(self):
        for fold in range(_N_FOLDS):
            yield np.flatnonzero(self.fold_of != fold), np.flatnonzero(self.fold_of == fold)


def _folds(target, is_classification):
    """Deal rows, already in random order, to the folds, class by class."""
    order = np.argsort(target, kind="stable") if is_classification else np.arange(len(target))
    fold_of = np.empty(len(target), dtype=int)
    fold_of[order] = np.arange(len(target)) % _N_FOLDS
    return fold_of


def _one_hot(columns, n_rows):
    """Mark the most frequent levels (missing is one); the last mark stands for all others.

    Returns the marks, and for each mark how many marks its column has.
    """
    marks, n_levels = [np.empty((n_rows, 0))], [np.empty(0)]
    for codes in columns:
        _, dense, counts = np.unique(codes, return_inverse=True, return_counts=True)
        rank = np.empty(len(counts), dtype=int)
        rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        rank = np.minimum(rank, _MAX_LEVELS - 1)
        n_marks = rank.max() + 1
        marks.append(rank[dense, None] == np.arange(n_marks))
        n_levels.append(np.full(n_marks, n_marks))
    return np.hstack(marks).astype(float), np.concatenate(n_levels)


def _classify(sample):
    """Score the out-of-fold class probabilities of the three classifiers."""
    predictions = {
        "DecisionStump": _out_of_fold(sample, _stump),
        "NaiveBayes": _naive_bayes(sample),
        "kNN1N": _out_of_fold(sample, _nearest_neighbour),
    }
    found = {}
    for name, probabilities in predictions.items():
        guess = probabilities.argmax(axis=1)
        hits = float(np.average(guess == sample.target, weights=sample.weights))
        found[f"{name}AUC"] = _weighted_auc(probabilities, sample)
        found[f"{name}ErrRate"] = 1.0 - hits
        found[f"{name}Kappa"] = _kappa(guess, sample, hits)
    return found


def _regress(sample):
    """Score the out-of-fold predictions of the three regressors."""
    spread = np.average(sample.target**2, weights=sample.weights)
    learners = {"DecisionStump": _stump, "Linear": _ridge, "kNN1N": _nearest_neighbour}
    found = {}
    for name, learner in learners.items():
        squares = (_out_of_fold(sample, learner)[:, 0] - sample.target) ** 2
        found[f"{name}RSquared"] = 1.0 - float(np.average(squares, weights=sample.weights) / spread)
    return found


def _out_of_fold(sample, learner):
    predictions = np.empty_like(sample.wanted)
    for train, test in sample.splits():
        predictions[test] = learner(sample, train, test).reshape(len(test), -1)
    return predictions


def _stump(sample, train, test):
    """Split once; on class marks the squared error is Gini's impurity, the means the shares."""
    model = DecisionTreeRegressor(max_depth=1, random_state=0)
    model.fit(sample.table[train], sample.wanted[train], sample_weight=sample.weights[train])
    return model.predict(sample.table[test])


def _ridge(sample, train, test):
    model = Ridge(alpha=1.0)
    model.fit(sample.table[train], sample.wanted[train], sample_weight=sample.weights[train])
    return model.predict(sample.table[test])


def _nearest_neighbour(sample, train, test):
    """Predict the nearest row's target; so few rows need no tree and no threads."""
    known, asked = sample.table[train], sample.table[test]
    distances = (known**2).sum(axis=1) - 2 * asked @ known.T  # but for a constant per asked row
    return sample.wanted[train[distances.argmin(axis=1)]]


def _naive_bayes(sample):
    """Multiply normal densities of the numbers with frequencies of the levels, class by class."""
    scores = np.empty_like(sample.wanted)
    for train, test in sample.splits():
        membership = sample.weights[train, None] * sample.wanted[train]
        present = membership.sum(axis=0) > 0
        membership = membership[:, present]
        joint = np.log(membership.sum(axis=0) / membership.sum())
        joint = joint + _normal_log_density(sample.numbers, membership, train, test)
        joint = joint + _level_log_frequency(sample, membership, train, test)
        scores[test] = -np.inf
        scores[np.ix_(test, present)] = joint
    scores -= scores.max(axis=1, keepdims=True)
    likelihoods = np.exp(scores)
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


def _weighted_auc(probabilities, sample):
    areas, sizes = [], []
    for code in range(sample.wanted.shape[1]):
        is_class = sample.target == code
        areas.append(_auc(probabilities[:, code], is_class, sample.weights))
        sizes.append(sample.weights[is_class].sum())
    areas, sizes = np.array(areas), np.array(sizes)
    known = np.isfinite(areas)
    return float(np.average(areas[known], weights=sizes[known])) if known.any() else np.nan


def _auc(score, is_class, weights):
    """Compute the area under the ROC curve: the share of pairs in order, ties by half."""
    _, place = np.unique(score, return_inverse=True)
    positive = np.bincount(place, weights=weights * is_class)
    negative = np.bincount(place, weights=weights * ~is_class)
    n_pairs = positive.sum() * negative.sum()
    if n_pairs <= 0:
        return np.nan
    below = np.cumsum(negative) - negative / 2
    return float((positive * below).sum() / n_pairs)


def _kappa(guess, sample, hits):
    """Compute Cohen's kappa: agreement beyond what the two marginals give by chance."""
    n_classes = sample.wanted.shape[1]
    truth_share = np.bincount(sample.target, weights=sample.weights, minlength=n_classes)
    guess_share = np.bincount(guess, weights=sample.weights, minlength=n_classes)
    chance = float(truth_share @ guess_share) / sample.weights.sum() ** 2
    return float((hits - chance) / (1 - chance)) if chance < 1 else np.nan
