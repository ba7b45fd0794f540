"""The in-context family: in the space where weights are shipped and tables are small, else not."""

import numpy as np
import pytest
import skops.io

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
def weights(no_weights):
    for kind in ("classification", "regression"):
        untrained_weights(kind, 0).save(no_weights / f"incontext_{kind}.safetensors")
    return no_weights


def test_it_drops_out_without_weights(no_weights):
    space = SearchSpace("regression", n_rows=60, n_columns=4)
    assert "in_context" not in space.families
    listed = candidate_configurations("regression")
    assert "in_context" not in {configuration["family"] for configuration in listed}
    with pytest.raises(ValueError, match="comes without"):
        SearchSpace("regression", ["in_context"])


def test_it_is_for_small_tables(weights):
    for kind, n_classes in (("multiclass", 3), ("regression", 0)):
        size = {"n_columns": 4, "n_classes": n_classes}
        assert "in_context" in SearchSpace(kind, n_rows=60, **size).families
        assert "in_context" not in SearchSpace(kind, n_rows=60_000, **size).families
        listed = [c for c in candidate_configurations(kind) if c["family"] == "in_context"]
        assert len(listed) == 2 and listed[0]["n_estimators"] == 4


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
