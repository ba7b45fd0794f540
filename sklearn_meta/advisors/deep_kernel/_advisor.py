"""Few-shot Bayesian optimisation: a deep kernel, trained on earlier tasks, for the whole space."""

from dataclasses import dataclass
from numbers import Integral, Real
from os import PathLike

import numpy as np

from sklearn_meta._compat import Interval
from sklearn_meta.advisors.contract._experienced import ExperiencedAdvisor
from sklearn_meta.advisors.deep_kernel._cache import cache_folder, cached, content_hash
from sklearn_meta.advisors.deep_kernel._encoding import ConfigurationEncoder
from sklearn_meta.advisors.deep_kernel._expectation import Expectation, learn_expectation
from sklearn_meta.advisors.deep_kernel._function import DeepKernel
from sklearn_meta.advisors.deep_kernel._session import DeepKernelSession
from sklearn_meta.advisors.tasks._cost import CostModel
from sklearn_meta.advisors.tasks._results import Results


class DeepKernelAdvisor(ExperiencedAdvisor):
    """Bayesian optimisation in the continuous space with a kernel learned from earlier tasks.

    A network maps any configuration of any family to a few numbers, on which a Gaussian process
    says how scores hang together; network and kernel are trained jointly on the standardised scores
    of all earlier tasks. On a new task the process is conditioned on the raw scores told, level and
    spread of which are integrated out; from the sixth score on they also say how noisy scores are,
    and how closely configurations of one family hang together. The next trial is the one with the
    most expected improvement, per predicted second where the task has a clock, among the known
    configurations, samples of the space and mutations of the best, followed by a local search. The
    prior mean is what a ridge expects of the known configurations by the task's meta-features,
    carried to their neighbours by the kernel.

    Training takes seconds, once for each kind of task and metric, and is the only part that needs
    torch; what was trained is kept on disk.

    Parameters
    ----------
    n_steps : int, default=300
        Steps of the training.
    use_metafeatures : bool, default=True
        Whether expectations depend on what the task looks like.
    boldness : float, default=1.0
        Weight of the improvement expected of configurations that no earlier task has seen; 0 tries
        them only when all known ones are used up.
    cache : "auto", path or None, default="auto"
        Folder in which trained kernels are kept, as files named by what they were trained on.
        "auto" is the folder of the experience, or the user's cache folder where that can't be
        written; an experience without a file leaves none.
    training_seed : int, default=0
        Seed of the training. The same kernel serves sessions of any seed.

    Attributes
    ----------
    experience_ : Experience or None
        What was fitted on.

    See Also
    --------
    GaussianAdvisor : The default; it knows the known configurations better, and searches between
        them with less of a plan.

    References
    ----------
    Wistuba and Grabocka (2021), "Few-shot Bayesian optimization with deep kernel surrogates", ICLR.

    Examples
    --------
    >>> from sklearn_meta.advisors import DeepKernelAdvisor, TaskDescription
    >>> from sklearn_meta.experience import Experience
    >>> from sklearn_meta.spaces import SearchSpace
    >>> task = TaskDescription("binary", "roc_auc", n_rows=100, n_columns=4, n_classes=2)
    >>> advisor = DeepKernelAdvisor(n_steps=5, cache=None).fit(Experience.bundled())
    >>> session = advisor.start(task, SearchSpace("binary"), random_state=0)
    >>> proposal = session.ask(seconds_left=30)
    >>> session.tell(proposal.configuration, 0.9, seconds=0.1)
    >>> session.ask().configuration == proposal.configuration
    False
    """

    _parameter_constraints: dict = {
        "n_steps": [Interval(Integral, 0, None, closed="left")],
        "use_metafeatures": ["boolean"],
        "boldness": [Interval(Real, 0, None, closed="left")],
        "cache": [str, PathLike, None],
        "training_seed": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(
        self, *, n_steps=300, use_metafeatures=True, boldness=1.0, cache="auto", training_seed=0
    ):
        self.n_steps = n_steps
        self.use_metafeatures = use_metafeatures
        self.boldness = boldness
        self.cache = cache
        self.training_seed = training_seed

    def start(self, task, space, *, random_state=None):
        """Open a session of advice for one task; the first one of a kind trains the kernel.

        Parameters
        ----------
        task : TaskDescription
            The task at hand.
        space : SearchSpace
            What may be tried on it.
        random_state : int, RandomState instance or None, default=None
            Seed of the session.

        Returns
        -------
        AdviceSession
            To be asked and told.
        """
        trained = self._digest_of(task.kind, task.metric)
        return DeepKernelSession(
            task, space, trained, boldness=self.boldness, random_state=random_state
        )

    @property
    def needs_metafeatures(self):
        """Whether the advice looks at meta-features."""
        return self.use_metafeatures

    def _digest(self, matrix, metric):
        results = Results.of(matrix, metric)
        if results is None:
            return None
        looks = results.metafeatures if self.use_metafeatures else results.metafeatures[[]]
        expected = learn_expectation(results, looks)
        kind = "regression" if (results.tasks["kind"] == "regression").all() else "multiclass"
        encoder = ConfigurationEncoder.learn(results.configurations, kind)
        kernel = DeepKernel(self._arrays(results, encoder, expected.z))
        return Trained(results.configurations, expected, results.fit_cost(), encoder, kernel)

    def _arrays(self, results, encoder, z):
        """Train the kernel, or read it where it was trained before."""
        rows = encoder.encode(results.configurations)
        families = [configuration["family"] for configuration in results.configurations]
        _, members, counts = np.unique(results.groups, return_inverse=True, return_counts=True)
        weights = 1.0 / counts[members]  # near-duplicate tasks share one vote

        def make():
            from sklearn_meta.advisors.deep_kernel._training import meta_train

            seed = int(self.training_seed)
            return meta_train(rows, families, z, weights, n_steps=self.n_steps, seed=seed)

        facts = {"n_steps": int(self.n_steps), "seed": int(self.training_seed)}
        facts |= {"families": families}
        shapes = {"w1": (rows.shape[1], -1), "relevance": (rows.shape[1],), "amplitudes": (2,)}
        shapes |= {name: (-1,) for name in ("b1", "b2")} | {"bm": (), "noise": ()}
        shapes |= {name: (-1, -1) for name in ("w2", "w3")}
        name = content_hash([rows, z, weights], facts)
        return cached(cache_folder(self.experience_, self.cache), name, shapes, make)


@dataclass(frozen=True)
class Trained:
    """What all sessions of one kind and metric share.

    Parameters
    ----------
    configurations : list of dict
        The known configurations.
    expected : Expectation
        What they are expected to score.
    cost : CostModel
        Their seconds.
    encoder : ConfigurationEncoder
        What the kernel reads configurations by.
    kernel : DeepKernel
        The trained kernel.
    """

    configurations: list
    expected: Expectation
    cost: CostModel
    encoder: ConfigurationEncoder
    kernel: DeepKernel
