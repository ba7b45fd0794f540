"""Models of other packages: used where package and weights are there, never fetched."""

import sys
from types import ModuleType

import pytest
from sklearn.linear_model import Ridge

from sklearn_meta import _optional
from sklearn_meta.exceptions import MissingExtraError
from sklearn_meta.spaces import SearchSpace, _family
from sklearn_meta.spaces._family import BuildContext
from sklearn_meta.spaces.families import FAMILIES

HUB = "models--jingang--TabICL/snapshots/0a1b"
FILES = {
    "tabicl": {
        False: (
            f"{HUB}/tabicl-classifier-v1.1-20250506.ckpt",
            f"{HUB}/tabicl-classifier-v2-20260212.ckpt",
        ),
        True: (f"{HUB}/tabicl-regressor-v2-20260212.ckpt",),
    },
    "tabpfn": {
        False: (
            "tabpfn-v2-classifier-finetuned-zk73skhh.ckpt",
            "tabpfn-v2.5-classifier-v2.5_default.ckpt",
        ),
        True: ("tabpfn-v2-regressor.ckpt", "tabpfn-v2.5-regressor-v2.5_default.ckpt"),
    },
}
NAMES = {"tabicl": "TabICL", "tabpfn": "TabPFN"}


class Stand(Ridge):
    """Takes the arguments that the real models take."""

    def __init__(self, **settings):
        super().__init__()
        self.settings = settings


@pytest.fixture
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("TABPFN_MODEL_CACHE_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture(params=["tabicl", "tabpfn"])
def package(request, monkeypatch):
    name = request.param
    module = ModuleType(name)
    for role in ("Classifier", "Regressor"):
        setattr(module, NAMES[name] + role, type(NAMES[name] + role, (Stand,), {}))
    monkeypatch.setitem(sys.modules, name, module)
    installed = _optional.is_installed
    monkeypatch.setattr(_family, "is_installed", lambda m: m == name or installed(m))
    return name


def fetch(cache, name, kinds=(False, True)):
    for is_regression in kinds:
        for file in FILES[name][is_regression]:
            (cache / file).parent.mkdir(parents=True, exist_ok=True)
            (cache / file).touch()


@pytest.mark.parametrize(
    ("name", "wanted"), [("tabicl", r"'sklearn-meta\[foundation\]'"), ("tabpfn", "tabpfn$")]
)
def test_without_the_package_it_says_how_to_get_it(name, wanted, cache, monkeypatch):
    monkeypatch.setattr(_family, "is_installed", lambda module: False)
    assert name not in SearchSpace("binary", n_rows=100).families
    with pytest.raises(MissingExtraError, match=f"pip install {wanted}"):
        SearchSpace("binary", [name])


def test_without_weights_nothing_is_fetched(package, cache):
    fetch(cache, package, kinds=(False,))  # of one kind alone
    assert package not in SearchSpace("binary", n_rows=100).families
    with pytest.raises(ValueError, match="weights are not on this machine"):
        SearchSpace("binary", [package])


def test_the_newest_weights_are_used(package, cache):
    fetch(cache, package)
    for kind, is_regression in (("multiclass", False), ("regression", True)):
        space = SearchSpace(kind, n_rows=100, n_columns=5, n_classes=0 if is_regression else 3)
        assert package in space.families
        configuration = space.complete({"family": package})
        context = BuildContext(kind, n_rows=100, n_classes=3, width=5, random_state=7)
        model = FAMILIES[package].build(configuration, context)
        assert type(model).__name__ == NAMES[package] + ["Classifier", "Regressor"][is_regression]
        assert model.settings["model_path"] == str(cache / FILES[package][is_regression][-1])
        assert model.settings["random_state"] == 7


def test_one_file_may_serve_both_kinds(cache):
    from sklearn_meta.spaces.families._foundation import newest, tabpfn_files

    fetch(cache, "tabpfn")
    for name in ("tabpfn-v3.5-20260909.safetensors", "tabpfn-v3.5-fast-20260909.safetensors"):
        (cache / name).touch()
    for is_regression in (False, True):
        assert newest(tabpfn_files(is_regression)).name == "tabpfn-v3.5-20260909.safetensors"


def test_large_tables_are_left_to_others(package, cache):
    fetch(cache, package)
    assert package not in SearchSpace("binary", n_rows=10**6, n_columns=5, n_classes=2).families


def test_its_arguments_exist():
    tabicl = pytest.importorskip("tabicl", reason="the extra foundation is not installed")
    arguments = {"n_estimators", "model_path", "allow_auto_download", "random_state", "n_jobs"}
    for model in (tabicl.TabICLClassifier, tabicl.TabICLRegressor):
        assert arguments <= set(model().get_params())
