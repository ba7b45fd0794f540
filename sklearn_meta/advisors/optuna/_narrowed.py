"""An experience seen through the parameters and ranges that somebody else tunes."""

from dataclasses import replace

import numpy as np

from sklearn_meta.advisors.optuna._ranges import MISSING, fitted
from sklearn_meta.spaces import configuration_key

_SLACK = 0.1  # of a parameter's range: how far a known value may be moved into other bounds


class NarrowedExperience:
    """The configurations of one family, with none but the parameters that are tuned.

    A known configuration takes part if its values are in the ranges, or at most a tenth of the
    family's own range outside. Those that are then the same share one column, with their mean
    scores and seconds.

    Parameters
    ----------
    experience : object with ``matrix(kind, metric)``, or None
        What is known.
    family : Family
        The family as it ships, for the kind of task.
    tuned : sequence of Float, Int and Categorical
        The ranges wanted, under the family's names.
    fixed : dict
        Values of other parameters that never change; known configurations with other values are
        left out.
    metric : str or None
        Metric to read; None for the default of the kind.
    """

    def __init__(self, experience, family, tuned, fixed, metric):
        self._experience = experience
        self._family = family
        self._tuned = tuple(tuned)
        self._fixed = dict(fixed)
        self._metric = metric

    def matrix(self, kind, metric=None):
        """Return the evaluations of the narrowed configurations.

        Parameters
        ----------
        kind : str
            Kind of task.
        metric : str, default=None
            Not looked at: the metric is settled.

        Returns
        -------
        EvaluationMatrix or None
            None without any experience.
        """
        if self._experience is None:
            return None
        matrix = self._experience.matrix(kind, self._metric)
        columns, found = {}, {}
        for number, configuration in enumerate(matrix.configurations):
            seen = self.project(configuration)
            if seen is not None:
                key = configuration_key(seen)
                found[key] = seen
                columns.setdefault(key, []).append(number)
        return replace(
            matrix,
            configurations=list(found.values()),
            keys=list(found),
            scores=_merged(matrix.scores, columns.values()),
            seconds=_merged(matrix.seconds, columns.values()),
            rows=_merged(matrix.rows, columns.values()),
        )

    def project(self, configuration):
        """Bring a known configuration into the ranges.

        Parameters
        ----------
        configuration : dict
            Of any family.

        Returns
        -------
        dict or None
            With the tuned parameters alone; None if it has no place there.
        """
        if configuration["family"] != self._family.name or not self._agrees(configuration):
            return None
        own = {parameter.name: parameter for parameter in self._family.parameters}
        seen = {"family": self._family.name}
        for target in self._tuned:
            if not target.is_active(seen):
                continue
            parameter = own[target.name]
            value = configuration.get(target.name, MISSING)
            if value is MISSING and parameter.is_active(configuration):
                value = parameter.default  # so it was when nobody named it
            if value is not MISSING:
                value = fitted(target, value, parameter, _SLACK)
            if value is MISSING:
                return None
            seen[target.name] = value
        return seen

    def _agrees(self, configuration):
        """Tell whether what never changes is as the user has it."""
        own = {parameter.name: parameter for parameter in self._family.parameters}
        return all(
            configuration.get(name, own[name].default) == value
            for name, value in self._fixed.items()
        )


def _merged(cells, columns):
    """Mean of each group of columns, missing cells left out."""
    merged = np.full((len(cells), len(columns)), np.nan)
    for place, numbers in enumerate(columns):
        own = cells[:, numbers]
        known = np.isfinite(own)
        count = known.sum(axis=1)
        sums = np.where(known, own, 0.0).sum(axis=1)
        merged[:, place] = np.where(count > 0, sums / np.maximum(count, 1), np.nan)
    return merged
