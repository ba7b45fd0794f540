"""Models of each class's distribution: naive Bayes and discriminant analysis."""

from sklearn.discriminant_analysis import (
    LinearDiscriminantAnalysis,
    QuadraticDiscriminantAnalysis,
)
from sklearn.naive_bayes import GaussianNB

from sklearn_meta.spaces._family import CLASSIFICATION, Family
from sklearn_meta.spaces._parameters import Categorical, Float
from sklearn_meta.spaces._preprocessing import LINEAR_TABLE
from sklearn_meta.spaces._reduction import PCA_ONLY, SELECTION


def build_naive_bayes(configuration, context):
    """Build Gaussian naive Bayes."""
    return GaussianNB(var_smoothing=configuration["var_smoothing"])


def build_discriminant(configuration, context):
    """Build linear or quadratic discriminant analysis, regularised."""
    if configuration["boundary"] == "linear":
        return LinearDiscriminantAnalysis(solver="lsqr", shrinkage=configuration["shrinkage"])
    return QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=configuration["shrinkage"])


def _discriminant_limits(n_rows, n_columns, n_classes):
    """Covariances are inverted: neither too wide nor too many."""
    return n_columns <= 500 and n_rows * n_columns <= 2e7 and n_classes * n_columns <= 2e4


NAIVE_BAYES = Family(
    name="naive_bayes",
    builder=build_naive_bayes,
    parameters=(
        Float("var_smoothing", 1e-9, 0.3, log=True, default=1e-9),
        *LINEAR_TABLE,
        *SELECTION,
        *PCA_ONLY,
    ),
    kinds=CLASSIFICATION,
    weighted=True,
)

DISCRIMINANT = Family(
    name="discriminant",
    builder=build_discriminant,
    parameters=(
        Categorical("boundary", ("linear", "quadratic")),
        Float("shrinkage", 1e-3, 1.0, log=True, default=0.01),
        *LINEAR_TABLE,
        *SELECTION,
        *PCA_ONLY,
    ),
    kinds=CLASSIFICATION,
    limits=_discriminant_limits,
)
