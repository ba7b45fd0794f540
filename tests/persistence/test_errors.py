"""Files that can't be loaded, models that can't be saved: what the errors say."""

import json
import warnings
import zipfile
from importlib import import_module

import numpy as np
import pytest
import skops.io
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_meta import MetaAutoClassifier
from sklearn_meta.exceptions import SklearnMetaError, SklearnMetaWarning
from sklearn_meta.persistence import (
    ModelFileError,
    ModelFileNotFoundError,
    UntrustedTypeError,
    load,
    save,
)
from sklearn_meta.persistence._archive import HEADER, PROTOCOL
from sklearn_meta.persistence._trusted import TRUSTED_TYPES
from sklearn_meta.spaces import Family


class Majority(ClassifierMixin, BaseEstimator):
    """A user's own classifier."""

    def fit(self, X, y):
        self.classes_, counts = np.unique(y, return_counts=True)
        self.shares_ = counts / len(y)
        return self

    def predict_proba(self, X):
        return np.tile(self.shares_, (len(X), 1))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.fixture
def file(small, tmp_path):
    path = tmp_path / "model.skops"
    save(small[0], path)
    return path


@pytest.fixture
def own_family(fitted, numbers):
    """Return a model of the user's own class. This module is importable for skops."""
    family = Family.from_estimator("majority", Majority(), kinds="binary")
    y = (numbers[:, 0] > 0).astype(int)
    model = fitted(numbers, y, families=["naive_bayes"], cv=2)
    pipeline = family.build({"family": "majority"}, _context()).fit(numbers, y)
    model.members_[0].models = [make_pipeline(pipeline)]
    return model


def _context():
    from sklearn_meta.spaces._family import BuildContext

    return BuildContext("binary", n_rows=40, n_classes=2, width=3)


def rewrite(path, member, change):
    """Change the JSON of one member of the archive."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[member] = json.dumps(change(json.loads(members[member]))).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_no_file(tmp_path):
    with pytest.raises(ModelFileNotFoundError, match="no model file at .*nowhere") as caught:
        load(tmp_path / "nowhere.skops")
    assert isinstance(caught.value, FileNotFoundError)
    assert isinstance(caught.value, SklearnMetaError)


def test_a_folder(tmp_path, small):
    with pytest.raises(ModelFileError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(ModelFileError, match="is a folder"):
        save(small[0], tmp_path)
    with pytest.raises(ModelFileError, match="There is no folder"):
        save(small[0], tmp_path / "nowhere" / "model.skops")


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04 cut off"])
def test_another_format(content, tmp_path):
    path = tmp_path / "other.skops"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="can't be read as a model file"):
        load(path)


def test_a_cut_file(file):
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelFileError, match="damaged"):
        load(file)


def test_changed_bytes(file):
    data = bytearray(file.read_bytes())
    for position in range(len(data) // 4, len(data) // 2, 50):
        data[position] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(ModelFileError, match="damaged"):
        load(file)


def test_a_file_of_skops_itself(tmp_path):
    skops.io.dump(Ridge(), tmp_path / "ridge.skops")
    with pytest.raises(ModelFileError, match=r"not written by .*skops\.io\.load"):
        load(tmp_path / "ridge.skops")


def test_a_newer_protocol(file):
    rewrite(file, HEADER, lambda facts: {**facts, "protocol": PROTOCOL + 1})
    with pytest.raises(ModelFileError, match=f"protocol {PROTOCOL + 1} .*Upgrade it"):
        load(file)


@pytest.mark.parametrize("protocol", [None, "1", True, 0, -1])
def test_no_protocol(file, protocol):
    rewrite(file, HEADER, lambda facts: {**facts, "protocol": protocol})
    with pytest.raises(ModelFileError, match="its protocol reads"):
        load(file)


def test_another_class(file):
    rewrite(file, HEADER, lambda facts: {**facts, "class": "Ridge"})
    with pytest.raises(ModelFileError, match="lacks parts of a model"):
        load(file)


def test_other_versions_are_told(file):
    def older(facts):
        facts["versions"]["scikit-learn"] = "1.8.0"
        return facts

    rewrite(file, HEADER, older)
    with pytest.warns(SklearnMetaWarning, match=r"scikit-learn 1\.8\.0 \(here "):
        load(file)


def test_the_header_names_versions(file):
    with zipfile.ZipFile(file) as archive:
        facts = json.loads(archive.read(HEADER))
    assert facts["protocol"] == PROTOCOL
    assert facts["class"] == "MetaAutoClassifier"
    assert {"sklearn-meta", "scikit-learn", "numpy", "python"} <= set(facts["versions"])


def test_a_file_can_not_bring_a_function(file):
    def smuggle(schema):
        text = json.dumps(schema)
        assert '"asarray"' in text
        changed = text.replace('"asarray", "__module__": "numpy"', '"system", "__module__": "os"')
        assert changed != text
        return json.loads(changed)

    rewrite(file, "schema.json", smuggle)
    with pytest.raises(UntrustedTypeError, match=r"os\.system.*trusted=\['os\.system'\]"):
        load(file)


def test_own_types_are_named_when_saved_and_loaded(own_family, numbers, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, Majority.__module__, sys.modules.get(__name__) or _myself())
    path = tmp_path / "own.skops"
    name = f"{Majority.__module__}.Majority"
    with pytest.warns(SklearnMetaWarning, match="Majority"):
        save(own_family, path)
    with pytest.raises(UntrustedTypeError, match="Majority") as caught:
        load(path)
    assert f"trusted=['{name}']" in str(caught.value)
    for trusted in ([name], [Majority], name, Majority):
        loaded = load(path, trusted=trusted)
        np.testing.assert_array_equal(loaded.predict(numbers), own_family.predict(numbers))


def _myself():
    from types import ModuleType

    module = ModuleType(__name__)
    module.Majority = Majority
    return module


def test_trusted_is_no_switch(file):
    with pytest.raises(TypeError, match="list of the types"):
        load(file, trusted=True)


def test_a_lambda_in_a_model_is_refused_when_saved(own_family, tmp_path):
    step = FunctionTransformer(lambda X: X)
    own_family.members_[0].models[0].steps.insert(0, ("own", step))
    with pytest.raises(ModelFileError, match=r"<lambda>.*top level of a module"):
        save(own_family, tmp_path / "model.skops")
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_skops_refuses(own_family, tmp_path):
    own_family.members_[0].models[0].steps[0][1].rows_ = iter([1])
    own_family.members_[0].models[0].steps[0][1].view_ = memoryview(b"abc")
    with pytest.raises(ModelFileError, match="without pickle"):
        save(own_family, tmp_path / "model.skops")


def test_other_objects_are_refused(tmp_path):
    with pytest.raises(TypeError, match=r"save takes a fitted .*got Ridge"):
        save(Ridge(), tmp_path / "model.skops")
    with pytest.raises(NotFittedError):
        save(MetaAutoClassifier(), tmp_path / "model.skops")


def test_a_failing_write_keeps_the_old_file(file, small, monkeypatch):
    before = file.read_bytes()

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(small[0], file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("name", TRUSTED_TYPES)
def test_each_name_on_the_list_is_there(name):
    module, _, own = name.rpartition(".")
    if module.partition(".")[0] in ("lightgbm", "xgboost", "catboost"):
        pytest.importorskip(module.partition(".")[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert hasattr(import_module(module), own)
