"""Regression tables cut to a few rows, on which a model is fitted in milliseconds."""

import warnings
from functools import lru_cache

import numpy as np
import pandas as pd

from sklearn_meta._validation import check_table, n_columns, n_rows, take_rows
from sklearn_meta.metafeatures import column_roles, describe_task
from sklearn_meta.search import make_folds, subsample
from sklearn_meta.spaces import BuildContext, SearchSpace

KIND = "regression"
FAMILIES = ("svm", "nystroem_svm", "lightgbm")
MAX_ROWS, N_FOLDS, SEED = 200, 2, 0
LIMITS = {"n_rows": 100, "n_features": 60}
#: What the tables are turned into numbers by: never tuned here.
_PREPARED = {"imputation", "scaling", "encoding", "selection", "selection_share", "projection"}


def small_tables(entries, roles):
    """Keep the small regression tables of some roles, one of each group, in a shuffled order.

    Parameters
    ----------
    entries : list of dict
        Of the index; see `_results.read_tables`.
    roles : collection of str
        Roles to keep.

    Returns
    -------
    list of dict
    """
    order = np.random.default_rng(SEED).permutation(len(entries))
    kept, groups = [], set()
    for entry in (entries[number] for number in order):
        fits = entry["task"] == KIND and entry["n_rows"] >= LIMITS["n_rows"]
        fits = fits and entry["n_features"] <= LIMITS["n_features"]
        if fits and entry["role"] in roles and entry["group"] not in groups:
            groups.add(entry["group"])
            kept.append(entry)
    return kept


def tuned(family):
    """List the parameters of a family's model."""
    own = SearchSpace(KIND, [family]).families[family].parameters
    return [parameter for parameter in own if parameter.name not in _PREPARED]


def distributions(family):
    """Return Optuna's distributions of a family's model, by parameter."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    found = {}
    for parameter in tuned(family):
        if hasattr(parameter, "choices"):
            found[parameter.name] = CategoricalDistribution(parameter.choices)
        else:
            make = IntDistribution if isinstance(parameter.low, int) else FloatDistribution
            found[parameter.name] = make(parameter.low, parameter.high, log=parameter.log)
    return found


def suggest(trial, family):
    """Let a trial choose the parameters that matter; returns a configuration."""
    configuration, ranges = {"family": family}, distributions(family)
    for parameter in tuned(family):
        if parameter.is_active(configuration):
            configuration[parameter.name] = _drawn(trial, parameter.name, ranges[parameter.name])
    return configuration


def _drawn(trial, name, distribution):
    """Let a trial draw from a distribution."""
    if hasattr(distribution, "choices"):
        return trial.suggest_categorical(name, distribution.choices)
    is_whole = type(distribution).__name__ == "IntDistribution"
    draw = trial.suggest_int if is_whole else trial.suggest_float
    return draw(name, distribution.low, distribution.high, log=distribution.log)


class ModelTable:
    """A table as numbers, split into halves.

    Parameters
    ----------
    entry : dict
        Of the index.
    """

    def __init__(self, entry):
        table = pd.read_parquet(entry["path"])
        X = check_table(None, table.drop(columns=entry["target"]), reset=True)
        y = table[entry["target"]].to_numpy(dtype=float)
        rows = subsample(np.arange(n_rows(X)), y, KIND, MAX_ROWS, SEED)
        self.X, self.y = take_rows(X, rows), y[rows]
        self.folds = make_folds(self.X, self.y, KIND, cv=N_FOLDS, seed=SEED)
        self.roles = column_roles(self.X)
        self.n_columns = n_columns(self.X)

    @property
    def metafeatures(self):
        """Meta-features of the cut table."""
        return describe_task(self.X, self.y, kind=KIND)

    @lru_cache(maxsize=8)  # noqa: B019 - lives as long as its benchmark
    def numbers(self, family, fold):
        """Training and validation rows of a fold as a family sees them."""
        train, valid = self.folds[fold]
        pipeline = SearchSpace(KIND, [family]).pipeline(
            {"family": family},
            self.roles,
            n_rows=len(train),
            n_columns=self.n_columns,
            n_classes=0,
            random_state=SEED,
        )
        prepare = pipeline.named_steps["preprocess"]
        seen = prepare.fit_transform(take_rows(self.X, train), self.y[train])
        return np.asarray(seen), np.asarray(prepare.transform(take_rows(self.X, valid)))

    def log_error(self, configuration):
        """Log of the root mean squared error, in units of the target's standard deviation.

        Parameters
        ----------
        configuration : dict
            Of one of the families; what it lacks is left at its default.

        Returns
        -------
        float
            Infinite if the model can't be fitted.
        """
        space = SearchSpace(KIND, [configuration["family"]])
        complete = space.complete(configuration)
        family = space.families[complete["family"]]
        squares = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # unconverged fits are part of what is measured
            for fold, (train, valid) in enumerate(self.folds):
                seen, held_out = self.numbers(family.name, fold)
                context = BuildContext(KIND, len(train), 0, seen.shape[1], random_state=SEED)
                try:
                    model = family.build(complete, context).fit(seen, self.y[train])
                    squares.append(np.mean((self.y[valid] - model.predict(held_out)) ** 2))
                except (ValueError, ArithmeticError, np.linalg.LinAlgError):
                    return float("inf")
        return float(np.log(np.sqrt(np.mean(squares)) / max(self.y.std(), 1e-12)))
