"""Configurations of a task's own: spread over the space, and near what did best on it."""

import numpy as np

A_ROUND = 4  # configurations that are proposed together: half spread, half near the best
_PARENTS = 4
_TRIALS = 25  # to find a neighbour that was not run yet


def propose(space, task, seed, number, history, fixed):
    """Propose the configurations of one round for one task.

    The proposals follow from the arguments alone, so that a collection that was stopped proposes
    the same ones when it goes on.

    Parameters
    ----------
    space : SearchSpace
        What may be tried on the task.
    task : str
        The task's id, hexadecimal: each task has a sequence of its own, so that together they
        cover the space.
    seed : int
        Seed of the collection.
    number : int
        The round, from 0.
    history : list of (dict, float)
        Configurations of the rounds before, the fixed ones included, and their scores (greater is
        better; NaN for what failed).
    fixed : set of str
        Keys that are not to be proposed.

    Returns
    -------
    list of dict
        At most `A_ROUND` complete configurations, none of them known.
    """
    from sklearn_meta.spaces import configuration_key

    own = [int(seed), int(task[:8], 16)]
    taken = set(fixed) | {configuration_key(configuration) for configuration, _ in history}
    proposals = []

    def take(configuration):
        key = configuration_key(configuration)
        if key not in taken:
            taken.add(key)
            proposals.append(configuration)

    parents = _best(history)
    n_spread = A_ROUND // 2 if parents else A_ROUND
    for configuration in _spread(space, own, number, n_spread):
        take(configuration)
    rng = np.random.default_rng([*own, number])
    for _ in range(_TRIALS):
        if not parents or len(proposals) >= A_ROUND:
            break
        take(_near(space, parents, rng))
    return proposals


def _spread(space, own, number, n):
    """Return the next `n` of the task's own sequence; rounds never share one."""
    from sklearn_meta.spaces import quick, space_filling

    start = number * A_ROUND
    return [quick(c) for c in space_filling(space, start + n, own)[start:]]


def _best(history):
    """Return the configurations with the best scores, best first."""
    scored = [(score, i) for i, (_, score) in enumerate(history) if np.isfinite(score)]
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    return [history[i][0] for _, i in scored[:_PARENTS]]


def _near(space, parents, rng):
    """Move from one of the best; each is taken half as often as the one before."""
    from sklearn_meta.spaces import neighbour, quick

    odds = 0.5 ** np.arange(len(parents))
    parent = parents[int(rng.choice(len(parents), p=odds / odds.sum()))]
    return quick(neighbour(space, parent, rng))
