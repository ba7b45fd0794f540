"""How good are the models, and what is experience worth.

Trains AutoML systems and plain models on one half of each table and scores them on the other half.
``sklearn_meta`` and ``sklearn_meta_random`` share the engine, from the openings to the ensemble;
the second asks a random advisor and knows no earlier tasks, so the difference is what advice and
experience are worth::

    python bench_tables.py run --tables path/to/tables --budgets 10,30 --results results.csv
    python bench_tables.py summarise --results results.csv --out summary.md

The experience is opened without the group of related tables that the table at hand belongs to.
Each run is a process of its own on two cores; run it on an idle machine, one at a time. Runs that
are in the results are not repeated. Scores: ROC AUC for two classes, negative log loss for more,
negative root mean squared error for numbers.

``flaml`` is optional and runs in an environment of its own (``--python-flaml``), which needs pandas
and pyarrow besides; ``lightgbm``, ``catboost`` and ``sklearn_meta_boost`` need the extra ``boost``
(``--python-boost``). Leave the extra out of ``--python`` to see what ``sklearn_meta`` does alone.
"""

import argparse
import sys
from pathlib import Path

from _one_run import METRICS, SYSTEMS
from _results import ResultsFile, listed, read_tables
from _summary import summary
from _watch import one_run, stop_on_sigterm

SEARCHES = ("sklearn_meta", "sklearn_meta_random", "sklearn_meta_boost", "flaml")
BOOSTED = ("sklearn_meta_boost", "lightgbm", "catboost")
UNBUDGETED_LIMIT = 600.0  # seconds for what takes no budget
KEY = ("table", "system", "budget", "seed")
COLUMNS = (
    *KEY,
    "task",
    "role",
    "group",
    "metric",
    "score",
    "fit_seconds",
    "predict_seconds",
    "peak_rss_mb",
    "cpu_seconds",
    "n_trials",
    "trial_seconds",
    "trial_wall_seconds",
    "excluded",
    "best_family",
    "status",
    "error",
    "n_train",
    "n_test",
    "jobs",
    "experience",
    "phases",
    "peak_threads",
    "left_processes",
    "load_before",
    "versions",
)


def planned(tables, systems, budgets, seeds):
    """List the runs; all tables come once before the next seed.

    Parameters
    ----------
    tables : list of dict
        Entries of the index.
    systems, budgets, seeds : list
        What to run them with. A system that takes no budget is run once, with budget 0.

    Yields
    ------
    entry, row : dict
        The table, and the first columns of the run's row.
    """
    for seed in seeds:
        for entry in tables:
            for budget in [0, *budgets]:
                for system in systems:
                    if (system in SEARCHES) == (budget > 0):
                        yield (
                            entry,
                            {"table": entry["name"], "system": system, "budget": budget}
                            | {"seed": seed, "metric": METRICS[entry["task"]]}
                            | {name: entry[name] for name in ("task", "role", "group")},
                        )


def interpreter(system, options):
    """Return the interpreter that a system runs in."""
    if system == "flaml":
        return options.python_flaml
    return options.python_boost if system in BOOSTED else options.python


def carry_out(entry, row, options):
    """Run what a row says; return it filled in."""
    job = {name: entry[name] for name in ("path", "target", "task", "group")}
    job |= {name: row[name] for name in ("system", "budget", "seed")}
    experience = None if options.experience == "none" else options.experience
    job |= {"jobs": options.jobs, "experience": experience, "every": 2}
    limit = 3 * row["budget"] + 60 if row["budget"] else UNBUDGETED_LIMIT
    told = {"jobs": options.jobs}
    if row["system"].startswith("sklearn_meta"):
        told["experience"] = "none" if row["system"].endswith("random") else options.experience
    report = one_run(
        interpreter(row["system"], options),
        job,
        limit=limit,
        with_checkout=row["system"] != "flaml",
    )
    return row | told | report


def run(options):
    """Carry out all runs that are not in the results yet."""
    systems = listed(options.systems)
    unknown = [name for name in systems if name not in SYSTEMS]
    missing = [name for name in systems if name in SYSTEMS and not interpreter(name, options)]
    if unknown or missing:
        sys.exit(f"Unknown: {unknown}; no interpreter given for: {missing}. Known: {[*SYSTEMS]}.")
    tables = read_tables(
        options.tables,
        roles=listed(options.role),
        min_rows=options.min_rows,
        names=listed(options.names),
    )
    budgets = [int(budget) for budget in listed(options.budgets)]
    seeds = [int(seed) for seed in listed(options.seeds)]
    results = ResultsFile(options.results, KEY, COLUMNS)
    done = results.done(retry_failed=options.retry_failed)
    runs = [
        (entry, row)
        for entry, row in planned(tables, systems, budgets, seeds)
        if results.key_of(row) not in done
    ]
    for number, (entry, row) in enumerate(runs[: options.max_runs], 1):
        row = carry_out(entry, row, options)
        results.append(row)
        figures = " ".join(
            f"{name} {row[name]:.5g}" for name in ("score", "fit_seconds") if name in row
        )
        print(
            f"{number}/{len(runs)} {row['table']} {row['system']} budget {row['budget']} seed "
            f"{row['seed']}: {row['status']} {figures} {row['error']}",
            flush=True,
        )


def summarise(options):
    """Print the tables of a results file."""
    frame = ResultsFile(options.results, KEY, COLUMNS).frame()
    text = summary(frame, systems=listed(options.systems))
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
    add("--role", default="report", help="roles of the tables to use, comma-separated")
    add("--min-rows", type=int, default=1000)
    add("--names", default="", help="only these tables, comma-separated")
    add("--systems", default="sklearn_meta,sklearn_meta_random,constant,hist_gb,random_forest")
    add("--budgets", default="10,30", help="seconds, comma-separated")
    add("--seeds", default="0,1,2", help="comma-separated")
    add("--results", type=Path, required=True, help="CSV to append to")
    add("--python", default=sys.executable, help="interpreter of the project")
    add("--python-boost", help="the same with the extra boost")
    add("--python-flaml", help="interpreter of an environment with flaml, pandas and pyarrow")
    add("--experience", default="bundled", help="'bundled', 'none' or a file")
    add("--jobs", type=int, default=2, help="cores, and n_jobs")
    add("--max-runs", type=int, help="stop after so many runs")
    add("--retry-failed", action="store_true", help="repeat runs that did not end well")
    verb.set_defaults(verb=run)
    verb = verbs.add_parser("summarise", help="print the tables of a results file")
    verb.add_argument("--results", type=Path, required=True)
    verb.add_argument("--systems", default="", help="only these, comma-separated")
    verb.add_argument("--out", type=Path, help="also write the tables to this file")
    verb.set_defaults(verb=summarise)
    return parser.parse_args(arguments)


def main():
    options = read_arguments()
    stop_on_sigterm()
    options.verb(options)


if __name__ == "__main__":
    main()
