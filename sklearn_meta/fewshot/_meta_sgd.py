"""Meta-SGD: learn the step size of every weight along with the start."""

from sklearn_meta.fewshot._gradient import GradientModule
from sklearn_meta.fewshot._gradient_learner import GradientLearner, constraints
from sklearn_meta.fewshot._kinds import FewShotClassifierMixin, FewShotRegressorMixin


class BaseMetaSGD(GradientLearner):
    """What both Meta-SGD estimators share."""

    _parameter_constraints: dict = {
        **GradientLearner._parameter_constraints,
        **constraints("inner_steps", "fit_steps", "inner_lr", "inner_clip"),
        "first_order": ["boolean"],
    }

    _module_class = GradientModule

    def _own_settings(self):
        return {"rates": "weight", "first_order": self.first_order}


class MetaSGDClassifier(FewShotClassifierMixin, BaseMetaSGD):
    """Adapt by gradient steps whose direction and size were learned, weight by weight.

    Parameters
    ----------
    inner_steps : int, default=1
        Gradient steps on the support rows in meta-training.
    fit_steps : int or None, default=None
        Steps in `fit`; None takes `inner_steps`.
    inner_lr : float, default=0.05
        The step size of every weight before meta-training.
    inner_clip : float or None, default=10.0
        Largest norm of an inner gradient.
    first_order : bool, default=False
        Leave second derivatives out.
    head : {"prototype", "shared"}, default="prototype"
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
    Z. Li, F. Zhou, F. Chen, H. Li (2017). Meta-SGD: learning to learn quickly for few-shot
    learning. arXiv:1707.09835.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.fewshot import MetaSGDClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MetaSGDClassifier(scratch_iterations=2, random_state=0).fit(X[::10], y[::10])
    >>> bool(clf.score(X, y) > 0.8)
    True
    """

    _parameter_constraints: dict = {
        **BaseMetaSGD._parameter_constraints,
        **constraints("head"),
    }

    def __init__(
        self,
        *,
        inner_steps=1,
        fit_steps=None,
        inner_lr=0.05,
        inner_clip=10.0,
        first_order=False,
        head="prototype",
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
        self.first_order = first_order
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


class MetaSGDRegressor(FewShotRegressorMixin, BaseMetaSGD):
    """Adapt by gradient steps whose direction and size were learned, weight by weight.

    Parameters
    ----------
    normalize_y : bool, default=True
        Whether targets are standardised by the support rows'.
    inner_steps, fit_steps, inner_lr, inner_clip, first_order
        As in `MetaSGDClassifier`.
    backbone, backbone_params, pretrained, training, scratch_iterations, transductive, device, \
            random_state, verbose
        As in `MAMLClassifier`.

    References
    ----------
    Z. Li, F. Zhou, F. Chen, H. Li (2017). Meta-SGD: learning to learn quickly for few-shot
    learning. arXiv:1707.09835.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.fewshot import MetaSGDRegressor
    >>> X = np.linspace(-1, 1, 12)[:, None]
    >>> reg = MetaSGDRegressor(scratch_iterations=2, random_state=0).fit(X, 3 * X[:, 0])
    >>> bool(reg.score(X, 3 * X[:, 0]) > 0.5)
    True
    """

    _parameter_constraints: dict = {
        **BaseMetaSGD._parameter_constraints,
        **constraints("normalize_y"),
    }

    def __init__(
        self,
        *,
        inner_steps=1,
        fit_steps=None,
        inner_lr=0.05,
        inner_clip=10.0,
        first_order=False,
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
        self.first_order = first_order
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
