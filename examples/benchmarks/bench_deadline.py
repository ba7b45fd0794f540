"""Is the budget a deadline, on small tables and large ones.

Fits on tables of all sizes with small budgets, and on the largest with a longer one. In every run
the fit shall end within the budget and one second (5 % where that is more), with a model that
predicts finite numbers or valid probabilities::

    python bench_deadline.py --tables path/to/tables --results deadline.csv

Runs that are in the results are not repeated.
"""

import argparse
import sys
from pathlib import Path

from _results import ResultsFile, listed, markdown, read_tables
from _watch import one_run, stop_on_sigterm

KEY = ("table", "budget", "seed")
COLUMNS = (
    *KEY,
    "task",
    "n_rows",
    "n_features",
    "jobs",
    "fit_seconds",
    "over",
    "in_time",
    "usable",
    "score",
    "constant_score",
    "n_trials",
    "peak_rss_mb",
    "peak_threads",
    "left_processes",
    "load_before",
    "status",
    "error",
    "phases",
    "experience",
)


def spread_over(tables, count):
    """Choose tables of all sizes: evenly from the smallest to the largest.

    Parameters
    ----------
    tables : list of dict
        Entries of the index.
    count : int
        How many; all if there are fewer.

    Returns
    -------
    list of dict
        The smallest first.
    """
    ordered = sorted(tables, key=lambda entry: (cells(entry), entry["name"]))
    if count >= len(ordered):
        return ordered
    step = (len(ordered) - 1) / max(count - 1, 1)
    return [ordered[round(number * step)] for number in range(count)]


def cells(entry):
    """Size of a table."""
    return entry["n_rows"] * entry["n_features"]


def in_time(fit_seconds, budget):
    """Tell whether a fit kept its deadline, and a second or 5 %."""
    return fit_seconds <= budget + max(1.0, 0.05 * budget)


def carry_out(entry, budget, options):
    """Fit on nine tenths of a table, predict the rest, judge; return the row."""
    job = {name: entry[name] for name in ("path", "target", "task")}
    job |= {"system": "sklearn_meta", "budget": budget, "seed": options.seed, "every": 10}
    experience = None if options.experience == "none" else options.experience
    job |= {"jobs": options.jobs, "experience": experience}
    report = one_run(options.python, job, limit=3 * budget + 60)
    row = {name: entry[name] for name in ("task", "n_rows", "n_features")}
    row |= {"table": entry["name"], "budget": budget, "seed": options.seed}
    row |= {"jobs": options.jobs, "experience": options.experience, **report}
    row["usable"] = report["status"] == "ok"
    row["in_time"] = "fit_seconds" in report and in_time(report["fit_seconds"], budget)
    if "fit_seconds" in report:
        row["over"] = report["fit_seconds"] - budget
    return row


def table(rows):
    """Return a Markdown table with a line a run, the latest first, and the verdict."""

    def late(row):
        return float(row["over"]) if row["over"] else float("inf")

    lines = [
        [
            row["table"],
            f"{row['n_rows']} x {row['n_features']}",
            row["budget"],
            f"{float(row['fit_seconds'] or 'nan'):.2f}",
            f"{late(row):+.2f}",
            "yes" if row["in_time"] == "True" else "**no**",
            "yes" if row["usable"] == "True" else f"**no**: {row['status']} {row['error']}",
            row["n_trials"],
            *(f"{float(row[name] or 'nan'):.4g}" for name in ("score", "constant_score")),
            row["left_processes"],
        ]
        for row in sorted(rows, key=late, reverse=True)
    ]
    header = ["table", "size", "budget", "fit s", "over s", "in time", "usable", "trials"]
    header += ["score", "constant", "processes left"]
    kept = sum(row["in_time"] == row["usable"] == "True" for row in rows)
    verdict = "holds" if kept == len(rows) else "does NOT hold"
    return f"{markdown(header, lines)}\n\nThe deadline {verdict}: {kept} of {len(rows)} runs."


def planned(tables, options):
    """List the runs as pairs of a table and a budget."""
    chosen = tables if options.names else spread_over(tables, options.n_tables)
    largest = sorted(tables, key=cells)[-options.n_largest :] if options.n_largest else []
    runs = [(entry, int(budget)) for budget in listed(options.budgets) for entry in chosen]
    return runs + [(entry, options.largest_budget) for entry in largest]


def read_arguments(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--tables", type=Path, required=True, help="folder of index.json")
    add("--results", type=Path, required=True, help="CSV to append to")
    add("--budgets", default="5,15", help="seconds, comma-separated")
    add("--n-tables", type=int, default=20, help="tables of all sizes for these budgets")
    add("--largest-budget", type=int, default=60, help="seconds for the largest tables")
    add("--n-largest", type=int, default=6)
    add("--names", default="", help="only these tables, comma-separated")
    add("--role", default="learn,choose,report", help="roles of the tables, comma-separated")
    add("--python", default=sys.executable, help="interpreter")
    add("--experience", default="bundled", help="'bundled', 'none' or a file")
    add("--jobs", type=int, default=2, help="cores, and n_jobs")
    add("--seed", type=int, default=0)
    add("--max-runs", type=int, help="stop after so many runs")
    add("--retry-failed", action="store_true", help="repeat runs that did not end well")
    return parser.parse_args(arguments)


def main():
    options = read_arguments()
    stop_on_sigterm()
    tables = read_tables(options.tables, roles=listed(options.role), names=listed(options.names))
    results = ResultsFile(options.results, KEY, COLUMNS)
    done = results.done(retry_failed=options.retry_failed)
    runs = [
        (entry, budget)
        for entry, budget in planned(tables, options)
        if (entry["name"], str(budget), str(options.seed)) not in done
    ]
    for number, (entry, budget) in enumerate(runs[: options.max_runs], 1):
        row = carry_out(entry, budget, options)
        results.append(row)
        told = f"over {row['over']:+.2f} s" if "over" in row else ""
        print(
            f"{number}/{len(runs)} {entry['name']} {budget} s: {row['status']} {told} "
            f"{row['error']}",
            file=sys.stderr,
            flush=True,
        )
    print(table(results.rows()))


if __name__ == "__main__":
    main()
