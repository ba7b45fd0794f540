"""The types that a model file may hold, besides those that skops itself knows.

skops knows plain containers, NumPy and SciPy arrays, and scikit-learn's public estimators. Here are
the other parts of the pipelines that a search can end with. Each is named, none is let in by the
package it is in: a rule for a whole package would let in functions that run code. What is named
must be harmless to call with any arguments.
"""

_NUMPY = ("asarray", "dtype")

_SKLEARN = (
    "ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "feature_selection._univariate_selection.f_classif",
    "feature_selection._univariate_selection.f_regression",
    "gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
    "metrics._dist_metrics.EuclideanDistance64",
    "metrics._dist_metrics.ManhattanDistance64",
    "metrics._dist_metrics.MinkowskiDistance64",
    "neighbors._ball_tree.BallTree",
    "neighbors._kd_tree.KDTree",
    "neural_network._stochastic_optimizers.AdamOptimizer",
    "neural_network._stochastic_optimizers.SGDOptimizer",
    "tree._tree.Tree",
    "utils.validation.check_array",
)

_KERNELS = (
    "ConstantKernel",
    "Matern",
    "Product",
    "RBF",
    "Sum",
    "WhiteKernel",
)

_SPLITTERS = (
    "GroupKFold",
    "GroupShuffleSplit",
    "KFold",
    "LeaveOneGroupOut",
    "LeaveOneOut",
    "LeavePGroupsOut",
    "LeavePOut",
    "PredefinedSplit",
    "RepeatedKFold",
    "RepeatedStratifiedKFold",
    "ShuffleSplit",
    "StratifiedGroupKFold",
    "StratifiedKFold",
    "StratifiedShuffleSplit",
    "TimeSeriesSplit",
)

_SKRUB = (
    "_datetime_encoder.DatetimeEncoder",
    "_datetime_encoder._CircularEncoder",
    "_string_encoder.StringEncoder",
    "_to_datetime.ToDatetime",
    "_to_str.ToStr",
)

_OURS = (
    "_validation._table.plain_table",
    "advisors.baselines._random.RandomAdvisor",
    "advisors.gaussian._advisor.GaussianAdvisor",
    "fewshot._matching.MatchingClassifier",
    "fewshot._prototypical.PrototypicalClassifier",
    "fewshot._start.Start",
    "fewshot._table_columns.TableColumns",
    "fewshot._table_encoder.TableEncoder",
    "fewshot.incontext._classifier.InContextClassifier",
    "fewshot.incontext._members.Member",
    "fewshot.incontext._numbers.TableNumbers",
    "fewshot.incontext._regressor.InContextRegressor",
    "fewshot.incontext._settings.ModelSettings",
    "fewshot.incontext._weights.Weights",
    "spaces._boosters.BoostedClassifier",
    "spaces._boosters.BoostedRegressor",
    "spaces._margins.MarginClassifier",
)

_BOOSTERS = (
    "catboost.core.CatBoostClassifier",
    "catboost.core.CatBoostRegressor",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
)

#: Dotted names, as skops writes them.
TRUSTED_TYPES = (
    "collections.OrderedDict",
    "functools.partial",  # around functions that are named here themselves
    *(f"numpy.{name}" for name in _NUMPY),
    *(f"sklearn.{name}" for name in _SKLEARN),
    *(f"sklearn.gaussian_process.kernels.{name}" for name in _KERNELS),
    *(f"sklearn.model_selection._split.{name}" for name in _SPLITTERS),
    *(f"skrub.{name}" for name in _SKRUB),
    *(f"sklearn_meta.{name}" for name in _OURS),
    *_BOOSTERS,
)
