"""FineTuningClassifier and FineTuningRegressor keep to the contract."""

import pytest

from sklearn_meta.fewshot import FineTuningClassifier, FineTuningRegressor
from tests.contracts.fewshot_contract import (
    WIDTH,
    ClassifierContract,
    RegressorContract,
    short_training,
)


class TestFineTuningClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return FineTuningClassifier(
            fit_steps=10,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


class TestLastLayersFineTuningClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return FineTuningClassifier(
            tune="last",
            fit_steps=5,
            head="shared",
            fit_lr=0.01,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


class TestFineTuningRegressor(RegressorContract):
    @pytest.fixture
    def learner(self):
        return FineTuningRegressor(
            fit_steps=10,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )
