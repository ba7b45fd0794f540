"""SiameseClassifier keep to the contract."""

import pytest

from sklearn_meta.fewshot import SiameseClassifier
from tests.contracts.fewshot_contract import WIDTH, ClassifierContract, short_training


class TestSiameseClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return SiameseClassifier(
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )
