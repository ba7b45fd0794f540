"""Cut numeric columns into ranges by Fayyad and Irani's criterion, many columns at a time."""

import numpy as np

_N_BINS = 10  # cuts are looked for at the deciles only: bounded work, a vector operation each


def cut_codes(numbers, target, weights):
    """Code numeric columns by the ranges that a class-entropy criterion cuts them into.

    A range is cut where the classes' entropy falls most, if the fall pays for the description
    of the cut (minimum description length); so a column that tells nothing gets one code.

    Parameters
    ----------
    numbers : ndarray of shape (n_rows, n_columns)
        The columns, without gaps.
    target : ndarray of int of shape (n_rows,)
        Class codes from 0.
    weights : ndarray of shape (n_rows,)
        How often each row counts.

    Returns
    -------
    ndarray of int of shape (n_rows, n_columns)
        Codes from 0, at most 10 to a column.

    References
    ----------
    Fayyad, U. M., & Irani, K. B. (1993). Multi-interval discretization of continuous-valued
    attributes for classification learning. IJCAI, 1022-1027.
    """
    if numbers.shape[1] == 0:
        return np.zeros(numbers.shape, dtype=int)
    edges = np.quantile(numbers, np.arange(1, _N_BINS) / _N_BINS, axis=0)
    bins = np.zeros(numbers.shape, dtype=int)
    for edge in edges:
        bins += numbers > edge
    is_cut = _cuts(_Spans(bins, target, weights))
    code_of = np.hstack([np.zeros((len(is_cut), 1), dtype=int), np.cumsum(is_cut, axis=1)])
    return code_of[np.arange(numbers.shape[1]), bins]


class _Spans:
    """Weight, class entropy and number of classes of each span of neighbouring bins.

    Arrays of shape (n_columns, n_bins + 1, n_bins + 1); a span runs from one border to another.
    """

    def __init__(self, bins, target, weights):
        n_columns, n_classes = bins.shape[1], int(target.max()) + 1
        places = (np.arange(n_columns) * _N_BINS + bins) * n_classes + target[:, None]
        counts = np.bincount(
            places.ravel(), np.repeat(weights, n_columns), n_columns * _N_BINS * n_classes
        ).reshape(n_columns, _N_BINS, n_classes)
        shape = (n_columns, _N_BINS + 1, _N_BINS + 1)
        self.weight, self.entropy, self.n_classes = (np.zeros(shape) for _ in range(3))
        upto = np.zeros((n_columns, _N_BINS + 1, n_classes))
        np.cumsum(counts, axis=1, out=upto[:, 1:])
        for start in range(_N_BINS):
            inside = upto[:, start + 1 :] - upto[:, start, None]
            weight = inside.sum(axis=2)
            shares = inside / np.maximum(weight, 1e-300)[:, :, None]
            logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 1e-12)
            self.weight[:, start, start + 1 :] = weight
            self.entropy[:, start, start + 1 :] = -(shares * logs).sum(axis=2)
            self.n_classes[:, start, start + 1 :] = (inside > 1e-9).sum(axis=2)


def _cuts(spans):
    """Mark the inner borders at which the columns are cut, of shape (n_columns, n_bins - 1)."""
    n_columns = len(spans.weight)
    is_open = np.zeros(spans.weight.shape, dtype=bool)
    is_open[:, 0, _N_BINS] = True
    is_cut = np.zeros((n_columns, _N_BINS + 1), dtype=bool)
    for length in range(_N_BINS, 1, -1):
        for start in range(_N_BINS - length + 1):
            stop = start + length
            columns = np.flatnonzero(is_open[:, start, stop])
            if len(columns) == 0:
                continue
            border, pays = _best_border(spans, columns, start, stop)
            columns, border = columns[pays], border[pays]
            is_cut[columns, border] = True
            is_open[columns, start, border] = True
            is_open[columns, border, stop] = True
    return is_cut[:, 1:_N_BINS]


def _best_border(spans, columns, start, stop):
    """Return where each column's span is best cut, and whether the cut pays for itself."""
    borders = np.arange(start + 1, stop)
    left = (columns[:, None], start, borders)
    right = (columns[:, None], borders, stop)
    weight = np.maximum(spans.weight[columns, start, stop], 1e-300)
    entropy, n_classes = spans.entropy[columns, start, stop], spans.n_classes[columns, start, stop]
    after = spans.weight[left] * spans.entropy[left] + spans.weight[right] * spans.entropy[right]
    after = after / weight[:, None]
    # an empty side is no cut
    after[np.minimum(spans.weight[left], spans.weight[right]) <= 0] = np.inf
    best = after.argmin(axis=1)
    row = np.arange(len(columns))
    gain = entropy - after[row, best]
    bits = n_classes * entropy
    for side in (left, right):
        bits = bits - (spans.n_classes[side] * spans.entropy[side])[row, best]
    many = n_classes > 30  # 3 ** k would not fit; then the -2 does not matter
    choices = np.log2(np.maximum(3.0 ** np.where(many, 2, n_classes) - 2, 1))
    choices = np.where(many, n_classes * np.log2(3), choices)
    cost = (np.log2(np.maximum(weight - 1, 1)) + choices - bits) / weight
    return borders[best], gain > np.maximum(cost, 1e-12)
