"""Siamese networks: two rows are of one class if their vectors are near."""

from numbers import Real

from sklearn_meta._compat import Interval, StrOptions
from sklearn_meta.fewshot._base import BaseFewShotLearner
from sklearn_meta.fewshot._kinds import FewShotClassifierMixin
from sklearn_meta.fewshot._metric_modules import SiameseModule


class SiameseClassifier(FewShotClassifierMixin, BaseFewShotLearner):
    """Give a row the class of the nearest support rows, by a distance learned from pairs of rows.

    Parameters
    ----------
    margin : float, default=2.0
        Rows of different classes are pushed apart up to this distance d: a pair costs
        (1 - y) d^2 + y max(0, margin - d)^2, where y is 1 if the classes differ.
    distance : {"euclidean", "local"}, default="euclidean"
        Whether vectors are compared as a whole, or, for images, their places with those near them
        in the other image (Li et al., 2019). The backbone must keep places then, as in
        `PrototypicalClassifier`. Half of what either image is from itself is taken off, since its
        places are like others of it: the distance from itself is zero.
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
    R. Hadsell, S. Chopra, Y. LeCun (2006). Dimensionality reduction by learning an invariant
    mapping. CVPR.

    G. Koch, R. Zemel, R. Salakhutdinov (2015). Siamese neural networks for one-shot image
    recognition. ICML Deep Learning Workshop.

    W. Li et al. (2019). Revisiting local descriptor based image-to-class measure for few-shot
    learning. CVPR.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.fewshot import SiameseClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = SiameseClassifier(scratch_iterations=2, random_state=0).fit(X[::10], y[::10])
    >>> bool(clf.score(X, y) > 0.8)
    True
    """

    _parameter_constraints: dict = {
        **BaseFewShotLearner._parameter_constraints,
        "margin": [Interval(Real, 0, None, closed="neither")],
        "distance": [StrOptions({"euclidean", "local"})],
    }

    _module_class = SiameseModule
    _learned_with = ("distance",)

    def __init__(
        self,
        *,
        margin=2.0,
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
        self.margin = margin
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
        return {"margin": float(self.margin), "distance": self.distance}
