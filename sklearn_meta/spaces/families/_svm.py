"""Support vector machines, exact for small tables and by a kernel map for larger ones."""

from sklearn.compose import TransformedTargetRegressor
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from sklearn_meta.spaces._family import CLASSIFICATION, REGRESSION, BuildContext, Family
from sklearn_meta.spaces._margins import MarginClassifier
from sklearn_meta.spaces._parameters import Categorical, Float, Int
from sklearn_meta.spaces._preprocessing import LINEAR_TABLE
from sklearn_meta.spaces._reduction import PCA_ONLY, SELECTION
from sklearn_meta.spaces.families._linear import bounded_iterations

MAX_EXACT_ROWS = 3000
MAX_EXACT_CLASSES = 30
MAX_ITERATIONS = 50_000  # of libsvm: each moves two rows' coefficients


def build_exact(configuration, context):
    """Build a support vector machine; `gamma` is in units of one over the number of columns."""
    shared = {
        "C": configuration["C"],
        "kernel": configuration["kernel"],
        "gamma": configuration["gamma"] / context.width,
        "degree": configuration.get("degree", 3),
        "coef0": 1.0,
        "cache_size": 300,
        "max_iter": MAX_ITERATIONS,
    }
    if context.is_regression:
        machine = SVR(epsilon=configuration["epsilon"], **shared)
        return TransformedTargetRegressor(machine, transformer=StandardScaler())
    balanced = configuration["class_weight"] == "balanced"
    machine = SVC(class_weight="balanced" if balanced else None, **shared)
    return MarginClassifier(machine, random_state=context.random_state)


def build_nystroem(configuration, context):
    """Build a linear model on a random kernel map."""
    n_components = max(1, min(configuration["n_components"], context.n_rows // 2))
    kernel_map = Nystroem(
        gamma=configuration["gamma"] / context.width,
        n_components=n_components,
        random_state=context.random_state,
    )
    if context.is_regression:
        return make_pipeline(kernel_map, Ridge(alpha=1 / configuration["C"]))
    mapped = BuildContext(context.kind, context.n_rows, context.n_classes, n_components)
    model = LogisticRegression(
        C=configuration["C"],
        class_weight=None if configuration["class_weight"] == "none" else "balanced",
        max_iter=bounded_iterations(mapped, 200),
    )
    return make_pipeline(kernel_map, model)


def _exact_limits(n_rows, n_columns, n_classes):
    """Kernel matrices grow with the square of the rows, machines with that of the classes."""
    return n_rows <= MAX_EXACT_ROWS and n_columns <= 2000 and n_classes <= MAX_EXACT_CLASSES


def _nystroem_limits(n_rows, n_columns, n_classes):
    """Bound the dense map: 200,000 rows times 300 components are half a gigabyte."""
    return n_rows <= 200_000 and n_rows * n_columns <= 2e7 and n_classes <= 100


_SHARED = (
    Float("C", 0.01, 1000.0, log=True, default=1.0),
    Float("gamma", 0.01, 10.0, log=True, default=1.0),
    Categorical("class_weight", ("none", "balanced"), kinds=CLASSIFICATION),
)

SVM = Family(
    name="svm",
    builder=build_exact,
    parameters=(
        *_SHARED,
        Categorical("kernel", ("rbf", "poly")),
        Int("degree", 2, 4, default=3, condition=("kernel", ("poly",))),
        Float("epsilon", 0.001, 0.5, log=True, default=0.1, kinds=REGRESSION),
        *LINEAR_TABLE,
        *SELECTION,
        *PCA_ONLY,
    ),
    limits=_exact_limits,
)

NYSTROEM_SVM = Family(
    name="nystroem_svm",
    builder=build_nystroem,
    parameters=(
        *_SHARED,
        Int("n_components", 50, 500, log=True, default=200),
        *LINEAR_TABLE,
        *SELECTION,
    ),
    weighted=True,
    limits=_nystroem_limits,
)
