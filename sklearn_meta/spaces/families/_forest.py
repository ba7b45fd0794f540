"""Forests of trees grown apart: random forest and extra trees."""

from functools import partial

from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from sklearn_meta.spaces._family import CLASSIFICATION, Family
from sklearn_meta.spaces._parameters import Categorical, Float, Int
from sklearn_meta.spaces._preprocessing import TREE_TABLE

FORESTS = {
    "random_forest": (RandomForestClassifier, RandomForestRegressor),
    "extra_trees": (ExtraTreesClassifier, ExtraTreesRegressor),
}
MAX_LEAF_CELLS = 2e7  # leaves * classes of one forest: 160 MB


def build(name, configuration, context):
    """Build a forest; with very many classes it has fewer trees, for each leaf holds them all."""
    classifier, regressor = FORESTS[name]
    leaf_cells = context.n_rows / configuration["min_samples_leaf"] * max(1, context.n_classes)
    most_trees = max(20, int(MAX_LEAF_CELLS / leaf_cells))
    shared = {
        "n_estimators": min(configuration["n_estimators"], most_trees),
        "max_features": configuration["max_features"],
        "min_samples_leaf": configuration["min_samples_leaf"],
        "bootstrap": configuration["bootstrap"],
        "random_state": context.random_state,
        "n_jobs": context.n_threads,
    }
    if context.is_regression:
        return regressor(**shared)
    balanced = configuration["class_weight"] == "balanced"
    return classifier(
        criterion=configuration["criterion"],
        class_weight="balanced" if balanced else None,
        **shared,
    )


def _family(name, *, bootstrap):
    """Make one of the two families; they differ in whether rows are drawn by default."""
    return Family(
        name=name,
        builder=partial(build, name),
        parameters=(
            Int("n_estimators", 50, 300, log=True, default=100),
            Float("max_features", 0.05, 1.0, log=True, default=0.4),
            Int("min_samples_leaf", 1, 30, log=True, default=1),
            Categorical("bootstrap", (True, False), default=bootstrap),
            Categorical("criterion", ("gini", "entropy"), kinds=CLASSIFICATION),
            Categorical("class_weight", ("none", "balanced"), kinds=CLASSIFICATION),
            *TREE_TABLE,
        ),
        encoding="tree",
        weighted=True,
        sparse=True,
    )


RANDOM_FOREST = _family("random_forest", bootstrap=True)
EXTRA_TREES = _family("extra_trees", bootstrap=False)
