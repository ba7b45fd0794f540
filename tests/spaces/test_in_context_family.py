"""The in-context family: where it is asked for, with weights, on small tables; else not."""

import numpy as np
import pytest
import skops.io

from sklearn_meta import MetaAutoClassifier
from sklearn_meta.fewshot.incontext import _weights as weights_module
from sklearn_meta.fewshot.incontext._weights import untrained_weights
from sklearn_meta.metafeatures import column_roles
from sklearn_meta.persistence._trusted import TRUSTED_TYPES
from sklearn_meta.spaces import SearchSpace, candidate_configurations
from sklearn_meta.spaces.families import _in_context as family_module


@pytest.fixture
def no_weights(monkeypatch, tmp_path):
    for module in (weights_module, family_module):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def iris_like():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 30)
    return rng.normal(size=(90, 4)) + 2 * y[:, None] * [1, 0, 0, -1], y


@pytest.fixture
def weights(no_weights):
    for kind in ("classification", "regression"):
        untrained_weights(kind, 0).save(no_weights / f"incontext_{kind}.safetensors")
    return no_weights


def test_it_says_what_it_lacks_without_weights(no_weights):
    with pytest.raises(ValueError, match="comes without"):
        SearchSpace("regression", ["in_context"])


def test_it_waits_to_be_asked(weights):
    for kind in ("multiclass", "regression"):
        assert "in_context" not in SearchSpace(kind, n_rows=60, n_columns=4, n_classes=3).families
        assert "in_context" in SearchSpace(kind, ["in_context", "linear"]).families
        listed = {configuration["family"] for configuration in candidate_configurations(kind)}
        assert "in_context" not in listed
        named = candidate_configurations(kind, ["in_context", "linear"])
        assert {configuration["family"] for configuration in named} == {"in_context", "linear"}


def test_a_collection_may_name_it(weights):
    space = SearchSpace("binary", n_rows=60, n_columns=4, n_classes=2)
    assert space.affords("in_context") and space.affords("linear")
    assert not SearchSpace("binary", n_rows=60_000, n_columns=4).affords("in_context")
    assert not space.affords("unheard")
    named = SearchSpace("binary", ["linear"])
    assert not named.affords("extra_trees")  # left out by whoever made the space


def test_it_is_for_small_tables():
    assert family_module.IN_CONTEXT.applies(3000, 300, 3)
    assert not family_module.IN_CONTEXT.applies(60_000, 4, 3)
    assert not family_module.IN_CONTEXT.applies(60, 4, 100)


def test_a_search_tries_it(iris_like):
    X, y = iris_like
    search = MetaAutoClassifier(
        families=["in_context"], max_trials=2, ensemble=False, random_state=0, verbose=0
    ).fit(X, y)
    assert set(search.leaderboard_["family"]) == {"in_context"}
    assert search.score(X, y) > 0.8


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_its_models_answer_and_can_be_saved(weights, kind):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 3))
    y = X[:, 0] - X[:, 1]
    y = (y > 0).astype(int) if kind == "binary" else y
    space = SearchSpace(kind, ["in_context"])
    pipeline = space.pipeline(
        space.default_configurations()[0],
        column_roles(X),
        n_rows=40,
        n_columns=3,
        n_classes=2 if kind == "binary" else 0,
        random_state=0,
    )
    model = pipeline.fit(X[:40], y[:40])[-1]
    assert model.pretrained == "bundled" and model.device == "cpu"
    assert pipeline.score(X[40:], y[40:]) > 0.8
    restored = skops.io.loads(skops.io.dumps(model), trusted=list(TRUSTED_TYPES))
    np.testing.assert_array_equal(restored.predict(X), model.predict(X))
