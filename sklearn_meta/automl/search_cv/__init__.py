"""Search for the parameters of the user's own estimator, starting from experience."""

from sklearn_meta.automl.search_cv._estimator import MetaSearchCV

__all__ = ["MetaSearchCV"]
