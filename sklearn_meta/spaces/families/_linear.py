"""Linear models: logistic regression, ridge and elastic net."""

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from sklearn_meta.spaces._family import CLASSIFICATION, Family
from sklearn_meta.spaces._parameters import Categorical, Float
from sklearn_meta.spaces._preprocessing import LINEAR_TABLE
from sklearn_meta.spaces._reduction import PROJECTION, SELECTION

MAX_COEFFICIENTS_SQUARED = 300  # width * classes for which a Newton step is cheap


def bounded_iterations(context, most, operations=2e10):
    """Bound the passes over the data by the cost of one pass.

    Parameters
    ----------
    context : BuildContext
        What is known of the task.
    most : int
        Upper bound on the iterations.
    operations : float, default=2e10
        Multiplications that all passes together may take.

    Returns
    -------
    int
        Between 20 and `most`.
    """
    one_pass = context.n_rows * context.width * max(1, context.n_classes)
    return int(np.clip(operations / one_pass, 20, most))


def build(configuration, context):
    """Build logistic regression, ridge or elastic net."""
    C = configuration["C"]
    if context.is_regression:
        if configuration["penalty"] == "l2":
            return Ridge(alpha=1 / C, tol=1e-10)  # the solver for sparse tables is iterative
        # The penalty is measured against squared errors, so the target is scaled first.
        net = ElasticNet(
            alpha=1 / (C * context.n_rows),
            l1_ratio=configuration["l1_ratio"],
            max_iter=bounded_iterations(context, 1000),
            tol=1e-3,
            random_state=context.random_state,
            selection="random",
        )
        return TransformedTargetRegressor(net, transformer=StandardScaler())
    elastic = configuration["penalty"] == "elasticnet"
    return LogisticRegression(
        C=C,
        l1_ratio=configuration["l1_ratio"] if elastic else 0.0,
        solver="saga" if elastic else _smooth_solver(context),
        max_iter=bounded_iterations(context, 150 if elastic else 300),
        tol=1e-3 if elastic else 1e-6,
        class_weight=None if configuration["class_weight"] == "none" else "balanced",
        random_state=context.random_state,
    )


def _smooth_solver(context):
    """Choose Newton steps for narrow tables, lbfgs for wide ones."""
    narrow = context.width * max(1, context.n_classes) <= MAX_COEFFICIENTS_SQUARED
    return "newton-cholesky" if narrow and context.n_rows >= context.width else "lbfgs"


LINEAR = Family(
    name="linear",
    builder=build,
    parameters=(
        Categorical("penalty", ("l2", "elasticnet")),
        Float("C", 1e-4, 1e4, log=True, default=1.0),
        Float("l1_ratio", 0.05, 1.0, default=0.5, condition=("penalty", ("elasticnet",))),
        Categorical("class_weight", ("none", "balanced"), kinds=CLASSIFICATION),
        *LINEAR_TABLE,
        *SELECTION,
        *PROJECTION,
    ),
    weighted=True,
    sparse=True,
)
