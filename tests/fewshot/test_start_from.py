"""Meta-training that begins from the network of another learner."""

import numpy as np
import pytest
import torch
from sklearn.base import clone

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot import MAMLClassifier, MANNClassifier, PrototypicalClassifier
from sklearn_meta.fewshot._callbacks import KeepBest, _state_of
from tests.contracts.fewshot_contract import (
    WIDTH,
    BreakOff,
    ClassifierContract,
    short_training,
)

# steps too small to change a weight, so that what was started from is still there
STILL = short_training(2, learning_rate=1e-30)


def distance(start, other):
    """Return the largest difference of the networks' weights."""
    names = [name for name in other.weights if name.startswith("body.")]
    return max(np.abs(start.weights[name] - other.weights[name]).max() for name in names)


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
        assert distance(start, other.start_) < 1e-6
    assert distance(clone(learner).meta_fit(ClassifierContract.family).start_, other.start_) > 0.01


@pytest.mark.parametrize("from_checkpoint", [True, False])
def test_a_resumed_training_equals_one_go(other, tmp_path, from_checkpoint):
    learner = MAMLClassifier(backbone_params=WIDTH, training=short_training(6), random_state=0)
    whole = clone(learner).meta_fit(ClassifierContract.family, start_from=other)
    broken = short_training(6, checkpoint=tmp_path, callbacks=[BreakOff()])
    parts = learner.set_params(training=broken)
    parts.meta_fit(ClassifierContract.family, start_from=other)
    assert len(parts.net_.history) == 2
    if from_checkpoint:
        parts = clone(MAMLClassifier(**learner.get_params(deep=False)))
        parts.training.set_params(callbacks=None)
    gone = tmp_path / "gone.safetensors"  # what it began from need not be there any more
    parts.meta_fit(ClassifierContract.family, resume=True, start_from=gone)
    for name, weight in whole.start_.weights.items():
        np.testing.assert_array_equal(parts.start_.weights[name], weight)


def test_a_training_that_only_harms_leaves_the_start(other, tmp_path):
    harmful = short_training(6, learning_rate=0.5, checkpoint=tmp_path, callbacks=[BreakOff()])
    learner = clone(other).set_params(training=harmful)
    given = {"validation_tasks": ClassifierContract.family, "start_from": other}
    learner.meta_fit(ClassifierContract.family, **given)
    assert len(learner.net_.history) == 2
    resumed = clone(PrototypicalClassifier(**learner.get_params(deep=False)))
    resumed.training.set_params(callbacks=None)
    resumed.meta_fit(ClassifierContract.family, resume=True, **given)
    assert len(resumed.net_.history) == 3
    for trained in (learner, resumed):
        assert distance(trained.start_, other.start_) == 0 == trained.start_.n_iterations
    del given["validation_tasks"]  # without them nobody knows what harms
    assert distance(learner.meta_fit(ClassifierContract.family, **given).start_, other.start_) > 0.1


def test_a_checkpoint_of_an_earlier_version_is_refused(tmp_path):
    params = {"backbone_params": WIDTH, "training": short_training(2, checkpoint=tmp_path)}
    given = {"validation_tasks": ClassifierContract.family}
    PrototypicalClassifier(**params).meta_fit(ClassifierContract.family, **given)
    saved = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    saved["best"] = saved["best"]["weights"]
    torch.save(saved, tmp_path / "checkpoint.pt")
    with pytest.raises(TableError, match="by an earlier version"):
        PrototypicalClassifier(**params).meta_fit(ClassifierContract.family, resume=True, **given)


def test_a_validation_without_a_number_leaves_nothing_to_keep():
    best = KeepBest().initialize()
    best.judge(None, float("nan"))
    assert _state_of(best) is None


@pytest.mark.parametrize("params", [{"width": 8, "n_heads": 2}, {"width": 16, "n_heads": 4}])
def test_another_network_is_refused(other, params):
    learner = MAMLClassifier(backbone_params=params, training=STILL)
    with pytest.raises(TableError, match=r"start_from holds the network .*'n_heads': 2"):
        learner.meta_fit(ClassifierContract.family, start_from=other)


@pytest.mark.parametrize("given", [PrototypicalClassifier(), 5])
def test_what_was_not_trained_is_refused(given):
    learner = MAMLClassifier(backbone_params=WIDTH, training=STILL)
    with pytest.raises(TableError, match="start_from must be a few-shot learner that ran meta_fit"):
        learner.meta_fit(ClassifierContract.family, start_from=given)
