"""The AutoML estimators, the search for the user's own, and advice without a search."""

from sklearn_meta.automl._classifier import MetaAutoClassifier
from sklearn_meta.automl._live import validate_live
from sklearn_meta.automl._live_summary import compare_live
from sklearn_meta.automl._regressor import MetaAutoRegressor
from sklearn_meta.automl._zero_shot import AdvisedPipeline, AdvisedPipelines, advise
from sklearn_meta.automl.search_cv import MetaSearchCV

__all__ = [
    "AdvisedPipeline",
    "AdvisedPipelines",
    "MetaAutoClassifier",
    "MetaAutoRegressor",
    "MetaSearchCV",
    "advise",
    "compare_live",
    "validate_live",
]
