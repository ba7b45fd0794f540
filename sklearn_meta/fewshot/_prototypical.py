"""Prototypical networks: a class is the mean of its support rows."""

from sklearn_meta._compat import StrOptions
from sklearn_meta.fewshot._base import BaseFewShotLearner
from sklearn_meta.fewshot._kinds import FewShotClassifierMixin
from sklearn_meta.fewshot._metric_modules import PrototypicalModule


class PrototypicalClassifier(FewShotClassifierMixin, BaseFewShotLearner):
    """Give a row to the class whose mean is nearest in a space that was learned on other tasks.

    Parameters
    ----------
    distance : {"euclidean", "cosine", "local"}, default="euclidean"
        Squared Euclidean distance, or the angle; "local" is for images: places of an image are
        compared with those near them in the mean map of a class (Li et al., 2019). The backbone
        must keep places: ``backbone="conv4"`` with ``backbone_params={"n_blocks": 2}``, or "resnet"
        with ``{"flatten": True, "n_halving": 1}``.
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
    J. Snell, K. Swersky, R. Zemel (2017). Prototypical networks for few-shot learning. NeurIPS.

    W. Li et al. (2019). Revisiting local descriptor based image-to-class measure for few-shot
    learning. CVPR.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.fewshot import PrototypicalClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = PrototypicalClassifier(random_state=0).fit(X[::10], y[::10])
    >>> bool(clf.score(X, y) > 0.8)
    True
    """

    _parameter_constraints: dict = {
        **BaseFewShotLearner._parameter_constraints,
        "distance": [StrOptions({"euclidean", "cosine", "local"})],
    }

    _module_class = PrototypicalModule
    _learned_with = ("distance",)

    def __init__(
        self,
        *,
        distance="euclidean",
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
        self.distance = distance
        self.backbone = backbone
        self.backbone_params = backbone_params
        self.pretrained = pretrained
        self.training = training
        self.scratch_iterations = scratch_iterations
        self.transductive = transductive
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def _settings(self):
        return {"distance": self.distance}
