"""PrototypicalClassifier keep to the contract."""

import pytest

from sklearn_meta.fewshot import PrototypicalClassifier
from tests.contracts.fewshot_contract import WIDTH, ClassifierContract, short_training


class TestPrototypicalClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return PrototypicalClassifier(
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


class TestCosinePrototypicalClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return PrototypicalClassifier(
            distance="cosine",
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )
