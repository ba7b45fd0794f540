"""The heterogeneous-attribute network of Iwata and Kumagai: a baseline for tables of any width."""

from numbers import Integral

from sklearn_meta._compat import Interval
from sklearn_meta.fewshot._attribute_module import AttributeModule
from sklearn_meta.fewshot._base import BaseFewShotLearner
from sklearn_meta.fewshot._kinds import FewShotClassifierMixin, FewShotRegressorMixin

_INHERITED = ("pretrained", "training", "scratch_iterations", "device", "random_state", "verbose")


class BaseAttribute(BaseFewShotLearner):
    """What both estimators share."""

    _parameter_constraints: dict = {
        **{name: BaseFewShotLearner._parameter_constraints[name] for name in _INHERITED},
        "latent_size": [Interval(Integral, 1, None, closed="left")],
        "linear_start": ["boolean"],
    }

    _module_class = AttributeModule

    backbone = "attributes"
    transductive = False

    @property
    def backbone_params(self):
        """Sizes of the network, for `make_backbone`."""
        return {"width": self.latent_size}

    def _settings(self):
        return {"linear_start": self.linear_start}


class AttributeClassifier(FewShotClassifierMixin, BaseAttribute):
    """Infer a vector for each attribute and class from the support rows, and answer from them.

    Parameters
    ----------
    latent_size : int, default=32
        Length of the vectors.
    linear_start : bool, default=True
        Whether the nearest class mean (or, for numbers, a line) along the directions that tell the
        target apart counts beside what the network says, which then starts from nothing. The
        network of the paper has it false; it knows nothing before long meta-training.
    pretrained, training, scratch_iterations, device, random_state, verbose
        As in `MAMLClassifier`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    net_ : EpisodeNet
        The skorch net, after `meta_fit`.

    References
    ----------
    T. Iwata, A. Kumagai (2020). Meta-learning from tasks with heterogeneous attribute spaces.
    NeurIPS.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.fewshot import AttributeClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = AttributeClassifier(scratch_iterations=2, random_state=0).fit(X[::10], y[::10])
    >>> bool(clf.score(X, y) > 0.8)
    True
    """

    def __init__(
        self,
        *,
        latent_size=32,
        linear_start=True,
        pretrained="shipped",
        training=None,
        scratch_iterations=10,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.latent_size = latent_size
        self.linear_start = linear_start
        self.pretrained = pretrained
        self.training = training
        self.scratch_iterations = scratch_iterations
        self.device = device
        self.random_state = random_state
        self.verbose = verbose


class AttributeRegressor(FewShotRegressorMixin, BaseAttribute):
    """Infer a vector for each attribute and for the target from the support rows.

    Parameters
    ----------
    normalize_y : bool, default=True
        Whether targets are standardised by the support rows'.
    latent_size, linear_start, pretrained, training, scratch_iterations, device, random_state, \
            verbose
        As in `AttributeClassifier`.

    References
    ----------
    T. Iwata, A. Kumagai (2020). Meta-learning from tasks with heterogeneous attribute spaces.
    NeurIPS.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.fewshot import AttributeRegressor
    >>> X = np.linspace(-1, 1, 12)[:, None]
    >>> reg = AttributeRegressor(scratch_iterations=2, random_state=0).fit(X, 3 * X[:, 0])
    >>> bool(reg.score(X, 3 * X[:, 0]) > 0.5)
    True
    """

    _parameter_constraints: dict = {
        **BaseAttribute._parameter_constraints,
        "normalize_y": ["boolean"],
    }

    def __init__(
        self,
        *,
        latent_size=32,
        linear_start=True,
        normalize_y=True,
        pretrained="shipped",
        training=None,
        scratch_iterations=10,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.latent_size = latent_size
        self.linear_start = linear_start
        self.normalize_y = normalize_y
        self.pretrained = pretrained
        self.training = training
        self.scratch_iterations = scratch_iterations
        self.device = device
        self.random_state = random_state
        self.verbose = verbose
