"""Tables, pipelines and searches that ``bench_search_cv.py`` compares."""

import numpy as np
import pandas as pd
from _one_run import categorical, ordinal, split_rows
from scipy.stats import loguniform, uniform
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - makes the next import work
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    HalvingRandomSearchCV,
    KFold,
    RandomizedSearchCV,
    StratifiedKFold,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklearn_meta import Experience, MetaSearchCV
from sklearn_meta.spaces import plain_model_of

MAX_TRAIN, MAX_TEST = 2000, 5000
SCORING = {
    "binary": "roc_auc",
    "multiclass": "neg_log_loss",
    "regression": "neg_root_mean_squared_error",
}
MODELS = {
    "linear": (LogisticRegression, Ridge),
    "random_forest": (RandomForestClassifier, RandomForestRegressor),
    "hist_gradient_boosting": (HistGradientBoostingClassifier, HistGradientBoostingRegressor),
}


class Drawn:
    """A range of ours as a distribution that scikit-learn draws from."""

    def __init__(self, parameter):
        self.parameter = parameter

    def rvs(self, size=None, random_state=None):
        return self.parameter.sample(np.random.default_rng(random_state.randint(2**31 - 1)))


def read_rows(entry, seed):
    """Split a table in halves, and cut both to what the benchmark uses.

    Parameters
    ----------
    entry : dict
        Of the index.
    seed : int
        Seed of the split.

    Returns
    -------
    X, y, X_test, y_test
        Labels are codes.
    """
    table = pd.read_parquet(entry["path"])
    table = table[table[entry["target"]].notna()].reset_index(drop=True)
    X, y = table.drop(columns=entry["target"]), table[entry["target"]]
    if entry["task"] == "regression":
        y = labels = y.to_numpy(dtype=float)
        labels = np.zeros(len(y))
    else:
        y = labels = pd.factorize(y.astype(str), sort=True)[0]
    train, test = split_rows(labels, seed)
    train, test = train[:MAX_TRAIN], test[:MAX_TEST]
    if entry["task"] != "regression":  # log loss needs all classes in every fold
        rare = np.flatnonzero(np.bincount(y[train], minlength=y.max() + 1) < 6)
        train, test = (rows[~np.isin(y[rows], rare)] for rows in (train, test))
    return X.iloc[train], y[train], X.iloc[test], y[test]


def make_estimator(model, entry, X, seed):
    """Make a pipeline as a careful user would, with the model's own defaults."""
    kind = MODELS[model][entry["task"] == "regression"]
    if model == "linear":
        numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        levels = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=20)
        names = categorical(X)
        prepare = make_column_transformer((levels, names), remainder=numbers, sparse_threshold=0.0)
        fitted = kind(max_iter=300) if kind is LogisticRegression else kind()
        return make_pipeline(prepare, fitted)
    numbers = SimpleImputer(strategy="median", keep_empty_features=True)
    return make_pipeline(ordinal(categorical(X), numbers), kind(random_state=seed))


def same_ranges(estimator, kind):
    """Say the ranges that `MetaSearchCV` searches as distributions for scikit-learn."""
    model = estimator[-1]
    prefix = f"{estimator.steps[-1][0]}__"
    if isinstance(model, LogisticRegression):
        shared = {"C": loguniform(1e-4, 1e4), "class_weight": [None, "balanced"]}
        net = {"l1_ratio": uniform(0.05, 0.95), "solver": ["saga"]}
        branches = [
            {**shared, "l1_ratio": [0.0]},
            {**shared, **net, "max_iter": [150], "tol": [1e-3]},
        ]
        return [{prefix + name: value for name, value in b.items()} for b in branches]
    if isinstance(model, Ridge):
        return {f"{prefix}alpha": loguniform(1e-4, 1e4)}
    found = {}
    for parameter in plain_model_of(model).parameters(kind):
        found[prefix + parameter.name] = Drawn(parameter)
        if parameter.name == "class_weight":
            found[prefix + parameter.name] = [None, "balanced"]
    return found


def make_search(system, estimator, entry, options, seed):
    """Make one of the compared searches, with the same number of fits for each."""
    folds = KFold if entry["task"] == "regression" else StratifiedKFold
    shared = {
        "cv": folds(options.folds, shuffle=True, random_state=seed),
        "scoring": SCORING[entry["task"]],
        "random_state": seed,
    }
    if system.startswith("meta"):
        known = Experience.open(options.experience).without(groups=[entry["group"]])
        known = None if system == "meta_cold" else known
        return MetaSearchCV(estimator, n_iter=options.n_iter, experience=known, **shared)
    ranges = same_ranges(estimator, entry["task"])
    if system == "random":
        return RandomizedSearchCV(estimator, ranges, n_iter=options.n_iter, **shared)
    first = n_first(options.n_iter)
    return HalvingRandomSearchCV(
        estimator,
        ranges,
        n_candidates=first,
        factor=3,
        min_resources="exhaust",  # or its last candidates would not see all rows
        **shared,
    )


def n_first(n_fits):
    """Return how many candidates successive halving begins with to come to so many in all.

    Parameters
    ----------
    n_fits : int
        Candidates over all iterations, those on few rows included.

    Returns
    -------
    int
        The largest that does not come to more.

    Examples
    --------
    >>> n_first(16)
    10
    """

    def in_all(n):
        total = n
        while n > 3:
            n = -(-n // 3)
            total += n
        return total

    return max(n for n in range(1, n_fits + 1) if in_all(n) <= n_fits)
