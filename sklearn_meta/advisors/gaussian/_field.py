"""The prior over configurations, stretched to those that no earlier task has seen."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta.advisors.configurations._distance import unit_distance

_LENGTH = 0.5
_NO_ANCHOR = -1


@dataclass(frozen=True)
class _Point:
    """A configuration as a share of its nearest known one and a part of its own."""

    anchor: int
    share: float


class ConfigurationField:
    """Gaussian over a growing list of configurations.

    A configuration of the experience is what the prior says. Another one of a known family has
    correlation ``exp(-distance / 0.5)`` with the nearest configuration of its family and unit
    variance of its own for the rest. One of an unknown family has mean 0 and variance 1,
    independent of all others.

    Parameters
    ----------
    mean : ndarray of shape (n_known,)
        Prior mean of the configurations of the experience.
    covariance : ndarray of shape (n_known, n_known)
        Their prior covariance.
    configurations : list of n_known dicts
        The configurations themselves.
    families : dict of str to Family
        For the parameters that distances are measured in.
    """

    def __init__(self, mean, covariance, configurations, families):
        self._known_mean = mean
        self._known_covariance = covariance
        self._configurations = configurations
        self._families = families
        self._members = {}
        for number, configuration in enumerate(configurations):
            self._members.setdefault(configuration["family"], []).append(number)
        self._points = []
        self._moments = None

    def __len__(self):
        return len(self._points)

    def add_known(self, number):
        """Add a configuration of the experience by its number; returns its place in the field."""
        return self._add(_Point(number, 1.0))

    def add(self, configuration):
        """Add any other configuration; returns its place in the field."""
        return self._add(_Point(*self.nearest(configuration)))

    def anchors(self):
        """Nearest configuration of the experience for each point, -1 for none; shape (n,)."""
        return np.array([point.anchor for point in self._points], dtype=int)

    def shares(self):
        """Correlation of each point with its anchor, shape (n,); 1 for those of the experience."""
        return np.array([point.share for point in self._points])

    def moments(self):
        """Prior mean, shape (n,), and covariance, shape (n, n), of all points."""
        if self._moments is None:
            anchors, shares = self.anchors(), self.shares()
            own = 1.0 - shares**2
            if not len(self._known_mean):
                self._moments = np.zeros(len(own)), np.diag(own)
                return self._moments
            covariance = self._known_covariance[np.ix_(anchors, anchors)] * np.outer(shares, shares)
            covariance[np.diag_indices_from(covariance)] += own
            self._moments = self._known_mean[anchors] * shares, covariance
        return self._moments

    def _add(self, point):
        """Append a point."""
        self._points.append(point)
        self._moments = None
        return len(self._points) - 1

    def nearest(self, configuration):
        """Find the nearest configuration of the same family in the experience.

        Parameters
        ----------
        configuration : dict
            Any configuration.

        Returns
        -------
        number : int
            Its number in the experience, -1 if the family is unknown.
        share : float
            The correlation with it.
        """
        name = configuration["family"]
        members = self._members.get(name)
        if not members or name not in self._families:
            return _NO_ANCHOR, 0.0
        parameters = self._families[name].parameters
        distances = [
            unit_distance(configuration, self._configurations[number], parameters)
            for number in members
        ]
        best = int(np.argmin(distances))
        return members[best], float(np.exp(-distances[best] / _LENGTH))
