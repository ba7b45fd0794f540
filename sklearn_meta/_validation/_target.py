"""Check targets and weights."""

import numpy as np
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import assert_all_finite, check_consistent_length, column_or_1d

from sklearn_meta._compat import _check_sample_weight
from sklearn_meta.exceptions import TableError


def check_classification_target(y, n_samples=None):
    """Check class labels and encode them.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels: numbers, strings, booleans or categories.
    n_samples : int, default=None
        How many rows the table has; None does not compare.

    Returns
    -------
    codes : ndarray of int64 of shape (n_samples,)
        Position of each label in `classes`.
    classes : ndarray of shape (n_classes,)
        The sorted labels.

    Raises
    ------
    ValueError
        If labels are missing, continuous, of one class only or too few or many for the table.

    Examples
    --------
    >>> from sklearn_meta._validation import check_classification_target
    >>> codes, classes = check_classification_target(["no", "yes", "no"])
    >>> codes.tolist(), classes.tolist()
    ([0, 1, 0], ['no', 'yes'])
    """
    y = _checked_target(y, n_samples)
    if y.dtype == object:
        y = _labels_of_one_type(y)
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise TableError(
            "A classifier needs samples of at least 2 classes in y, "
            f"but the data contains only one class: {classes[0]!r}"
        )
    return codes.astype(np.int64), classes


def check_regression_target(y, n_samples=None):
    """Check a numeric target.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Numbers.
    n_samples : int, default=None
        How many rows the table has; None does not compare.

    Returns
    -------
    ndarray of float64 of shape (n_samples,)
        The target.

    Raises
    ------
    ValueError
        If a value is missing, infinite or not a number, or the lengths differ.
    """
    y = _checked_target(y, n_samples)
    if y.dtype.kind == "c":
        raise TableError("Complex data not supported: y holds complex numbers.")
    try:
        y = y.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TableError(
            f"A regressor needs numbers in y, got {type_of_target(y)!r} values ({error}). "
            "Use a classifier for class labels."
        ) from error
    assert_all_finite(y, input_name="y")
    return y


def check_weights(sample_weight, n_samples):
    """Check sample weights.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,), number or None
        Non-negative weights, some of them positive.
    n_samples : int
        How many rows the table has.

    Returns
    -------
    ndarray of float64 of shape (n_samples,) or None
        The weights; None if there were none.

    Raises
    ------
    ValueError
        If a weight is negative, missing or infinite, all are zero, or their number is wrong.
    """
    if sample_weight is None:
        return None
    rows = np.broadcast_to(np.float64(0), (n_samples, 1))
    weights = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
    if not weights.any():
        raise TableError("sample_weight is zero for every row; at least one must be positive.")
    return weights


def _checked_target(y, n_samples):
    """Return a one-dimensional target without missing values."""
    if y is None:
        raise TableError(
            "This estimator requires y to be passed, but the target y is None: "
            "pass one value per row of X."
        )
    if sparse.issparse(y):
        raise TypeError("Sparse y is not supported; pass y.toarray().ravel().")
    y = column_or_1d(_plain_values(y), warn=True)
    if n_samples is not None:
        check_consistent_length(np.broadcast_to(0, (n_samples,)), y)
    if len(y) == 0:
        raise TableError("Found array with 0 sample(s) in y while a minimum of 1 is required.")
    if y.dtype.kind == "O":
        import pandas as pd

        if pd.isna(y).any():
            raise TableError("Input y contains NaN. Drop the rows whose target is missing.")
    elif y.dtype.kind == "f":
        assert_all_finite(y, input_name="y")
    return y


def _plain_values(y):
    """Turn pandas' and polars' own dtypes into numpy's, lists into arrays."""
    if hasattr(y, "to_numpy"):
        return y.to_numpy()
    array = np.asarray(y)
    return np.asarray(y, dtype=object) if array.dtype.kind in "US" else array


def _labels_of_one_type(y):
    """Give an object array of labels its plain dtype; refuse a mix that can't be sorted."""
    is_text = [isinstance(label, str) for label in y]
    if all(is_text):
        return y
    if any(is_text):
        raise TableError(
            "Unknown label type: y mixes strings and other values; "
            "give all labels one type, for instance by y.astype(str)."
        )
    plain = np.asarray(y.tolist())
    if plain.dtype.kind == "f":
        assert_all_finite(plain, input_name="y")
    return plain
