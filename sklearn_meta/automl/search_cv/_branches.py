"""What is searched: points of an advisor's space, and the estimator's parameters they stand for."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from sklearn_meta.automl.search_cv._axes import make_axis
from sklearn_meta.spaces import Family

#: With so many combinations of listed values or fewer, all of them can be tried.
_COUNTABLE = 5_000


class FamilyBranch:
    """The ranges of a known family, searched in the family's own parameters.

    Parameters
    ----------
    inner : Inner
        The known model.
    context : PlainContext
        What is known of the task.
    """

    size = None

    def __init__(self, inner, context):
        self._inner = inner
        self._context = context
        self._parameters = inner.plain.parameters(context.kind)
        self.name = inner.plain.family.name
        self.searched = {p.name for p in self._parameters}

    def family(self):
        """Return the branch as a family of an advisor's space."""
        return Family(self.name, _never_built, self._parameters)

    def params(self, point):
        """Return the parameters of the estimator that a point stands for."""
        said = self._inner.plain.params(point, self._context)
        return {self._inner.prefix + name: value for name, value in said.items()}

    def point_of_known(self, configuration):
        """Return the point of a configuration of the experience; None if it is none of these."""
        fixed = self._inner.plain.fixed
        if any(configuration.get(k) != v for k, v in fixed.items() if isinstance(v, str)):
            return None
        point = {name: configuration[name] for name in self.searched if name in configuration}
        return {"family": self.name, **point}

    def own(self, estimator):
        """Return point and parameters of the estimator as it is; the point may be a near one."""
        plain, own = self._inner.plain, self._inner.params
        near = plain.configuration(own, self._context)
        point = {name: near[name] for name in self.searched if name in near}
        params = {self._inner.prefix + name: own[name] for name in plain.targets if name in own}
        return {"family": self.name, **point}, params

    def grid(self):
        """Return nothing: ranges can't be listed."""
        return ()


class GivenBranch:
    """The user's distributions, one coordinate each.

    Parameters
    ----------
    name : str
        Name of the branch in the advisor's space.
    distributions : dict
        From full parameter names to what `make_axis` takes.
    estimator : estimator
        Its own parameters are the usual ones.
    inner : Inner
        The model that experience may know.
    context : PlainContext or None
        What is known of the task; None where experience can't speak.
    """

    def __init__(self, name, distributions, estimator, inner, context):
        self.name = name
        self._inner = inner
        self._context = context
        own = estimator.get_params()
        axes = {key: make_axis(key, value) for key, value in sorted(distributions.items())}
        self._axes = {
            key: axis.with_default(own[key]) if key in own else axis for key, axis in axes.items()
        }
        counts = [axis.n_values for axis in self._axes.values()]
        self.size = None if None in counts else math.prod(counts)
        self._plain_names = _names_of_model(axes, inner.prefix)
        self.searched = self._searched_of_family()

    def family(self):
        """Return the branch as a family of an advisor's space."""
        return Family(self.name, _never_built, tuple(a.parameter for a in self._axes.values()))

    def params(self, point):
        """Return the parameters of the estimator that a point stands for."""
        return {
            key: axis.to_value(point[key])
            if key in point
            else axis.to_value(axis.parameter.default)
            for key, axis in self._axes.items()
        }

    def point_of_known(self, configuration):
        """Return the point of a configuration of the experience; None if it is outside."""
        if not self.searched:
            return None
        plain = self._inner.plain
        wanted = plain.fixed.items()
        if any(configuration.get(name) != v for name, v in wanted if isinstance(v, str)):
            return None
        said = plain.params(configuration, self._context)
        point = {"family": self.name}
        for key, axis in self._axes.items():
            target = self._plain_names.get(key)
            coordinate = axis.parameter.default
            if target in said:
                coordinate = axis.to_coordinate(said[target])
            if coordinate is None:
                return None
            point[key] = coordinate
        return point

    def own(self, estimator):
        """Return point and parameters of the estimator as it is; None if it is outside."""
        own = estimator.get_params()
        point = {"family": self.name}
        for key, axis in self._axes.items():
            coordinate = axis.to_coordinate(own[key]) if key in own else None
            if coordinate is None:
                return None
            point[key] = coordinate
        return point, {key: own[key] for key in self._axes}

    def grid(self):
        """Return all points, where they can be counted."""
        if self.size is None or self.size > _COUNTABLE:
            return ()
        ranges = [_coordinates(axis) for axis in self._axes.values()]
        return (
            {"family": self.name, **dict(zip(self._axes, values, strict=True))}
            for values in itertools.product(*ranges)
        )

    def _searched_of_family(self):
        """Names of the family's parameters that the distributions speak of."""
        plain = self._inner.plain
        if plain is None or self._context is None:
            return set()
        targets = set(self._plain_names.values())
        spoken = [term for term in plain.terms if targets & set(term.targets)]
        return {name for term in spoken for name in term.names}


def _names_of_model(names, prefix):
    """From full names to the model's own; empty where the model itself is searched for."""
    if any(prefix.startswith(f"{name}__") for name in names):
        return {}
    return {name: name.removeprefix(prefix) for name in names if name.startswith(prefix)}


def _coordinates(axis):
    parameter = axis.parameter
    if hasattr(parameter, "choices"):
        return parameter.choices
    return range(parameter.low, parameter.high + 1)


def make_branches(estimator, inner, context, distributions):
    """Make the branches of a search.

    Parameters
    ----------
    estimator : estimator
        The user's.
    inner : Inner
        Its model.
    context : PlainContext or None
        What is known of the task; None where experience can't speak.
    distributions : dict, list of dict or None
        The user's; None takes the ranges of the model's family.

    Returns
    -------
    list of FamilyBranch or GivenBranch

    Raises
    ------
    TypeError
        If the distributions are of a wrong type.
    ValueError
        If there are none.
    """
    if distributions is None:
        return [FamilyBranch(inner, context)]
    if isinstance(distributions, Mapping):
        distributions = [distributions]
    for entry in distributions:
        if not isinstance(entry, Mapping):
            raise TypeError(f"Parameter distribution is not a dict ({entry!r}).")
    if not distributions:
        raise ValueError("param_distributions is an empty list; give at least one dict.")
    return [
        GivenBranch(f"distributions {number}", entry, estimator, inner, context)
        for number, entry in enumerate(distributions)
    ]


@dataclass(frozen=True)
class Candidate:
    """Something to evaluate.

    Parameters
    ----------
    point : dict
        In the advisor's space.
    params : dict
        For the estimator.
    origin : str
        Where it comes from: "experience", "own" (the estimator as it is), "surrogate", "default" or
        "random".
    predicted_seconds : float or None
        Of one fold.
    """

    point: dict
    params: dict
    origin: str
    predicted_seconds: float | None = None


def _never_built(configuration, context):
    """Stand in for a family's builder: these points are set on the user's estimator."""
    raise NotImplementedError("points of MetaSearchCV are set on the user's estimator")
