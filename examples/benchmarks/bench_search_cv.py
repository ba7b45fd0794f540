"""Tune three models with `MetaSearchCV` and with scikit-learn's searches, at equal numbers of fits.

Twelve tables of the role "report", half of the rows (at most 2,000) to search on, the other half to
score the refitted best on; the same folds and the same ranges for all searches. The experience is
opened without the group of related tables that the table at hand belongs to::

    python bench_search_cv.py run --tables path/to/tables --results results.csv
    python bench_search_cv.py summarise --results results.csv --out docs/benchmarks/search_cv.md

Systems: ``meta``; ``meta_cold``, the same without experience; ``random`` (`RandomizedSearchCV`);
``halving`` (`HalvingRandomSearchCV`, whose first candidates see few rows, so that its fits are
cheaper). Runs that are in the results are not repeated. Scores: ROC AUC for two classes, negative
log loss for more, negative root mean squared error for numbers.
"""

import argparse
import time
import warnings
from pathlib import Path

from _results import ResultsFile, listed, read_tables
from _search_cv_setup import MODELS, SCORING, make_estimator, make_search, read_rows
from _search_cv_summary import report
from sklearn.metrics import get_scorer

TABLES = (
    "breast_w,rain_perth,unemployment_benefits,wells_switch,"
    "segment,page_blocks,fishing_mode,hawks_species,"
    "cpu_small,cal_housing,strikes,airbnb_chicago"
)
SYSTEMS = "meta,random,halving"
KEY = ("table", "model", "system", "seed", "n_iter", "folds")
COLUMNS = (*KEY, "task", "group", "cv_score", "test_score", "default_score", "fit_seconds")
COLUMNS += ("cpu_seconds", "n_candidates", "n_advised", "n_train", "n_test", "status", "error")


def planned(tables, options):
    """List the runs; all tables and models come once before the next seed."""
    for seed in map(int, listed(options.seeds)):
        for entry in tables:
            for model in listed(options.models):
                for system in listed(options.systems):
                    row = {"table": entry["name"], "model": model, "system": system, "seed": seed}
                    row |= {"n_iter": options.n_iter, "folds": options.folds}
                    yield entry, row | {"task": entry["task"], "group": entry["group"]}


def carry_out(entry, row, options):
    """Run what a row says; return it filled in."""
    X, y, X_test, y_test = read_rows(entry, row["seed"])
    estimator = make_estimator(row["model"], entry, X, row["seed"])
    row |= {"n_train": len(y), "n_test": len(y_test), "status": "ok", "error": ""}
    scorer = get_scorer(SCORING[entry["task"]])
    try:
        row["default_score"] = scorer(estimator.fit(X, y), X_test, y_test)
        search = make_search(row["system"], estimator, entry, options, row["seed"])
        started, cpu_started = time.perf_counter(), time.process_time()
        search.fit(X, y)
        row["fit_seconds"] = time.perf_counter() - started
        row["cpu_seconds"] = time.process_time() - cpu_started
        row["cv_score"] = search.best_score_
        row["test_score"] = scorer(search, X_test, y_test)
        row["n_candidates"] = len(search.cv_results_["params"])
        if hasattr(search, "advice_"):
            row["n_advised"] = search.advice_["origins"].count("experience")
    except Exception as error:  # noqa: BLE001 - whatever a search raises is a result
        row |= {"status": "failed", "error": f"{type(error).__name__}: {error}"[:300]}
    return row


def run(options):
    """Carry out all runs that are not in the results yet."""
    warnings.simplefilter("ignore")  # that a linear model did not converge, above all
    tables = read_tables(options.tables, names=listed(options.names))
    results = ResultsFile(options.results, KEY, COLUMNS)
    done = results.done(retry_failed=options.retry_failed)
    runs = [(e, row) for e, row in planned(tables, options) if results.key_of(row) not in done]
    for number, (entry, row) in enumerate(runs[: options.max_runs], 1):
        row = carry_out(entry, row, options)
        results.append(row)
        figures = {
            k: round(float(row[k]), 5)
            for k in ("cv_score", "test_score", "cpu_seconds")
            if k in row
        }
        where = [str(row[name]) for name in ("table", "model", "system", "seed")]
        print(f"{number}/{len(runs)} {' '.join(where)} {figures} {row['error']}", flush=True)


def summarise(options):
    """Print the tables of a results file."""
    text = report(ResultsFile(options.results, KEY, COLUMNS).frame())
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


def read_arguments(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("run", help="run what is not in the results yet")
    add = verb.add_argument
    add("--tables", type=Path, required=True, help="folder of index.json")
    add("--names", default=TABLES, help="names of the tables, comma-separated")
    add("--models", default=",".join(MODELS), help="comma-separated")
    add("--systems", default=SYSTEMS, help="comma-separated")
    add("--seeds", default="0,1,2", help="comma-separated")
    add("--n-iter", type=int, default=16, help="candidates, each fitted on all folds")
    add("--folds", type=int, default=3)
    add("--experience", default="bundled", help="'bundled' or a file")
    add("--results", type=Path, required=True, help="CSV to append to")
    add("--max-runs", type=int, help="stop after so many runs")
    add("--retry-failed", action="store_true", help="repeat runs that did not end well")
    verb.set_defaults(verb=run)
    verb = verbs.add_parser("summarise", help="print the tables of a results file")
    verb.add_argument("--results", type=Path, required=True)
    verb.add_argument("--out", type=Path, help="also write the tables to this file")
    verb.set_defaults(verb=summarise)
    return parser.parse_args(arguments)


def main():
    options = read_arguments()
    options.verb(options)


if __name__ == "__main__":
    main()
