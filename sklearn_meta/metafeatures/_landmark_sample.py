"""The small numeric rendering of a task that landmarks are cross-validated on."""

import copy

import numpy as np

from sklearn_meta.metafeatures._weighted import Moments

MAX_ROWS = 1000
MAX_LEVELS = 10  # of each nominal column, the most frequent; the others share the last code
N_FOLDS = 3


class LandmarkSample:
    """Scaled numbers, one-hot levels and folds of at most 1,000 of a view's sampled rows.

    Parameters
    ----------
    view : TaskView
        The task.

    Attributes
    ----------
    numbers : ndarray of shape (n_rows, n_numeric)
        Numeric columns with mean 0 and deviation 1, gaps at 0, clipped at ten deviations.
    levels : ndarray of shape (n_rows, n_marks)
        A mark for each frequent level of each nominal column; missing is a level of its own.
    n_levels : ndarray of shape (n_marks,)
        How many marks the mark's column has.
    level_owner : ndarray of int of shape (n_marks,)
        Which nominal column a mark belongs to, from 0.
    table : ndarray of shape (n_rows, n_numeric + n_marks)
        Numbers and marks side by side.
    single_table : ndarray of float32
        The same in the precision that scikit-learn's trees use.
    weights : ndarray of shape (n_rows,)
        Row weights.
    wanted : ndarray of shape (n_rows, n_outputs)
        What to predict: a mark for each class, or the scaled target.
    target : ndarray of shape (n_rows,)
        Class codes, or the scaled target.
    is_classification : bool
        Whether classes are to be predicted.
    fold_of : ndarray of int of shape (n_rows,)
        The fold in which a row is held out.
    """

    def __init__(self, view):
        rng = np.random.default_rng([view.seed, MAX_ROWS])
        n_rows = min(MAX_ROWS, len(view.rows))
        rows = rng.choice(len(view.rows), n_rows, replace=False)
        moments = Moments(view.numeric[rows], view.sample_weight[rows])
        # beyond ten deviations a value says "far away" to distances, and densities stay finite
        self.numbers = moments.standardized.clip(-10, 10)
        nominal = [codes[rows] for codes in view.nominal]
        self.levels, self.n_levels, self.level_owner = _one_hot(nominal, n_rows)
        self._join()
        self.weights = view.sample_weight[rows]
        self._is_weighted = bool((self.weights != 1.0).any())
        self.is_classification = view.is_classification
        if view.is_classification:
            classes, self.target = np.unique(view.target[rows], return_inverse=True)
            self.wanted = (self.target[:, None] == np.arange(len(classes))).astype(float)
        else:
            self.wanted = Moments(view.target[rows, None], self.weights).standardized
            self.target = self.wanted[:, 0]
        self.fold_of = deal(self.target, view.is_classification)

    @property
    def is_usable(self):
        """Whether there are rows enough, a column and more than one target value."""
        return (
            len(self.target) >= 2 * N_FOLDS
            and self.table.shape[1] > 0
            and bool((self.target != self.target[0]).any())
        )

    def given_weights(self, rows):
        """Return the weights of some rows for scikit-learn, which is faster without equal ones."""
        return self.weights[rows] if self._is_weighted else None

    def splits(self):
        """Yield the positions of training and held-out rows, fold by fold."""
        for fold in range(N_FOLDS):
            yield np.flatnonzero(self.fold_of != fold), np.flatnonzero(self.fold_of == fold)

    def restricted_to(self, attributes):
        """Return the same rows and folds with some of the attributes only."""
        n_numeric = self.numbers.shape[1]
        marks = np.isin(self.level_owner + n_numeric, attributes)
        sample = copy.copy(self)
        sample.numbers = self.numbers[:, [a for a in attributes if a < n_numeric]]
        sample.levels, sample.n_levels = self.levels[:, marks], self.n_levels[marks]
        sample.level_owner = self.level_owner[marks]
        sample._join()
        return sample

    def _join(self):
        self.table = np.hstack([self.numbers, self.levels])
        self.single_table = self.table.astype(np.float32)


def deal(target, is_classification, n_folds=N_FOLDS):
    """Deal rows, already in random order, to folds; classes one after the other."""
    order = np.argsort(target, kind="stable") if is_classification else np.arange(len(target))
    fold_of = np.empty(len(target), dtype=int)
    fold_of[order] = np.arange(len(target)) % n_folds
    return fold_of


def _one_hot(columns, n_rows):
    """Mark the most frequent levels (missing is one); the last mark stands for all others.

    Returns the marks, and for each mark how many marks its column has and which column it is.
    """
    marks, n_levels, owner = [np.empty((n_rows, 0))], [np.empty(0)], [np.empty(0, dtype=int)]
    for number, codes in enumerate(columns):
        _, dense, counts = np.unique(codes, return_inverse=True, return_counts=True)
        rank = np.empty(len(counts), dtype=int)
        rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        rank = np.minimum(rank, MAX_LEVELS - 1)
        n_marks = rank.max() + 1
        marks.append(rank[dense, None] == np.arange(n_marks))
        n_levels.append(np.full(n_marks, n_marks))
        owner.append(np.full(n_marks, number))
    return np.hstack(marks).astype(float), np.concatenate(n_levels), np.concatenate(owner)
