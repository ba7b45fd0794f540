"""Meta-training that begins from the network of another learner."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot import MAMLClassifier, MANNClassifier, PrototypicalClassifier
from tests.contracts.fewshot_contract import WIDTH, ClassifierContract, short_training

# steps too small to change a weight, so that what was started from is still there
STILL = short_training(2, learning_rate=1e-30)


@pytest.fixture(scope="module")
def other():
    learner = PrototypicalClassifier(
        backbone_params=WIDTH, training=short_training(), random_state=0
    )
    return learner.meta_fit(ClassifierContract.family)


@pytest.mark.parametrize("learner_class", [MAMLClassifier, MANNClassifier])
def test_weights_of_the_network_are_taken_over(learner_class, other, tmp_path):
    path = other.save(tmp_path / "other.safetensors")
    learner = learner_class(backbone_params=WIDTH, training=STILL, random_state=1)
    for given in (other, path, str(path)):
        start = clone(learner).meta_fit(ClassifierContract.family, start_from=given).start_
        assert start.learner == learner_class.__name__
        for name, weight in other.start_.weights.items():
            if name.startswith("body."):
                np.testing.assert_allclose(start.weights[name], weight, rtol=1e-6)


def test_a_resumed_training_keeps_what_it_learned(other, tmp_path):
    training = short_training(2, checkpoint=tmp_path)
    learner = MAMLClassifier(backbone_params=WIDTH, training=training, random_state=0)
    first = clone(learner).meta_fit(ClassifierContract.family).start_
    resumed = learner.meta_fit(ClassifierContract.family, resume=True, start_from=other).start_
    for name, weight in first.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], weight)


def test_another_network_is_refused(other):
    learner = MAMLClassifier(backbone_params={"width": 8, "n_heads": 2}, training=STILL)
    with pytest.raises(TableError, match=r"start_from holds the network .*'width': 16"):
        learner.meta_fit(ClassifierContract.family, start_from=other)


def test_an_untrained_learner_is_refused():
    learner = MAMLClassifier(backbone_params=WIDTH, training=STILL)
    with pytest.raises(NotFittedError, match="start_from must have run meta_fit"):
        learner.meta_fit(ClassifierContract.family, start_from=PrototypicalClassifier())
