"""MAMLClassifier and MAMLRegressor keep to the contract."""

import pytest

from sklearn_meta.fewshot import MAMLClassifier, MAMLRegressor
from tests.contracts.fewshot_contract import (
    WIDTH,
    ClassifierContract,
    RegressorContract,
    short_training,
)


class TestMAMLClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return MAMLClassifier(
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


class TestFirstOrderHeadMAMLClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return MAMLClassifier(
            first_order=True,
            head_only=True,
            head="shared",
            inner_lr=0.5,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


class TestMAMLRegressor(RegressorContract):
    @pytest.fixture
    def learner(self):
        return MAMLRegressor(
            inner_lr=0.1,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


class TestLearnedRatesMAMLRegressor(RegressorContract):
    @pytest.fixture
    def learner(self):
        return MAMLRegressor(
            inner_lr=0.1,
            learn_rates=True,
            multi_step_loss=True,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )
