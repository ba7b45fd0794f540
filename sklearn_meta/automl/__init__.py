"""The AutoML estimators, and the search for the user's own."""

from sklearn_meta.automl._classifier import MetaAutoClassifier
from sklearn_meta.automl._regressor import MetaAutoRegressor
from sklearn_meta.automl.search_cv import MetaSearchCV

__all__ = ["MetaAutoClassifier", "MetaAutoRegressor", "MetaSearchCV"]
