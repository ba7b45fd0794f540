"""The estimators that the families are made of, each with its translation."""

from types import MappingProxyType

from sklearn_meta.spaces._plain import PlainModel, same
from sklearn_meta.spaces._plain_terms import (
    CLASS_WEIGHT,
    CRITERION,
    DRAWN_ROWS,
    GAMMA,
    INVERSE_C,
    KERNEL,
    LASSO,
    LAYERS,
    LOGISTIC_PENALTY,
    MAX_FEATURES,
    MAX_LEAF_NODES,
    MIN_SAMPLES_LEAF,
    NEIGHBORS,
    NET,
    PROCESS,
    rounds,
    scaled_by_target,
    shrinkage,
)
from sklearn_meta.spaces.families import FAMILIES


def plain_model_of(estimator):
    """Find the family that an estimator belongs to.

    Parameters
    ----------
    estimator : estimator
        Of scikit-learn, LightGBM, XGBoost or CatBoost; also of a class derived from theirs.

    Returns
    -------
    PlainModel or None
        None for an estimator that no family is made of. What the estimator's parameters forbid to
        search is left out.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn_meta.spaces._plain_models import plain_model_of
    >>> plain_model_of(Ridge()).family.name
    'linear'
    """
    for ancestor in type(estimator).__mro__:
        found = _BY_CLASS.get((ancestor.__module__.partition(".")[0], ancestor.__name__))
        if found is not None:
            return found.without_held(estimator.get_params(deep=False))
    return None


def known_estimators():
    """List the names of the estimators that a family is made of.

    Returns
    -------
    list of str
        Sorted.
    """
    return sorted(model.estimator for model in _BY_CLASS.values())


def _hold_own_weights(params):
    """Weights of classes that are neither none nor balanced mean something to the user."""
    return () if params.get("class_weight") in (None, "balanced") else ("class_weight",)


def _hold_of_logistic(params):
    held = list(_hold_own_weights(params))
    if params.get("penalty", "deprecated") != "deprecated" or params.get("dual"):
        held += ["penalty", "l1_ratio"]
    return held


def _hold_of_forest(params):
    held = list(_hold_own_weights(params))
    if params.get("oob_score") or params.get("max_samples") is not None:
        held.append("bootstrap")  # both exist only where rows are drawn
    if params.get("criterion") not in ("gini", "entropy", "log_loss"):
        held.append("criterion")
    return held


def _hold_of_machine(params):
    held = list(_hold_own_weights(params))
    if params["kernel"] not in ("rbf", "poly"):
        held.append("kernel")
    if params["kernel"] in ("linear", "precomputed"):
        held.append("gamma")
    return held


def _hold_of_process(params):
    return () if params["kernel"] is None else ("kernel",)


def _model(family, estimator, *terms, package="sklearn", fixed=None, held=_hold_own_weights):
    """Make one entry; tuples of terms are joined."""
    flat = [part for term in terms for part in (term if isinstance(term, tuple) else (term,))]
    fixed = MappingProxyType(fixed or {})
    return PlainModel(FAMILIES[family], package, estimator, tuple(flat), fixed, held)


_FOREST = (*same("n_estimators"), MAX_FEATURES, MIN_SAMPLES_LEAF, *same("bootstrap"))
_HISTOGRAM = (
    rounds("max_iter"),
    *same("learning_rate"),
    MAX_LEAF_NODES,
    *same("min_samples_leaf", "l2_regularization", "max_features", "max_bins"),
)
_NEIGHBORS = (NEIGHBORS, *same("weights", "p"))
_PERCEPTRON = (LAYERS, *same("activation", "alpha", "learning_rate_init"))
_LIGHTGBM = (
    rounds("n_estimators"),
    *same("learning_rate", "num_leaves", "min_child_samples", "reg_lambda", "colsample_bytree"),
    DRAWN_ROWS,
)
_XGBOOST = (
    rounds("n_estimators"),
    *same("learning_rate", "max_depth", "min_child_weight", "reg_lambda"),
    *same("colsample_bytree", "subsample"),
)
_CATBOOST = (
    rounds("iterations"),
    *same("learning_rate", "depth", "l2_leaf_reg", "random_strength"),
)
_LINEAR_BOUNDARY, _CURVED_BOUNDARY = {"boundary": "linear"}, {"boundary": "quadratic"}
_ELASTIC = {"penalty": "elasticnet"}


_MODELS = (
    _model(
        "linear",
        "LogisticRegression",
        same("C"),
        CLASS_WEIGHT,
        LOGISTIC_PENALTY,
        held=_hold_of_logistic,
    ),
    _model("linear", "Ridge", INVERSE_C, fixed={"penalty": "l2"}),
    _model("linear", "ElasticNet", NET, fixed=_ELASTIC),
    _model("linear", "Lasso", LASSO, fixed={**_ELASTIC, "l1_ratio": 1.0}),
    *(
        _model(family, f"{name}Classifier", _FOREST, CRITERION, CLASS_WEIGHT, held=_hold_of_forest)
        for family, name in (("random_forest", "RandomForest"), ("extra_trees", "ExtraTrees"))
    ),
    *(
        _model(family, f"{name}Regressor", _FOREST, held=_hold_of_forest)
        for family, name in (("random_forest", "RandomForest"), ("extra_trees", "ExtraTrees"))
    ),
    _model("hist_gradient_boosting", "HistGradientBoostingClassifier", _HISTOGRAM, CLASS_WEIGHT),
    _model("hist_gradient_boosting", "HistGradientBoostingRegressor", _HISTOGRAM),
    _model("svm", "SVC", same("C"), GAMMA, CLASS_WEIGHT, KERNEL, held=_hold_of_machine),
    _model(
        "svm",
        "SVR",
        scaled_by_target("C"),
        GAMMA,
        KERNEL,
        scaled_by_target("epsilon"),
        held=_hold_of_machine,
    ),
    _model("neighbors", "KNeighborsClassifier", _NEIGHBORS),
    _model("neighbors", "KNeighborsRegressor", _NEIGHBORS),
    _model("mlp", "MLPClassifier", _PERCEPTRON),
    _model("mlp", "MLPRegressor", _PERCEPTRON),
    _model("naive_bayes", "GaussianNB", same("var_smoothing")),
    _model("discriminant", "LinearDiscriminantAnalysis", shrinkage("lsqr"), fixed=_LINEAR_BOUNDARY),
    _model(
        "discriminant", "QuadraticDiscriminantAnalysis", shrinkage("eigen"), fixed=_CURVED_BOUNDARY
    ),
    _model("gaussian_process", "GaussianProcessClassifier", PROCESS, held=_hold_of_process),
    _model("gaussian_process", "GaussianProcessRegressor", PROCESS, held=_hold_of_process),
    _model("lightgbm", "LGBMClassifier", _LIGHTGBM, package="lightgbm"),
    _model("lightgbm", "LGBMRegressor", _LIGHTGBM, package="lightgbm"),
    _model("xgboost", "XGBClassifier", _XGBOOST, package="xgboost"),
    _model("xgboost", "XGBRegressor", _XGBOOST, package="xgboost"),
    _model("catboost", "CatBoostClassifier", _CATBOOST, package="catboost"),
    _model("catboost", "CatBoostRegressor", _CATBOOST, package="catboost"),
)

_BY_CLASS = {(model.package, model.estimator): model for model in _MODELS}
