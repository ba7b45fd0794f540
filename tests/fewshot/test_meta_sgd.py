"""MetaSGDClassifier and MetaSGDRegressor keep to the contract."""

import pytest

from sklearn_meta.fewshot import MetaSGDClassifier, MetaSGDRegressor
from tests.contracts.fewshot_contract import (
    WIDTH,
    ClassifierContract,
    RegressorContract,
    short_training,
)


class TestMetaSGDClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return MetaSGDClassifier(
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


class TestMetaSGDRegressor(RegressorContract):
    @pytest.fixture
    def learner(self):
        return MetaSGDRegressor(
            fit_steps=5,
            inner_lr=0.1,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )
