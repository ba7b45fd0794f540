"""What was best on the tasks that look most like the one at hand."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np

from sklearn_meta._compat import Interval
from sklearn_meta.advisors.baselines._listing import ListSession
from sklearn_meta.advisors.contract._experienced import ExperiencedAdvisor
from sklearn_meta.advisors.tasks._cost import CostModel
from sklearn_meta.advisors.tasks._rank_scaler import RankScaler
from sklearn_meta.advisors.tasks._results import Results
from sklearn_meta.advisors.tasks._similar import name_similar, task_distances


class NearestTasksAdvisor(ExperiencedAdvisor):
    """Best configurations of the nearest earlier tasks, by meta-features, nearest first.

    The way of auto-sklearn: tasks are ordered by the L1 distance of their scaled meta-features to
    those of the task at hand, and the best configuration of each is tried in turn, then the second
    best of each, and so on. Seconds and results of the new task change nothing; what is predicted
    not to fit into the time left is passed over. When the configurations of these tasks are used
    up, the search goes on in the continuous space.

    Parameters
    ----------
    n_neighbors : int, default=25
        How many tasks to learn from.

    Attributes
    ----------
    experience_ : Experience or None
        What was fitted on.

    See Also
    --------
    GaussianAdvisor : The default; it uses meta-features only as far as they have proved to help.

    Notes
    -----
    Meta-features are scaled to their ranks among the earlier tasks, so that one far-off value
    does not outweigh all others.

    References
    ----------
    Feurer, Springenberg and Hutter (2015), "Initializing Bayesian hyperparameter optimization via
    meta-learning", AAAI 29.

    Examples
    --------
    >>> from sklearn_meta.advisors import NearestTasksAdvisor, TaskDescription
    >>> from sklearn_meta.experience import Experience
    >>> from sklearn_meta.spaces import SearchSpace
    >>> looks = {"NumberOfInstances": 100, "NumberOfFeatures": 4}
    >>> task = TaskDescription("regression", "rmse", 100, 4, metafeatures=looks)
    >>> advisor = NearestTasksAdvisor().fit(Experience.bundled())
    >>> session = advisor.start(task, SearchSpace("regression"), random_state=0)
    >>> session.ask().origin
    'experience'
    """

    needs_metafeatures = True
    _parameter_constraints: dict = {"n_neighbors": [Interval(Integral, 1, None, closed="left")]}

    def __init__(self, *, n_neighbors=25):
        self.n_neighbors = n_neighbors

    def start(self, task, space, *, random_state=None):
        """Open a session of advice for one task.

        Parameters
        ----------
        task : TaskDescription
            The task at hand.
        space : SearchSpace
            What may be tried on it.
        random_state : int, RandomState instance or None, default=None
            Seed of the search beyond the known configurations.

        Returns
        -------
        AdviceSession
            To be asked and told.
        """
        digest = self._digest_of(task.kind, task.metric)
        if digest is None:
            nothing = np.zeros(0)
            listed = {"configurations": [], "order": [], "log_seconds": nothing}
            return _NearestSession(task, space, [], nothing, listed, random_state)
        features = digest.scaler.scale_mapping(task.metafeatures)
        distances = task_distances(features, digest.features, np.zeros(0), np.zeros((0, 0)))
        nearest = np.argsort(distances, kind="stable")[: self.n_neighbors]
        listed = {
            "configurations": digest.configurations,
            "order": _in_turns(digest.best_first[nearest], digest.n_scores[nearest]),
            "log_seconds": digest.cost.log_seconds(task.n_rows, task.n_columns, task.n_classes),
        }
        return _NearestSession(task, space, digest.tasks, distances, listed, random_state)

    def _digest(self, matrix, metric):
        results = Results.of(matrix, metric)
        if results is None:
            return None
        scaler = RankScaler.learn(results.metafeatures)
        looks = results.metafeatures[list(scaler.names)].to_numpy(dtype=float)
        worst_last = np.where(np.isfinite(results.scores), results.scores, -np.inf)
        return _Rankings(
            configurations=results.configurations,
            best_first=np.argsort(-worst_last, axis=1, kind="stable"),
            n_scores=np.isfinite(results.scores).sum(axis=1),
            scaler=scaler,
            features=scaler.scale(looks),
            cost=results.fit_cost(),
            tasks=results.name_tasks(),
        )


@dataclass(frozen=True)
class _Rankings:
    """The earlier tasks' configurations, best first, and what the tasks look like."""

    configurations: list
    best_first: np.ndarray
    n_scores: np.ndarray
    scaler: RankScaler
    features: np.ndarray
    cost: CostModel
    tasks: list


class _NearestSession(ListSession):
    """A list that can tell which tasks it was made from."""

    def __init__(self, task, space, tasks, distances, listed, random_state):
        reason = "among the best of the tasks that look most alike"
        super().__init__(task, space, **listed, reason=reason, random_state=random_state)
        self._tasks, self._distances = tasks, distances

    def similar_tasks(self, n_tasks=5):
        """Name the earlier tasks that look most like this one.

        Parameters
        ----------
        n_tasks : int, default=5
            How many to name.

        Returns
        -------
        list of dict
            Nearest first; see `AdviceSession.similar_tasks`.
        """
        return name_similar(self._tasks, self._distances, n_tasks) if self._tasks else []


def _in_turns(best_first, n_scores):
    """Take the best of each row, then the second best of each, each configuration once."""
    n_configurations = best_first.shape[1]
    has_rank = np.arange(n_configurations)[None, :] < n_scores[:, None]
    in_turns = best_first.T[has_rank.T]
    _, first = np.unique(in_turns, return_index=True)
    return in_turns[np.sort(first)]
