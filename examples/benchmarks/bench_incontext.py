"""How well does the in-context learner predict small tables, and how fast.

Fits it and plain models on 50, 200 and 1,000 rows of each table and scores them on up to 1,000
others; the mean ROC AUC (over pairs of classes) or R2, and ranks::

    python bench_incontext.py run --tables path/to/tables --results results/incontext.csv
    python bench_incontext.py speed --results results/incontext_speed.csv
    python bench_incontext.py summarise --results results/incontext.csv \
        --speed results/incontext_speed.csv --training runs/c --out docs/benchmarks/incontext.md

`--weights` names files of weights; without them those of the package are used.
`incontext_untrained` is the untrained network, which answers with four kernel ridge regressions,
weighed by their leave-one-out error. Tables of role "report"
are used, with at most 100 columns; runs that are in the results are not repeated. Run it on an idle
machine: seconds are of the processor, yet other work slows that down too.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _one_run import (
    categorical,
    make_catboost,
    make_hist_gb,
    make_lightgbm,
    make_random_forest,
)
from _results import ResultsFile, listed, markdown, read_tables

SIZES = (50, 200, 1000)
MAX_COLUMNS, MAX_TEST = 100, 1000
KEY = ("table", "task", "rows", "seed", "system")
COLUMNS = (*KEY, "score", "fit_seconds", "predict_seconds", "status", "error")
ONE_SEED = ("catboost",)
SPEED_KEY = ("rows", "columns", "n_estimators")
SPEED_COLUMNS = (
    *SPEED_KEY,
    "fit_seconds",
    "predict_seconds",
    "wall_seconds",
    "row_milliseconds",
    "peak_mib",
    "status",
)
SPEED_CASES = ((500, 20), (1000, 100), (10_000, 20))


# The systems


def _dense_pipeline(X, model):
    """Impute, scale and one-hot encode before a model."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    columns = categorical(X)
    numbers = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler())
    codes = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    rest = [name for name in X if name not in columns]
    return make_pipeline(make_column_transformer((codes, columns), (numbers, rest)), model)


def make_linear(X, job):
    from sklearn.linear_model import LogisticRegression, Ridge

    regression = job["task"] == "regression"
    return _dense_pipeline(X, Ridge() if regression else LogisticRegression(max_iter=1000))


def make_mlp(X, job):
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.preprocessing import StandardScaler

    if job["task"] == "regression":
        model = TransformedTargetRegressor(
            MLPRegressor(random_state=job["seed"]), transformer=StandardScaler()
        )
    else:
        model = MLPClassifier(random_state=job["seed"])
    return _dense_pipeline(X, model)


def make_incontext(X, job):
    from sklearn_meta.fewshot import InContextClassifier, InContextRegressor

    regression = job["task"] == "regression"
    weights = job["weights"].get("regression" if regression else "classification", "bundled")
    kind = InContextRegressor if regression else InContextClassifier
    return kind(pretrained=weights, random_state=job["seed"], device="cpu")


def make_incontext_untrained(X, job):
    kinds = ("classification", "regression")
    return make_incontext(X, {**job, "weights": dict.fromkeys(kinds)})


def _first(make):
    """Take the estimator of those makers that also return what to tell `fit`."""
    return lambda X, job: make(X, job)[0]


SYSTEMS = {
    "incontext": make_incontext,
    "incontext_untrained": make_incontext_untrained,
    "linear": make_linear,
    "random_forest": _first(make_random_forest),
    "hist_gb": _first(make_hist_gb),
    "lightgbm": _first(make_lightgbm),
    "catboost": _first(make_catboost),
    "mlp": make_mlp,
}


# Accuracy


def split(entry, rows, seed):
    """Return X, y of both parts, or None for a table that is too short; labels become codes."""
    table = pd.read_parquet(entry["path"])
    table = table[table[entry["target"]].notna()]
    if len(table) < rows + 30:
        return None
    order = np.random.default_rng([seed, rows]).permutation(len(table))
    train, test = table.iloc[order[:rows]], table.iloc[order[rows : rows + MAX_TEST]]
    target = entry["target"]
    if entry["task"] == "regression":
        y, y_test = (part[target].to_numpy("float64") for part in (train, test))
    else:
        classes, y = np.unique(train[target].astype(str), return_inverse=True)
        test = test[test[target].astype(str).isin(classes)]
        y_test = np.searchsorted(classes, test[target].astype(str))
        if len(classes) < 2 or len(np.unique(y_test)) < 2:
            return None
    parts = [part.drop(columns=target).reset_index(drop=True) for part in (train, test)]
    return parts[0], y, parts[1], y_test


def scored(model, parts, task):
    """Fit, predict and score; return the columns of a result."""
    from sklearn.metrics import r2_score

    from sklearn_meta.fewshot.incontext._validation_tables import auc

    X, y, X_test, y_test = parts
    started = time.process_time()
    model.fit(X, y)
    fitted = time.process_time()
    regression = task == "regression"
    predicted = model.predict(X_test) if regression else model.predict_proba(X_test)
    done = time.process_time()
    score = r2_score(y_test, predicted) if regression else auc(y_test, predicted)
    return {
        "score": float(score),
        "fit_seconds": round(fitted - started, 4),
        "predict_seconds": round(done - fitted, 4),
        "status": "ok",
    }


def run(options):
    """Run what is not in the results yet."""
    results = ResultsFile(options.results, KEY, COLUMNS)
    done = results.done()
    entries = [
        entry
        for entry in read_tables(options.tables, roles=listed(options.roles))
        if entry["n_features"] <= MAX_COLUMNS and not entry["odd"]
        if options.kind in ("both", _kind_of(entry))
    ]
    for entry in entries:
        for rows in map(int, listed(options.sizes)):
            for seed in range(options.seeds):
                _run_split(entry, rows, seed, options, results, done)


def _kind_of(entry):
    return "regression" if entry["task"] == "regression" else "classification"


def _run_split(entry, rows, seed, options, results, done):
    wanted = []
    for system in listed(options.systems):
        key = {"table": entry["name"], "task": entry["task"], "rows": rows, "seed": seed}
        key["system"] = system
        if results.key_of(key) not in done and not (system in ONE_SEED and seed):
            wanted.append(key)
    parts = split(entry, rows, seed) if wanted else None
    if parts is None:
        return
    for key in wanted:
        job = {**key, "jobs": options.threads, "weights": _weights_of(options)}
        try:
            result = scored(SYSTEMS[key["system"]](parts[0], job), parts, entry["task"])
        except Exception as error:  # noqa: BLE001 - whatever a system raises is a result
            result = {"status": "failed", "error": f"{type(error).__name__}: {error}"[:300]}
        results.append(key | result)
    sys.stderr.write(f"{entry['name']}, {rows} rows, seed {seed}\n")


def _weights_of(options):
    return dict(pair.split("=", 1) for pair in options.weights)


# Speed


def run_speed(options):
    """Time fit and predict on tables of given sizes, and a single row: processor and wall clock."""
    from sklearn_meta.fewshot import InContextClassifier

    results = ResultsFile(options.results, SPEED_KEY, SPEED_COLUMNS)
    weights = _weights_of(options).get("classification", "bundled")
    for rows, columns in SPEED_CASES:
        rng = np.random.default_rng(0)
        X = rng.normal(size=(2 * rows, columns))
        y = (X[:, :5].sum(axis=1) + rng.normal(size=2 * rows)) > 0
        for n_estimators in (1, 4):
            clf = InContextClassifier(
                n_estimators=n_estimators, pretrained=weights, random_state=0, device="cpu"
            )
            clf.fit(X[:50], y[:50]).predict(X[:50])  # what is loaded once is loaded
            started = time.perf_counter()
            times = [time.process_time()]
            clf.fit(X[:rows], y[:rows])
            times.append(time.process_time())
            clf.predict_proba(X[rows:][:500])
            times.append(time.process_time())
            wall = time.perf_counter() - started
            for row in X[:20]:
                clf.predict_proba(row[None])
            times.append(time.process_time())
            fit, predict, single = np.diff(times)
            results.append(
                {"rows": rows, "columns": columns, "n_estimators": n_estimators, "status": "ok"}
                | {"fit_seconds": round(fit, 3), "predict_seconds": round(predict, 3)}
                | {"wall_seconds": round(wall, 3)}
                | {"row_milliseconds": round(1000 * single / 20, 1), "peak_mib": _peak_mib()}
            )


def _peak_mib():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


# The page


def summarise(options):
    """Write the page."""
    frame = ResultsFile(options.results, KEY, COLUMNS).frame()
    parts = ["# The in-context learner", "", options.note, ""]
    for task, part in (
        ("classification", frame["task"] != "regression"),
        ("regression", frame["task"] == "regression"),
    ):
        if part.any():
            name = "ROC AUC" if task == "classification" else "R2 (at least -1)"
            parts += [f"## Accuracy, {task}: mean {name}, mean rank in brackets", ""]
            parts += ["    python bench_incontext.py run --tables TABLES --results R.csv", ""]
            parts += [accuracy_table(frame[part]), ""]
    if options.speed:
        parts += [
            "## Speed (processor seconds)",
            "",
            "    python bench_incontext.py speed --results S.csv",
            "",
        ]
        parts += [speed_table(ResultsFile(options.speed, SPEED_KEY, SPEED_COLUMNS).frame()), ""]
    for folder in options.training:
        parts += [f"## Training curve, {Path(folder).name}", "", curve_table(folder), ""]
    Path(options.out).write_text("\n".join(parts))


def accuracy_table(frame):
    """Return means over tables (seeds averaged first), and ranks among systems.

    Only tables on which every system ran count.
    """
    frame = frame[frame["status"] == "ok"].assign(score=frame["score"].clip(lower=-1))
    lines = []
    for rows, part in frame.groupby("rows"):
        table = part.pivot_table(index="table", columns="system", values="score").dropna()
        means, ranks = table.mean(), table.rank(axis=1, ascending=False).mean()
        lines.append([rows, len(table)] + [f"{means[s]:.4f} ({ranks[s]:.2f})" for s in table])
        systems = list(table)
    return markdown(["rows", "tables", *systems], lines)


def speed_table(frame):
    """Return processor seconds, and those of both together on the clock, by size and passes."""
    header = ["training rows", "columns", "passes", "fit, s", "predict 500 rows, s"]
    header += ["both, wall clock, s", "one row, ms", "peak, MiB"]
    names = [name for name in SPEED_COLUMNS if name != "status"]
    return markdown(header, frame[names].astype(object).to_numpy().tolist())


def curve_table(folder):
    """Return validation scores by steps of a training, from its log."""
    lines = []
    for line in (Path(folder) / "log.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if "validation" in entry:
            scores = [f"{score:.4f}" for score in entry["validation"].values()]
            sizes = list(entry["validation"])
            lines.append([entry["step"], entry["tables"], round(entry["seconds"]), *scores])
    header = ["step", "tables seen", "processor seconds"]
    return markdown([*header, *(f"{size} rows" for size in sizes)], lines)


def main():
    """Do what the command says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("run")
    verb.add_argument("--tables", type=Path, required=True)
    verb.add_argument("--results", type=Path, default=Path("results/incontext.csv"))
    verb.add_argument("--roles", default="report")
    verb.add_argument("--sizes", default=",".join(map(str, SIZES)))
    verb.add_argument("--seeds", type=int, default=3)
    verb.add_argument("--kind", choices=("classification", "regression", "both"), default="both")
    verb.add_argument("--systems", default=",".join(SYSTEMS))
    verb.add_argument("--weights", nargs="*", default=[], metavar="KIND=FILE")
    verb.set_defaults(call=run)
    verb = verbs.add_parser("speed")
    verb.add_argument("--results", type=Path, default=Path("results/incontext_speed.csv"))
    verb.add_argument("--weights", nargs="*", default=[], metavar="KIND=FILE")
    verb.set_defaults(call=run_speed)
    verb = verbs.add_parser("summarise")
    verb.add_argument("--results", type=Path, default=Path("results/incontext.csv"))
    verb.add_argument("--speed", type=Path)
    verb.add_argument("--training", nargs="*", default=[])
    verb.add_argument("--note", default="")
    verb.add_argument("--out", type=Path, required=True)
    verb.set_defaults(call=summarise)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    options.call(options)


if __name__ == "__main__":
    main()
