"""Model-agnostic meta-learning: a start from which a few gradient steps suffice."""

from sklearn_meta._compat import StrOptions
from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._gradient import GradientModule
from sklearn_meta.fewshot._gradient_learner import GradientLearner, constraints
from sklearn_meta.fewshot._kinds import FewShotClassifierMixin, FewShotRegressorMixin


class BaseMAML(GradientLearner):
    """What both MAML estimators share."""

    _parameter_constraints: dict = {
        **GradientLearner._parameter_constraints,
        **constraints("inner_steps", "fit_steps", "inner_lr", "inner_clip"),
        "first_order": ["boolean"],
        "learn_rates": ["boolean"],
        "multi_step_loss": ["boolean"],
        "head_only": ["boolean"],
        "inner_loss": [StrOptions({"task", "learned"})],
        "preconditioner": [StrOptions({"curvature"}), None],
    }

    _module_class = GradientModule

    def _own_settings(self):
        if self.inner_loss == "learned" and self.first_order:
            raise TableError(
                "inner_loss='learned' is trained through second derivatives, which "
                "first_order=True leaves out. Set one of the two otherwise."
            )
        return {
            "rates": "layer" if self.learn_rates else "fixed",
            "first_order": self.first_order,
            "multi_step_loss": self.multi_step_loss,
            "adapt_body": not self.head_only,
            "inner_loss": self.inner_loss,
            "preconditioner": self.preconditioner,
        }


class MAMLClassifier(FewShotClassifierMixin, BaseMAML):
    """Adapt by a few gradient steps from a start that was learned on other tasks.

    The output layer starts from the means of the classes (or from one learned row for all), so
    any number of classes will do, whatever their names.

    Parameters
    ----------
    inner_steps : int, default=5
        Gradient steps on the support rows in meta-training.
    fit_steps : int or None, default=None
        Steps in `fit`; None takes `inner_steps`.
    inner_lr : float, default=0.05
        Their step size.
    learn_rates : bool, default=False
        Whether each layer's step size is learned from the tasks, starting at `inner_lr`.
    first_order : bool, default=False
        Leave second derivatives out: faster, in constant memory.
    multi_step_loss : bool, default=False
        Whether the loss after every step counts, moving to the last one in training.
    head_only : bool, default=False
        Adapt the output layer alone ("almost no inner loop", ANIL).
    inner_loss : {"task", "learned"}, default="task"
        Which loss the inner steps go down: the task's own, or that and a small network that is
        learned from the tasks; not with `first_order`.
    preconditioner : {"curvature"} or None, default=None
        Whether inner gradients are multiplied by matrices learned from the tasks, one for each
        axis of a weight (Meta-Curvature).
    inner_clip : float or None, default=10.0
        Largest norm of an inner gradient.
    head : {"prototype", "shared"}, default="prototype"
        How the output layer starts.
    backbone : {"auto", "table", "mlp", "conv4", "resnet"}, default="auto"
        The network. "auto" is "table" for two-dimensional `X`, "conv4" for images.
    backbone_params : dict or None, default=None
        Its sizes; see `sklearn_meta.fewshot.backbones`.
    pretrained : str, PathLike or None, default="shipped"
        Where to start from, unless `meta_fit` ran: a file that `save` wrote; "shipped" for the
        weights that come with the package, where there are some for this learner and network; None
        to learn from the support rows alone.
    training : MetaTraining or None, default=None
        Settings of `meta_fit`.
    scratch_iterations : int, default=10
        Without meta-learned weights: steps of training on episodes made of the support rows.
    transductive : bool, default=False
        Whether an image network normalises by the query images too: predictions then depend on
        which rows are asked together.
    device : str, default="auto"
        Where torch computes: a GPU where there is one.
    random_state : int, RandomState instance or None, default=None
        Seed.
    verbose : int, default=0
        0 is silent; 1 prints a line per epoch of meta-training.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    net_ : EpisodeNet
        The skorch net, after `meta_fit`.
    start_ : Start
        Meta-learned weights, after `meta_fit`.

    See Also
    --------
    MetaSGDClassifier : Learns a step size for every weight as well.
    ReptileClassifier : Needs no query rows and no second derivatives.

    Notes
    -----
    Memory grows linearly with `inner_steps`, unless `first_order`.

    References
    ----------
    C. Finn, P. Abbeel, S. Levine (2017). Model-agnostic meta-learning for fast adaptation of
    deep networks. ICML.

    A. Antoniou, H. Edwards, A. Storkey (2019). How to train your MAML. ICLR.

    S. Bechtle et al. (2021). Meta learning via learned loss. ICPR.

    E. Park, J. B. Oliva (2019). Meta-Curvature. NeurIPS.

    A. Raghu, M. Raghu, S. Bengio, O. Vinyals (2020). Rapid learning or feature reuse? ICLR.

    E. Triantafillou et al. (2020). Meta-Dataset. ICLR. (output layer from class means)

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.fewshot import MAMLClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MAMLClassifier(inner_steps=2, scratch_iterations=2, random_state=0)
    >>> bool(clf.fit(X[::10], y[::10]).score(X, y) > 0.8)
    True
    """

    _parameter_constraints: dict = {**BaseMAML._parameter_constraints, **constraints("head")}

    def __init__(
        self,
        *,
        inner_steps=5,
        fit_steps=None,
        inner_lr=0.05,
        learn_rates=False,
        first_order=False,
        multi_step_loss=False,
        head_only=False,
        inner_loss="task",
        preconditioner=None,
        inner_clip=10.0,
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
        self.learn_rates = learn_rates
        self.first_order = first_order
        self.multi_step_loss = multi_step_loss
        self.head_only = head_only
        self.inner_loss = inner_loss
        self.preconditioner = preconditioner
        self.inner_clip = inner_clip
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


class MAMLRegressor(FewShotRegressorMixin, BaseMAML):
    """Adapt by a few gradient steps from a start that was learned on other tasks.

    Parameters
    ----------
    normalize_y : bool, default=True
        Whether targets are standardised by the support rows'.
    inner_steps, fit_steps, inner_lr, learn_rates, first_order, multi_step_loss, head_only, \
            inner_loss, preconditioner, inner_clip
        As in `MAMLClassifier`.
    backbone, backbone_params, pretrained, training, scratch_iterations, transductive, device, \
            random_state, verbose
        As in `MAMLClassifier`.

    References
    ----------
    C. Finn, P. Abbeel, S. Levine (2017). Model-agnostic meta-learning for fast adaptation of
    deep networks. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.fewshot import MAMLRegressor, MetaTraining, Sinusoids
    >>> training = MetaTraining(iterations=3, shots=5, queries=5, meta_batch_size=4)
    >>> reg = MAMLRegressor(backbone="mlp", training=training, random_state=0)
    >>> reg = reg.meta_fit(Sinusoids(n_points=10))
    >>> X = np.linspace(-5, 5, 10)[:, None]
    >>> reg.fit(X, np.sin(X[:, 0])).predict(X[:2]).shape
    (2,)
    """

    _parameter_constraints: dict = {
        **BaseMAML._parameter_constraints,
        **constraints("normalize_y"),
    }

    def __init__(
        self,
        *,
        inner_steps=5,
        fit_steps=None,
        inner_lr=0.05,
        learn_rates=False,
        first_order=False,
        multi_step_loss=False,
        head_only=False,
        inner_loss="task",
        preconditioner=None,
        inner_clip=10.0,
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
        self.learn_rates = learn_rates
        self.first_order = first_order
        self.multi_step_loss = multi_step_loss
        self.head_only = head_only
        self.inner_loss = inner_loss
        self.preconditioner = preconditioner
        self.inner_clip = inner_clip
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
