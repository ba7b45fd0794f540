"""Streams of tables by turns."""

import numpy as np

from sklearn_meta.exceptions import TableError


class Mixture:
    """Steps of one stream, and at random steps those of another.

    Parameters
    ----------
    source, other : callable
        ``source(step)`` returns a list of `Tables`.
    share : float
        Of the steps, those that `other` gives, from 0 to 1.
    seed : int
        Decides which.
    """

    def __init__(self, source, other, share, seed):
        if not 0 <= share <= 1:
            raise TableError(f"The share of real tables must be from 0 to 1, got {share}.")
        self.source = source
        self.other = other
        self.share = share
        self.seed = seed

    def __call__(self, step):
        """Return the batches of a step."""
        other = np.random.default_rng([self.seed, step, 1]).random() < self.share
        return self.other(step) if other else self.source(step)
