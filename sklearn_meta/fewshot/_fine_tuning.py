"""Fine-tuning a pre-trained network, and training one from scratch: the baselines."""

from numbers import Integral, Real

from sklearn_meta._compat import Interval, StrOptions
from sklearn_meta.fewshot._finetune_module import FineTuningModule
from sklearn_meta.fewshot._gradient_learner import GradientLearner, constraints
from sklearn_meta.fewshot._kinds import FewShotClassifierMixin, FewShotRegressorMixin


class BaseFineTuning(GradientLearner):
    """What both fine-tuning estimators share."""

    _parameter_constraints: dict = {
        **GradientLearner._parameter_constraints,
        "tune": [StrOptions({"head", "last", "all"})],
        "fit_steps": [Interval(Integral, 0, None, closed="left")],
        "fit_lr": [Interval(Real, 0, None, closed="neither")],
        "fit_decay": [Interval(Real, 0, None, closed="left")],
    }

    _module_class = FineTuningModule

    def _settings(self):
        return {
            "tune": self.tune,
            "fit_steps": self.fit_steps,
            "fit_lr": float(self.fit_lr),
            "fit_decay": float(self.fit_decay),
            "head": getattr(self, "head", None),
            "rates": "fixed",
            "adapt_body": self.tune != "head",
            "inner_steps": 1,
            "first_order": True,
        }


class FineTuningClassifier(FewShotClassifierMixin, BaseFineTuning):
    """Train a network on all earlier tasks in the ordinary way, then on with the support rows.

    Parameters
    ----------
    tune : {"all", "last", "head"}, default="all"
        What `fit` trains: the whole network, its last layers and the output layer, or the output
        layer alone. Without `meta_fit` and with ``scratch_iterations=0``, "all" is training from
        scratch.
    fit_steps : int, default=100
        Steps of Adam on the support rows.
    fit_lr : float, default=0.003
        Their step size.
    fit_decay : float, default=0.01
        Decoupled weight decay.
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
    C. Finn, P. Abbeel, S. Levine (2017). Model-agnostic meta-learning for fast adaptation of
    deep networks. ICML. (the pre-training baseline)

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.fewshot import FineTuningClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = FineTuningClassifier(random_state=0).fit(X[::10], y[::10])
    >>> bool(clf.score(X, y) > 0.8)
    True
    """

    _parameter_constraints: dict = {
        **BaseFineTuning._parameter_constraints,
        **constraints("head"),
    }

    def __init__(
        self,
        *,
        tune="all",
        fit_steps=100,
        fit_lr=0.003,
        fit_decay=0.01,
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
        self.tune = tune
        self.fit_steps = fit_steps
        self.fit_lr = fit_lr
        self.fit_decay = fit_decay
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


class FineTuningRegressor(FewShotRegressorMixin, BaseFineTuning):
    """Train a network on all earlier tasks in the ordinary way, then on with the support rows.

    Parameters
    ----------
    normalize_y : bool, default=True
        Whether targets are standardised by the support rows'.
    tune, fit_steps, fit_lr, fit_decay
        As in `FineTuningClassifier`.
    backbone, backbone_params, pretrained, training, scratch_iterations, transductive, device, \
            random_state, verbose
        As in `MAMLClassifier`.

    References
    ----------
    C. Finn, P. Abbeel, S. Levine (2017). Model-agnostic meta-learning for fast adaptation of
    deep networks. ICML. (the pre-training baseline)

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.fewshot import FineTuningRegressor
    >>> X = np.linspace(-1, 1, 12)[:, None]
    >>> reg = FineTuningRegressor(fit_lr=0.03, random_state=0).fit(X, 3 * X[:, 0])
    >>> bool(reg.score(X, 3 * X[:, 0]) > 0.5)
    True
    """

    _parameter_constraints: dict = {
        **BaseFineTuning._parameter_constraints,
        **constraints("normalize_y"),
    }

    def __init__(
        self,
        *,
        tune="all",
        fit_steps=100,
        fit_lr=0.003,
        fit_decay=0.01,
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
        self.tune = tune
        self.fit_steps = fit_steps
        self.fit_lr = fit_lr
        self.fit_decay = fit_decay
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
