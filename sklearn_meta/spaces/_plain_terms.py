"""Translations that are more than another name."""

import math
from numbers import Integral, Real

from sklearn_meta.spaces._plain import Term, renamed
from sklearn_meta.spaces.families._boosting import bounded_rounds
from sklearn_meta.spaces.families._gaussian_process import make_kernel
from sklearn_meta.spaces.families._linear import bounded_iterations

CLASS_WEIGHT = renamed(
    "class_weight",
    "class_weight",
    lambda value, context: None if value == "none" else value,
    lambda value, context: "none" if value is None else value,
)
INVERSE_C = renamed(
    "C",
    "alpha",
    lambda value, context: 1 / value,
    lambda value, context: 1 / value if value > 0 else math.inf,
)
NEIGHBORS = renamed(
    "n_neighbors",
    "n_neighbors",
    lambda value, context: max(1, min(value, context.n_rows // 2)),
)


def rounds(name):
    """Make the term of a number of boosting rounds, bounded where there are many classes."""
    return renamed(name, name, bounded_rounds)


# Logistic regression: an elastic net needs another solver, and that one bounded passes.


def _logistic_penalty(configuration, context):
    if configuration["penalty"] != "elasticnet":
        return {"l1_ratio": 0.0}
    return {
        "l1_ratio": configuration["l1_ratio"],
        "solver": "saga",
        "max_iter": bounded_iterations(context, 150),
        "tol": 1e-3,
        "random_state": context.random_state,  # this solver draws rows, the usual one does not
    }


def _penalty_of_logistic(params, context):
    ratio = params["l1_ratio"]
    return {"penalty": "elasticnet", "l1_ratio": ratio} if ratio else {"penalty": "l2"}


LOGISTIC_PENALTY = Term(
    ("penalty", "l1_ratio"), ("l1_ratio",), _logistic_penalty, _penalty_of_logistic
)


# Elastic net and lasso: the family's penalty is measured on a standardised target. With a target
# s times as wide, coefficients are s times as large, squared errors and their squares s * s times.


def _net(configuration, context):
    alpha, ratio = _net_strength(configuration, context), configuration["l1_ratio"]
    absolute = context.target_scale * alpha * ratio
    total = absolute + alpha * (1 - ratio)
    return {"alpha": total, "l1_ratio": absolute / total}


def _net_strength(configuration, context):
    return 1 / (configuration["C"] * context.n_rows)


def _family_of_net(params, context):
    absolute = params["alpha"] * params["l1_ratio"] / context.target_scale
    alpha = absolute + params["alpha"] * (1 - params["l1_ratio"])
    if alpha <= 0:
        return {"C": math.inf}
    return {"C": 1 / (alpha * context.n_rows), "l1_ratio": absolute / alpha}


NET = Term(("C", "l1_ratio"), ("alpha", "l1_ratio"), _net, _family_of_net)


def _lasso(configuration, context):
    return {"alpha": context.target_scale * _net_strength(configuration, context)}


def _family_of_lasso(params, context):
    alpha = params["alpha"] / context.target_scale
    return {"C": 1 / (alpha * context.n_rows) if alpha > 0 else math.inf}


LASSO = Term(("C",), ("alpha",), _lasso, _family_of_lasso)


# Forests: a share of the columns, where scikit-learn also takes words and counts.


def _share(value, context):
    width = context.width
    words = {"sqrt": width**-0.5, "log2": max(1.0, math.log2(width)) / width}
    if isinstance(value, str):
        return words.get(value)
    if value is None:
        return 1.0
    is_count = isinstance(value, Integral) and not isinstance(value, bool)
    return value / width if is_count else value


MAX_FEATURES = renamed("max_features", "max_features", None, _share)


def _leaf_rows(value, context):
    if isinstance(value, Integral):
        return int(value)
    return max(1, math.ceil(value * context.n_rows)) if isinstance(value, Real) else None


MIN_SAMPLES_LEAF = renamed("min_samples_leaf", "min_samples_leaf", None, _leaf_rows)

# "log_loss" is another word of scikit-learn for the entropy.
CRITERION = renamed(
    "criterion",
    "criterion",
    None,
    lambda value, context: "entropy" if value == "log_loss" else value,
)

# Histogram boosting: no bound on the leaves is the most that the family has.
MAX_LEAF_NODES = renamed(
    "max_leaf_nodes",
    "max_leaf_nodes",
    None,
    lambda value, context: math.inf if value is None else value,
)


# Support vector machines: the kernel's width is relative to the columns, and for numbers the cost
# and the tube are relative to the target.


def _gamma(value, context):
    return value / (context.width * context.column_variance)


def _relative_gamma(value, context):
    if value == "scale":
        return 1.0
    if value == "auto":
        return context.column_variance
    return value * context.width * context.column_variance


GAMMA = renamed("gamma", "gamma", _gamma, _relative_gamma)


def scaled_by_target(name):
    """Make the term of a number that is measured in units of the target."""
    return renamed(
        name,
        name,
        lambda value, context: value * context.target_scale,
        lambda value, context: value / context.target_scale,
    )


def _kernel(configuration, context):
    if configuration["kernel"] != "poly":
        return {"kernel": configuration["kernel"]}
    return {"kernel": "poly", "degree": configuration["degree"], "coef0": 1.0}


def _family_of_kernel(params, context):
    return {"kernel": params["kernel"], "degree": params["degree"]}


KERNEL = Term(("kernel", "degree"), ("kernel", "degree"), _kernel, _family_of_kernel)


# Discriminant analysis: shrinkage exists with some solvers only.


def shrinkage(solver):
    """Make the term of the shrinkage, with the solver that it needs."""

    def forward(configuration, context):
        return {"shrinkage": configuration["shrinkage"], "solver": solver}

    def backward(params, context):
        value = params["shrinkage"]
        return {"shrinkage": 0.0 if value is None else value}

    return Term(("shrinkage",), ("shrinkage",), forward, backward)


# Perceptrons: a second layer of no units is none.


def _layers(configuration, context):
    sizes = (configuration["hidden_1"], configuration["hidden_2"])
    return {"hidden_layer_sizes": tuple(size for size in sizes if size > 0)}


def _family_of_layers(params, context):
    sizes = params["hidden_layer_sizes"]
    sizes = [sizes] if isinstance(sizes, Integral) else [*sizes]
    return dict(zip(("hidden_1", "hidden_2"), [*sizes, 0, 0][:2], strict=True))


LAYERS = Term(("hidden_1", "hidden_2"), ("hidden_layer_sizes",), _layers, _family_of_layers)


# LightGBM draws rows only if it is told how often.


def _drawn_rows(configuration, context):
    return {"subsample": configuration["subsample"], "subsample_freq": 1}


def _family_of_drawn_rows(params, context):
    return {"subsample": params["subsample"] if params["subsample_freq"] else 1.0}


DRAWN_ROWS = Term(
    ("subsample",), ("subsample", "subsample_freq"), _drawn_rows, _family_of_drawn_rows
)


# Gaussian processes: a kernel is an object, made for the table's width.


def _process(configuration, context):
    kernel = make_kernel(configuration, context)
    return {"kernel": kernel, "normalize_y": True} if context.is_regression else {"kernel": kernel}


PROCESS = Term(
    ("kernel", "length_scale", "noise"), ("kernel",), _process, lambda params, context: {}
)
