"""The configurations a session chooses from, and what it believes of each."""

import numpy as np

from sklearn_meta.advisors.configurations._known import known_candidates
from sklearn_meta.advisors.gaussian._field import ConfigurationField
from sklearn_meta.advisors.tasks._cost import Calibration
from sklearn_meta.spaces import configuration_key

_ANCHOR_SD = 0.5
_STRANGER_SD = 1.0
_STRANGER_SECONDS = 0.3


class CandidatePool:
    """Known, default and merely told configurations of one task, in one Gaussian field.

    Parameters
    ----------
    knowledge : Knowledge or None
        What the experience says.
    task : TaskDescription
        The task at hand.
    space : SearchSpace
        What may be tried on it.

    Attributes
    ----------
    configurations : list of dict
        All points of the field.
    origins : list of str
        "experience", "default" or "told" for each of them.
    """

    def __init__(self, knowledge, task, space):
        known = knowledge.configurations if knowledge is not None else []
        self.configurations, self.origins, self._places = [], [], {}
        self._calibration = Calibration()
        self._log_seconds, self._deviations = _stored_seconds(knowledge, task)
        mean = knowledge.prior.mean(task.metafeatures) if known else np.zeros(0)
        covariance = knowledge.prior.covariance if known else np.zeros((0, 0))
        self.field = ConfigurationField(mean, covariance, known, space.families)
        for number, configuration in known_candidates(known, space):
            place = self.field.add_known(number)
            self._place(configuration, "experience", place)
            self._places.setdefault(configuration_key(known[number]), place)
        for configuration in space.default_configurations():
            if configuration_key(configuration) not in self._places:
                self._place(configuration, "default", self.field.add(configuration))

    def __len__(self):
        return len(self.configurations)

    def place(self, configuration):
        """Find a configuration's place in the field; strangers are given one."""
        key = configuration_key(configuration)
        if key not in self._places:
            self._place(configuration, "told", self.field.add(configuration))
        return self._places[key]

    def families(self):
        """Family of each point."""
        return [configuration["family"] for configuration in self.configurations]

    def strangers(self):
        """Places of the defaults of families that no earlier task has seen."""
        anchors = self.field.anchors()
        return [
            n for n, origin in enumerate(self.origins) if origin == "default" and anchors[n] < 0
        ]

    def learn_seconds(self, place, seconds, finished):
        """Correct the predictions by a measured time; an unfinished trial is a lower bound."""
        ratio = np.log(max(seconds, 1e-4)) - self._base_log_seconds()[place]
        if finished or ratio > 0:
            family = self.configurations[place]["family"]
            self._calibration.learn(family, ratio, self._base_deviations()[place])

    def seconds(self):
        """Predicted seconds of one fold for each point, shape (n,)."""
        return self._calibrated(self._base_log_seconds(), self.families())

    def log_seconds_deviations(self):
        """Return the standard deviation of the log seconds of each point, shape (n,)."""
        return self._base_deviations()

    def seconds_of(self, configuration):
        """Predicted seconds of one fold for any configuration, which gets no place by this."""
        anchors = np.array([self.field.nearest(configuration)[0]])
        return float(self._calibrated(self._log_seconds_at(anchors), [configuration["family"]])[0])

    def told_known(self, told):
        """Pick the results of configurations of the experience: their numbers and their trials."""
        anchors, shares = self.field.anchors(), self.field.shares()
        placed = [(self.place(trial.configuration), trial) for trial in told]
        return [(anchors[n], trial) for n, trial in placed if anchors[n] >= 0 and shares[n] == 1.0]

    def _calibrated(self, log_seconds, families):
        """Apply what was learned of this machine's speed."""
        offsets = self._calibration.offsets(families)
        return np.exp(np.clip(log_seconds + offsets, -9.0, 12.0))

    def _place(self, configuration, origin, place):
        """Book a point."""
        self.configurations.append(configuration)
        self.origins.append(origin)
        self._places[configuration_key(configuration)] = place

    def _base_log_seconds(self):
        """Log seconds of all points before calibration."""
        return self._log_seconds_at(self.field.anchors())

    def _log_seconds_at(self, anchors):
        """Log seconds of the nearest known configurations, the mean of all where there is none."""
        if not len(self._log_seconds):
            return np.full(len(anchors), np.log(_STRANGER_SECONDS))
        return np.where(anchors >= 0, self._log_seconds[anchors], self._log_seconds.mean())

    def _base_deviations(self):
        """Return the standard deviations that go with them."""
        anchors, shares = self.field.anchors(), self.field.shares()
        if not len(self._deviations):
            return np.full(len(anchors), _STRANGER_SD)
        near = np.hypot(self._deviations[anchors], _ANCHOR_SD * (1 - shares))
        return np.where(anchors >= 0, near, _STRANGER_SD)


def _stored_seconds(knowledge, task):
    """Log seconds of the known configurations on a task of this size, and their deviations."""
    if knowledge is None:
        return np.zeros(0), np.zeros(0)
    sizes = task.n_rows, task.n_columns, task.n_classes
    return knowledge.cost.log_seconds(*sizes), knowledge.cost.deviations
