"""Configurations made up for one choice: draws from the space, and moves from the best."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta.advisors.configurations._moves import tidy
from sklearn_meta.advisors.deep_kernel._sampler import FamilySampler
from sklearn_meta.spaces._design import from_unit

_N_DRAWS = 120
_N_MUTANTS = 40
_MUTATION_WIDTH = 0.2
_MOVED_SHARE = 0.4


@dataclass(frozen=True)
class Draft:
    """A configuration that is not written out yet.

    Parameters
    ----------
    family : str
        Its family.
    units : ndarray of shape (n_axes,)
        Its place in the family's unit cube.
    row : ndarray of shape (n_columns,)
        Its encoding.
    """

    family: str
    units: np.ndarray
    row: np.ndarray


class CandidateMaker:
    """Makes drafts of configurations of a space, many at a time.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    encoder : ConfigurationEncoder
        Writes them as rows.
    """

    def __init__(self, space, encoder):
        self._space = space
        self._encoder = encoder
        self._samplers = {name: FamilySampler(space.families[name]) for name in space.families}

    def draw(self, rng, parents):
        """Draw from all families alike, and mutate good configurations.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of chance.
        parents : list of dict
            Good configurations of the space, best first.

        Returns
        -------
        list of Draft
        """
        drafts = []
        each = -(-_N_DRAWS // len(self._samplers))
        for name in sorted(self._samplers):
            units = rng.random((each, self._samplers[name].n_axes))
            drafts += self._drafts(name, units)
        seeds = [self._draft_of(parent) for parent in parents]
        return drafts + self.around(rng, seeds, _MUTATION_WIDTH, _N_MUTANTS)

    def around(self, rng, drafts, width, n_moves):
        """Make moves from drafts: some parameters step aside, or jump.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of chance.
        drafts : list of Draft
            Where to start.
        width : float
            Standard deviation of a step, as a share of a parameter's range; choices are drawn anew
            with this probability.
        n_moves : int
            How many in all.

        Returns
        -------
        list of Draft
        """
        found = []
        for draft in drafts:
            sampler = self._samplers[draft.family]
            shape = (-(-n_moves // len(drafts)), sampler.n_axes)
            moved = rng.random(shape) < _MOVED_SHARE
            steps = np.clip(draft.units + width * rng.standard_normal(shape), 0.0, 1.0)
            jumps = np.where(rng.random(shape) < width, rng.random(shape), draft.units)
            is_choice = np.array(
                [hasattr(p, "choices") for p in sampler.family.parameters], dtype=bool
            )
            units = np.where(moved, np.where(is_choice, jumps, steps), draft.units)
            found += self._drafts(draft.family, units)
        return found

    def configuration(self, draft):
        """Write a draft out.

        Parameters
        ----------
        draft : Draft
            Of this maker.

        Returns
        -------
        dict
            A complete configuration.
        """
        parameters = self._samplers[draft.family].family.parameters
        found = {"family": draft.family}
        for parameter, unit in zip(parameters, draft.units, strict=True):
            if parameter.is_active(found):
                found[parameter.name] = from_unit(parameter, float(unit))
        return tidy(self._space, found)

    def _drafts(self, family, units):
        """Encode places of a family's cube."""
        sampler = self._samplers[family]
        rows = self._encoder.encode_columns(family, sampler.columns(units))
        if not sampler.n_axes:
            units, rows = units[:1], rows[:1]
        return [Draft(family, unit, row) for unit, row in zip(units, rows, strict=True)]

    def _draft_of(self, configuration):
        """Make a draft of a configuration."""
        units = self._samplers[configuration["family"]].places(configuration)
        return self._drafts(configuration["family"], units[None, :])[0]
