"""What the learners with an external memory share."""

from numbers import Integral

from sklearn_meta._compat import Interval
from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._base import BaseFewShotLearner
from sklearn_meta.fewshot._kinds import FewShotClassifierMixin
from sklearn_meta.fewshot._sequence import SequenceModule

_COUNT = Interval(Integral, 1, None, closed="left")


class SequenceLearner(FewShotClassifierMixin, BaseFewShotLearner):
    """A classifier that reads its support rows one after the other."""

    _parameter_constraints: dict = {
        **BaseFewShotLearner._parameter_constraints,
        "hidden": [_COUNT],
        "memory_width": [_COUNT],
        "code_base": [Interval(Integral, 2, None, closed="left")],
        "code_length": [_COUNT],
        "n_orders": [_COUNT],
        "recall": ["boolean"],
    }

    _module_class = SequenceModule

    def _check_target(self, y, n_samples):
        y, n_classes = super()._check_target(y, n_samples)
        if n_classes > self.code_base**self.code_length:
            raise TableError(
                f"y has {n_classes} classes, but code_length={self.code_length} digits of "
                f"code_base={self.code_base} name {self.code_base**self.code_length}. "
                "Raise code_length."
            )
        return y, n_classes

    def _settings(self):
        return {
            "code_base": self.code_base,
            "code_length": self.code_length,
            "n_orders": self.n_orders,
            "recall": self.recall,
            **self._cell_settings(),
        }
