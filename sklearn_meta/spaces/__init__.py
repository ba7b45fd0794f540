"""What may be tried: families of models, their ranges, and pipelines built from them."""

from sklearn_meta.spaces._design import neighbour, space_filling
from sklearn_meta.spaces._family import BuildContext, Family
from sklearn_meta.spaces._fit import fit_pipeline
from sklearn_meta.spaces._key import configuration_key
from sklearn_meta.spaces._parameters import Categorical, Float, Int
from sklearn_meta.spaces._plain import PlainContext, PlainModel
from sklearn_meta.spaces._plain_models import known_estimators, plain_model_of
from sklearn_meta.spaces._portfolio import candidate_configurations, quick
from sklearn_meta.spaces._space import SearchSpace
from sklearn_meta.spaces.families import FAMILIES

__all__ = [
    "FAMILIES",
    "BuildContext",
    "Categorical",
    "Family",
    "Float",
    "Int",
    "PlainContext",
    "PlainModel",
    "SearchSpace",
    "candidate_configurations",
    "configuration_key",
    "fit_pipeline",
    "known_estimators",
    "neighbour",
    "plain_model_of",
    "quick",
    "space_filling",
]
