"""A scikit-learn flow of OpenML, with its parameters, as one of our configurations.

A flow matches if its model is of a family of ours, each parameter that the family has lies in the
family's range, and all others are what they are by default: then our pipeline of that configuration
does the same, but for how it encodes and imputes where the flow did nothing of the kind.
"""

import inspect
import math
import re
from dataclasses import dataclass, field
from importlib import import_module

#: Parameters that say how, not what, is computed.
_IGNORED = frozenset([
    *["n_jobs", "random_state", "verbose", "warm_start", "oob_score", "cache_size", "copy_X"],
    *["max_iter", "tol", "solver", "dual", "algorithm", "leaf_size", "probability", "scoring"],
    *["decision_function_shape", "intercept_scaling", "validation_fraction", "n_iter_no_change"],
    "categorical_features",
])  # fmt: skip
# Values that parameters of older versions, now gone, had by default.
_UNSET = (None, "deprecated", "warn", "auto", False, 0, 0.0, 1e-07)
_NO_MATCH = object()


@dataclass(frozen=True)
class _Rule:
    """How the parameters of a class of scikit-learn become those of a family."""

    family: str
    module: str
    names: dict = field(default_factory=dict)  # their name -> ours
    values: dict = field(default_factory=dict)  # our name -> function of (value, n_columns)
    fixed: dict = field(default_factory=dict)  # our name -> value
    kept: dict = field(default_factory=dict)  # their name -> the value that it must have


def _share(value, n_columns):
    """Columns that a split looks at, as a share of all."""
    if value in ("sqrt", "auto"):
        return round(math.sqrt(n_columns) / n_columns, 6)
    if value == "log2":
        return round(max(1, math.floor(math.log2(n_columns))) / n_columns, 6)
    if value is None:
        return 1.0
    return value if isinstance(value, float) else round(value / n_columns, 6)


def _class_weight(value, n_columns):
    return {None: "none", "balanced": "balanced"}.get(value, _NO_MATCH)


def _gamma(value, n_columns):
    """Our gamma is in units of one over the number of columns."""
    if value in ("auto", "auto_deprecated", "scale"):  # equal where columns are standardised
        return 1.0
    return round(value * n_columns, 6)


_FOREST_NAMES = {n: n for n in ("n_estimators", "max_features", "min_samples_leaf", "bootstrap")}
_FOREST_VALUES = {"max_features": _share, "class_weight": _class_weight}
_WITH_CLASSES = {**_FOREST_NAMES, "criterion": "criterion", "class_weight": "class_weight"}
_BOOSTING_NAMES = [
    *["max_iter", "learning_rate", "max_leaf_nodes", "min_samples_leaf", "l2_regularization"],
    *["max_features", "max_bins"],
]
_BOOSTING = {n: n for n in _BOOSTING_NAMES}
_SVM_NAMES = {n: n for n in ("C", "gamma", "kernel", "degree", "class_weight")}

_RULES = {
    "GaussianNB": _Rule("naive_bayes", "sklearn.naive_bayes", {"var_smoothing": "var_smoothing"}),
    "KNeighborsClassifier": _Rule(
        "neighbors", "sklearn.neighbors", {n: n for n in ("n_neighbors", "weights", "p")}
    ),
    "KNeighborsRegressor": _Rule(
        "neighbors", "sklearn.neighbors", {n: n for n in ("n_neighbors", "weights", "p")}
    ),
    "LogisticRegression": _Rule(
        "linear",
        "sklearn.linear_model",
        {"C": "C", "class_weight": "class_weight"},
        {"class_weight": _class_weight},
        {"penalty": "l2"},
        {"penalty": "l2"},
    ),
    "Ridge": _Rule("linear", "sklearn.linear_model", {"alpha": "C"}, {"C": lambda v, n: 1 / v}),
    "SVC": _Rule(
        "svm",
        "sklearn.svm",
        _SVM_NAMES,
        {"gamma": _gamma, "class_weight": _class_weight},
        kept={"kernel": "rbf"},  # of other kernels, coef0 is another one by default
    ),
    "HistGradientBoostingClassifier": _Rule(
        "hist_gradient_boosting",
        "sklearn.ensemble",
        {**_BOOSTING, "class_weight": "class_weight"},
        {"class_weight": _class_weight},
    ),
    "HistGradientBoostingRegressor": _Rule("hist_gradient_boosting", "sklearn.ensemble", _BOOSTING),
}
for _name, _family in [("RandomForest", "random_forest"), ("ExtraTrees", "extra_trees")]:
    _RULES[f"{_name}Classifier"] = _Rule(_family, "sklearn.ensemble", _WITH_CLASSES, _FOREST_VALUES)
    _RULES[f"{_name}Regressor"] = _Rule(_family, "sklearn.ensemble", _FOREST_NAMES, _FOREST_VALUES)

#: Steps before the model: our parameter and its value, by class and parameters.
_SCALERS = {
    "StandardScaler": "standard",
    "RobustScaler": "robust",
    "QuantileTransformer": "quantile",
}
_ENCODERS = {"OneHotEncoder": "onehot", "OrdinalEncoder": "ordinal", "TargetEncoder": "target"}
_IMPUTERS = ("SimpleImputer", "Imputer", "ConditionalImputer")
_CONTAINERS = ("Pipeline", "ColumnTransformer", "FeatureUnion")
_WITHOUT_EFFECT = ("VarianceThreshold",)  # our pipelines drop constant columns too


def configuration_of_flow(flow_name, components, kind, n_columns):
    """Return the configuration that a flow with its parameters is, or None.

    Parameters
    ----------
    flow_name : str
        The flow's name on OpenML, as "sklearn.pipeline.Pipeline(...)".
    components : dict of str to dict
        Parameter values of the flow and of its parts, by the part's name.
    kind : {"binary", "multiclass", "regression"}
        Kind of the task.
    n_columns : int
        Columns of the table, for parameters that are given by it.

    Returns
    -------
    dict or None
        None if the flow is not of scikit-learn, or does something that ours do not.

    Examples
    --------
    >>> from sklearn_meta.experience.published._flow_configurations import configuration_of_flow
    >>> name = "sklearn.naive_bayes.GaussianNB"
    >>> configuration_of_flow(name, {name: {"priors": None, "var_smoothing": 1e-9}}, "binary", 4)
    {'family': 'naive_bayes', 'var_smoothing': 1e-09, 'scaling': 'none'}
    >>> configuration_of_flow(name, {name: {"priors": [0.5, 0.5]}}, "binary", 4) is None
    True
    """
    parts = re.findall(r"sklearn\.[\w.]+", flow_name)
    models = [part for part in parts if _class_name(part) in _RULES]
    if not flow_name.startswith("sklearn.") or len(models) != 1:
        return None
    rule = _RULES[_class_name(models[0])]
    found = _of_model(rule, models[0], components, n_columns)
    steps = [part for part in parts if part not in models]
    before = _of_steps(steps, components, rule.family)
    if found is None or before is None:
        return None
    return _legal({"family": rule.family, **found, **before}, kind)


def _class_name(part):
    return part.rpartition(".")[2]


def _of_model(rule, part, components, n_columns):
    """Return the model's parameters under our names, or None."""
    given = components.get(part, {})
    defaults = _defaults(rule.module, _class_name(part))
    found = dict(rule.fixed)
    for name, wanted in rule.kept.items():
        if given.get(name, wanted) != wanted:
            return None
    for name, value in given.items():
        if name in rule.names:
            ours = rule.names[name]
            value = _converted(rule, ours, value, n_columns)
            if value is _NO_MATCH:
                return None
            found[ours] = value
        elif name not in rule.kept and not _is_unchanged(name, value, defaults):
            return None
    return found


def _converted(rule, ours, value, n_columns):
    convert = rule.values.get(ours)
    try:
        return convert(value, n_columns) if convert else value
    except (TypeError, ZeroDivisionError):  # a value of a type that ours never have
        return _NO_MATCH


def _defaults(module, name):
    signature = inspect.signature(getattr(import_module(module), name).__init__)
    return {n: p.default for n, p in signature.parameters.items() if n != "self"}


def _is_unchanged(name, value, defaults):
    if name in _IGNORED:
        return True
    if name in defaults:
        return value == defaults[name]
    return value in _UNSET


def _of_steps(steps, components, family):
    """Return what the steps before the model are under our names, or None."""
    found = {}
    for step in steps:
        name, given = _class_name(step), components.get(step, {})
        if name in _CONTAINERS or name in _WITHOUT_EFFECT:
            continue
        if name in _SCALERS:
            found["scaling"] = _SCALERS[name]
        elif name in _ENCODERS:
            found["encoding"] = _ENCODERS[name]
        elif name in _IMPUTERS:
            strategy = given.get("strategy")
            if strategy in ("median", "mean"):  # of numbers; others have other strategies
                found["imputation"] = strategy
        else:
            return None
    known = {parameter.name for parameter in _family(family).parameters}
    if "scaling" in known:
        found.setdefault("scaling", "none")
    return {name: value for name, value in found.items() if name in known}


def _family(name):
    from sklearn_meta.spaces.families import FAMILIES

    return FAMILIES[name]


def _legal(configuration, kind):
    """Return the configuration with its defaults if it lies in the family's ranges."""
    from sklearn_meta.spaces import SearchSpace

    family = _family(configuration["family"])
    if kind not in family.kinds:
        return None
    space = SearchSpace(kind, [family.name])
    active = {p.name for p in family.parameters if p.is_active(space.complete(configuration))}
    configuration = {n: v for n, v in configuration.items() if n == "family" or n in active}
    return configuration if space.contains(configuration) else None
