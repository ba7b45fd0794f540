"""What may be tried: families of models, their ranges, and pipelines built from them."""

from sklearn_meta.spaces._family import BuildContext, Family
from sklearn_meta.spaces._fit import fit_pipeline
from sklearn_meta.spaces._key import configuration_key
from sklearn_meta.spaces._parameters import Categorical, Float, Int
from sklearn_meta.spaces._portfolio import candidate_configurations
from sklearn_meta.spaces._space import SearchSpace

__all__ = [
    "BuildContext",
    "Categorical",
    "Family",
    "Float",
    "Int",
    "SearchSpace",
    "candidate_configurations",
    "configuration_key",
    "fit_pipeline",
]
