"""Configurations of any family as rows of numbers, for kernels and networks."""

import numpy as np

from sklearn_meta.advisors.configurations._distance import is_number
from sklearn_meta.spaces import FAMILIES, Categorical, Float

_LOG_RATIO = 50.0  # largest over smallest value, from which a range is taken as logarithmic
_REACH = 0.5  # how far beyond a range a value may count


class ConfigurationEncoder:
    """Families as one-hot columns, numbers on their unit scale in [-1, 1], choices as one-hot.

    Parameters of one name share their columns over the families, each on its own family's range. A
    parameter that a configuration lacks is 0.

    Parameters
    ----------
    families : dict of str to tuple of Float, Int and Categorical
        The parameters of each family.

    Attributes
    ----------
    n_columns : int
        Columns of a row.
    """

    def __init__(self, families):
        self._ranges = {}
        self._family_columns = {}
        self._columns = {}
        self.n_columns = 0
        self._add(families)

    @classmethod
    def learn(cls, configurations, kind):
        """Make an encoder for the configurations of an experience.

        Parameters
        ----------
        configurations : list of dict
            Of any family; of one that does not ship with the package, the ranges are those of the
            values seen.
        kind : {"binary", "multiclass", "regression"}
            Kind of task.

        Returns
        -------
        ConfigurationEncoder

        Examples
        --------
        >>> from sklearn_meta.advisors.deep_kernel._encoding import ConfigurationEncoder
        >>> seen = [{"family": "svm", "C": 1.0}, {"family": "own", "depth": 3}]
        >>> ConfigurationEncoder.learn(seen, "binary").encode(seen).shape[0]
        2
        """
        own = {}
        for configuration in configurations:
            own.setdefault(configuration["family"], []).append(configuration)
        return cls({name: _parameters_of(name, own[name], kind) for name in sorted(own)})

    def extended(self, families):
        """Return an encoder with further columns for what it does not know of a space's families.

        Parameters
        ----------
        families : dict of str to Family
            Of a search space.

        Returns
        -------
        ConfigurationEncoder
            Its first columns are those of this one.
        """
        wider = ConfigurationEncoder({name: tuple(r.values()) for name, r in self._ranges.items()})
        wider._add(
            {
                name: tuple(p for p in family.parameters if p.name not in wider._known(name))
                for name, family in families.items()
            }
        )
        return wider

    def encode(self, configurations):
        """Write configurations as rows.

        Parameters
        ----------
        configurations : list of dict
            Unknown families and parameters leave no trace.

        Returns
        -------
        ndarray of shape (n_configurations, n_columns)
        """
        rows = np.zeros((len(configurations), self.n_columns))
        for row, configuration in zip(rows, configurations, strict=True):
            family = configuration.get("family")
            if family not in self._ranges:
                continue
            row[self._family_columns[family]] = 1.0
            for name, parameter in self._ranges[family].items():
                if name in configuration:
                    self._write(row, parameter, configuration[name])
        return rows

    def encode_columns(self, family, columns):
        """Write many configurations of one family, given by columns.

        Parameters
        ----------
        family : str
            Their family.
        columns : list of (parameter, ndarray, ndarray of bool)
            A parameter of a space, its values (places among its choices, for a categorical one),
            and where it matters.

        Returns
        -------
        ndarray of shape (n_configurations, n_columns)
        """
        rows = np.zeros((len(columns[0][1]) if columns else 1, self.n_columns))
        if family in self._family_columns:
            rows[:, self._family_columns[family]] = 1.0
        for given, values, active in columns:
            parameter = self._ranges.get(family, {}).get(given.name)
            if parameter is None:
                continue
            if hasattr(given, "choices"):
                table = np.zeros((len(given.choices), self.n_columns))
                for row, choice in zip(table, given.choices, strict=True):
                    self._write(row, parameter, choice)
                rows += table[values] * active[:, None]
            elif hasattr(parameter, "low"):
                column = self._columns[_slot(parameter)]
                rows[:, column] = np.where(active, _scaled(parameter, values), 0.0)
        return rows

    def _known(self, family):
        """Names of the parameters known of a family."""
        return self._ranges.get(family, {})

    def _add(self, families):
        """Give columns to families and parameters that have none."""
        for name, parameters in families.items():
            if name not in self._family_columns:
                self._family_columns[name] = self._take(1)
            own = self._ranges.setdefault(name, {})
            for parameter in parameters:
                own[parameter.name] = parameter
                if _slot(parameter) not in self._columns:
                    width = len(parameter.choices) if hasattr(parameter, "choices") else 1
                    self._columns[_slot(parameter)] = self._take(width)

    def _take(self, width):
        """Reserve columns; returns the first."""
        self.n_columns += width
        return self.n_columns - width

    def _write(self, row, parameter, value):
        """Write one value into a row."""
        column = self._columns[_slot(parameter)]
        if hasattr(parameter, "choices"):
            for place, choice in enumerate(parameter.choices):
                if type(choice) is type(value) and choice == value:
                    row[column + place] = 1.0
        elif is_number(value):
            row[column] = _scaled(parameter, np.array(float(value)))


def _slot(parameter):
    """Name the columns that a parameter shares with its namesakes."""
    return parameter.name, repr(parameter.choices) if hasattr(parameter, "choices") else ""


def _scaled(parameter, values):
    """Place numbers in a range, -1 at the low end and 1 at the high end."""
    low, high = float(parameter.low), float(parameter.high)
    if high <= low:
        return np.zeros(values.shape)
    if parameter.log:
        unit = np.log(np.maximum(values, 1e-300) / low) / np.log(high / low)
    else:
        unit = (values - low) / (high - low)
    return 2.0 * np.clip(unit, -_REACH, 1.0 + _REACH) - 1.0


def _parameters_of(name, configurations, kind):
    """Return the ranges of a family: those it ships with, else those of the values seen."""
    if name in FAMILIES:
        return FAMILIES[name].for_kind(kind).parameters
    seen = {}
    for configuration in configurations:
        for key, value in configuration.items():
            if key != "family":
                seen.setdefault(key, []).append(value)
    return tuple(_range_of(key, seen[key]) for key in sorted(seen))


def _range_of(name, values):
    """Make a range of the values seen."""
    if all(is_number(value) for value in values):
        low, high = float(min(values)), float(max(values))
        log = low > 0 and high / low > _LOG_RATIO
        return Float(name, low, high, log=log, default=low)
    choices = {f"{type(value).__name__} {value!r}": value for value in values}
    return Categorical(name, tuple(choices[key] for key in sorted(choices)))
