"""Nearest neighbours."""

from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from sklearn_meta.spaces._family import Family
from sklearn_meta.spaces._parameters import Categorical, Int
from sklearn_meta.spaces._preprocessing import LINEAR_TABLE
from sklearn_meta.spaces._reduction import PCA_ONLY, SELECTION


def build(configuration, context):
    """Build a nearest-neighbour model; there are never more neighbours than half the rows."""
    model = KNeighborsRegressor if context.is_regression else KNeighborsClassifier
    return model(
        n_neighbors=max(1, min(configuration["n_neighbors"], context.n_rows // 2)),
        weights=configuration["weights"],
        p=configuration["p"],
        n_jobs=context.n_threads,
    )


def _limits(n_rows, n_columns, n_classes):
    """Prediction compares each row with all rows."""
    return n_rows <= 50_000 and n_rows * n_columns <= 5e6 and n_rows * n_classes <= 5e6


NEIGHBORS = Family(
    name="neighbors",
    builder=build,
    parameters=(
        Int("n_neighbors", 1, 60, log=True, default=10),
        Categorical("weights", ("uniform", "distance"), default="distance"),
        Categorical("p", (1, 2), default=2),
        *LINEAR_TABLE,
        *SELECTION,
        *PCA_ONLY,
    ),
    limits=_limits,
)
