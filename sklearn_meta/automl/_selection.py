"""Which trials make the ensemble: greedy selection over out-of-fold predictions."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from sklearn_meta._validation import take_rows

MAX_CANDIDATES = 40
MAX_MEMBERS = 12  # each member has a model for each fold, and all of them predict
MAX_ROUNDS = 40
PATIENCE = 10  # rounds without a better score
TINY_ROWS = 500  # with fewer rows to select on, fewer candidates are looked at


@dataclass
class Validation:
    """The rows that trials were validated on, fold after fold.

    Parameters
    ----------
    problem : Problem
        The task.
    """

    problem: object

    def __post_init__(self):
        self.parts = [
            (
                None if self.problem.scoring.fast else take_rows(self.problem.X, valid),
                self.problem.y[valid],
                None if self.problem.sample_weight is None else self.problem.sample_weight[valid],
            )
            for _, valid in self.problem.folds
        ]
        self.bounds = np.cumsum([0, *(len(y) for _, y, _ in self.parts)])

    @property
    def n_rows(self):
        """Rows to validate on, all folds together."""
        return int(self.bounds[-1])

    def score(self, predictions):
        """Return the mean score over the folds of predictions stacked in fold order."""
        scoring = self.problem.scoring
        return float(
            np.mean(
                [
                    scoring(X, y, predictions[start:end], weight)
                    for (X, y, weight), start, end in zip(
                        self.parts, self.bounds[:-1], self.bounds[1:], strict=True
                    )
                ]
            )
        )


def select_ensemble(predictions, scores, validation, seconds_left=float("inf")):
    """Choose weights of candidates by greedy forward selection with replacement.

    Starting from the best candidate, the one that helps the mean prediction most is added again and
    again (Caruana et al. 2004). Where there are few rows to select on, only the best few candidates
    take part and each new member must bring more than noise would: selection itself can overfit.

    Parameters
    ----------
    predictions : list of ndarray
        Out-of-fold predictions of each candidate, stacked in fold order.
    scores : ndarray of shape (n_candidates,)
        Their scores.
    validation : Validation
        The rows they were made for.
    seconds_left : float, default=inf
        The selection ends with what it has when these are over.

    Returns
    -------
    weights : ndarray of shape (n_candidates,)
        Not negative, sum 1.
    score : float
        The score of the weighted mean.
    """
    deadline = perf_counter() + seconds_left
    order = np.argsort(-np.asarray(scores), kind="stable")
    n_candidates = 10 if validation.n_rows < TINY_ROWS else MAX_CANDIDATES
    order = order[:n_candidates]
    counts = np.zeros(len(scores), dtype=int)
    counts[order[0]] = 1
    total = predictions[order[0]].copy()
    best_counts, best_score = counts.copy(), float(scores[order[0]])
    since_best = 0
    least_gain = 1e-4 * abs(best_score) if validation.n_rows < TINY_ROWS else 1e-9
    for size in range(2, MAX_ROUNDS + 1):
        try:
            choice, score = _best_addition(
                total, size, predictions, order, counts, validation, deadline
            )
        except KeyboardInterrupt:
            break  # who interrupts now wants the model, and there is one
        if choice is None:
            break
        counts[choice] += 1
        total += predictions[choice]
        if score > best_score + least_gain:
            best_counts, best_score, since_best = counts.copy(), score, 0
        else:
            since_best += 1
        if since_best >= PATIENCE:
            break
    return best_counts / best_counts.sum(), best_score


def _best_addition(total, size, predictions, order, counts, validation, deadline):
    """Return the candidate whose addition scores best, the earlier one in a tie; None if late."""
    full = np.count_nonzero(counts) >= MAX_MEMBERS
    choice, best = None, -np.inf
    for candidate in order:
        if full and not counts[candidate]:
            continue
        if perf_counter() > deadline:
            return None, best
        score = round(validation.score((total + predictions[candidate]) / size), 12)
        if score > best:
            choice, best = candidate, score
    return choice, best
