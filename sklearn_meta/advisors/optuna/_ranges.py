"""Ranges that somebody else has set, and known values brought into them."""

from dataclasses import replace

import numpy as np

from sklearn_meta.advisors.configurations._distance import is_number
from sklearn_meta.spaces import Categorical, Float, Int
from sklearn_meta.spaces._design import to_unit

#: Stands for a value that a range has no place for (None may be a value).
MISSING = object()


def narrowed(parameter, distribution):
    """Give a parameter of a family the range of one of Optuna's distributions.

    Parameters
    ----------
    parameter : Float, Int or Categorical
        A family's parameter.
    distribution : optuna.distributions.BaseDistribution
        What a study draws it from. Steps are left to `stepped`.

    Returns
    -------
    Float, Int or Categorical
        With the same name, condition and kinds; the default is the nearest legal value.

    Examples
    --------
    >>> from optuna.distributions import FloatDistribution
    >>> from sklearn_meta.advisors.optuna._ranges import narrowed
    >>> from sklearn_meta.spaces import Float
    >>> narrowed(Float("C", 0.01, 100.0, log=True, default=1.0), FloatDistribution(2, 8)).default
    2.0
    """
    shared = {"condition": parameter.condition, "kinds": parameter.kinds}
    if hasattr(distribution, "choices"):
        bare = Categorical(parameter.name, tuple(distribution.choices), **shared)
    else:
        whole = type(distribution).__name__.startswith("Int")
        number, make = (int, Int) if whole else (float, Float)
        low, high = number(distribution.low), number(distribution.high)
        log = bool(distribution.log or (getattr(parameter, "log", False) and low > 0))
        middle = number(np.sqrt(low * high) if log else (low + high) / 2)
        middle = min(max(middle, low), high)
        bare = make(parameter.name, low, high, log=log, default=middle, **shared)
    usual = fitted(bare, parameter.default, parameter, slack=np.inf)
    return bare if usual is MISSING else replace(bare, default=usual)


def fitted(target, value, parameter, slack):
    """Bring a value into a range.

    Parameters
    ----------
    target : Float, Int or Categorical
        The range.
    value : object
        A value of `parameter`.
    parameter : Float, Int or Categorical
        Where the value is from.
    slack : float
        How far a number may be moved, as a share of the range of `parameter`.

    Returns
    -------
    object
        A legal value of `target`, or `MISSING` if none is near enough.

    Examples
    --------
    >>> from sklearn_meta.advisors.optuna._ranges import MISSING, fitted
    >>> from sklearn_meta.spaces import Float
    >>> wide, narrow = Float("C", 0.01, 100.0, log=True), Float("C", 0.1, 10.0, log=True)
    >>> fitted(narrow, 12.0, wide, slack=0.1), fitted(narrow, 90.0, wide, slack=0.1) is MISSING
    (10.0, True)
    """
    if hasattr(target, "choices"):
        near = _nearest_choice(target.choices, value)
    elif is_number(value):
        near = min(max(value, target.low), target.high)
        near = int(round(near)) if isinstance(target, Int) else float(near)
    else:
        near = MISSING
    if near is MISSING or not (is_number(near) and hasattr(parameter, "low")):
        return near
    moved = abs(to_unit(parameter, near) - to_unit(parameter, value))
    return near if moved <= slack else MISSING


def stepped(distribution, value):
    """Round a number to the steps of a distribution of Optuna's, where it has any."""
    step = getattr(distribution, "step", None)
    if step is None or not is_number(value):
        return value
    low, high = distribution.low, distribution.high
    n_steps = np.clip(round((value - low) / step), 0, int((high - low) / step + 1e-9))
    moved = low + int(n_steps) * step
    return int(moved) if isinstance(low, int) else float(min(moved, high))


def _nearest_choice(choices, value):
    """Find the same choice, or for numbers the nearest one; None and "none" are the same."""
    for choice in choices:
        if type(choice) is type(value) and choice == value:
            return choice
    nothing = [choice for choice in choices if choice in (None, "none")]
    if value in (None, "none"):
        return nothing[0] if nothing else MISSING
    numbers = [choice for choice in choices if is_number(choice)]
    if not is_number(value) or not numbers:
        return MISSING
    return min(numbers, key=lambda choice: abs(choice - value))
