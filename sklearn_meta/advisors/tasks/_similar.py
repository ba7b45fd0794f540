"""Which earlier tasks resemble the one at hand."""

import numpy as np

_HALF_TRUST = 10.0
_BANDWIDTH = 0.1
_MIN_RESULTS = 3


def task_distances(features, known_features, scores, known_z):
    """Distance to each earlier task, in [0, 1].

    The mean absolute difference of rank-scaled meta-features, and, with n results told, half of
    one minus the correlation of the scores with the earlier task's normal scores of the same
    configurations. The latter gets the weight n / (n + 10): what a task does says more than what
    it looks like, once there is enough of it.

    Parameters
    ----------
    features : ndarray of shape (n_features,)
        Rank-scaled meta-features of the task at hand.
    known_features : ndarray of shape (n_tasks, n_features)
        Those of the earlier tasks.
    scores : ndarray of shape (n_told,)
        Scores told, greater is better.
    known_z : ndarray of shape (n_tasks, n_told)
        Normal scores of the earlier tasks for the same configurations.

    Returns
    -------
    ndarray of shape (n_tasks,)
        Distances.
    """
    looks = np.zeros(len(known_features))
    if known_features.shape[1]:
        looks = np.abs(known_features - features).mean(axis=1)
    if len(scores) < _MIN_RESULTS or np.ptp(scores) == 0:
        return looks
    ours = scores - scores.mean()
    theirs = known_z - known_z.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(theirs, axis=1) * np.linalg.norm(ours)
    correlation = np.divide(theirs @ ours, norms, out=np.zeros(len(norms)), where=norms > 0)
    trust = len(scores) / (len(scores) + _HALF_TRUST)
    return (1 - trust) * looks + trust * (1 - correlation) / 2


def name_similar(tasks, distances, n_tasks):
    """Describe the nearest tasks.

    Parameters
    ----------
    tasks : list of dict
        All earlier tasks.
    distances : ndarray of shape (len(tasks),)
        Their distances.
    n_tasks : int
        How many to name.

    Returns
    -------
    list of dict
        Nearest first, each with its "distance" and its "weight": a kernel of bandwidth 0.1 that
        sums to one over all earlier tasks.
    """
    closeness = np.exp(-(distances - distances.min()) / _BANDWIDTH)
    weights = closeness / closeness.sum()
    nearest = np.argsort(distances, kind="stable")[:n_tasks]
    return [
        {
            "name": tasks[number]["name"],
            "openml_id": tasks[number]["openml_id"],
            "distance": float(distances[number]),
            "weight": float(weights[number]),
            "best_family": tasks[number]["best_family"],
        }
        for number in nearest
    ]
