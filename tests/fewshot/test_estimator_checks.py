"""scikit-learn's own checks, all of them, with nothing expected to fail."""

import pytest
import torch
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_meta.fewshot import MAMLClassifier, MAMLRegressor

CHEAP = {"random_state": 0, "scratch_iterations": 1, "backbone_params": {"width": 16}}
LEARNERS = [
    MAMLClassifier(inner_steps=2, **CHEAP),
    MAMLRegressor(inner_steps=5, inner_lr=0.1, **CHEAP),
]


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@parametrize_with_checks(LEARNERS)
def test_scikit_learn_check(estimator, check):
    check(estimator)
