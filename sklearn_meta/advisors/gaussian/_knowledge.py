"""An experience's matrix, digested once for every task of a kind and a metric."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta.advisors.scores._constant import constant_scores
from sklearn_meta.advisors.surrogate._prior import ScalePrior, TaskPrior, fit_prior
from sklearn_meta.advisors.tasks._cost import CostModel
from sklearn_meta.advisors.tasks._results import Results


@dataclass(frozen=True)
class Knowledge:
    """What all sessions of one kind and metric share.

    Parameters
    ----------
    configurations : list of dict
        Configurations with at least one score.
    keys : list of str
        Their keys.
    prior : TaskPrior
        Prior over their normal scores.
    scale : ScalePrior
        Prior of level and spread of raw scores; vague where the experience holds another metric.
    cost : CostModel
        Seconds of the same configurations.
    tasks : list of dict
        Name, OpenML id and best family of each earlier task.
    """

    configurations: list
    keys: list
    prior: TaskPrior
    scale: ScalePrior
    cost: CostModel
    tasks: list

    def scale_of(self, task):
        """Expect level and spread of the scores that will be told on a task."""
        if not task.is_comparable or self.scale == ScalePrior():
            return ScalePrior()
        entropy = task.metafeatures.get("ClassEntropy", np.nan)
        deviation = np.nan if task.target_deviation is None else task.target_deviation
        constant = constant_scores(task.metric, np.array([deviation]), np.array([entropy]))
        return self.prior.scale_of(task.metafeatures, np.nan if constant is None else constant[0])


def digest(matrix, metric, *, use_metafeatures=True):
    """Learn prior and cost from an evaluation matrix.

    Parameters
    ----------
    matrix : EvaluationMatrix or None
        What an experience knows.
    metric : str
        The metric asked for.
    use_metafeatures : bool, default=True
        Whether the prior mean depends on what a task looks like.

    Returns
    -------
    Knowledge or None
        None if there is not a single score.
    """
    results = Results.of(matrix, metric)
    if results is None:
        return None
    looks = results.metafeatures if use_metafeatures else results.metafeatures[[]]
    prior = fit_prior(results.scores, looks, results.groups, results.constant_scores())
    return Knowledge(
        configurations=results.configurations,
        keys=results.keys,
        prior=prior,
        scale=prior.scale if results.metric == metric else ScalePrior(),
        cost=results.fit_cost(),
        tasks=results.name_tasks(),
    )
