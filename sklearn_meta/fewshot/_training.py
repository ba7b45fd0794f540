"""How a learner is meta-trained: episodes, steps, stopping."""

from numbers import Integral, Real
from os import PathLike

from sklearn.base import BaseEstimator

from sklearn_meta._compat import Interval, StrOptions
from sklearn_meta.fewshot._episodes import EpisodeSampler


class MetaTraining(BaseEstimator):
    """Settings of meta-training, shared by all few-shot learners.

    Parameters
    ----------
    iterations : int, default=2000
        Steps of the outer optimiser.
    ways : int, pair of int or None, default=None
        Classes of an episode; a pair draws from that range, None takes all.
    shots : int or pair of int, default=(1, 16)
        Support rows per class (in all, for regression).
    queries : int or None, default=15
        Query rows per class (in all, for regression).
    aligned : bool, default=False
        Whether the support rows of all classes have the same places among their rows; see
        `EpisodeSampler`.
    meta_batch_size : int, default=8
        Episodes of a step.
    optimizer : {"adam", "sgd"}, default="adam"
        The outer optimiser.
    learning_rate : float, default=1e-3
        Its step size.
    decay : {"none", "linear", "cosine"}, default="none"
        How the step size falls to zero over `iterations`.
    weight_decay : float, default=0.0
        Decoupled for Adam (AdamW).
    gradient_clip : float or None, default=None
        Largest norm of the outer gradient.
    epoch_length : int, default=100
        Steps between validations, checkpoints and lines of progress.
    validation_episodes : int, default=100
        Episodes of a validation; the same ones each time.
    patience : int or None, default=None
        Stop after so many validations without improvement. With validation tasks the weights of
        the best validation are kept, whether or not it stops early.
    resample : bool, default=True
        Draw new episodes in each epoch; false repeats those of the first.
    mixed_precision : bool or "auto", default=False
        Whether matrix products and convolutions are computed in bfloat16 (weights, sums and the
        optimiser stay in float32): faster where the device has units for it, several times slower
        elsewhere. "auto" does so where there are such units, so that its result depends on the
        machine.
    tasks_per_chunk : int or None, default=None
        Episodes that are in memory at once; None chooses by their size.
    checkpoint : str, PathLike or None, default=None
        Folder for a checkpoint after each epoch, from which `meta_fit(resume=True)` goes on.
    callbacks : list of skorch callbacks or None, default=None
        Passed on to the net.
    net_params : dict or None, default=None
        Further parameters of the skorch net, such as ``{"iterator_train__num_workers": 2}``.

    Examples
    --------
    >>> from sklearn_meta.fewshot import MetaTraining
    >>> MetaTraining(iterations=250, epoch_length=100).n_epochs
    3
    """

    _parameter_constraints: dict = {
        "iterations": [Interval(Integral, 1, None, closed="left")],
        "ways": [Interval(Integral, 2, None, closed="left"), tuple, list, None],
        "shots": [Interval(Integral, 1, None, closed="left"), tuple, list],
        "queries": [Interval(Integral, 1, None, closed="left"), None],
        "aligned": ["boolean"],
        "meta_batch_size": [Interval(Integral, 1, None, closed="left")],
        "optimizer": [StrOptions({"adam", "sgd"})],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "decay": [StrOptions({"none", "linear", "cosine"})],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "gradient_clip": [Interval(Real, 0, None, closed="neither"), None],
        "epoch_length": [Interval(Integral, 1, None, closed="left")],
        "validation_episodes": [Interval(Integral, 1, None, closed="left")],
        "patience": [Interval(Integral, 1, None, closed="left"), None],
        "resample": ["boolean"],
        "mixed_precision": ["boolean", StrOptions({"auto"})],
        "tasks_per_chunk": [Interval(Integral, 1, None, closed="left"), None],
        "checkpoint": [str, PathLike, None],
        "callbacks": [list, None],
        "net_params": [dict, None],
    }

    def __init__(
        self,
        *,
        iterations=2000,
        ways=None,
        shots=(1, 16),
        queries=15,
        aligned=False,
        meta_batch_size=8,
        optimizer="adam",
        learning_rate=1e-3,
        decay="none",
        weight_decay=0.0,
        gradient_clip=None,
        epoch_length=100,
        validation_episodes=100,
        patience=None,
        resample=True,
        mixed_precision=False,
        tasks_per_chunk=None,
        checkpoint=None,
        callbacks=None,
        net_params=None,
    ):
        self.iterations = iterations
        self.ways = ways
        self.shots = shots
        self.queries = queries
        self.aligned = aligned
        self.meta_batch_size = meta_batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.decay = decay
        self.weight_decay = weight_decay
        self.gradient_clip = gradient_clip
        self.epoch_length = epoch_length
        self.validation_episodes = validation_episodes
        self.patience = patience
        self.resample = resample
        self.mixed_precision = mixed_precision
        self.tasks_per_chunk = tasks_per_chunk
        self.checkpoint = checkpoint
        self.callbacks = callbacks
        self.net_params = net_params

    @property
    def n_epochs(self):
        """Number of epochs that hold `iterations` steps."""
        return -(-self.iterations // self.epoch_length)

    def sampler(self, kind):
        """Return the sampler of episodes for a kind of task."""
        self._validate_params()
        return EpisodeSampler(
            kind, ways=self.ways, shots=self.shots, queries=self.queries, aligned=self.aligned
        )
