"""Rows and columns of a checked table, whatever its container."""


def take_rows(X, rows):
    """Take rows of a checked table.

    Parameters
    ----------
    X : ndarray, DataFrame or CSR matrix of shape (n_samples, n_features)
        A table from :func:`check_table`.
    rows : array-like of int or bool
        Positions, or a mask of length `n_samples`.

    Returns
    -------
    ndarray, DataFrame or CSR matrix
        The rows, in the same container.
    """
    return X.iloc[rows] if is_frame(X) else X[rows]


def n_rows(X):
    """Count the rows of a checked table."""
    return int(X.shape[0])


def n_columns(X):
    """Count the columns of a checked table."""
    return int(X.shape[1])


def is_frame(X):
    """Tell a pandas DataFrame without importing pandas."""
    return hasattr(X, "iloc") and hasattr(X, "columns")
