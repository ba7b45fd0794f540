"""AttributeClassifier and AttributeRegressor keep to the contract, for tables alone."""

import numpy as np
import pytest
import torch

from sklearn_meta.fewshot import AttributeClassifier, AttributeRegressor
from sklearn_meta.fewshot.backbones import AttributeNetwork
from tests.contracts.fewshot_contract import ClassifierContract, RegressorContract, short_training


class TestAttributeClassifier(ClassifierContract):
    takes_images = False

    @pytest.fixture
    def learner(self):
        return AttributeClassifier(
            latent_size=8, scratch_iterations=1, training=short_training(), random_state=0
        )


class TestAttributeRegressor(RegressorContract):
    takes_images = False

    @pytest.fixture
    def learner(self):
        return AttributeRegressor(
            latent_size=8, scratch_iterations=1, training=short_training(), random_state=0
        )


def test_cells_that_are_not_there_say_nothing():
    torch.manual_seed(0)
    network, X = AttributeNetwork(width=8), torch.randn(6, 3)
    there, responses = torch.ones(6, 3), torch.eye(2).repeat(3, 1)
    there[:, 2] = 0
    other = X.clone()
    other[:, 2] = 7.0
    answers = []
    for values in (X, other):
        attributes, classes = network.infer(values, there, responses)
        answers.append(network.respond(network.place(values, there, attributes), classes))
    torch.testing.assert_close(*answers)


@pytest.mark.slow
def test_the_network_of_the_paper_learns_which_class_is_where():
    def family(rng):
        centres = rng.choice([-1.5, 1.5]) * np.array([[1.0], [-1.0]])
        y = np.arange(20) % 2
        return centres[y] + 0.3 * rng.normal(size=(20, 1)), y

    training = short_training(150, learning_rate=0.01, meta_batch_size=8, epoch_length=50)
    clf = AttributeClassifier(
        latent_size=16, linear_start=False, training=training, random_state=0
    ).meta_fit(family)
    scores = []
    for seed in range(10):
        X, y = family(np.random.default_rng(1000 + seed))
        scores.append(clf.fit(X[:6], y[:6]).score(X[6:], y[6:]))
    assert np.mean(scores) > 0.9
