"""Reptile: move the start toward where each task's training ends."""

from numbers import Integral

from sklearn_meta._compat import Interval
from sklearn_meta.fewshot._gradient_learner import GradientLearner, constraints
from sklearn_meta.fewshot._kinds import FewShotClassifierMixin, FewShotRegressorMixin
from sklearn_meta.fewshot._reptile_module import ReptileModule
from sklearn_meta.fewshot._training import MetaTraining


class BaseReptile(GradientLearner):
    """What both Reptile estimators share."""

    _parameter_constraints: dict = {
        **GradientLearner._parameter_constraints,
        **constraints("inner_steps", "fit_steps", "inner_lr", "inner_clip"),
        "inner_batch": [Interval(Integral, 1, None, closed="left"), None],
    }

    _module_class = ReptileModule

    def _own_settings(self):
        return {"first_order": True, "inner_batch": self.inner_batch}

    def _default_training(self):
        return MetaTraining(optimizer="sgd", learning_rate=1.0, decay="linear")


class ReptileClassifier(FewShotClassifierMixin, BaseReptile):
    """Adapt by gradient steps from a start near the solutions of all earlier tasks.

    Parameters
    ----------
    inner_steps : int, default=8
        Gradient steps on all rows of an episode in meta-training.
    fit_steps : int or None, default=None
        Steps in `fit`; None takes `inner_steps`.
    inner_lr : float, default=0.05
        Their step size.
    inner_clip : float or None, default=10.0
        Largest norm of an inner gradient.
    inner_batch : int or None, default=None
        Rows of a step in meta-training, drawn at random; None takes all.
    head : {"prototype", "shared"}, default="shared"
        How the output layer starts: from the means of the classes, or from one learned row for
        all.
    backbone, backbone_params, pretrained, training, scratch_iterations, transductive, device, \
            random_state, verbose
        As in `MAMLClassifier`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    net_ : EpisodeNet
        The skorch net, after `meta_fit`.

    References
    ----------
    A. Nichol, J. Achiam, J. Schulman (2018). On first-order meta-learning algorithms.
    arXiv:1803.02999.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.fewshot import ReptileClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = ReptileClassifier(inner_steps=20, inner_lr=0.2, random_state=0)
    >>> clf = clf.fit(X[::10], y[::10])
    >>> bool(clf.score(X, y) > 0.8)
    True
    """

    _parameter_constraints: dict = {
        **BaseReptile._parameter_constraints,
        **constraints("head"),
    }

    def __init__(
        self,
        *,
        inner_steps=8,
        fit_steps=None,
        inner_lr=0.05,
        inner_clip=10.0,
        inner_batch=None,
        head="shared",
        backbone="auto",
        backbone_params=None,
        pretrained="shipped",
        training=None,
        scratch_iterations=10,
        transductive=False,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.inner_steps = inner_steps
        self.fit_steps = fit_steps
        self.inner_lr = inner_lr
        self.inner_clip = inner_clip
        self.inner_batch = inner_batch
        self.head = head
        self.backbone = backbone
        self.backbone_params = backbone_params
        self.pretrained = pretrained
        self.training = training
        self.scratch_iterations = scratch_iterations
        self.transductive = transductive
        self.device = device
        self.random_state = random_state
        self.verbose = verbose


class ReptileRegressor(FewShotRegressorMixin, BaseReptile):
    """Adapt by gradient steps from a start near the solutions of all earlier tasks.

    Parameters
    ----------
    normalize_y : bool, default=True
        Whether targets are standardised by the support rows'.
    inner_steps, fit_steps, inner_lr, inner_clip, inner_batch
        As in `ReptileClassifier`.
    backbone, backbone_params, pretrained, training, scratch_iterations, transductive, device, \
            random_state, verbose
        As in `MAMLClassifier`.

    References
    ----------
    A. Nichol, J. Achiam, J. Schulman (2018). On first-order meta-learning algorithms.
    arXiv:1803.02999.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.fewshot import ReptileRegressor
    >>> X = np.linspace(-1, 1, 12)[:, None]
    >>> reg = ReptileRegressor(scratch_iterations=2, random_state=0).fit(X, 3 * X[:, 0])
    >>> bool(reg.score(X, 3 * X[:, 0]) > 0.5)
    True
    """

    _parameter_constraints: dict = {
        **BaseReptile._parameter_constraints,
        **constraints("normalize_y"),
    }

    def __init__(
        self,
        *,
        inner_steps=8,
        fit_steps=None,
        inner_lr=0.05,
        inner_clip=10.0,
        inner_batch=None,
        normalize_y=True,
        backbone="auto",
        backbone_params=None,
        pretrained="shipped",
        training=None,
        scratch_iterations=10,
        transductive=False,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.inner_steps = inner_steps
        self.fit_steps = fit_steps
        self.inner_lr = inner_lr
        self.inner_clip = inner_clip
        self.inner_batch = inner_batch
        self.normalize_y = normalize_y
        self.backbone = backbone
        self.backbone_params = backbone_params
        self.pretrained = pretrained
        self.training = training
        self.scratch_iterations = scratch_iterations
        self.transductive = transductive
        self.device = device
        self.random_state = random_state
        self.verbose = verbose
