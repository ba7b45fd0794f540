from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.advisors import GaussianAdvisor, TaskDescription
from sklearn_meta.advisors.scores._target_size import COLUMN, with_target_deviation
from tests.contracts.advisor_contract import MemoryExperience, make_matrix, make_space

N_TASKS = 40


class TwoMetrics:
    """Regression tasks in units of their own, with RMSE and R2."""

    def __init__(self, has_r2=True):
        rng = np.random.default_rng(0)
        self.units = np.exp(4 * rng.normal(size=N_TASKS))
        matrix = make_matrix("regression", n_tasks=N_TASKS)
        errors = np.exp(0.3 * (matrix.scores - matrix.scores.mean()) / matrix.scores.std()) / 2
        self._matrices = {
            "rmse": replace(matrix, scores=-errors * self.units[:, None], metric="rmse"),
            "r2": replace(matrix, scores=1 - errors**2, metric="r2"),
        }
        self._has_r2 = has_r2

    def matrix(self, kind, metric):
        return self._matrices[metric if self._has_r2 else "rmse"]


def predicted(experience, deviation):
    looks = experience.matrix("regression", "rmse").metafeatures.iloc[0].to_dict()
    task = TaskDescription(
        "regression", "rmse", 300, 8, metafeatures=looks, target_deviation=deviation
    )
    session = GaussianAdvisor().fit(experience).start(task, make_space("regression"))
    return session.explain(session.ask().configuration)


def test_rmse_and_r2_tell_how_widely_a_target_varies():
    known = TwoMetrics()
    found = with_target_deviation(known.matrix("regression", "rmse"), known, "regression")
    np.testing.assert_allclose(found.tasks[COLUMN], known.units)


def test_matrices_without_the_second_metric_stay_as_they_are():
    known = TwoMetrics(has_r2=False)
    matrix = known.matrix("regression", "rmse")
    assert with_target_deviation(matrix, known, "regression") is matrix
    auc = make_matrix("binary")
    assert with_target_deviation(auc, MemoryExperience(auc), "binary") is auc


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e6])
def test_errors_are_predicted_in_units_of_the_target(unit):
    why = predicted(TwoMetrics(), unit)
    assert 0.1 * unit < -why.predicted_score < unit
    low, high = why.interval
    assert low / high < 10


def test_without_a_unit_the_level_stays_vague():
    low, high = predicted(TwoMetrics(), None).interval
    assert low / high > 1e3


def test_log_loss_is_compared_with_the_entropy_of_the_classes():
    matrix = make_matrix("multiclass", n_tasks=N_TASKS)
    entropy = np.linspace(0.5, 4.0, N_TASKS)
    relative = 0.2 + 0.6 / (1 + np.exp(-matrix.scores + matrix.scores.mean()))
    looks = pd.DataFrame({"ClassEntropy": entropy})
    matrix = replace(matrix, scores=-relative * entropy[:, None] * np.log(2), metafeatures=looks)
    scores = []
    for bits in (0.5, 4.0):
        task = TaskDescription("multiclass", "log_loss", 300, 8, 9, {"ClassEntropy": bits})
        session = (
            GaussianAdvisor().fit(MemoryExperience(matrix)).start(task, make_space("multiclass"))
        )
        scores.append(session.explain(session.ask().configuration).predicted_score)
    assert scores[1] / scores[0] == pytest.approx(8, rel=0.4)
