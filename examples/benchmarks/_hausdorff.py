"""The modified Hausdorff distance between drawings: a baseline that learns nothing."""

import numpy as np
from scipy.spatial import cKDTree


def ink_points(ink):
    """Return the coordinates of inked pixels about their mean: (n_points, 2)."""
    points = np.argwhere(ink).astype(np.float64)
    return points - points.mean(axis=0) if len(points) else np.zeros((1, 2))


def modified_hausdorff(left, right):
    """Return the larger of the two mean distances to the nearest point of the other set.

    Parameters
    ----------
    left, right : ndarray of shape (n_points, 2)

    References
    ----------
    M.-P. Dubuisson, A. K. Jain (1994). A modified Hausdorff distance for object matching. ICPR.

    Examples
    --------
    >>> modified_hausdorff(np.zeros((1, 2)), np.array([[3.0, 4.0], [0.0, 0.0]]))
    2.5
    """
    there = cKDTree(right).query(left)[0].mean()
    back = cKDTree(left).query(right)[0].mean()
    return float(max(there, back))


def hausdorff_scores(run):
    """Return negative distances of queries to support images: (n_queries, n_support)."""
    support = [ink_points(ink) for ink in run.support]
    trees = [cKDTree(points) for points in support]
    scores = np.zeros((len(run.query), len(support)))
    for row, ink in enumerate(run.query):
        points = ink_points(ink)
        tree = cKDTree(points)
        for column, others in enumerate(support):
            there = trees[column].query(points)[0].mean()
            back = tree.query(others)[0].mean()
            scores[row, column] = -max(there, back)
    return scores
