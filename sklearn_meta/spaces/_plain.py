"""A family's configuration in the parameters of a plain estimator, and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from sklearn_meta.spaces._family import BuildContext
from sklearn_meta.spaces._parameters import Categorical, Int


@dataclass(frozen=True)
class PlainContext(BuildContext):
    """What a translation may know of the task.

    Parameters
    ----------
    target_scale : float, default=1.0
        Standard deviation of the target that the estimator sees. The families' regressors see a
        standardised one.
    column_variance : float, default=1.0
        Mean variance of the columns that the estimator sees. The families' kernels see
        standardised ones.
    """

    target_scale: float = 1.0
    column_variance: float = 1.0


@dataclass(frozen=True)
class Term:
    """Some of a family's parameters, and the estimator's parameters that mean the same.

    Parameters
    ----------
    names : tuple of str
        The family's.
    targets : tuple of str
        The estimator's.
    to_plain : callable
        ``to_plain(configuration, context)`` returns a dict of the estimator's parameters. It may
        name more than `targets`: what has to be set along with them.
    to_family : callable
        ``to_family(params, context)`` returns a dict of the family's parameters; names that have
        no counterpart may be left out.
    """

    names: tuple
    targets: tuple
    to_plain: Callable
    to_family: Callable


def _nothing_held(params):
    """Hold nothing: everything may be searched."""
    return ()


@dataclass(frozen=True)
class PlainModel:
    """An estimator of some package, seen as a family.

    Parameters
    ----------
    family : Family
        The family.
    package : str
        Name of the estimator's package.
    estimator : str
        Name of the estimator's class.
    terms : tuple of Term
        How its parameters are said.
    fixed : dict
        The part of a configuration that choosing this estimator settles.
    held : callable
        ``held(params)`` names the family's parameters that must not be searched beside these
        parameters of the estimator.
    """

    family: object
    package: str
    estimator: str
    terms: tuple
    fixed: Mapping = field(default_factory=lambda: MappingProxyType({}))
    held: Callable = _nothing_held

    def without_held(self, params):
        """Return the model without the terms that must stay as the estimator has them.

        Parameters
        ----------
        params : dict
            The estimator's own parameters.

        Returns
        -------
        PlainModel
        """
        held = set(self.held(params))
        return replace(self, terms=tuple(t for t in self.terms if not held & set(t.names)))

    @property
    def targets(self):
        """Tuple of the estimator's parameters that the terms set."""
        return tuple(target for term in self.terms for target in term.targets)

    def parameters(self, kind):
        """Return the family's ranges that the terms speak of.

        Parameters
        ----------
        kind : {"binary", "multiclass", "regression"}
            Kind of task.

        Returns
        -------
        tuple of Float, Int and Categorical
            Without those that `fixed` settles or switches off.
        """
        names = {name for term in self.terms for name in term.names} - set(self.fixed)
        spoken = [p for p in self.family.for_kind(kind).parameters if p.name in names]
        return tuple(p for p in map(self._settled, spoken) if p is not None)

    def _settled(self, parameter):
        """Resolve a condition on what is fixed; None if it is not met."""
        if parameter.condition is None or parameter.condition[0] not in self.fixed:
            return parameter
        met = self.fixed[parameter.condition[0]] in parameter.condition[1]
        return replace(parameter, condition=None) if met else None

    def params(self, configuration, context):
        """Say a configuration in the estimator's parameters.

        Parameters
        ----------
        configuration : dict
            Of the family; parameters that are missing are not said.
        context : PlainContext
            What is known of the task.

        Returns
        -------
        dict
            For ``set_params``.
        """
        whole = {**configuration, **self.fixed}
        said = {}
        for term in self.terms:
            if term.names[0] in whole:
                said.update(term.to_plain(whole, context))
        return said

    def configuration(self, params, context):
        """Say the estimator's parameters as a configuration, as nearly as the ranges allow.

        Parameters
        ----------
        params : dict
            The estimator's parameters.
        context : PlainContext
            What is known of the task.

        Returns
        -------
        dict
            A configuration with a value for every parameter that matters; numbers beyond a range
            are moved to its end, what has no counterpart is the family's default.
        """
        found = {}
        for term in self.terms:
            if all(target in params for target in term.targets):
                found.update(term.to_family(params, context))
        said = {"family": self.family.name, **self.fixed}
        for parameter in self.parameters(context.kind):
            if parameter.is_active(said):
                said[parameter.name] = _nearest(parameter, found.get(parameter.name))
        return said


def _nearest(parameter, value):
    """Return the value of a range that is nearest to any value."""
    if parameter.contains(value):
        return value
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if isinstance(parameter, Categorical) or not is_number or not np.isfinite(value):
        return parameter.default
    value = min(max(value, parameter.low), parameter.high)
    return int(round(value)) if isinstance(parameter, Int) else float(value)


def same(*names):
    """Make terms of parameters that mean the same under the same name.

    Parameters
    ----------
    *names : str
        The parameters.

    Returns
    -------
    tuple of Term
    """
    return tuple(renamed(name, name) for name in names)


def renamed(name, target, to_plain=None, to_family=None):
    """Make a term of one parameter and its counterpart.

    Parameters
    ----------
    name, target : str
        The family's parameter, the estimator's parameter.
    to_plain, to_family : callable, default=None
        ``(value, context)`` to a value of the other side; None for the same value.

    Returns
    -------
    Term
    """

    def forward(configuration, context):
        value = configuration[name]
        return {target: value if to_plain is None else to_plain(value, context)}

    def backward(params, context):
        value = params[target]
        value = value if to_family is None else to_family(value, context)
        return {} if value is None else {name: value}

    return Term((name,), (target,), forward, backward)
