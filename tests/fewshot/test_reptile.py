"""ReptileClassifier and ReptileRegressor keep to the contract."""

import pytest

from sklearn_meta.fewshot import ReptileClassifier, ReptileRegressor
from tests.contracts.fewshot_contract import (
    WIDTH,
    ClassifierContract,
    RegressorContract,
    short_training,
)


class TestReptileClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return ReptileClassifier(
            fit_steps=20,
            inner_lr=0.2,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


class TestReptileRegressor(RegressorContract):
    @pytest.fixture
    def learner(self):
        return ReptileRegressor(
            inner_lr=0.1,
            inner_batch=4,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )
