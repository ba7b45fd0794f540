"""The AutoML estimators, and advice without a search."""

from sklearn_meta.automl._classifier import MetaAutoClassifier
from sklearn_meta.automl._live import validate_live
from sklearn_meta.automl._live_summary import compare_live
from sklearn_meta.automl._regressor import MetaAutoRegressor
from sklearn_meta.automl._zero_shot import AdvisedPipeline, AdvisedPipelines, advise

__all__ = [
    "AdvisedPipeline",
    "AdvisedPipelines",
    "MetaAutoClassifier",
    "MetaAutoRegressor",
    "advise",
    "compare_live",
    "validate_live",
]
