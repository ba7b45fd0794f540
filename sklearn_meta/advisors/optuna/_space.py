"""How the parameters of an Optuna study and those of a family belong together."""

from dataclasses import replace
from difflib import get_close_matches

from sklearn_meta.advisors.configurations._moves import tidy
from sklearn_meta.advisors.optuna._ranges import MISSING, fitted, narrowed, stepped
from sklearn_meta.spaces import SearchSpace


class StudySpace:
    """Names and ranges of a study, in terms of a family.

    Parameters
    ----------
    family : str
        Name of a family.
    kind : {"binary", "multiclass", "regression"}
        Kind of task.
    parameters : dict of str to str, default=None
        The family's name of a study's parameter, where the two differ. Besides, a parameter of the
        study is recognised by the family's own name, or by what follows its last ``"__"``.
    fixed : dict, default=None
        Values, by the family's names, of parameters that the study does not tune.

    Attributes
    ----------
    family : Family
        With the parameters that exist for the kind of task.

    Raises
    ------
    ValueError
        If the family, or a parameter of it that is named, does not exist.
    """

    def __init__(self, family, kind, parameters=None, fixed=None):
        self.kind = kind
        self.family = SearchSpace(kind, [family]).families[family]
        self.parameters = dict(parameters or {})
        self.fixed = dict(fixed or {})
        self._own = {parameter.name: parameter for parameter in self.family.parameters}
        for name in [*self.parameters.values(), *self.fixed]:
            if name not in self._own:
                close = get_close_matches(str(name), self._own, n=1)
                hint = f" Did you mean {close[0]!r}?" if close else ""
                raise ValueError(
                    f"The family {family!r} has no parameter {name!r} for a {kind} task.{hint} "
                    f"It has: {', '.join(self._own)}."
                )

    def parameter_of(self, name):
        """Return the family's parameter that a name of the study stands for, or None."""
        own = self.parameters.get(name, name)
        if own not in self._own:
            own = own.rpartition("__")[2]
        return None if own in self.fixed else self._own.get(own)

    def tuned(self, distributions):
        """List the ranges that are tuned.

        Parameters
        ----------
        distributions : dict of str to BaseDistribution
            What the study has drawn from so far, by its names.

        Returns
        -------
        tuple of Float, Int and Categorical
            In the family's order. Parameters that only matter beside some value of a tuned one are
            among them even if the study has not drawn them yet. Without any distribution: all.
        """
        seen = {}
        for name, distribution in distributions.items():
            parameter = self.parameter_of(name)
            if parameter is not None:
                seen.setdefault(parameter.name, distribution)
        found = []
        for parameter in self.family.parameters:
            if parameter.name in self.fixed:
                continue
            condition = parameter.condition
            if condition is not None and seen and condition[0] not in seen:
                parameter = replace(parameter, condition=None)
            if parameter.name in seen:
                found.append(narrowed(parameter, seen[parameter.name]))
            elif not seen or parameter.condition is not None:
                found.append(parameter)
        return tuple(found)

    def searched(self, tuned):
        """Make the space of all that is tuned."""
        return SearchSpace(self.kind, [replace(self.family, parameters=tuned)])

    def configuration(self, params, space):
        """Write a trial's parameters as a configuration of the family.

        Parameters
        ----------
        params : dict of str to object
            Values by the study's names; unknown ones are left out.
        space : SearchSpace
            Of `searched`; what it has besides gets its default.

        Returns
        -------
        dict
        """
        known = {p.name for p in space.families[self.family.name].parameters}
        found = {"family": self.family.name}
        for name, value in params.items():
            parameter = self.parameter_of(name)
            if parameter is not None and parameter.name in known:
                found.setdefault(parameter.name, value)
        return tidy(space, found)

    def value(self, name, distribution, configuration):
        """Read a parameter's value from a configuration.

        Parameters
        ----------
        name : str
            The study's name of it.
        distribution : BaseDistribution
            What the value has to be in.
        configuration : dict
            Of the family.

        Returns
        -------
        object
            A legal value, or `MISSING`.
        """
        parameter = self.parameter_of(name)
        if parameter is None or parameter.name not in configuration:
            return MISSING
        target = narrowed(parameter, distribution)
        value = fitted(target, configuration[parameter.name], parameter, slack=float("inf"))
        return value if value is MISSING else stepped(distribution, value)

    def params(self, configuration, distributions):
        """Write a configuration as parameters of a study.

        Parameters
        ----------
        configuration : dict
            Of the family.
        distributions : dict of str to BaseDistribution
            What the study draws from, for its names.

        Returns
        -------
        dict of str to object
            By the study's names; parameters that it has no other name for keep the family's.
        """
        words = {own: name for name, own in self.parameters.items()}
        for name in distributions:
            parameter = self.parameter_of(name)
            if parameter is not None:
                words.setdefault(parameter.name, name)
        return {
            words.get(own, own): value for own, value in configuration.items() if own != "family"
        }
