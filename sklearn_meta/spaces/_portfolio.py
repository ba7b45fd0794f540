"""The configurations that every known task is evaluated with."""

import zlib

import numpy as np

from sklearn_meta.spaces._second_portfolio import SECOND
from sklearn_meta.spaces._space import SearchSpace
from sklearn_meta.spaces.families import FAMILIES

SEED = 20
# What is tried everywhere must be quick everywhere.
MOST_ROUNDS = {"max_iter": 300, "n_estimators": 300, "iterations": 300}
MOST_TREES = 150

# How many configurations of each family in the first list: those written below, the rest drawn.
COUNTS = {
    "naive_bayes": 2,
    "linear": 6,
    "discriminant": 3,
    "neighbors": 4,
    "extra_trees": 4,
    "random_forest": 4,
    "lightgbm": 4,
    "hist_gradient_boosting": 10,
    "xgboost": 3,
    "nystroem_svm": 2,
    "svm": 5,
    "mlp": 5,
    "catboost": 3,
    "gaussian_process": 1,
    "few_shot": 2,
    "in_context": 2,
    "tabicl": 1,
    "tabpfn": 1,
}

CHOSEN = {
    "naive_bayes": ({"scaling": "quantile", "var_smoothing": 0.01},),
    "linear": (
        {"C": 0.01},
        {"C": 100.0, "scaling": "quantile"},
        {"C": 0.1, "projection": "interactions", "scaling": "quantile"},
        {"C": 1.0, "projection": "nystroem", "scaling": "quantile"},
        {"C": 1.0, "penalty": "elasticnet", "l1_ratio": 0.9},
    ),
    "discriminant": (
        {"boundary": "quadratic", "shrinkage": 0.1, "scaling": "quantile"},
        {"boundary": "linear", "shrinkage": 0.2, "scaling": "quantile"},
    ),
    "neighbors": (
        {"n_neighbors": 3, "p": 1, "scaling": "quantile"},
        {"n_neighbors": 25, "p": 1, "encoding": "target", "scaling": "quantile"},
        {"n_neighbors": 1, "weights": "uniform"},
    ),
    "extra_trees": (
        {"max_features": 1.0, "min_samples_leaf": 2},
        {"max_features": 0.15, "encoding": "onehot"},
        {"max_features": 0.7, "min_samples_leaf": 5, "encoding": "target"},
    ),
    "random_forest": (
        {"max_features": 0.15},
        {"max_features": 0.8, "min_samples_leaf": 3},
        {"max_features": 0.4, "min_samples_leaf": 10, "encoding": "target"},
    ),
    "lightgbm": (
        {"learning_rate": 0.05, "num_leaves": 15, "colsample_bytree": 0.6, "subsample": 0.8},
        {"learning_rate": 0.03, "n_estimators": 300, "num_leaves": 63, "reg_lambda": 5.0},
    ),
    "hist_gradient_boosting": (
        {"learning_rate": 0.05, "max_iter": 200, "max_leaf_nodes": 15, "max_features": 0.6},
        {"learning_rate": 0.03, "max_iter": 300, "max_leaf_nodes": 8, "min_samples_leaf": 5},
        {"learning_rate": 0.1, "max_iter": 100, "max_leaf_nodes": 4, "min_samples_leaf": 10},
        {
            "learning_rate": 0.05,
            "max_iter": 200,
            "max_leaf_nodes": 31,
            "l2_regularization": 10.0,
            "max_features": 0.4,
            "min_samples_leaf": 10,
        },
        {"learning_rate": 0.2, "max_iter": 60, "max_leaf_nodes": 63, "min_samples_leaf": 2},
    ),
    "xgboost": (
        {"learning_rate": 0.05, "n_estimators": 200, "max_depth": 4, "colsample_bytree": 0.6},
    ),
    "nystroem_svm": ({"C": 10.0, "gamma": 0.3, "n_components": 300, "scaling": "quantile"},),
    "svm": (
        {"C": 10.0, "gamma": 0.3},
        {"C": 1.0, "gamma": 1.0, "scaling": "quantile"},
        {"C": 1.0, "kernel": "poly", "degree": 2, "gamma": 0.5},
    ),
    "mlp": (
        {"hidden_1": 128, "hidden_2": 64, "alpha": 0.01, "learning_rate_init": 0.001},
        {"hidden_1": 64, "hidden_2": 0, "alpha": 0.1, "scaling": "quantile"},
        {"hidden_1": 32, "hidden_2": 32, "activation": "tanh", "learning_rate_init": 0.01},
    ),
    "catboost": ({"iterations": 300, "learning_rate": 0.06, "depth": 4},),
    "in_context": ({"scaling": "quantile"},),
}


def candidate_configurations(kind, families=None):
    """List the configurations whose results an experience base collects.

    The defaults of the families, settings chosen by hand and settings drawn with a fixed seed.
    A family whose package is missing is left out; the others' configurations do not change.
    Within a family the list only ever grows at its end, so that bases made at different times
    have most of their configurations in common.

    Parameters
    ----------
    kind : {"binary", "multiclass", "regression"}
        Kind of task.
    families : list of str, default=None
        Names of families; None takes all that are tried unasked, which "in_context" is not.

    Returns
    -------
    list of dict
        Complete, different configurations, cheap families first; without `families` 117 for
        classification, 107 for regression; the extra "boost" brings 31 of them.

    Raises
    ------
    ValueError
        If a family that was named can't be used, or does not learn the kind of task.

    Examples
    --------
    >>> from sklearn_meta.spaces import candidate_configurations
    >>> candidate_configurations("regression")[0]["family"]
    'linear'
    >>> len(candidate_configurations("binary", ["in_context"]))
    2
    """
    space = SearchSpace(kind, families)
    listed = []
    for name in FAMILIES:
        if name in space.families:
            listed += _of_family(space, name)
    return listed


def _of_family(space, name):
    """List one family's configurations: default, chosen, drawn."""
    partial = [{}, *CHOSEN.get(name, ())]
    listed = [space.complete({"family": name, **settings}) for settings in partial]
    # A seed of its own per family keeps the lists apart from what else is installed.
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    while len(listed) < COUNTS[name]:
        drawn = quick(space.sample(rng, family=name))
        if drawn not in listed:
            listed.append(drawn)
    known = {parameter.name for parameter in space.families[name].parameters}
    for settings in SECOND.get(name, ()):
        # some settings exist for one kind of task only
        fitting = {key: value for key, value in settings.items() if key in known}
        listed.append(space.complete({"family": name, **fitting}))
    return listed


def quick(configuration):
    """Bound the rounds of a configuration that was drawn, to what may be tried everywhere.

    Parameters
    ----------
    configuration : dict
        A complete configuration; it is changed.

    Returns
    -------
    dict
        The configuration.

    Examples
    --------
    >>> from sklearn_meta.spaces._portfolio import quick
    >>> quick({"family": "random_forest", "n_estimators": 300})["n_estimators"]
    150
    """
    name = configuration["family"]
    bounds = {"n_estimators": MOST_TREES} if name in ("random_forest", "extra_trees") else {}
    for parameter, most in {**MOST_ROUNDS, **bounds}.items():
        if parameter in configuration:
            configuration[parameter] = min(configuration[parameter], most)
    return configuration
