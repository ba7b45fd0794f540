"""MatchingClassifier keep to the contract."""

import pytest

from sklearn_meta.fewshot import MatchingClassifier
from tests.contracts.fewshot_contract import WIDTH, ClassifierContract, short_training


class TestMatchingClassifier(ClassifierContract):
    @pytest.fixture
    def learner(self):
        return MatchingClassifier(
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


class TestFullContextMatchingClassifier(ClassifierContract):
    depends_on_row_order = True

    @pytest.fixture
    def learner(self):
        return MatchingClassifier(
            distance="cosine",
            full_context=True,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )
