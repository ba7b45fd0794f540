r"""
What is advice worth, live?
===========================

:func:`sklearn_meta.automl.validate_live` on tables that no experience here has seen: the default
advisor at 10 and at 30 seconds against a random search by the same engine at 60 seconds, and at
equal times. Three seeds; each draws the halves of the table anew.

Run it on an idle machine with::

    python examples/benchmarks/bench_live.py --tables ../shared/datasets \
        --results live.jsonl --n-jobs 2 --write docs/benchmarks/live.md

It takes (10 + 30) + (10 + 30 + 60) seconds for each table and seed. A stopped run goes on where it
was. ``--names a,b --warm 2 --cold 2 4 --seeds 0`` is a quick trial of the script itself.
"""

import argparse
import logging
import sys
from pathlib import Path

import numpy as np
from _results import markdown

from sklearn_meta.advisors import GaussianAdvisor, RandomAdvisor
from sklearn_meta.automl import compare_live, validate_live
from sklearn_meta.experience import TableFolder

ADVISED, RANDOM = "advised", "random"


class LargeTables:
    """The tables of a folder with a role and at least so many rows.

    Parameters
    ----------
    arguments : argparse.Namespace
        The command's words.
    """

    def __init__(self, arguments):
        names = arguments.names.split(",") if arguments.names else None
        roles = None if names else [arguments.role]
        self.folder = TableFolder(arguments.tables, roles=roles, names=names)
        if not names:
            self.folder.tables = [
                table for table in self.folder.tables if table["n_rows"] >= arguments.min_rows
            ]

    def __iter__(self):
        return iter(self.folder)

    def __len__(self):
        return len(self.folder)


def page(runs, arguments, n_tables):
    """Write the results as a page, line by line."""
    ok, cold = runs[runs["status"] == "ok"], max(arguments.cold)
    yield "# Advice, live\n"
    yield (
        f"Made by `python examples/benchmarks/bench_live.py {' '.join(sys.argv[1:])}`. "
        f"{ok['table'].nunique()} of {n_tables} tables ({ok['group'].nunique()} groups of related "
        f"ones), seeds {', '.join(map(str, arguments.seeds))}: half of the rows to search on, half "
        f"to score. `{ADVISED}` is the default advisor with experience `{arguments.experience}`, "
        f"the table's name and group left out; `{RANDOM}` the same engine, ensemble and splits "
        f"with random proposals and no experience. Trials at a time: {arguments.n_jobs}. "
        f"Runs that failed: {int((runs['status'] != 'ok').sum())}.\n"
    )
    yield (
        "*gain*: difference of the test scores as a share of what the better one is above a "
        "constant prediction, mean over tables ± standard error. *bad losses*: beyond two standard "
        "errors over seeds and more than one percent. *reached*: runs whose best single validation "
        "score got to where the random search ended; *seconds to reach* and *share of time*: the "
        "median over tables of when, and of that over when the random search got there itself.\n"
    )
    for title, budget in ((f"Against {cold} s of random search", cold), ("At equal time", None)):
        found = compare_live(runs, RANDOM, time_budget=budget)
        if budget is None:
            found = found[found["time_budget"] == found["reference_budget"]]
        yield f"## {title}\n"
        yield markdown(
            ["seconds", "tables", "wins", "losses", "ties", "bad losses", "gain", "reached"]
            + ["seconds to reach", "share of time"],
            [_cells(row) for row in found.to_dict("records")],
        )
        yield ""
    yield "## Table by table\n"
    tables = compare_live(runs, RANDOM, time_budget=cold, per_table=True)
    yield markdown(
        ["table", "seconds", f"gain on {cold} s of random search", "seeds", "seconds to reach"],
        [
            [
                row["table"],
                f"{row['time_budget']:g}",
                f"{row['gain']:+.3f} ± {row['gain_error']:.3f}",
                row["seeds"],
                _seconds(row["seconds_to_reach"]),
            ]
            for row in tables.sort_values(["time_budget", "gain"]).to_dict("records")
        ],
    )
    yield ""


def _cells(row):
    share = row["share_of_time"]
    return [
        f"{row['time_budget']:g}",
        row["tables"],
        *(f"{row[name]} ({row[name] / row['tables']:.0%})" for name in ("wins", "losses", "ties")),
        row["bad_losses"],
        f"{row['gain']:+.3f} ± {row['gain_error']:.3f}",
        f"{row['reached']:.0%}",
        _seconds(row["seconds_to_reach"]),
        f"{share:.2f}" if np.isfinite(share) else "-",
    ]


def _seconds(value):
    return f"{value:.1f}" if np.isfinite(value) else "not reached"


def main():
    """Read the arguments, search, write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    add = parser.add_argument
    add("--tables", type=Path, required=True, help="folder of index.json")
    add("--role", default="report", help="role of the tables to use")
    add("--min-rows", type=int, default=1000)
    add("--names", default="", help="only these tables, comma-separated")
    add("--warm", type=float, nargs="+", default=[10, 30], help="seconds of the advised search")
    add("--cold", type=float, nargs="+", default=[10, 30, 60], help="seconds of the random one")
    add("--seeds", type=int, nargs="+", default=[0, 1, 2])
    add("--experience", default="bundled", help="'bundled' or a file")
    add("--n-jobs", type=int, default=2)
    add("--results", type=Path, required=True, help="file to append to")
    add("--write", type=Path, help="the page; default: standard output")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    tables = LargeTables(arguments)
    runs = validate_live(
        tables,
        {ADVISED: GaussianAdvisor(), RANDOM: RandomAdvisor()},
        time_budget={ADVISED: arguments.warm, RANDOM: arguments.cold},
        seeds=arguments.seeds,
        experience=arguments.experience,
        results=arguments.results,
        n_jobs=arguments.n_jobs,
    )
    text = "\n".join(page(runs, arguments, len(tables)))
    if arguments.write:
        arguments.write.write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
