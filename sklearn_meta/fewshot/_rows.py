"""Bring the rows that a user passes into a table or a stack of images."""

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from sklearn_meta._validation import check_table
from sklearn_meta.exceptions import TableError


def check_rows(estimator, X, images, *, reset):
    """Check rows, and record or compare their shape.

    Parameters
    ----------
    estimator : estimator
        Where the shape is recorded (`reset` true) or looked up.
    X : array-like or DataFrame
        A table, or images of shape (n_samples, height, width[, channels]).
    images : bool or None
        Whether images are wanted; None decides by the dimensions of `X`.
    reset : bool
        True in `fit`.

    Returns
    -------
    ndarray or DataFrame
        The rows; a sparse table is made dense.
    """
    if images is None:
        images = getattr(X, "ndim", 2) > 2
    if not images:
        if not reset and hasattr(estimator, "image_shape_"):
            raise TableError(
                f"fit saw images of shape {estimator.image_shape_}; X has "
                f"{getattr(X, 'ndim', 2)} dimensions. Pass images of that shape."
            )
        if reset:
            estimator.__dict__.pop("image_shape_", None)
        return dense(check_table(estimator, X, reset=reset))
    return _check_images(estimator, X, reset)


def _check_images(estimator, X, reset):
    X = check_array(
        X, dtype=None, allow_nd=True, ensure_2d=True, estimator=estimator, input_name="X"
    )
    if X.dtype.kind not in "fiub":
        raise TableError(f"Images must hold numbers, got dtype {X.dtype}.")
    shape = tuple(X.shape[1:])
    if reset:
        estimator.image_shape_ = shape
        estimator.n_features_in_ = int(np.prod(shape))
    elif shape != getattr(estimator, "image_shape_", shape):
        raise TableError(
            f"X has images of shape {shape}, but {type(estimator).__name__} was fitted with "
            f"images of shape {estimator.image_shape_}."
        )
    return X


def described_rows(source, seed, images):
    """Return rows of one task, from which the backbone's shape is read off."""
    X = source.draw(np.random.default_rng(seed)).X
    if images is None:
        images = getattr(X, "ndim", 2) > 2
    return np.asarray(X) if images else dense(check_table(None, X, reset=True))


def dense(X):
    """Make a sparse table dense: what is learned from few rows has few cells."""
    return X.toarray() if sparse.issparse(X) else X
