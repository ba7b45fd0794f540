"""MAMLClassifier and MAMLRegressor keep to the contract."""

import pytest

from sklearn_meta.exceptions import TableError
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


class TestLearnedLossMAMLClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return MAMLClassifier(
            inner_loss="learned",
            preconditioner="curvature",
            inner_steps=2,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


class TestMetaCurvatureMAMLRegressor(RegressorContract):
    @pytest.fixture
    def learner(self):
        return MAMLRegressor(
            inner_lr=0.1,
            preconditioner="curvature",
            inner_loss="learned",
            inner_steps=2,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


def test_a_learned_loss_needs_second_derivatives():
    learner = MAMLClassifier(inner_loss="learned", first_order=True, random_state=0)
    with pytest.raises(TableError, match="second derivatives"):
        learner.fit([[0.0], [1.0]], [0, 1])
