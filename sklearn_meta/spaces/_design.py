"""Configurations spread evenly over a space, and small steps from good ones."""

import numpy as np

from sklearn_meta.spaces._parameters import Categorical, Int


def from_unit(parameter, unit):
    """Return the value of a parameter at a place between 0 and 1.

    Parameters
    ----------
    parameter : Float, Int or Categorical
        The range.
    unit : float
        In [0, 1]; 0 is the low end or the first choice.

    Returns
    -------
    object
        A legal value. Choices, and the whole numbers of a linear range, have equal shares of the
        interval.

    Examples
    --------
    >>> from sklearn_meta.spaces import Float
    >>> from sklearn_meta.spaces._design import from_unit
    >>> from_unit(Float("C", 0.01, 100.0, log=True, default=1.0), 0.5)
    1.0
    """
    if isinstance(parameter, Categorical):
        n = len(parameter.choices)
        return parameter.choices[min(int(unit * n), n - 1)]
    low, high = float(parameter.low), float(parameter.high)
    if isinstance(parameter, Int):
        low, high = low - 0.5, high + 0.5  # half a step beyond: the outermost get their share
    value = low * (high / low) ** unit if parameter.log else low + unit * (high - low)
    if isinstance(parameter, Int):
        return int(np.clip(round(value), parameter.low, parameter.high))
    return float(np.clip(float(f"{value:.6g}"), parameter.low, parameter.high))


def to_unit(parameter, value):
    """Return the place of a number in its range, the inverse of `from_unit` but for rounding.

    Parameters
    ----------
    parameter : Float or Int
        The range.
    value : float
        A number.

    Returns
    -------
    float
        0 at the low end and 1 at the high end; 0.5 in a range of one value.

    Examples
    --------
    >>> from sklearn_meta.spaces import Float
    >>> from sklearn_meta.spaces._design import to_unit
    >>> to_unit(Float("C", 0.01, 100.0, log=True, default=1.0), 1.0)
    0.5
    """
    low, high = float(parameter.low), float(parameter.high)
    if high <= low:
        return 0.5
    if parameter.log:
        return float(np.log(max(value, low) / low) / np.log(high / low))
    return (value - low) / (high - low)


def space_filling(space, n, seed, families=None):
    """Draw configurations that cover a space more evenly than independent ones.

    The families take turns. Each has a scrambled Halton sequence of its own over its parameters,
    so that the first so many of a sequence are spread as well as all of them.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    n : int
        How many configurations.
    seed : int or sequence of int
        Another seed gives another scrambling.
    families : iterable of str, default=None
        Families to draw from; None for all of the space.

    Returns
    -------
    list of dict
        `n` complete configurations.

    References
    ----------
    Owen (2017), "A randomized Halton algorithm in R", arXiv:1706.02808.

    Examples
    --------
    >>> from sklearn_meta.spaces import SearchSpace
    >>> from sklearn_meta.spaces._design import space_filling
    >>> space = SearchSpace("regression", ["linear", "random_forest"])
    >>> [c["family"] for c in space_filling(space, 3, seed=0)]
    ['linear', 'random_forest', 'linear']
    """
    names = list(space.families if families is None else families)
    turns = -(-n // len(names))
    sequences = {name: _sequence(space, name, turns, seed) for name in names}
    return [sequences[name][turn] for turn in range(turns) for name in names][:n]


def _sequence(space, name, n, seed):
    """Draw the configurations of one family."""
    from scipy.stats.qmc import Halton

    parameters = space.families[name].parameters
    # of the family's own, so that it does not depend on what else is in the space
    own = [*np.atleast_1d(seed).tolist(), *name.encode()]
    units = Halton(max(1, len(parameters)), rng=np.random.default_rng(own)).random(n)
    return [_configuration(name, parameters, row) for row in units]


def _configuration(name, parameters, units):
    configuration = {"family": name}
    for parameter, unit in zip(parameters, units, strict=False):
        if parameter.is_active(configuration):
            configuration[parameter.name] = from_unit(parameter, float(unit))
    return configuration


def neighbour(space, configuration, rng, *, n_moved=None, step=0.15):
    """Move some of a configuration's parameters a small step.

    Numbers make a Gaussian step on their own scale, choices change to any other.

    Parameters
    ----------
    space : SearchSpace
        A space with the configuration's family.
    configuration : dict
        A configuration; missing keys stand for defaults.
    rng : numpy.random.Generator
        Source of chance.
    n_moved : int, default=None
        How many parameters move, at most all that matter; None for a quarter, at least one.
    step : float, default=0.15
        Standard deviation of a number's step, as a share of its range.

    Returns
    -------
    dict
        A complete configuration; the same one for a family without parameters.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.spaces import SearchSpace
    >>> from sklearn_meta.spaces._design import neighbour
    >>> space = SearchSpace("regression", ["random_forest"])
    >>> usual = space.complete({"family": "random_forest"})
    >>> near = neighbour(space, usual, np.random.default_rng(0))
    >>> space.contains(near)
    True
    """
    configuration = space.complete(configuration)
    parameters = space.families[configuration["family"]].parameters
    active = [p for p in parameters if p.is_active(configuration)]
    if not active:
        return dict(configuration)
    if n_moved is None:
        n_moved = max(1, round(len(active) / 4))
    chosen = rng.choice(len(active), size=min(n_moved, len(active)), replace=False)
    moved = {
        active[i].name: _step(active[i], configuration.get(active[i].name), step, rng)
        for i in chosen
    }
    child = {"family": configuration["family"]}
    for parameter in parameters:  # in their order: a choice may switch others on or off
        if parameter.is_active(child):
            kept = configuration.get(parameter.name, parameter.default)
            child[parameter.name] = moved.get(parameter.name, kept)
    return child


def _step(parameter, value, step, rng):
    """Return another value: near, for numbers, and any other choice."""
    if isinstance(parameter, Categorical):
        others = [choice for choice in parameter.choices if choice != value]
        return others[int(rng.integers(len(others)))] if others else value
    unit = np.clip(to_unit(parameter, value) + step * rng.standard_normal(), 0.0, 1.0)
    moved = from_unit(parameter, float(unit))
    if isinstance(parameter, Int) and moved == value:  # the step was too small to count
        moved += (
            1 if (rng.random() < 0.5 and value < parameter.high) or value == parameter.low else -1
        )
        moved = int(np.clip(moved, parameter.low, parameter.high))
    return moved
