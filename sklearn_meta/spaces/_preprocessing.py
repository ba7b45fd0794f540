"""From a table of any kind to numbers, with parts of scikit-learn and skrub alone."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from sklearn_meta.spaces._parameters import Categorical

MAX_ONE_HOT_CELLS = 2e7  # 160 MB of float64
MAX_ONE_HOT_LEVELS = 40
MAX_TARGET_CLASSES = 10  # a target-encoded column becomes one column per class
MAX_NATIVE_LEVELS = 250  # histogram boosting has at most 255 bins
TEXT_COMPONENTS = 12
DATE_COLUMNS = 8  # about what a datetime is spread over

LINEAR_TABLE = (
    Categorical("imputation", ("median", "mean", "most_frequent")),
    Categorical("scaling", ("standard", "quantile", "robust", "none")),
    Categorical("encoding", ("onehot", "target")),
)
TREE_TABLE = (Categorical("encoding", ("ordinal", "onehot", "target")),)


def make_preprocessor(
    roles, configuration, encoding, *, kind, n_classes, weighted=False, n_rows, random_state
):
    """Make the transformer that turns a table into numbers.

    Parameters
    ----------
    roles : ColumnRoles
        What each column is.
    configuration : dict
        A complete configuration; the keys "imputation", "scaling" and "encoding" matter.
    encoding : {"tree", "native", "linear"}
        What the model needs: codes with missing values kept; the same, low-cardinality
        categorical columns first; or imputed, scaled numbers.
    kind : {"binary", "multiclass", "regression"}
        Kind of task.
    n_classes : int
        Number of classes; 0 for regression.
    weighted : bool, default=False
        Whether there are sample weights; then nothing that ignores them sees the target.
    n_rows : int
        Rows that the transformer will be fitted on.
    random_state : int
        Seed.

    Returns
    -------
    ColumnTransformer or transformer
        For a sparse table, a scaler that keeps it sparse.

    Raises
    ------
    ValueError
        If `encoding` is unknown.
    """
    if encoding not in ("tree", "native", "linear"):
        raise ValueError(f"encoding must be 'tree', 'native' or 'linear', got {encoding!r}.")
    if roles.sparse:
        return MaxAbsScaler() if _scales(configuration, encoding) else "passthrough"
    targets = _TargetCoding(kind, n_classes, weighted, n_rows, random_state)
    if encoding == "linear":
        return _for_linear_models(roles, configuration, targets)
    return _for_trees(roles, configuration, targets, native=encoding == "native")


def encoded_width(roles, configuration, encoding):
    """Estimate how many columns a table has after preprocessing.

    Parameters
    ----------
    roles : ColumnRoles
        What each column is.
    configuration : dict
        A complete configuration.
    encoding : {"tree", "native", "linear"}
        What the model needs.

    Returns
    -------
    int
        At least 1.
    """
    width = len(roles.numeric) + len(roles.datetime) * DATE_COLUMNS
    width += len(roles.text) * TEXT_COMPONENTS
    n_coded = len(roles.categorical) + len(roles.high_cardinality)
    if encoding != "native" and configuration.get("encoding") == "onehot":
        width += sum(min(n, MAX_ONE_HOT_LEVELS) for n in roles.n_levels.values())
    else:
        width += n_coded
    return max(1, width)


class _TargetCoding:
    """Knows whether categories may be encoded by the target, and how."""

    def __init__(self, kind, n_classes, weighted, n_rows, random_state):
        self.kind = kind
        self.n_rows = n_rows
        self.random_state = random_state
        # TargetEncoder takes no weights, and needs a few rows for each of its folds.
        self.possible = not weighted and n_rows >= 20 and n_classes <= MAX_TARGET_CLASSES

    def encoder(self):
        """Return an unfitted encoder; folds without stratification bear rare classes."""
        return TargetEncoder(
            target_type="continuous" if self.kind == "regression" else "auto",
            cv=KFold(5, shuffle=True, random_state=self.random_state),
        )


def _for_linear_models(roles, configuration, targets):
    """Impute and scale numbers, spread categories, dates and text over columns."""
    scaler = _scaler(configuration, targets)
    imputer = SimpleImputer(
        strategy=configuration.get("imputation", "median"),
        keep_empty_features=True,
        add_indicator=True,
    )
    numeric = make_pipeline(_to_float(), imputer, *scaler)
    parts = [("numeric", numeric, list(roles.numeric))]
    parts += _categories_as_numbers(roles, configuration, targets, fallback=_one_hot)
    for name, column in enumerate(roles.datetime):
        fill = SimpleImputer(strategy="median", keep_empty_features=True)
        # skrub makes periodic columns only of a column whose name is a string.
        dates = _date_parts(periodic=isinstance(column, str))
        steps = make_pipeline(*dates, fill, *_scaler(configuration, targets))
        parts.append((f"date_{name}", steps, column))
    parts += _text_parts(roles, targets)
    return _transformer(parts)


def _for_trees(roles, configuration, targets, *, native):
    """Give categories codes, keep missing values, leave numbers as they are."""
    if native:
        # Missing and unknown levels are NaN, which histogram boosting sends its own way.
        parts = [("categorical", _ordinal(np.nan), list(roles.categorical))]
        high = targets.encoder() if targets.possible else _ordinal(np.nan, MAX_NATIVE_LEVELS)
        parts.append(("high_cardinality", high, list(roles.high_cardinality)))
    else:
        parts = _categories_as_numbers(roles, configuration, targets, fallback=_ordinal)
    parts.append(("numeric", _to_float(), list(roles.numeric)))
    for name, column in enumerate(roles.datetime):
        parts.append((f"date_{name}", make_pipeline(*_date_parts(periodic=False)), column))
    parts += _text_parts(roles, targets)
    return _transformer(parts)


def _categories_as_numbers(roles, configuration, targets, *, fallback):
    """Encode few-level columns as configured, many-level ones by the target where possible."""
    wanted = configuration.get("encoding")
    makers = {"onehot": _one_hot, "ordinal": _ordinal}
    few = makers.get(wanted, fallback)
    if few is _one_hot and _one_hot_cells(roles, targets.n_rows) > MAX_ONE_HOT_CELLS:
        few = _ordinal
    low = targets.encoder() if wanted == "target" and targets.possible else few()
    high = targets.encoder() if targets.possible else few()
    return [
        ("categorical", low, list(roles.categorical)),
        ("high_cardinality", high, list(roles.high_cardinality)),
    ]


def _one_hot_cells(roles, n_rows):
    """Count the cells of the one-hot encoded columns."""
    return n_rows * sum(min(n, MAX_ONE_HOT_LEVELS) for n in roles.n_levels.values())


def _transformer(parts):
    """Apply each part to its columns; columns without a part are dropped."""
    parts = [part for part in parts if not (isinstance(part[2], list) and not part[2])]
    return ColumnTransformer(parts, sparse_threshold=0.0, verbose_feature_names_out=True)


def _to_float():
    """Make floats of booleans and integers, which pandas would mix to objects."""
    return FunctionTransformer(
        np.asarray, kw_args={"dtype": np.float64}, feature_names_out="one-to-one"
    )


def _scales(configuration, encoding):
    """Tell whether numbers are to be scaled at all."""
    return encoding == "linear" and configuration.get("scaling", "standard") != "none"


def _scaler(configuration, targets):
    """Return a list with the scaler, or an empty one."""
    scaling = configuration.get("scaling", "standard")
    if scaling == "none":
        return []
    if scaling == "robust":
        return [RobustScaler(quantile_range=(10.0, 90.0))]
    if scaling == "quantile":
        n_quantiles = int(np.clip(targets.n_rows // 4, 2, 200))
        return [
            QuantileTransformer(
                n_quantiles=n_quantiles,
                output_distribution="normal",
                subsample=10_000,
                random_state=targets.random_state,
            )
        ]
    return [StandardScaler()]


def _one_hot():
    """One column per level; rare levels of a large vocabulary share one."""
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        max_categories=MAX_ONE_HOT_LEVELS,
        sparse_output=False,
    )


def _ordinal(unknown=-1, max_categories=None):
    """Codes by the sorted levels; missing and unknown ones share a code."""
    return OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=unknown,
        encoded_missing_value=unknown,
        max_categories=max_categories,
    )


def _date_parts(*, periodic):
    """Read dates and spread them over year, month, day, ... and total seconds."""
    from skrub import DatetimeEncoder, ToDatetime

    encoder = DatetimeEncoder(add_weekday=True, periodic_encoding="circular" if periodic else None)
    return ToDatetime(), encoder


def _text_parts(roles, targets):
    """Turn each text column into a few components of its n-gram counts."""
    if not roles.text:
        return []
    from skrub import StringEncoder

    encoder = StringEncoder(n_components=TEXT_COMPONENTS, random_state=targets.random_state)
    return [(f"text_{name}", encoder, column) for name, column in enumerate(roles.text)]
