"""Rows that have one shape for all tasks: vectors and images."""

import numpy as np

from sklearn_meta.exceptions import TableError


class VectorEncoder:
    """Pass rows of numbers on as float32, unchanged."""

    def fit(self, X, y, n_classes):
        """Learn nothing: the numbers are taken as they are."""
        self.context = {}
        return self

    def transform(self, X):
        """Return ``values`` of shape (n_samples, n_features)."""
        if hasattr(X, "iloc"):
            X = X.to_numpy(np.float64)
        X = np.asarray(X)
        if np.isnan(X).any():
            raise TableError(
                "Input X contains NaN, which backbone='mlp' can't take; "
                "use backbone='table' or fill the missing cells."
            )
        return {"values": X.astype(np.float32)}


class ImageEncoder:
    """Bring images into float32 of shape (n_samples, channels, height, width)."""

    def fit(self, X, y, n_classes):
        """Learn nothing: the brightness is taken as it is (bytes are divided by 255)."""
        self.context = {}
        return self

    def transform(self, X):
        """Return ``pixels`` of shape (n_samples, channels, height, width)."""
        return {"pixels": as_images(X)}


def as_images(X):
    """Return images as float32 of shape (n_samples, channels, height, width).

    Parameters
    ----------
    X : array-like of shape (n, height, width), (n, height, width, channels) or (n, pixels)
        Rows of pixels are taken for square grey images; bytes and truth values for brightness.

    Returns
    -------
    ndarray
        float32; bytes are scaled to the range from 0 to 1.
    """
    X = np.asarray(X)
    scale = 255 if X.dtype == np.uint8 else 1
    if X.ndim == 2:
        side = int(np.sqrt(X.shape[1]) + 0.5)
        if side * side != X.shape[1]:
            raise TableError(
                f"Rows of {X.shape[1]} pixels are no square images; pass X of shape "
                "(n_samples, height, width) or (n_samples, height, width, channels)."
            )
        X = X.reshape(len(X), side, side)
    if X.ndim not in (3, 4):
        raise TableError(f"Images must have 3 or 4 dimensions, got X of shape {X.shape}.")
    X = X[:, None] if X.ndim == 3 else np.moveaxis(X, 3, 1)
    return np.ascontiguousarray(X, dtype=np.float32) / np.float32(scale)
