"""Classes or numbers: what a target looks like."""

import numpy as np

MANY_VALUES = 20  # a number with more distinct values is measured, not named
MANY_SHARE = 0.5  # of the rows, for tables with few of them


def guess_kind(y):
    """Tell from a target whether classes or numbers are to be predicted.

    Parameters
    ----------
    y : ndarray or Series of shape (n_samples,)
        The target.

    Returns
    -------
    {"classification", "regression"}
        Regression for numbers with fractions, and for those with more distinct values than 20 or
        than half of the rows.
    """
    if y.dtype.kind not in "iuf":
        return "classification"
    n_distinct = len(np.unique(y))
    many = n_distinct > MANY_VALUES or n_distinct > max(2, MANY_SHARE * len(y))
    has_fractions = y.dtype.kind == "f" and bool(np.any(np.asarray(y) % 1 != 0))
    return "regression" if many or has_fractions else "classification"
