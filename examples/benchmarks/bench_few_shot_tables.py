"""A few rows of real tables: meta-trained learners beside plain models.

Draws 2, 4, 8 or 16 rows per class (for regression 8 to 64 rows in all) of each table, five times,
learns from them and predicts up to 1,000 others. Runs that are done are not run again::

    python bench_few_shot_tables.py --tables SHARED/datasets --results results/few_shot.csv
    python bench_few_shot_tables.py --results results/few_shot.csv --summary

Tables with the role "report" are what is reported; with the others, settings may be chosen.
Meta-trained learners are those whose weights lie in ``sklearn_meta/fewshot/weights`` (or
``--weights``); they never saw a row of these tables.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from _few_shot_models import FOLDER, plain_models, shipped_models, whole
from _results import ResultsFile, listed, markdown, read_tables
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score

COLUMNS = (
    "table",
    "role",
    "kind",
    "shots",
    "seed",
    "model",
    "score",
    "accuracy",
    "seconds",
    "status",
)
KEY = ("table", "shots", "seed", "model")
SHOTS = {"classification": (2, 4, 8, 16), "regression": (8, 16, 32, 64)}
MAX_QUERIES = 1000
SPARE = 5  # rows of a class that are left to predict, at least
REFERENCE = "random_forest"


def main():
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=Path, help="folder with index.json")
    parser.add_argument(
        "--kind", choices=("classification", "regression"), default="classification"
    )
    parser.add_argument("--roles", type=listed, default=["report"])
    parser.add_argument("--names", type=listed, help="only these tables")
    parser.add_argument("--models", type=listed, help="only these models")
    parser.add_argument("--weights", type=Path, default=FOLDER)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--results", type=Path, default=Path("results/few_shot.csv"))
    parser.add_argument("--summary", action="store_true", help="print the tables and stop")
    parser.add_argument("--write", type=Path, help="put the tables into this page as well")
    options = parser.parse_args()
    results = ResultsFile(options.results, KEY, COLUMNS)
    if not options.summary:
        if options.tables is None:
            parser.error("--tables is needed to run")
        run_all(options, results)
    text = summary(results.frame())
    print(text)
    if options.write:
        options.write.write_text(page(text, options.kind))


def page(text, kind):
    """Return a page of the documentation around the tables."""
    if kind == "regression":
        title, asked, rows = "A few rows of real tables: regression", "--kind regression ", "in all"
    else:
        title, asked, rows = "A few rows of real tables", "", "per class"
    name = "few_shot_regression" if kind == "regression" else "few_shot_tables"
    return (
        f"# {title}\n\n"
        f"Made by `python examples/benchmarks/bench_few_shot_tables.py {asked}--tables "
        f"SHARED/datasets --write docs/benchmarks/{name}.md`. Means over tables of the means over "
        f"draws of rows; so many rows {rows} to learn from, up to 1,000 others to predict. All "
        "inductive; nothing was tuned on tables with the role *report*.\n\n"
        f"{text}\n"
    )


def run_all(options, results):
    """Learn from and judge what is not in the results yet."""
    models = {**plain_models(options.kind), **shipped_models(options.kind, options.weights)}
    if options.models:
        models = {name: models[name] for name in options.models}
    done = results.done()
    for entry in read_tables(options.tables, roles=options.roles, names=options.names):
        if (entry["task"] == "regression") != (options.kind == "regression"):
            continue
        X, y = read_table(entry)
        for shots in SHOTS[options.kind]:
            for seed in range(options.seeds):
                drawn = draw_rows(y, shots, seed, options.kind)
                if drawn is None:  # too small a table
                    break
                for name, model in models.items():
                    row = {"table": entry["name"], "shots": shots, "seed": seed, "model": name}
                    if tuple(str(row[column]) for column in KEY) in done:
                        continue
                    row |= {"role": entry["role"], "kind": options.kind}
                    results.append(row | judged(whole(model, seed), X, y, *drawn, options.kind))


def read_table(entry):
    """Return a table's columns and its target as an array."""
    table = pd.read_parquet(entry["path"]).dropna(subset=[entry["target"]])
    target = table[entry["target"]]
    y = target.to_numpy(float) if entry["task"] == "regression" else target.astype(str).to_numpy()
    return table.drop(columns=entry["target"]).reset_index(drop=True), y


def draw_rows(y, shots, seed, kind):
    """Return rows to learn from and rows to predict, or None where a table is too small.

    Classes with fewer than ``shots + 5`` rows are left out; two must be left.
    """
    rng = np.random.default_rng([seed, shots])
    order = rng.permutation(len(y))
    if kind == "regression":
        if len(y) < shots + 4 * SPARE:
            return None
        return order[:shots], order[shots : shots + MAX_QUERIES]
    labels, counts = np.unique(y, return_counts=True)
    labels = labels[counts >= shots + SPARE]
    if len(labels) < 2:
        return None
    support = np.concatenate([order[y[order] == label][:shots] for label in labels])
    rest = order[np.isin(y[order], labels) & ~np.isin(order, support)]
    return rng.permutation(support), rest[:MAX_QUERIES]


def judged(estimator, X, y, support, query, kind):
    """Return score (ROC AUC, or R2 not below -1), accuracy and processor seconds of one run."""
    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator.fit(X.iloc[support], y[support])
        if kind == "regression":
            said = estimator.predict(X.iloc[query])
            score, accuracy = max(float(r2_score(y[query], said)), -1.0), ""
        else:
            said = estimator.predict_proba(X.iloc[query])
            score = area(y[query], said, estimator.classes_)
            accuracy = accuracy_score(y[query], estimator.classes_[said.argmax(axis=1)])
            accuracy = round(float(accuracy), 5)
    seconds = round(time.process_time() - started, 3)
    return {"score": round(score, 5), "accuracy": accuracy, "seconds": seconds, "status": "ok"}


def area(y, said, classes):
    """Return the area under the ROC curve: the mean over classes, each against the others."""
    areas = []
    for place, label in enumerate(classes):
        mine = y == label
        if mine.any() and not mine.all():
            areas.append(roc_auc_score(mine, said[:, place]))
    return float(np.mean(areas))


def summary(frame):
    """Return Markdown: mean scores, and the paired difference to the random forest."""
    parts = []
    for (kind, role), part in frame.groupby(["kind", "role"], sort=False):
        means = part.groupby(["table", "shots", "model"], sort=False)[["score", "accuracy"]].mean()
        by_table = means["score"].unstack("model")
        measure = "R2" if kind == "regression" else "ROC AUC"
        parts.append(f"{kind}, tables with the role {role!r}: mean {measure}")
        parts.append(_scores(means["score"].unstack("model")))
        if kind == "classification":
            parts.append("Mean accuracy")
            parts.append(_scores(means["accuracy"].unstack("model")))
        parts.append("Mean processor seconds to fit and to predict")
        seconds = part.groupby(["table", "shots", "model"], sort=False)["seconds"].mean()
        parts.append(_scores(seconds.unstack("model")))
        if REFERENCE in by_table:
            parts.append(f"{measure} minus that of {REFERENCE}, paired over tables, with s.e.")
            parts.append(_differences(by_table))
            ours = [name for name in by_table if name[0].isupper()]  # classes of the package
            if ours:
                parts.append("Table by table: the same, mean over the numbers of rows")
                parts.append(_table_by_table(by_table, ours))
    return "\n\n".join(parts)


def _scores(by_table):
    """Return one row per model, one column per number of shots."""
    shots = sorted(by_table.index.get_level_values("shots").unique())
    lines = []
    for model in by_table.columns:
        cells = [by_table[model].xs(number, level="shots").mean() for number in shots]
        lines.append([model, *(f"{cell:.3f}" for cell in cells)])
    n_tables = [str(by_table.xs(number, level="shots").shape[0]) for number in shots]
    return markdown(["model", *map(str, shots)], [*lines, ["tables", *n_tables]])


def _table_by_table(by_table, ours):
    """Return a row per table with the lead of each meta-trained learner, the worst first."""
    leads = by_table[ours].sub(by_table[REFERENCE], axis=0).groupby(level="table").mean()
    leads = leads.loc[leads.mean(axis=1).sort_values().index]
    lines = [[table, *(f"{lead:+.3f}" for lead in row)] for table, row in leads.iterrows()]
    won = ["better / all", *(f"{(leads[name] > 0).sum()} / {len(leads)}" for name in ours)]
    return markdown(["table", *ours], [*lines, won])


def _differences(by_table):
    shots = sorted(by_table.index.get_level_values("shots").unique())
    lines = []
    for model in by_table.columns.drop(REFERENCE):
        cells = []
        for number in shots:
            part = by_table.xs(number, level="shots")
            apart = (part[model] - part[REFERENCE]).dropna()
            error = apart.std(ddof=1) / len(apart) ** 0.5 if len(apart) > 1 else float("nan")
            cells.append(f"{apart.mean():+.3f} ± {error:.3f}")
        lines.append([model, *cells])
    return markdown(["model", *map(str, shots)], lines)


if __name__ == "__main__":
    main()
