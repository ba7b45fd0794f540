"""The families that ship with the package, cheap ones first."""

from sklearn_meta.spaces.families._bayes import DISCRIMINANT, NAIVE_BAYES
from sklearn_meta.spaces.families._boost import CATBOOST, LIGHTGBM, XGBOOST
from sklearn_meta.spaces.families._boosting import HIST_GRADIENT_BOOSTING
from sklearn_meta.spaces.families._few_shot import FEW_SHOT
from sklearn_meta.spaces.families._forest import EXTRA_TREES, RANDOM_FOREST
from sklearn_meta.spaces.families._foundation import TABICL, TABPFN
from sklearn_meta.spaces.families._gaussian_process import GAUSSIAN_PROCESS
from sklearn_meta.spaces.families._in_context import IN_CONTEXT
from sklearn_meta.spaces.families._linear import LINEAR
from sklearn_meta.spaces.families._mlp import MLP
from sklearn_meta.spaces.families._neighbors import NEIGHBORS
from sklearn_meta.spaces.families._svm import NYSTROEM_SVM, SVM

FAMILIES = {
    family.name: family
    for family in (
        NAIVE_BAYES,
        LINEAR,
        DISCRIMINANT,
        NEIGHBORS,
        EXTRA_TREES,
        RANDOM_FOREST,
        LIGHTGBM,
        HIST_GRADIENT_BOOSTING,
        XGBOOST,
        NYSTROEM_SVM,
        SVM,
        MLP,
        CATBOOST,
        GAUSSIAN_PROCESS,
        FEW_SHOT,
        IN_CONTEXT,
        TABICL,
        TABPFN,
    )
}

__all__ = ["FAMILIES"]
