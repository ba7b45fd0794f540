"""What learners that adapt by gradient steps share."""

from numbers import Integral, Real

from sklearn_meta._compat import Interval, StrOptions
from sklearn_meta.fewshot._base import BaseFewShotLearner

GRADIENT_CONSTRAINTS = {
    "inner_steps": [Interval(Integral, 1, None, closed="left")],
    "fit_steps": [Interval(Integral, 0, None, closed="left"), None],
    "inner_lr": [Interval(Real, 0, None, closed="neither")],
    "inner_clip": [Interval(Real, 0, None, closed="neither"), None],
    "head": [StrOptions({"prototype", "shared"})],
    "normalize_y": ["boolean"],
}


class GradientLearner(BaseFewShotLearner):
    """A learner whose module is a `GradientModule`."""

    _parameter_constraints: dict = {**BaseFewShotLearner._parameter_constraints}

    def _settings(self):
        return {
            "inner_steps": self.inner_steps,
            "fit_steps": self.fit_steps,
            "inner_lr": float(self.inner_lr),
            "inner_clip": self.inner_clip,
            "head": getattr(self, "head", None),
            "rates": "fixed",
            "first_order": False,
            "multi_step_loss": False,
            "adapt_body": True,
            **self._own_settings(),
        }

    def _own_settings(self):
        """Return the settings in which a leaf differs."""
        return {}


def constraints(*names):
    """Return the constraints of the named parameters, for a leaf that takes them."""
    return {name: GRADIENT_CONSTRAINTS[name] for name in names}
