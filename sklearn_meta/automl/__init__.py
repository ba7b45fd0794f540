"""The AutoML estimators."""

from sklearn_meta.automl._classifier import MetaAutoClassifier
from sklearn_meta.automl._regressor import MetaAutoRegressor

__all__ = ["MetaAutoClassifier", "MetaAutoRegressor"]
