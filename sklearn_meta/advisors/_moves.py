"""Small moves in a search space: legal configurations near good ones."""

import numpy as np

from sklearn_meta.advisors._field import is_number, to_unit
from sklearn_meta.spaces import Int

_STEP = 0.2


def tidy(space, configuration):
    """Drop what the conditions switch off, fill in what they switch on.

    Parameters
    ----------
    space : SearchSpace
        The space; it has the configuration's family.
    configuration : dict
        May have values that do not matter beside the others.

    Returns
    -------
    dict
        A complete configuration. Keys that the family does not know are left as they are.
    """
    walked, idle = {"family": configuration["family"]}, set()
    for parameter in space.families[configuration["family"]].parameters:
        if parameter.is_active(walked):
            walked[parameter.name] = configuration.get(parameter.name, parameter.default)
        else:
            idle.add(parameter.name)
    return space.complete({k: v for k, v in configuration.items() if k not in idle})


def mutate(space, parents, rng):
    """Change one or two parameters of a good configuration.

    Numbers make a Gaussian step of a fifth of their range (on its own scale), anything else is
    drawn anew.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    parents : list of dict
        Good configurations, best first; each is taken half as often as the one before.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    dict or None
        A complete configuration; None if the parent has nothing to change.
    """
    odds = 0.5 ** np.arange(len(parents))
    parent = parents[rng.choice(len(parents), p=odds / odds.sum())]
    active = [p for p in space.families[parent["family"]].parameters if p.is_active(parent)]
    if not active:
        return None
    n_changes = min(len(active), 1 + int(rng.integers(2)))
    child = dict(parent)
    for number in rng.choice(len(active), size=n_changes, replace=False):
        parameter = active[number]
        child[parameter.name] = _step(parameter, child.get(parameter.name), rng)
    return tidy(space, child)


def _step(parameter, value, rng):
    """Move a number by a Gaussian step on the unit scale; draw anything else anew."""
    if hasattr(parameter, "choices") or not is_number(value):
        return parameter.sample(rng)
    unit = float(np.clip(to_unit(parameter, value) + _STEP * rng.standard_normal(), 0.0, 1.0))
    low, high = float(parameter.low), float(parameter.high)
    moved = low * (high / low) ** unit if parameter.log else low + unit * (high - low)
    if isinstance(parameter, Int):
        return int(np.clip(round(moved), parameter.low, parameter.high))
    return float(np.clip(float(f"{moved:.6g}"), low, high))
