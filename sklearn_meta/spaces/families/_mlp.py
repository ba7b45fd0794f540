"""Multi-layer perceptrons of scikit-learn."""

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from sklearn_meta.spaces._family import Family
from sklearn_meta.spaces._parameters import Categorical, Float, Int
from sklearn_meta.spaces._preprocessing import LINEAR_TABLE
from sklearn_meta.spaces._reduction import SELECTION

ROWS_SEEN = 400_000  # epochs times rows


def build(configuration, context):
    """Build a perceptron with one or two hidden layers (a second one of 0 units is none)."""
    layers = (configuration["hidden_1"], configuration["hidden_2"])
    shared = {
        "hidden_layer_sizes": tuple(size for size in layers if size > 0),
        "activation": configuration["activation"],
        "alpha": configuration["alpha"],
        "learning_rate_init": configuration["learning_rate_init"],
        "batch_size": int(np.clip(context.n_rows // 10, min(32, context.n_rows), 256)),
        "max_iter": int(np.clip(ROWS_SEEN // context.n_rows, 10, 200)),
        "early_stopping": context.n_rows >= 100,
        "n_iter_no_change": 15,
        "random_state": context.random_state,
    }
    if context.is_regression:
        return TransformedTargetRegressor(MLPRegressor(**shared), transformer=StandardScaler())
    return MLPClassifier(**shared)


def _limits(n_rows, n_columns, n_classes):
    """Every epoch passes all rows through the first and the last layer."""
    return n_rows <= 200_000 and n_rows * n_columns <= 2e7 and n_rows * n_classes <= 5e6


MLP = Family(
    name="mlp",
    builder=build,
    parameters=(
        Int("hidden_1", 16, 256, log=True, default=64),
        Int("hidden_2", 0, 128, default=32),
        Categorical("activation", ("relu", "tanh")),
        Float("alpha", 1e-6, 1.0, log=True, default=1e-3),
        Float("learning_rate_init", 1e-4, 0.03, log=True, default=3e-3),
        *LINEAR_TABLE,
        *SELECTION,
    ),
    limits=_limits,
)
