"""Ctrl-C while the ensemble is chosen keeps what was chosen so far."""

import numpy as np

from sklearn_meta.automl._selection import select_ensemble


class Interrupted:
    """Validation rows whose n-th score is interrupted."""

    n_rows = 1_000

    def __init__(self, target, patience):
        self.target = target
        self.patience = patience

    def score(self, predictions):
        self.patience -= 1
        if self.patience < 0:
            raise KeyboardInterrupt
        return -float(np.mean((self.target - predictions) ** 2))


def candidates():
    target = np.zeros(50)
    predictions = [target + 1.0, target - 1.5]  # their mean is better than either
    return target, predictions, [-1.0, -2.25]


def test_interrupted_at_once_is_the_best_single():
    target, predictions, scores = candidates()
    weights, score = select_ensemble(predictions, scores, Interrupted(target, 0))
    assert weights.tolist() == [1.0, 0.0]
    assert score == -1.0


def test_interrupted_later_keeps_the_members_found():
    target, predictions, scores = candidates()
    weights, score = select_ensemble(predictions, scores, Interrupted(target, 2))
    assert weights.tolist() == [0.5, 0.5]
    assert score > -1.0
