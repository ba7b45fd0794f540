"""MANNClassifier keeps to the contract, and learns to use its memory."""

import numpy as np
import pytest
import torch

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot import MANNClassifier, MetaTraining
from tests.contracts.fewshot_contract import WIDTH, ClassifierContract, short_training


class TestMANNClassifier(ClassifierContract):
    depends_on_row_order = True
    depends_on_class_names = True

    @pytest.fixture
    def learner(self):
        return MANNClassifier(
            hidden=8,
            memory_slots=6,
            memory_width=4,
            n_reads=2,
            n_orders=2,
            scratch_iterations=1,
            backbone_params=WIDTH,
            training=short_training(),
            random_state=0,
        )


def test_more_classes_than_codes(capfd):
    X, y = np.eye(6), np.arange(6)
    with pytest.raises(TableError, match="Raise code_length"):
        MANNClassifier(code_base=2, scratch_iterations=0).fit(X, y)


def sides(rng):
    """Which side of 0 is "a" is drawn anew for each task: only the support rows tell."""
    X = rng.choice([-1.0, 1.0], size=(12, 1)) * rng.uniform(0.5, 1.5, size=(12, 1))
    X[:2] = [[-1.0], [1.0]] * rng.uniform(0.5, 1.5, size=(2, 1))
    X[2:4] = [[-1.0], [1.0]] * rng.uniform(0.5, 1.5, size=(2, 1))
    return X, (X[:, 0] > 0) == (rng.random() < 0.5)


@pytest.mark.slow
def test_memory_is_learned():
    training = MetaTraining(
        iterations=400,
        shots=1,
        queries=3,
        meta_batch_size=16,
        learning_rate=0.01,
        gradient_clip=5.0,
    )
    clf = MANNClassifier(
        hidden=24,
        memory_slots=8,
        memory_width=8,
        code_base=2,
        code_length=1,
        recall=False,
        backbone="mlp",
        backbone_params={"hidden": [8]},
        training=training,
        random_state=0,
    ).meta_fit(sides)
    X = np.array([[-1.0], [1.0]])
    X_new = np.array([[-0.7], [0.8], [1.2], [-1.4]])
    for left, right in (("a", "b"), ("b", "a")):
        expected = [left, right, right, left]
        assert clf.fit(X, [left, right]).predict(X_new).tolist() == expected


def test_nothing_is_asked_of_a_class_that_was_not_read_yet():
    """With one row a class no support row's label can be known, so none is in the loss."""
    module = MANNClassifier(hidden=8, memory_slots=4)._module_class(
        {"name": "mlp", "n_features": 2, "hidden": [4]},
        "classification",
        MANNClassifier(hidden=8, memory_slots=4)._settings() | {"transductive": False},
    )
    X, y = torch.randn(6, 2), torch.tensor([0, 1, 2, 0, 1, 2])
    support = {"rows": {"values": X[:3]}, "context": {}, "targets": y[:3]}
    query = {"rows": {"values": X[3:]}, "targets": y[3:], "weights": torch.ones(3)}
    losses = []
    for loss in (module.training_loss, module.validation_loss):
        torch.manual_seed(0)
        losses.append(float(loss(support, query, 3).detach()))
    assert losses[0] == losses[1]
    support = {"rows": {"values": X}, "context": {}, "targets": y}
    torch.manual_seed(0)
    assert float(module.training_loss(support, query, 3).detach()) != losses[0]
