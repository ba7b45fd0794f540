"""Configurations of one family as places in the unit cube."""

import numpy as np

from sklearn_meta.advisors.configurations._distance import is_number
from sklearn_meta.spaces._design import to_unit


class FamilySampler:
    """Places in the unit cube, one axis for each parameter of a family of a space.

    Parameters
    ----------
    family : Family
        Of the space.
    """

    def __init__(self, family):
        self.family = family

    @property
    def n_axes(self):
        """Number of axes."""
        return len(self.family.parameters)

    def columns(self, units):
        """Read places as columns of values; see `ConfigurationEncoder.encode_columns`.

        Parameters
        ----------
        units : ndarray of shape (n, n_axes)
            In [0, 1].

        Returns
        -------
        list of (parameter, ndarray of shape (n,), ndarray of bool of shape (n,))
        """
        found, done = [], {}
        for parameter, unit in zip(self.family.parameters, units.T, strict=True):
            values = _values(parameter, unit)
            active = np.ones(len(unit), dtype=bool)
            if parameter.condition is not None:
                active = _is_met(parameter.condition, done, len(unit))
            found.append((parameter, values, active))
            done[parameter.name] = found[-1]
        return found

    def places(self, configuration):
        """Write a configuration of the family as a place in the cube, shape (n_axes,)."""
        units = np.full(self.n_axes, 0.5)
        for axis, parameter in enumerate(self.family.parameters):
            value = configuration.get(parameter.name, parameter.default)
            if hasattr(parameter, "choices"):
                same = [c == value and type(c) is type(value) for c in parameter.choices]
                units[axis] = (same.index(True) + 0.5) / len(same) if any(same) else 0.5
            elif is_number(value):
                units[axis] = np.clip(to_unit(parameter, value), 0.0, 1.0)
        return units


def _values(parameter, unit):
    """Values at places of one axis; places among the choices, for a categorical parameter."""
    if hasattr(parameter, "choices"):
        n = len(parameter.choices)
        return np.minimum((unit * n).astype(int), n - 1)
    low, high = float(parameter.low), float(parameter.high)
    return low * (high / low) ** unit if parameter.log else low + unit * (high - low)


def _is_met(condition, columns, n):
    """Tell where a condition on an earlier parameter holds."""
    other, allowed = condition
    if other not in columns:
        return np.zeros(n, dtype=bool)
    parameter, values, active = columns[other]
    if not hasattr(parameter, "choices"):
        return active & np.isin(values, allowed)
    return active & np.array([choice in allowed for choice in parameter.choices])[values]
