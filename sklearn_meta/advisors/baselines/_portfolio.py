"""A portfolio: configurations that complement each other on earlier tasks, in a fixed order."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta._compat import StrOptions
from sklearn_meta.advisors.baselines._greedy import greedy_order, regrets
from sklearn_meta.advisors.baselines._listing import ListSession
from sklearn_meta.advisors.contract._experienced import ExperiencedAdvisor
from sklearn_meta.advisors.tasks._cost import OVERHEAD_SECONDS, CostModel
from sklearn_meta.advisors.tasks._results import Results


class PortfolioAdvisor(ExperiencedAdvisor):
    """Greedy portfolio of the configurations of earlier tasks; looks at no meta-feature.

    Each configuration is the one that, after those before it, lowers the mean root of the regret
    over the earlier tasks the most; regret is the distance to a task's best score as a share of
    that between its best and its worst. Cost-aware, the gain is divided by the seconds predicted
    for a table of this size. Results of the new task change nothing. When the portfolio is used up,
    or nothing of it fits into the time left, families that it lacks get a turn with their
    defaults, and the search goes on in the continuous space.

    Parameters
    ----------
    cost_aware : "auto" or bool, default="auto"
        Whether to look at seconds; "auto" does where the search runs against a clock.

    Attributes
    ----------
    experience_ : Experience or None
        What was fitted on.

    See Also
    --------
    GaussianAdvisor : The default; it also learns from each result.

    References
    ----------
    Feurer, Eggensperger, Falkner, Lindauer and Hutter (2022), "Auto-sklearn 2.0: hands-free AutoML
    via meta-learning", Journal of Machine Learning Research 23.

    Examples
    --------
    >>> from sklearn_meta.advisors import PortfolioAdvisor, TaskDescription
    >>> from sklearn_meta.experience import Experience
    >>> from sklearn_meta.spaces import SearchSpace
    >>> task = TaskDescription("binary", "roc_auc", n_rows=100, n_columns=4, n_classes=2)
    >>> advisor = PortfolioAdvisor().fit(Experience.bundled())
    >>> session = advisor.start(task, SearchSpace("binary"), random_state=0)
    >>> session.ask(seconds_left=30).origin
    'experience'
    """

    _parameter_constraints: dict = {"cost_aware": ["boolean", StrOptions({"auto"})]}

    def __init__(self, *, cost_aware="auto"):
        self.cost_aware = cost_aware

    def start(self, task, space, *, random_state=None):
        """Open a session of advice for one task.

        Parameters
        ----------
        task : TaskDescription
            The task at hand.
        space : SearchSpace
            What may be tried on it.
        random_state : int, RandomState instance or None, default=None
            Seed of the search beyond the portfolio.

        Returns
        -------
        AdviceSession
            To be asked and told.
        """
        digest = self._digest_of(task.kind, task.metric)
        if digest is None:
            digest = _EMPTY
        log_seconds = digest.log_seconds(task)
        aware = task.has_clock if self.cost_aware == "auto" else self.cost_aware
        price = np.ones(len(log_seconds))
        if aware:
            price = np.exp(log_seconds) * task.n_folds + OVERHEAD_SECONDS
        return ListSession(
            task,
            space,
            configurations=digest.configurations,
            order=greedy_order(digest.regret, digest.weights, price),
            log_seconds=log_seconds,
            reason="next of the portfolio" + (" by gain per second" if aware else ""),
            random_state=random_state,
        )

    def _digest(self, matrix, metric):
        results = Results.of(matrix, metric)
        if results is None:
            return None
        _, members, counts = np.unique(results.groups, return_inverse=True, return_counts=True)
        failed = np.isfinite(results.seconds) & ~np.isfinite(results.scores)
        return _Regrets(
            configurations=results.configurations,
            # the root: a few tasks with far-off scores would else outweigh all others
            regret=np.sqrt(regrets(results.scores, failed)),
            weights=1.0 / counts[members],
            cost=results.fit_cost(),
        )


@dataclass(frozen=True)
class _Regrets:
    """What a portfolio is chosen from; near-duplicate tasks share one vote."""

    configurations: list
    regret: np.ndarray
    weights: np.ndarray
    cost: CostModel | None

    def log_seconds(self, task):
        """Predicted log seconds of one fold for all configurations."""
        if self.cost is None:
            return np.zeros(0)
        return self.cost.log_seconds(task.n_rows, task.n_columns, task.n_classes)


_EMPTY = _Regrets([], np.zeros((1, 0)), np.ones(1), None)
