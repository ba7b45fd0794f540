"""A deadline for a search and the refit after it."""

import numpy as np

_REFIT_MARGIN = 1.3  # a refit on all rows, in units of what the rows alone explain


class Clock:
    """Says what may still begin, and when it has to end.

    Parameters
    ----------
    budget : Budget
        Seconds for all of `fit`.
    n_splits : int
        Folds of a candidate.
    growth : float
        Rows of a refit per row that a fold trains on.
    n_workers : int
        Fits at the same time.
    batch_size : int
        Candidates of a round.
    refits : bool
        Whether the best is refitted.
    """

    def __init__(self, budget, n_splits, growth, n_workers, batch_size, refits):
        self._budget = budget
        self._n_splits = n_splits
        self._turns = -(-n_splits * batch_size // n_workers)
        self._refit_share = _REFIT_MARGIN * growth if refits else 0.0
        self._margin = 0.02 + 0.005 * budget.time_budget
        self._incumbent_refit = 0.0
        self._longest_fold = 0.0

    def fold_limit(self):
        """Return how many seconds a fold of the next candidate may take.

        All folds of the round, and the refit of whichever is best after it, fit into the time
        left.
        """
        left = self._budget.left() - self._margin
        old_stays = (left - self._incumbent_refit) / self._turns
        new_wins = left / (self._turns + self._refit_share)
        return min(old_stays, new_wins)

    def may_begin_unknown(self):
        """Tell whether a candidate fits that takes as long as the longest so far."""
        return self.fold_limit() > self._longest_fold

    def ask_limit(self):
        """Return the same as seconds for all folds, one after the other."""
        return self.fold_limit() * self._n_splits

    def round_limit(self):
        """Return after how many seconds a round has to be ended."""
        return self.fold_limit() * self._turns

    def learn(self, results, best):
        """Take note of measured seconds, and of the refit that the best candidate needs."""
        spent = results["mean_fit_time"] + results["mean_score_time"]
        self._longest_fold = float(np.nanmax(spent))
        self._incumbent_refit = self._refit_share * float(results["mean_fit_time"][best])
