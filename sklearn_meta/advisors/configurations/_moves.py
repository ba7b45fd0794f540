"""Small moves in a search space: legal configurations near good ones."""

import numpy as np

from sklearn_meta.spaces import neighbour

_STEP = 0.2  # of a range: further than the collector's, for a search has few proposals


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
    """Move one or two parameters of a good configuration.

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
    if not any(p.is_active(parent) for p in space.families[parent["family"]].parameters):
        return None
    return neighbour(space, parent, rng, n_moved=1 + int(rng.integers(2)), step=_STEP)
