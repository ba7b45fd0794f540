"""Ranges of hyperparameters: what may be tried, how to draw from it, what is the usual value."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class _Parameter:
    """What all ranges share: a name, a default, and when the parameter matters."""

    name: str

    def is_active(self, configuration):
        """Tell whether the parameter matters in a configuration.

        Parameters
        ----------
        configuration : dict
            A configuration; a parameter that another one depends on may be missing.

        Returns
        -------
        bool
            True unless the condition is not met.
        """
        if self.condition is None:
            return True
        other, allowed = self.condition
        return configuration.get(other) in allowed


class _Range(_Parameter):
    """A parameter between two bounds."""

    def __post_init__(self):
        where = f"{type(self).__name__}({self.name!r}, {self.low}, {self.high})"
        if not self.low <= self.high:
            raise ValueError(f"{where}: the first bound is above the second; give low, then high.")
        if self.log and self.low <= 0:
            raise ValueError(f"{where}: a logarithmic scale has no {self.low}; give low > 0.")
        if self.default is not None and not self.contains(self.default):
            raise ValueError(f"{where}: the default {self.default!r} is not a value between them.")


@dataclass(frozen=True)
class Float(_Range):
    """A range of real numbers.

    Parameters
    ----------
    name : str
        Key in the configuration.
    low, high : float
        Bounds, both included.
    log : bool, default=False
        Whether to draw on a logarithmic scale.
    default : float
        The usual value.
    condition : (str, tuple), default=None
        Another parameter's name and the values of it for which this one matters.
    kinds : tuple of str, default=None
        Kinds of task for which the parameter exists; None for all.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.spaces import Float
    >>> C = Float("C", 0.01, 100.0, log=True, default=1.0)
    >>> C.contains(C.sample(np.random.default_rng(0))), C.contains(1000.0)
    (True, False)
    """

    low: float
    high: float
    log: bool = False
    default: float = None
    condition: tuple = None
    kinds: tuple = None

    def sample(self, rng):
        """Draw a value with a numpy Generator."""
        if self.log:
            value = np.exp(rng.uniform(np.log(self.low), np.log(self.high)))
        else:
            value = rng.uniform(self.low, self.high)
        # Six digits are plenty, and the same on every platform.
        return float(np.clip(float(f"{value:.6g}"), self.low, self.high))

    def contains(self, value):
        """Tell whether a value is a number within the bounds."""
        return _is_number(value) and self.low <= value <= self.high


@dataclass(frozen=True)
class Int(_Range):
    """A range of whole numbers.

    Parameters
    ----------
    name : str
        Key in the configuration.
    low, high : int
        Bounds, both included.
    log : bool, default=False
        Whether to draw on a logarithmic scale.
    default : int
        The usual value.
    condition : (str, tuple), default=None
        Another parameter's name and the values of it for which this one matters.
    kinds : tuple of str, default=None
        Kinds of task for which the parameter exists; None for all.
    """

    low: int
    high: int
    log: bool = False
    default: int = None
    condition: tuple = None
    kinds: tuple = None

    def sample(self, rng):
        """Draw a value with a numpy Generator."""
        if not self.log:
            return int(rng.integers(self.low, self.high + 1))
        # Half a step beyond the bounds gives the outermost values their share.
        value = np.exp(rng.uniform(np.log(self.low - 0.5), np.log(self.high + 0.5)))
        return int(np.clip(round(value), self.low, self.high))

    def contains(self, value):
        """Tell whether a value is a whole number within the bounds."""
        return _is_number(value) and value == int(value) and self.low <= value <= self.high


@dataclass(frozen=True)
class Categorical(_Parameter):
    """A choice between a few values.

    Parameters
    ----------
    name : str
        Key in the configuration.
    choices : tuple
        Strings, numbers or booleans.
    default : object, default=None
        The usual value; None for the first choice.
    condition : (str, tuple), default=None
        Another parameter's name and the values of it for which this one matters.
    kinds : tuple of str, default=None
        Kinds of task for which the parameter exists; None for all.
    """

    choices: tuple
    default: object = None
    condition: tuple = None
    kinds: tuple = None

    def __post_init__(self):
        if self.default is None:
            object.__setattr__(self, "default", self.choices[0])

    def sample(self, rng):
        """Draw a choice with a numpy Generator."""
        return self.choices[int(rng.integers(len(self.choices)))]

    def contains(self, value):
        """Tell whether a value is one of the choices (True is not 1)."""
        return any(type(value) is type(choice) and value == choice for choice in self.choices)


def _is_number(value):
    """Tell finite real numbers; a bool is none here."""
    is_real = isinstance(value, int | float | np.integer | np.floating)
    return is_real and not isinstance(value, bool) and bool(np.isfinite(value))
