"""The user's distributions as ranges that an advisor can search, value by value."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from sklearn_meta.spaces import Categorical, Float, Int

_SEEDS = 2**31 - 1


@dataclass(frozen=True)
class Axis:
    """One searched parameter of the estimator.

    Parameters
    ----------
    parameter : Float, Int or Categorical
        The range of the coordinate that is searched, under the parameter's full name.
    to_value : callable
        A coordinate to the estimator's value.
    to_coordinate : callable
        A value to its coordinate; None for one outside the distribution.
    n_values : int or None
        How many values there are; None for too many to count.
    """

    parameter: object
    to_value: Callable
    to_coordinate: Callable
    n_values: int | None = None

    def with_default(self, value):
        """Return the axis whose usual value is this one, if the distribution has it."""
        coordinate = self.to_coordinate(value)
        if coordinate is None:
            return self
        return replace(self, parameter=replace(self.parameter, default=coordinate))


def make_axis(name, distribution):
    """Make an axis of what `RandomizedSearchCV` takes as a distribution, and of our own ranges.

    Parameters
    ----------
    name : str
        The parameter.
    distribution : Float, Int, Categorical, iterable, or object with ``rvs``
        A range of ours, a list of values (a list of different numbers is searched in its order), or
        a distribution such as those of `scipy.stats`. One that can only be drawn from takes part,
        but nothing can be learned about it.

    Returns
    -------
    Axis

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If a list is empty.
    """
    if isinstance(distribution, Categorical):
        return _axis_of_list(name, list(distribution.choices)).with_default(distribution.default)
    if isinstance(distribution, Float | Int):
        return _axis_of_range(name, distribution)
    if hasattr(distribution, "rvs"):
        return _axis_of_distribution(name, distribution)
    if isinstance(distribution, Iterable) and not isinstance(distribution, str | bytes):
        return _axis_of_list(name, list(distribution))
    raise TypeError(
        f"Parameter grid for parameter {name!r} is not iterable or a distribution "
        f"(value={distribution!r}). Give a list of values, a scipy.stats distribution, or a Float, "
        "Int or Categorical of sklearn_meta.spaces."
    )


def _axis_of_range(name, own):
    default = _middle(own) if own.default is None else own.default
    parameter = replace(own, name=name, default=default, condition=None, kinds=None)
    n_values = own.high - own.low + 1 if isinstance(own, Int) else None
    return Axis(parameter, _unchanged, _if_contained(parameter), n_values)


def _middle(own):
    middle = (own.low * own.high) ** 0.5 if own.log else (own.low + own.high) / 2
    return int(round(middle)) if isinstance(own, Int) else float(middle)


def _axis_of_list(name, values):
    if not values:
        raise ValueError(f"Parameter values for {name!r} are empty; give at least one value.")
    if _is_numeric_scale(values):
        values = sorted(values)
        parameter = Int(name, 0, len(values) - 1, default=(len(values) - 1) // 2)
    else:
        parameter = Categorical(name, tuple(range(len(values))))

    def position(value):
        return next((n for n, known in enumerate(values) if _equal(known, value)), None)

    return Axis(parameter, values.__getitem__, position, len(values))


def _is_numeric_scale(values):
    """Tell a list of different numbers, whose order means something."""
    numbers = all(_is_real(value) and np.isfinite(value) for value in values)
    return numbers and len(set(values)) == len(values) > 2


def _is_real(value):
    real = isinstance(value, int | float | np.integer | np.floating)
    return real and not isinstance(value, bool | np.bool_)


def _equal(left, right):
    """Compare values of any type; True is not 1, and arrays are never told apart by their sum."""
    if left is right:
        return True
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(np.all(left == right)) if np.shape(left) == np.shape(right) else False


def _axis_of_distribution(name, distribution):
    family = getattr(getattr(distribution, "dist", None), "name", "")
    if not (hasattr(distribution, "ppf") and hasattr(distribution, "cdf")):
        return _drawn_axis(name, distribution)
    low, high = distribution.support()
    if family == "uniform":
        return _axis_of_range(name, Float(name, float(low), float(high)))
    if family in ("loguniform", "reciprocal") and low > 0:
        return _axis_of_range(name, Float(name, float(low), float(high), log=True))
    if family == "randint":
        return _axis_of_range(name, Int(name, int(low), int(high)))
    return _quantile_axis(name, distribution, hasattr(distribution.dist, "pmf"))


def _quantile_axis(name, distribution, is_discrete):
    """Search the quantiles, so that what is likely takes the most room."""
    low, high = distribution.support()

    def value(quantile):
        drawn = distribution.ppf(min(max(quantile, 1e-6), 1 - 1e-6))
        return int(drawn) if is_discrete else float(drawn)

    def quantile(value):
        if not _is_real(value) or not low <= value <= high:
            return None
        return float(distribution.cdf(value))

    return Axis(Float(name, 0.0, 1.0, default=0.5), value, quantile)


def _drawn_axis(name, distribution):
    """Search the seeds of a source that can only be drawn from."""

    def value(seed):
        drawn = distribution.rvs(random_state=seed)
        return drawn.item() if isinstance(drawn, np.generic) else drawn

    return Axis(Int(name, 0, _SEEDS, default=0), value, lambda value: None)


def _if_contained(parameter):
    def coordinate(value):
        value = value.item() if isinstance(value, np.generic) else value
        return value if parameter.contains(value) else None

    return coordinate


def _unchanged(value):
    return value
