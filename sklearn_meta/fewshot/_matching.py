"""Matching networks: attention over the support rows."""

from numbers import Integral

from sklearn_meta._compat import Interval, StrOptions
from sklearn_meta.fewshot._base import BaseFewShotLearner
from sklearn_meta.fewshot._kinds import FewShotClassifierMixin
from sklearn_meta.fewshot._metric_modules import MatchingModule


class MatchingClassifier(FewShotClassifierMixin, BaseFewShotLearner):
    """Let the support rows vote, each weighted by the attention that a query row pays to it.

    Parameters
    ----------
    distance : {"l2", "cosine", "local"}, default="l2"
        By what attention goes: the negative squared distance, or the cosine; "local" is for images:
        places of an image are compared with those near them in the other (Li et al., 2019). The
        backbone must keep places, as in `PrototypicalClassifier`.
    full_context : bool, default=False
        Whether rows are seen in the context of the whole support set; the result then depends on
        the order of the support rows.
    processing_steps : int, default=3
        How often a query row reads the support set, with `full_context`.
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
    O. Vinyals et al. (2016). Matching networks for one shot learning. NeurIPS.

    W. Li et al. (2019). Revisiting local descriptor based image-to-class measure for few-shot
    learning. CVPR.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.fewshot import MatchingClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MatchingClassifier(random_state=0).fit(X[::10], y[::10])
    >>> bool(clf.score(X, y) > 0.8)
    True
    """

    _parameter_constraints: dict = {
        **BaseFewShotLearner._parameter_constraints,
        "distance": [StrOptions({"l2", "cosine", "local"})],
        "full_context": ["boolean"],
        "processing_steps": [Interval(Integral, 1, None, closed="left")],
    }

    _module_class = MatchingModule
    _learned_with = ("distance",)

    def __init__(
        self,
        *,
        distance="l2",
        full_context=False,
        processing_steps=3,
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
        self.full_context = full_context
        self.processing_steps = processing_steps
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
        return {
            "distance": self.distance,
            "full_context": self.full_context,
            "processing_steps": self.processing_steps,
        }
