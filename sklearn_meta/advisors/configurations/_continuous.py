"""Search between and beyond the known configurations."""

import numpy as np

from sklearn_meta.advisors.configurations._moves import mutate
from sklearn_meta.advisors.configurations._parzen import ParzenSearch

_MUTANTS = 0.4
_ELITE = 4
_ATTEMPTS = 12
_GOOD_SHARE = 4
_PRIOR_COUNT = 0.25


def propose_continuous(space, trials, rng, is_open):
    """Propose a configuration that no one listed.

    Two in five proposals change one or two parameters of one of the best four configurations. For
    the others a family is drawn, by how many of the best quarter of results are its own, and a
    tree-structured Parzen estimator that knows all its results proposes parameters; with fewer
    than four results, or when nothing new is found, chance does.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    trials : list of Trial
        Results so far.
    rng : numpy.random.Generator
        Source of chance.
    is_open : callable
        Takes a configuration; tells whether it may be proposed: new, and affordable.

    Returns
    -------
    dict or None
        A configuration of the space, or None if nothing was found.
    """
    if not space.families:
        return None
    usable = [t for t in trials if t.succeeded and space.contains(t.configuration)]
    best = sorted(usable, key=lambda trial: -trial.score)[:_ELITE]
    parents = [space.complete(trial.configuration) for trial in best]
    families, odds = _family_odds(space, usable)
    for attempt in range(_ATTEMPTS):
        if parents and rng.random() < _MUTANTS:
            candidate = mutate(space, parents, rng)
        else:
            family = families[int(rng.choice(len(families), p=odds))]
            own = [t for t in usable if t.configuration["family"] == family]
            is_early = attempt < _ATTEMPTS // 2
            candidate = _draw(space, family, own if is_early else [], rng)
        if candidate is not None and space.contains(candidate) and is_open(candidate):
            return candidate
    return None


def _family_odds(space, trials):
    """Names of the families, and how likely each is to be searched next."""
    families = sorted(space.families)
    n_good = -(-len(trials) // _GOOD_SHARE)
    good = sorted(trials, key=lambda trial: -trial.score)[:n_good]
    winners = [trial.configuration["family"] for trial in good]
    odds = np.array([_PRIOR_COUNT + winners.count(family) for family in families])
    return families, odds / odds.sum()


def _draw(space, family, trials, rng):
    """Draw a configuration of a family, by what is known of it where that is enough."""
    if len(trials) < _ELITE or not space.families[family].parameters:
        return space.sample(rng, family=family)
    return ParzenSearch(space, family, trials, int(rng.integers(2**31 - 1))).propose()
