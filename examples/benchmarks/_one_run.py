"""One run of one system on one table: fit on some rows, predict the others, write a report.

Called as ``python _one_run.py JOB REPORT``; JOB is a JSON object with ``path``, ``target``,
``task`` (binary, multiclass or regression), ``system``, ``budget`` (seconds), ``seed``, ``jobs``,
``experience``, ``group`` (of tables that the experience may know nothing of) and ``every`` (each so
many-th row is a test row); ``train_rows`` (at most so many training rows), ``with_family`` and
``without_family`` (a search tries it besides its usual families, or goes without) are optional. It
runs in the environment of the system measured, so it imports nothing but numpy, pandas and what
that system needs.
"""

import importlib.metadata
import json
import os
import sys
import time

import numpy as np
import pandas as pd

METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
PACKAGES = ("sklearn-meta", "flaml", "scikit-learn", "lightgbm", "xgboost", "catboost")
MAX_CATEGORIES = 255  # HistGradientBoosting refuses a categorical feature with more


# The rows


def split_rows(y, seed, every=2):
    """Draw the test rows, class by class.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        Class codes, or one code for all rows to draw without classes.
    seed : int
        The same seed gives the same rows under any version of anything.
    every : int, default=2
        The test part is one in so many rows.

    Returns
    -------
    train, test : ndarray of int64
        Row numbers, shuffled. A class with at least two rows has one in train.
    """
    rng = np.random.RandomState(seed)
    order = np.lexsort((rng.permutation(len(y)), y))
    # Of two neighbours one at most is a test row, hence at least one of two rows of a class trains.
    is_test = (np.arange(len(y)) + rng.randint(every)) % every == 0
    return rng.permutation(order[~is_test]), rng.permutation(order[is_test])


def read_parts(job):
    """Return X and y of both parts; labels become codes of train's classes, -1 for others."""
    table = pd.read_parquet(job["path"])
    table = table[table[job["target"]].notna()].reset_index(drop=True)
    X, y = table.drop(columns=job["target"]), table[job["target"]]
    regression = job["task"] == "regression"
    labels = np.zeros(len(y)) if regression else pd.factorize(y.astype(str), sort=True)[0]
    train, test = split_rows(labels, job["seed"], job["every"])
    train = train[: job.get("train_rows") or None]
    if regression:
        codes = y.to_numpy(dtype="float64")
    else:
        position = np.full(labels.max() + 1, -1)
        seen = np.unique(labels[train])
        position[seen] = np.arange(len(seen))
        codes = position[labels]
    parts = [X.iloc[rows].reset_index(drop=True) for rows in (train, test)]
    return parts[0], codes[train], parts[1], codes[test]


# The systems: each takes the training table and the job, and returns an estimator and what to
# tell its `fit` besides


def make_sklearn_meta(X, job):
    from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor

    kind = MetaAutoRegressor if job["task"] == "regression" else MetaAutoClassifier
    families = families_of(X, job)
    started = time.perf_counter()
    if job["system"] == "sklearn_meta_random":
        from sklearn_meta.advisors import RandomAdvisor

        search = {"advisor": RandomAdvisor(), "experience": None}
    else:
        search = {"experience": open_without(job["experience"], job.get("group"))}
    # a base that is given by its name is opened inside fit, so opening it counts
    budget = job["budget"] - (time.perf_counter() - started)
    settings = {"n_jobs": job["jobs"], "random_state": job["seed"], "families": families}
    return kind(time_budget=budget, **settings, **search), {}


def families_of(X, job):
    """Return the names of a search's usual families with one more, or one less; None for these."""
    if not (job.get("with_family") or job.get("without_family")):
        return None
    from sklearn_meta.spaces import SearchSpace

    size = {"n_rows": len(X), "n_columns": X.shape[1], "n_classes": job["n_classes"]}
    usual = SearchSpace(job["task"], **size).families
    wanted = dict.fromkeys([*usual, *filter(None, [job.get("with_family")])])
    return [name for name in wanted if name != job.get("without_family")]


def open_without(experience, group):
    """Open a base without the tables of a group: those related to the table at hand, itself too."""
    from sklearn_meta import Experience

    if experience is None:
        return None

    return Experience.open(experience).without(groups=[group] if group else ())


def make_flaml(X, job):
    import flaml

    settings = {
        "task": "regression" if job["task"] == "regression" else "classification",
        "metric": METRICS[job["task"]],
        "time_budget": job["budget"],
        "n_jobs": job["jobs"],
        "seed": job["seed"],
        "early_stop": False,
        "log_file_name": "",
        "verbose": 1,
    }
    return flaml.AutoML(), settings


def make_constant(X, job):
    from sklearn.dummy import DummyClassifier, DummyRegressor

    return (DummyRegressor() if job["task"] == "regression" else DummyClassifier()), {}


def make_hist_gb(X, job):
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.pipeline import make_pipeline

    regression = job["task"] == "regression"
    kind = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    wide = [name for name in categorical(X) if X[name].nunique() > MAX_CATEGORIES]
    model = kind(categorical_features="from_dtype", random_state=job["seed"])
    return make_pipeline(ordinal(wide, "passthrough"), model), {}


def make_random_forest(X, job):
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    kind = RandomForestRegressor if job["task"] == "regression" else RandomForestClassifier
    numbers = SimpleImputer(strategy="median", keep_empty_features=True)
    model = kind(n_jobs=job["jobs"], random_state=job["seed"])
    return make_pipeline(ordinal(categorical(X), numbers), model), {}


def make_lightgbm(X, job):
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMRegressor if job["task"] == "regression" else LGBMClassifier
    return kind(n_jobs=job["jobs"], random_state=job["seed"], verbose=-1), {}


def make_catboost(X, job):
    from catboost import CatBoostClassifier, CatBoostRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    kind = CatBoostRegressor if job["task"] == "regression" else CatBoostClassifier
    model = kind(
        thread_count=job["jobs"],
        random_seed=job["seed"],
        cat_features=categorical(X),
        verbose=False,
        allow_writing_files=False,
    )
    return make_pipeline(FunctionTransformer(as_strings), model), {}


SYSTEMS = {
    "sklearn_meta": make_sklearn_meta,
    "sklearn_meta_random": make_sklearn_meta,
    "sklearn_meta_boost": make_sklearn_meta,
    "flaml": make_flaml,
    "constant": make_constant,
    "hist_gb": make_hist_gb,
    "random_forest": make_random_forest,
    "lightgbm": make_lightgbm,
    "catboost": make_catboost,
}


def categorical(X):
    """Names of the columns that hold no numbers."""
    return [name for name in X if not pd.api.types.is_numeric_dtype(X[name])]


def ordinal(columns, rest):
    """Codes for some columns (-1 for new and missing levels), something else for the others."""
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OrdinalEncoder

    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1
    )
    made = make_column_transformer(
        (codes, columns), remainder=rest, verbose_feature_names_out=False
    )
    return made.set_output(transform="pandas")


def as_strings(X):
    """Categorical columns as strings, missing ones by a name of their own, as CatBoost wants."""
    X = X.copy()
    for name in categorical(X):
        X[name] = X[name].astype(object).where(X[name].notna(), "missing").astype(str)
    return X


# The measures


def predict(model, X, job, n_classes):
    """Predict numbers, or probabilities in the order of the codes; check that they are usable."""
    if job["task"] == "regression":
        predicted = np.asarray(model.predict(X), dtype="float64").ravel()
        shape = (len(X),)
    else:
        proba = np.asarray(model.predict_proba(X), dtype="float64")
        predicted, shape = np.zeros((len(X), n_classes)), (len(X), n_classes)
        predicted[:, np.asarray(model.classes_).astype(int)] = proba
        if (proba < 0).any() or not np.allclose(proba.sum(axis=1), 1, atol=1e-3):
            raise ValueError("the probabilities of a row do not sum to one")
    if predicted.shape != shape or not np.isfinite(predicted).all():
        raise ValueError("the predictions are not finite, or not one a row")
    return predicted


def score(task, y, predicted):
    """Score predictions, greater is better; -1 in `y` is a class that had no chance."""
    if task == "regression":
        return -float(np.sqrt(np.mean((y - predicted) ** 2)))
    if task == "binary":
        from sklearn.metrics import roc_auc_score

        return float(roc_auc_score(y == 1, predicted[:, 1]))
    proba = np.clip(predicted, 1e-15, None)
    proba /= proba.sum(axis=1, keepdims=True)
    given = np.where(y >= 0, proba[np.arange(len(y)), np.maximum(y, 0)], 1e-15)
    return float(np.log(given).mean())


def facts(model):
    """Return what a search tells about itself."""
    if hasattr(model, "trials_"):
        return {
            "n_trials": len(model.trials_),
            "trial_seconds": sum(trial["fit_seconds"] for trial in model.trials_),
            "trial_wall_seconds": sum(trial["seconds"] for trial in model.trials_),
            "excluded": ";".join(map(str, model.excluded_tasks_)),
            "best_family": model.best_configuration_["family"],
            "families": shares(model.trials_),
            "phases": "; ".join(f"{name} {spent:.2f}" for name, spent in model.seconds_.items()),
        }
    if hasattr(model, "best_estimator"):
        return {"n_trials": getattr(model, "_track_iter", ""), "best_family": model.best_estimator}
    return {}


def shares(trials):
    """Return how often each family was tried, and its weight in the ensemble, as JSON."""
    found = {}
    for trial in trials:
        count, weight = found.get(trial["family"], (0, 0.0))
        found[trial["family"]] = (count + 1, round(weight + trial["weight"], 6))
    return json.dumps(found)


def run(job, report):
    """Carry out a job; fill in its report as far as it gets."""
    X, y, X_test, y_test = read_parts(job)
    n_classes = 0 if job["task"] == "regression" else int(y.max()) + 1
    report.update(n_train=len(y), n_test=len(y_test), versions=versions())
    model, settings = SYSTEMS[job["system"]](X, job | {"n_classes": n_classes})
    started = time.perf_counter()
    try:
        model.fit(X, y, **settings)
    finally:
        report["fit_seconds"] = time.perf_counter() - started
    started = time.perf_counter()
    predicted = predict(model, X_test, job, n_classes)
    report["predict_seconds"] = time.perf_counter() - started
    report["score"] = score(job["task"], y_test, predicted)
    report["constant_score"] = score(job["task"], y_test, constant(y, len(y_test), n_classes))
    report.update(facts(model))


def constant(y, n_test, n_classes):
    """Predict the same for all rows: the mean, or the shares of the classes."""
    if not n_classes:
        return np.full(n_test, y.mean())
    return np.tile(np.bincount(y, minlength=n_classes) / len(y), (n_test, 1))


def versions():
    """Versions of what is there."""
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return "; ".join(found)


def main():
    job, out = json.loads(sys.argv[1]), os.path.abspath(sys.argv[2])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: job["jobs"]])
    os.chdir(os.path.dirname(out))  # some systems write into the current folder
    report = {"status": "ok", "error": ""}
    try:
        run(job, report)
    except Exception as error:  # noqa: BLE001 - whatever a system raises is a result
        report.update(status="failed", error=f"{type(error).__name__}: {error}"[:500])
    with open(out + ".part", "w") as stream:
        json.dump(report, stream)
    os.replace(out + ".part", out)


if __name__ == "__main__":
    main()
