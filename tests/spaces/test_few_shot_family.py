"""The few-shot family: in the space where weights are shipped and rows are few, else not."""

import numpy as np
import pytest
import skops.io

from sklearn_meta.fewshot import MatchingClassifier, MetaTraining, PrototypicalClassifier
from sklearn_meta.fewshot import _shipped as shipped
from sklearn_meta.metafeatures import column_roles
from sklearn_meta.persistence._trusted import TRUSTED_TYPES
from sklearn_meta.spaces import SearchSpace, candidate_configurations


def blobs(rng):
    y = np.arange(24) % 3
    return 2 * rng.normal(size=(3, 4))[y] + rng.normal(size=(24, 4)), y


@pytest.fixture
def no_weights(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def weights(no_weights):
    training = MetaTraining(iterations=2, shots=3, queries=3, meta_batch_size=2)
    for learner in (PrototypicalClassifier, MatchingClassifier):
        trained = learner(training=training, random_state=0).meta_fit(blobs)
        trained.save(no_weights / f"{learner.__name__}.safetensors", half=True)
    return no_weights


def test_it_drops_out_without_weights(no_weights):
    space = SearchSpace("multiclass", n_rows=60, n_columns=4, n_classes=3)
    assert "few_shot" not in space.families
    listed = candidate_configurations("multiclass")
    assert "few_shot" not in {configuration["family"] for configuration in listed}
    with pytest.raises(ValueError, match="comes without"):
        SearchSpace("multiclass", ["few_shot"])


def test_it_waits_to_be_named(weights):
    assert "few_shot" not in SearchSpace("multiclass", n_rows=60, n_columns=4).families
    listed = candidate_configurations("multiclass")
    assert "few_shot" not in {configuration["family"] for configuration in listed}
    named = candidate_configurations("multiclass", ["few_shot"])
    assert [configuration["family"] for configuration in named] == ["few_shot"] * 2


def test_it_is_for_few_rows_and_classes(weights):
    def affords(kind, **size):
        return SearchSpace(kind, n_columns=4, **size).affords("few_shot")

    assert affords("multiclass", n_rows=60, n_classes=3)
    assert not affords("multiclass", n_rows=6000, n_classes=3)
    assert not affords("multiclass", n_rows=60, n_classes=3, weighted=True)
    assert not affords("regression", n_rows=60)


@pytest.mark.parametrize("learner", ["prototypical", "matching"])
def test_its_models_start_from_the_weights(weights, learner):
    space = SearchSpace("multiclass", ["few_shot"])
    X, y = blobs(np.random.default_rng(5))
    configuration = space.complete({"family": "few_shot", "learner": learner})
    assert space.contains(configuration)
    pipeline = space.pipeline(
        configuration, column_roles(X), n_rows=24, n_columns=4, n_classes=3, random_state=0
    )
    pipeline.fit(X, y)
    assert pipeline[-1].fitted_start_.n_iterations == 2
    said = pipeline.predict_proba(X)
    np.testing.assert_allclose(said.sum(axis=1), 1)
    stored = skops.io.dumps(pipeline[-1])
    restored = skops.io.loads(stored, trusted=list(TRUSTED_TYPES))
    np.testing.assert_array_equal(restored.predict_proba(X), pipeline[-1].predict_proba(X))
