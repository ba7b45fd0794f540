"""Weights that come with the package are used where they fit, and only there."""

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

from sklearn_meta import fewshot
from sklearn_meta.fewshot import MetaTraining, PrototypicalClassifier
from sklearn_meta.fewshot import _shipped as shipped

N_ITERATIONS = 3


def blobs(rng):
    y = np.arange(16) % 2
    return 2 * rng.normal(size=(2, 3))[y] + rng.normal(size=(16, 3)), y


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    training = MetaTraining(iterations=N_ITERATIONS, shots=2, queries=2, meta_batch_size=2)
    trained = PrototypicalClassifier(training=training, random_state=0).meta_fit(blobs)
    trained.save(tmp_path / "PrototypicalClassifier.safetensors", half=True)
    return tmp_path


def behind(learner):
    """Return the iterations of meta-training behind a fitted learner."""
    return learner.fit(*blobs(np.random.default_rng(0))).fitted_start_.n_iterations


def test_shipped_weights_are_the_default(folder):
    assert behind(PrototypicalClassifier()) == N_ITERATIONS


@pytest.mark.parametrize(
    "settings",
    [
        {"pretrained": None},
        {"backbone_params": {"width": 32}},
        {"backbone": "mlp"},
        {"distance": "cosine"},
    ],
)
def test_others_learn_from_the_support_rows(folder, settings):
    assert behind(PrototypicalClassifier(scratch_iterations=1, **settings)) == 1


def test_what_meta_fit_learned_comes_first(folder):
    training = MetaTraining(iterations=1, shots=2, queries=2, meta_batch_size=2)
    learner = PrototypicalClassifier(training=training, random_state=0).meta_fit(blobs)
    assert behind(learner) == 1


def test_without_a_file_there_is_nothing_to_start_from(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    assert behind(PrototypicalClassifier(scratch_iterations=1)) == 1


@pytest.mark.parametrize("learner", ["PrototypicalClassifier", "MatchingClassifier"])
def test_what_comes_with_the_package(learner):
    path = shipped.shipped_path(learner)
    assert path.stat().st_size < 300_000
    X, y = load_wine(return_X_y=True)
    scores = []
    for seed in range(5):
        X_support, X_query, y_support, y_query = train_test_split(
            X, y, train_size=9, stratify=y, random_state=seed
        )
        clf = getattr(fewshot, learner)().fit(X_support, y_support)
        scores.append(clf.score(X_query, y_query))
    assert clf.fitted_start_.n_iterations >= 1000
    assert np.mean(scores) > 0.85
