"""AutoML for scikit-learn that starts from what earlier tasks taught it."""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "Experience": "sklearn_meta.experience",
    "MetaAutoClassifier": "sklearn_meta.automl",
    "MetaAutoRegressor": "sklearn_meta.automl",
    "MetaSearchCV": "sklearn_meta.automl",
    "advise": "sklearn_meta.automl",
}

__all__ = ["Experience", "MetaAutoClassifier", "MetaAutoRegressor", "MetaSearchCV", "advise"]


def __getattr__(name):
    """Import a public name on first use, so that none of them costs who does not want it."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'sklearn_meta' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_HOME])
