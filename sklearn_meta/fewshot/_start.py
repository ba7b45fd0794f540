"""What meta-training leaves behind: where a learner starts on a new task."""

from dataclasses import dataclass, field
from os import PathLike

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._seeding import as_arrays, as_tensors

# what the network's weights are called in every learner's module, and in those that compare places
_BODY, _LOCAL = "body.", "local_distance."


@dataclass(frozen=True)
class Start:
    """Weights of a learner's module, with what is needed to build it again.

    Attributes
    ----------
    learner : str
        Name of the class that learned them.
    description : dict
        Of the backbone.
    weights : dict of ndarray
        By the module's names.
    n_iterations : int
        Steps of meta-training behind them, not counting those of what it began from.
    """

    learner: str
    description: dict
    weights: dict = field(repr=False)
    n_iterations: int = 0

    @classmethod
    def of_module(cls, learner, description, module, n_iterations):
        """Copy the weights of a trained module."""
        weights = {name: a.copy() for name, a in as_arrays(module.state_dict()).items()}
        return cls(learner, description, weights, n_iterations)

    def fits(self, module):
        """Tell whether a module has the parameters that were trained."""
        return _shapes(module.state_dict()) == _shapes(self.weights)

    def fill(self, module):
        """Load the weights into a module that fits them.

        Raises
        ------
        ValueError
            If the module has other parameters than were trained.
        """
        have, want = _shapes(module.state_dict()), _shapes(self.weights)
        if have != want:
            differing = sorted(name for name in {*have, *want} if have.get(name) != want.get(name))
            raise TableError(
                f"The meta-learned weights of {self.learner} do not fit the parameters set now "
                f"(they differ in {differing[:5]}). Give the parameters that meta_fit had, or "
                "run meta_fit again."
            )
        module.load_state_dict(as_tensors(self.weights))
        return module

    def fill_backbone(self, module):
        """Load the network's weights into the module of any learner.

        What else depends on the learner starts as it was made, save how places of images are
        compared, where both compare them.

        Raises
        ------
        ValueError
            If the module has another network.
        """
        body = {name: value for name, value in self.weights.items() if name.startswith(_BODY)}
        have = {k: v for k, v in _shapes(module.state_dict()).items() if k.startswith(_BODY)}
        if self.description != module.description or have != _shapes(body):
            raise TableError(
                f"start_from holds the network {self.description} of a {self.learner}, which is "
                f"not {module.description}. Give backbone and backbone_params that it had."
            )
        local = {name: value for name, value in self.weights.items() if name.startswith(_LOCAL)}
        # strict=False: module lacks the places' weights, or the start lacks them
        module.load_state_dict(as_tensors({**body, **local}), strict=False)
        return module


def start_of(learner):
    """Return what another learner has meta-learned.

    Parameters
    ----------
    learner : few-shot learner, str or PathLike
        It, or its file.

    Raises
    ------
    ValueError
        If it is neither, or has not run `meta_fit`.
    """
    if isinstance(learner, (str, PathLike)):
        from sklearn_meta.fewshot._saving import load_start

        return load_start(learner)
    if not isinstance(getattr(learner, "start_", None), Start):
        raise TableError(
            "start_from must be a few-shot learner that ran meta_fit, or a file that its save "
            f"wrote, got {learner!r}."
        )
    return learner.start_


def _shapes(weights):
    return {name: tuple(value.shape) for name, value in weights.items()}
