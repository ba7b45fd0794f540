"""Importing the estimators loads nothing heavy that a search may never need."""

import subprocess
import sys

import pytest

HEAVY = [
    *["torch", "skorch", "openml", "optuna", "matplotlib", "sqlalchemy"],
    *["skrub", "loky", "lightgbm", "xgboost", "catboost", "polars"],
]


def modules_after(statement):
    code = f"import sys; {statement}; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def loaded():
    return modules_after("from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor")


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_module_is_not_loaded(loaded, name):
    assert name not in loaded


def test_the_estimators_are_loaded(loaded):
    assert "sklearn_meta.automl" in loaded


def test_import_of_the_package_alone_loads_no_sklearn():
    assert "sklearn" not in modules_after("import sklearn_meta")


def test_public_names_resolve():
    import sklearn_meta

    for name in sklearn_meta.__all__:
        assert getattr(sklearn_meta, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        sklearn_meta.nothing  # noqa: B018 - the access is the test
