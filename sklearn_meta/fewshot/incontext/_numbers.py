"""From a checked table to the numbers that the network reads."""

import numpy as np

from sklearn_meta.fewshot._table_columns import TableColumns
from sklearn_meta.fewshot._table_encoder import _informative, _location

MAX_NUMBERS = 128
_LIMIT = 1e4


class TableNumbers:
    """Turn tables of any kind into at most ``MAX_NUMBERS`` columns of float32.

    Categories become a column per level (see `TableColumns`); columns that never vary are left
    out, and so are those that repeat an earlier one. Of more columns than ``MAX_NUMBERS`` those
    that explain most of the target are kept. What is kept stands in an order that depends on
    what the columns hold, not on where they stood.
    """

    def fit(self, X, y, n_classes):
        """Learn from training rows with class numbers, or numbers, as targets."""
        self.columns = TableColumns().fit(X)
        numbers = self.columns.transform(X)
        keep = _informative(numbers)
        center, scale = _location(numbers[:, keep])
        Z = _standardised(numbers[:, keep], center, scale)
        target = np.eye(n_classes)[y] if n_classes else np.asarray(y, dtype=np.float64)[:, None]
        explained = _explained(np.nan_to_num(Z), target)
        order = _order(Z, explained)[:MAX_NUMBERS]
        self.keep, self.center, self.scale = keep[order], center[order], scale[order]
        return self

    def transform(self, X):
        """Return standardised float32 of shape (n_samples, n_numbers), NaN where missing."""
        numbers = self.columns.transform(X)[:, self.keep]
        return _standardised(numbers, self.center, self.scale).astype(np.float32)


def _standardised(numbers, center, scale):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.clip((numbers - center) / scale, -_LIMIT, _LIMIT)


def _explained(Z, target):
    """Return the largest share of a target's variance that each column explains."""
    target = target - target.mean(axis=0)
    spread = np.sqrt((target**2).mean(axis=0))
    varies = spread > 1e-12
    if not varies.any():
        return np.zeros(Z.shape[1])
    covariance = Z.T @ (target[:, varies] / spread[varies]) / len(Z)
    own = np.maximum((Z**2).mean(axis=0), 1e-12)
    return (covariance**2).max(axis=1) / own


def _order(Z, explained):
    """Return the columns to keep, those that explain most first, ties by what they hold.

    Columns that equal an earlier one, up to their sign, are left out.
    """
    held = np.sort(np.nan_to_num(Z), axis=0)
    keys = np.stack([explained, *np.quantile(held, [0.1, 0.35, 0.8], axis=0)])
    order = np.lexsort(np.round(-keys[::-1], 6))
    seen, kept = set(), []
    for place in order:
        mark = _mark(Z[:, place])
        if mark not in seen:
            seen.add(mark)
            kept.append(place)
    return np.array(kept)


def _mark(column):
    """Return what a column and its negative have in common with no other, to five digits."""
    column = np.round(column, 5)
    told = column[np.flatnonzero(np.nan_to_num(column))[:1]]
    if told.size:
        column = column * np.sign(told)
    return (column + 0.0).tobytes()  # of -0.0 and 0.0 make one
