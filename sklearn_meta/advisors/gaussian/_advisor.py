"""The default advisor: what earlier tasks taught, updated by every score of the new one."""

from numbers import Real

from sklearn_meta._compat import Interval
from sklearn_meta.advisors.contract._experienced import ExperiencedAdvisor
from sklearn_meta.advisors.gaussian._knowledge import digest
from sklearn_meta.advisors.gaussian._session import GaussianSession
from sklearn_meta.advisors.scores._target_size import with_target_deviation


class GaussianAdvisor(ExperiencedAdvisor):
    """Bayesian optimisation over the configurations of earlier tasks, then between them.

    Each earlier task's scores are mapped to normal quantiles. A ridge from meta-features gives
    their expected value on a new task, cross-validated residuals their covariance. The new task's
    raw scores update both; level and spread of its scores are latent and integrated out. The next
    trial is the one with the most expected improvement, per predicted second where the task has a
    clock. Once the known configurations promise less than `boldness` of the spread of scores,
    every second proposal comes from a search in the continuous space (three in four, once they
    promise less than a tenth of that): mutations of the best configurations and a Parzen estimator.
    The default of a family that no earlier task has seen gets every fourth proposal until all such
    families had a turn. Where trials will be combined, a configuration of a family that has few
    results yet need not beat the best, for an ensemble gains from models that err elsewhere.

    Parameters
    ----------
    continuous : bool, default=True
        Whether to go beyond the known configurations.
    boldness : float, default=0.02
        Expected improvement, as a share of the spread of scores on the task (the difference one
        standard deviation among configurations makes), below which known configurations and the
        continuous search take turns. 0 waits until the known ones are used up.
    variety : float, default=2.0
        Where trials will be combined: how far below the best one of a family without a result may
        score and still count as an improvement, as a share of the spread of scores on the task;
        half of it after each result of the family. 0 looks for the best single configuration.
    use_metafeatures : bool, default=True
        Whether expectations depend on what the task looks like; else on the earlier tasks' scores
        and the new task's results alone.

    Attributes
    ----------
    experience_ : Experience or None
        What was fitted on.

    See Also
    --------
    RandomAdvisor : The baseline.

    References
    ----------
    Jones, Schonlau and Welch (1998), "Efficient global optimization of expensive black-box
    functions", Journal of Global Optimization 13; Snoek, Larochelle and Adams (2012), "Practical
    Bayesian optimization of machine learning algorithms", NeurIPS 25, for improvement per second.

    Examples
    --------
    >>> from sklearn_meta.advisors import GaussianAdvisor, TaskDescription
    >>> from sklearn_meta.spaces import SearchSpace
    >>> task = TaskDescription("binary", "roc_auc", n_rows=100, n_columns=4, n_classes=2)
    >>> session = GaussianAdvisor().fit().start(task, SearchSpace("binary"), random_state=0)
    >>> proposal = session.ask(seconds_left=30)
    >>> session.tell(proposal.configuration, 0.9, seconds=0.1)
    >>> session.ask().configuration == proposal.configuration
    False
    """

    _parameter_constraints: dict = {
        "continuous": ["boolean"],
        "boldness": [Interval(Real, 0, None, closed="left")],
        "variety": [Interval(Real, 0, None, closed="left")],
        "use_metafeatures": ["boolean"],
    }

    def __init__(self, *, continuous=True, boldness=0.02, variety=2.0, use_metafeatures=True):
        self.continuous = continuous
        self.boldness = boldness
        self.variety = variety
        self.use_metafeatures = use_metafeatures

    def start(self, task, space, *, random_state=None):
        """Open a session of advice for one task.

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
        return GaussianSession(
            task,
            space,
            self._digest_of(task.kind, task.metric),
            continuous=self.continuous,
            boldness=self.boldness,
            variety=self.variety,
            random_state=random_state,
        )

    @property
    def needs_metafeatures(self):
        """Whether the advice looks at meta-features."""
        return self.use_metafeatures

    def _digest(self, matrix, metric):
        matrix = with_target_deviation(matrix, self.experience_, "regression")
        return digest(matrix, metric, use_metafeatures=self.use_metafeatures)
