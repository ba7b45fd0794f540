"""Histogram gradient boosting of scikit-learn."""

from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from sklearn_meta.spaces._family import CLASSIFICATION, Family
from sklearn_meta.spaces._parameters import Categorical, Float, Int

MAX_TREES = 2000
MAX_CLASSES = 60


def bounded_rounds(rounds, context):
    """Bound the boosting rounds: each grows one tree per class.

    Parameters
    ----------
    rounds : int
        What the configuration asks for.
    context : BuildContext
        What is known of the task.

    Returns
    -------
    int
        At least 10, unless fewer were asked for.
    """
    if context.n_classes <= 2:
        return rounds
    return min(rounds, max(10, MAX_TREES // context.n_classes))


def few_enough_classes(n_rows, n_columns, n_classes):
    """Tell whether a tree per class and round is affordable."""
    return n_classes <= MAX_CLASSES


def build(configuration, context):
    """Build histogram gradient boosting with native categories."""
    shared = {
        "max_iter": bounded_rounds(configuration["max_iter"], context),
        "learning_rate": configuration["learning_rate"],
        "max_leaf_nodes": configuration["max_leaf_nodes"],
        "min_samples_leaf": configuration["min_samples_leaf"],
        "l2_regularization": configuration["l2_regularization"],
        "max_features": configuration["max_features"],
        "max_bins": configuration["max_bins"],
        "categorical_features": list(range(context.n_native)) or None,
        "early_stopping": False,
        "random_state": context.random_state,
    }
    if context.is_regression:
        return HistGradientBoostingRegressor(**shared)
    balanced = configuration["class_weight"] == "balanced"
    return HistGradientBoostingClassifier(class_weight="balanced" if balanced else None, **shared)


HIST_GRADIENT_BOOSTING = Family(
    name="hist_gradient_boosting",
    builder=build,
    parameters=(
        Int("max_iter", 30, 600, log=True, default=100),
        Float("learning_rate", 0.01, 0.5, log=True, default=0.1),
        Int("max_leaf_nodes", 4, 128, log=True, default=31),
        Int("min_samples_leaf", 1, 100, log=True, default=20),
        Float("l2_regularization", 1e-6, 100.0, log=True, default=1e-6),
        Float("max_features", 0.3, 1.0, default=1.0),
        # Native categories have up to 40 levels, so 63 bins are enough for them.
        Int("max_bins", 63, 255, log=True, default=255),
        Categorical("class_weight", ("none", "balanced"), kinds=CLASSIFICATION),
    ),
    encoding="native",
    weighted=True,
    limits=few_enough_classes,
)
