"""Boosters of other packages: LightGBM, XGBoost, CatBoost (the extra "boost")."""

from sklearn_meta._optional import import_optional
from sklearn_meta.spaces._boosters import BoostedClassifier, BoostedRegressor
from sklearn_meta.spaces._family import Family
from sklearn_meta.spaces._parameters import Float, Int
from sklearn_meta.spaces.families._boosting import bounded_rounds, few_enough_classes


def build_lightgbm(configuration, context):
    """Build LightGBM: leaf-wise trees, deterministic."""
    lightgbm = import_optional("lightgbm", extra="boost")
    model = lightgbm.LGBMRegressor if context.is_regression else lightgbm.LGBMClassifier
    booster = model(
        n_estimators=bounded_rounds(configuration["n_estimators"], context),
        learning_rate=configuration["learning_rate"],
        num_leaves=configuration["num_leaves"],
        min_child_samples=configuration["min_child_samples"],
        reg_lambda=configuration["reg_lambda"],
        colsample_bytree=configuration["colsample_bytree"],
        subsample=configuration["subsample"],
        subsample_freq=1,
        random_state=context.random_state,
        n_jobs=context.n_threads,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )
    return _wrapped(booster, "lightgbm", context)


def build_xgboost(configuration, context):
    """Build XGBoost: level-wise trees on histograms."""
    xgboost = import_optional("xgboost", extra="boost")
    model = xgboost.XGBRegressor if context.is_regression else xgboost.XGBClassifier
    booster = model(
        n_estimators=bounded_rounds(configuration["n_estimators"], context),
        learning_rate=configuration["learning_rate"],
        max_depth=configuration["max_depth"],
        min_child_weight=configuration["min_child_weight"],
        reg_lambda=configuration["reg_lambda"],
        colsample_bytree=configuration["colsample_bytree"],
        subsample=configuration["subsample"],
        tree_method="hist",
        random_state=context.random_state,
        n_jobs=context.n_threads,
        verbosity=0,
    )
    return _wrapped(booster, "xgboost", context)


def build_catboost(configuration, context):
    """Build CatBoost: symmetric trees, nothing written to disk."""
    catboost = import_optional("catboost", extra="boost")
    model = catboost.CatBoostRegressor if context.is_regression else catboost.CatBoostClassifier
    booster = model(
        iterations=bounded_rounds(configuration["iterations"], context),
        learning_rate=configuration["learning_rate"],
        depth=configuration["depth"],
        l2_leaf_reg=configuration["l2_leaf_reg"],
        random_strength=configuration["random_strength"],
        random_seed=context.random_state,
        thread_count=context.n_threads,
        allow_writing_files=False,
        logging_level="Silent",
    )
    return _wrapped(booster, "catboost", context)


def _wrapped(booster, engine, context):
    """Give the booster the face that the rest of the package knows."""
    wrapper = BoostedRegressor if context.is_regression else BoostedClassifier
    return wrapper(booster, engine)


def _catboost_limits(n_rows, n_columns, n_classes):
    """Each level of a symmetric tree scores all columns for all its nodes and classes."""
    return n_columns <= 300 and n_classes <= 30


def _family(name, builder, parameters, limits=few_enough_classes):
    """Make one of the three families."""
    return Family(
        name=name,
        builder=builder,
        parameters=parameters,
        encoding="tree",
        weighted=True,
        limits=limits,
        extra="boost",
        module=name,
    )


LIGHTGBM = _family(
    "lightgbm",
    build_lightgbm,
    (
        Int("n_estimators", 30, 600, log=True, default=100),
        Float("learning_rate", 0.01, 0.5, log=True, default=0.1),
        Int("num_leaves", 4, 128, log=True, default=31),
        Int("min_child_samples", 1, 100, log=True, default=20),
        Float("reg_lambda", 1e-6, 100.0, log=True, default=1e-6),
        Float("colsample_bytree", 0.3, 1.0, default=1.0),
        Float("subsample", 0.4, 1.0, default=1.0),
    ),
)

XGBOOST = _family(
    "xgboost",
    build_xgboost,
    (
        Int("n_estimators", 30, 600, log=True, default=100),
        Float("learning_rate", 0.01, 0.5, log=True, default=0.1),
        Int("max_depth", 2, 10, default=6),
        Float("min_child_weight", 0.1, 20.0, log=True, default=1.0),
        Float("reg_lambda", 1e-3, 100.0, log=True, default=1.0),
        Float("colsample_bytree", 0.3, 1.0, default=1.0),
        Float("subsample", 0.4, 1.0, default=1.0),
    ),
)

CATBOOST = _family(
    "catboost",
    build_catboost,
    (
        Int("iterations", 50, 600, log=True, default=200),
        Float("learning_rate", 0.02, 0.5, log=True, default=0.1),
        Int("depth", 2, 8, default=6),
        Float("l2_leaf_reg", 0.5, 30.0, log=True, default=3.0),
        Float("random_strength", 0.1, 10.0, log=True, default=1.0),
    ),
    limits=_catboost_limits,
)
