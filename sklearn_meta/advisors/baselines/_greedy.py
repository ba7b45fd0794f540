"""Regret of known configurations, and the order that lowers it most, step by step."""

import numpy as np

_STRENGTH = 2.0


def regrets(scores, failed=None):
    """Place scores between the best and the worst of their task.

    Parameters
    ----------
    scores : ndarray of shape (n_tasks, n_configurations)
        Greater is better, NaN where missing.
    failed : ndarray of bool of shape (n_tasks, n_configurations), default=None
        Missing scores of runs that failed: these are as bad as the worst.

    Returns
    -------
    ndarray of shape (n_tasks, n_configurations)
        0 for the best and 1 for the worst of a task, NaN where missing. A task where all are
        equal has zeros.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.advisors.baselines._greedy import regrets
    >>> regrets(np.array([[0.5, 0.9, 0.7, np.nan]]))
    array([[1. , 0. , 0.5, nan]])
    """
    best = np.nanmax(scores, axis=1, keepdims=True)
    width = best - np.nanmin(scores, axis=1, keepdims=True)
    regret = (best - scores) / np.where(width > 0, width, 1.0)
    return regret if failed is None else np.where(failed, 1.0, regret)


def greedy_order(regret, weights, price):
    """Order configurations so that each lowers the mean regret of the best so far the most.

    The mean regret of the best of a set is submodular, so that no set of the same size lowers it by
    more than 1 / (1 - 1 / e) times as much; the same holds for what a sum of prices buys, up to the
    last one bought.

    Parameters
    ----------
    regret : ndarray of shape (n_tasks, n_configurations)
        In [0, 1], NaN where a task has not seen a configuration: it then says nothing of it.
    weights : ndarray of shape (n_tasks,)
        How much each task counts.
    price : ndarray of shape (n_configurations,)
        The gain is divided by it.

    Returns
    -------
    ndarray of int of shape (n_configurations,)
        All configurations; those without any gain come last, by their mean regret.

    References
    ----------
    Nemhauser, Wolsey and Fisher (1978), "An analysis of approximations for maximizing submodular
    set functions", Mathematical Programming 14; Feurer, Eggensperger, Falkner, Lindauer and Hutter
    (2022), "Auto-sklearn 2.0", JMLR 23, for portfolios; Streeter and Golovin (2008), "An online
    algorithm for maximizing submodular functions", NeurIPS 21, for gain per second.
    """
    known = np.isfinite(regret)
    weighted = known * weights[:, None]
    # few tasks promise little
    total = weighted.sum(axis=0) + _STRENGTH * weights.mean()
    filled = np.where(known, regret, np.inf)
    current = np.ones(len(regret))
    left = np.ones(regret.shape[1], dtype=bool)
    order = []
    while left.any():
        places = np.flatnonzero(left)
        lowered = np.maximum(current[:, None] - filled[:, places], 0.0)
        gain = weights @ lowered / total[places] / price[places]
        best = int(np.argmax(gain))
        if gain[best] <= 0:
            break
        order.append(places[best])
        left[places[best]] = False
        current = np.minimum(current, filled[:, places[best]])
    mean = (np.where(known, regret, 1.0) * weighted).sum(axis=0) + _STRENGTH * weights.mean()
    rest = np.flatnonzero(left)
    return np.array([*order, *rest[np.argsort((mean / total)[rest], kind="stable")]], dtype=int)
