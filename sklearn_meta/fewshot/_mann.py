"""A memory-augmented network that reads an episode as a sequence."""

from numbers import Integral, Real

from sklearn_meta._compat import Interval
from sklearn_meta.fewshot._sequence_learner import SequenceLearner


class MANNClassifier(SequenceLearner):
    """Read the support rows one by one into an external memory, and answer from it.

    Parameters
    ----------
    hidden : int, default=200
        Size of the LSTM controller.
    memory_slots : int, default=128
        Rows of the memory; 0 leaves it out, which gives the LSTM baseline.
    memory_width : int, default=40
        Length of a row of the memory.
    n_reads : int, default=4
        Read heads.
    usage_decay : float, default=0.95
        How slowly the use of a row is forgotten.
    code_base, code_length : int, default=5 and 2
        Classes are written as so many digits up to so many; 5 and 1 is one-hot for five classes.
    n_orders : int, default=4
        In `fit`, so many orders of the support rows are read and their answers averaged.
    recall : bool, default=True
        Whether the classes of the nearest support rows count beside what the memory says, which
        then starts from nothing. The networks of the paper have it false; they know nothing
        before long meta-training.
    backbone, backbone_params, pretrained, training, scratch_iterations, transductive, device, \
            random_state, verbose
        As in `MAMLClassifier`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    net_ : EpisodeNet
        The skorch net, after `meta_fit`.

    Notes
    -----
    What it says of a row depends, if little after long training, on the order of the support rows
    and on the codes of the classes.

    References
    ----------
    A. Santoro et al. (2016). Meta-learning with memory-augmented neural networks. ICML.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.fewshot import MANNClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MANNClassifier(hidden=16, scratch_iterations=2, random_state=0)
    >>> clf.fit(X[::10], y[::10]).predict_proba(X[:2]).shape
    (2, 3)
    """

    _parameter_constraints: dict = {
        **SequenceLearner._parameter_constraints,
        "memory_slots": [Interval(Integral, 0, None, closed="left")],
        "n_reads": [Interval(Integral, 1, None, closed="left")],
        "usage_decay": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        *,
        hidden=200,
        memory_slots=128,
        memory_width=40,
        n_reads=4,
        usage_decay=0.95,
        code_base=5,
        code_length=2,
        n_orders=4,
        recall=True,
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
        self.hidden = hidden
        self.memory_slots = memory_slots
        self.memory_width = memory_width
        self.n_reads = n_reads
        self.usage_decay = usage_decay
        self.code_base = code_base
        self.code_length = code_length
        self.n_orders = n_orders
        self.recall = recall
        self.backbone = backbone
        self.backbone_params = backbone_params
        self.pretrained = pretrained
        self.training = training
        self.scratch_iterations = scratch_iterations
        self.transductive = transductive
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def _cell_settings(self):
        return {
            "cell": "mann",
            "cell_params": {
                "hidden": self.hidden,
                "memory_slots": self.memory_slots,
                "memory_width": self.memory_width,
                "n_reads": self.n_reads,
                "usage_decay": float(self.usage_decay),
            },
        }
