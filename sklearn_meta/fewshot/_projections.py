"""Directions in a table's columns that tell its target, or its rows, apart.

They depend on the support rows alone, on neither the order of the columns nor the names of the
classes: what a direction's sign should be is decided by the rows' third moment along it.
"""

import numpy as np

N_TARGET = 10
N_ROWS = 6
N_PROJECTIONS = N_TARGET + N_ROWS
_SHRINKAGE = 0.5
_SMALL = 1e-6


def projections(Z, y, n_classes):
    """Return unit-variance directions.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, n_columns)
        Standardised support rows, zero where missing.
    y : ndarray of shape (n_samples,)
        Class numbers, or standardised targets.
    n_classes : int or None
        How many classes; None for regression.

    Returns
    -------
    ndarray of shape (n_columns, N_PROJECTIONS)
        First the directions of the target (shrunk discriminants, or ridge and covariance), then
        the principal components; zero where there are fewer.
    """
    toward = _toward_classes(Z, y, n_classes) if n_classes else _toward_number(Z, y)
    loadings = np.zeros((Z.shape[1], N_PROJECTIONS))
    toward = _scaled(Z, toward[:, :N_TARGET])
    loadings[:, : toward.shape[1]] = toward if n_classes is None else _signed(Z, toward)
    _, strengths, directions = np.linalg.svd(Z, full_matrices=False)
    keep = min(N_ROWS, int((strengths > _SMALL * max(strengths[0], 1)).sum()))
    principal = _signed(Z, _scaled(Z, directions[:keep].T))
    importance = np.sqrt(strengths[:keep] / max(strengths[0], _SMALL))
    loadings[:, N_TARGET : N_TARGET + keep] = principal * importance
    return loadings


def _toward_classes(Z, y, n_classes):
    """Return the directions of shrunk linear discriminant analysis, the strongest first."""
    member = np.eye(n_classes)[y]
    counts = np.maximum(member.sum(axis=0), 1)
    means = (member.T @ Z) / counts[:, None]
    within = Z - means[y]
    factor = _whitener(within, len(Z) - n_classes)
    weighted = means * np.sqrt(counts / len(Z))[:, None]
    left, strengths, _ = np.linalg.svd(factor @ weighted.T, full_matrices=False)
    return factor.T @ left[:, strengths > _SMALL * max(strengths[0], _SMALL)]


def _toward_number(Z, y):
    """Return the ridge direction and the covariances with the target."""
    covariance = Z.T @ y / len(Z)
    factor = _whitener(Z, len(Z))
    return np.stack([factor.T @ (factor @ covariance), covariance], axis=1)


def _whitener(rows, freedom):
    """Return L^-1 of the shrunk covariance L L' of centred rows."""
    width = rows.shape[1]
    covariance = rows.T @ rows / max(freedom, 1)
    shrunk = (1 - _SHRINKAGE) * covariance
    shrunk[np.diag_indices(width)] += _SHRINKAGE * max(np.trace(covariance) / width, 0.1)
    return np.linalg.inv(np.linalg.cholesky(shrunk))


def _scaled(Z, directions):
    """Give each direction unit standard deviation over the rows; drop those without any."""
    if not directions.size:
        return directions
    spread = (Z @ directions).std(axis=0)
    usable = spread > _SMALL
    return directions[:, usable] / spread[usable]


def _signed(Z, directions):
    moments = ((Z @ directions) ** 3).sum(axis=0)
    return directions * np.where(moments < 0, -1.0, 1.0)
