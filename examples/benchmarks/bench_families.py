"""What is a family worth to a search: with it against without it, at equal time.

Both searches have the usual families, experience and splits; one tries the family besides. Half of
each table is searched on, at most ``--train-rows`` rows of it, the other half scores::

    python bench_families.py run --family in_context --tables path/to/tables --max-rows 1000 \
        --budgets 10,30 --results results.csv
    python bench_families.py summarise --family in_context --results results.csv --out summary.md

The experience is opened without the group of related tables that the table at hand belongs to; a
family that the experience has no evaluations of is tried by its default, at the fourth proposal.
Each run is a process of its own; run it on an idle machine, one at a time for each ``--jobs``
cores. Runs that are in the results are not repeated. Scores: ROC AUC for two classes, negative log
loss for more, negative root mean squared error for numbers.
"""

import argparse
import json
import sys
from pathlib import Path

import pandas as pd
from _results import ResultsFile, listed, markdown, read_tables
from _summary import ZERO, compared, paired, show, standard_error
from _watch import one_run, stop_on_sigterm

WITH, WITHOUT = "with", "without"
KEY = ("table", "family", "system", "budget", "train_rows", "seed")
COLUMNS = (*KEY, "task", "role", "group", "score", "constant_score", "fit_seconds", "n_trials")
COLUMNS += ("best_family", "families", "status", "error", "n_train", "n_test", "jobs", "experience")
KINDS = (("classification", ("binary", "multiclass")), ("regression", ("regression",)))


# The runs


def planned(tables, options):
    """List the runs; all tables come once before the next seed, with beside without."""
    for seed in map(int, listed(options.seeds)):
        for train_rows in map(int, listed(options.train_rows)):
            for entry in tables:
                for budget in map(int, listed(options.budgets)):
                    for system in (WITH, WITHOUT):
                        row = {name: entry[name] for name in ("task", "role", "group")}
                        row |= {"table": entry["name"], "family": options.family, "seed": seed}
                        row |= {"system": system, "budget": budget, "train_rows": train_rows}
                        yield entry, row


def carry_out(entry, row, options):
    """Run what a row says; return it filled in."""
    job = {name: entry[name] for name in ("path", "target", "task", "group")}
    job |= {name: row[name] for name in ("budget", "seed", "train_rows")}
    job |= {"system": "sklearn_meta", "every": 2, f"{row['system']}_family": row["family"]}
    told = {"jobs": options.jobs, "experience": options.experience}
    report = one_run(sys.executable, job | told, limit=3 * row["budget"] + 60)
    return row | told | report


def run(options):
    """Carry out all runs that are not in the results yet."""
    tables = [
        entry
        for entry in read_tables(
            options.tables, roles=listed(options.role), names=listed(options.names)
        )
        if entry["n_rows"] <= options.max_rows and (options.regression or _has_classes(entry))
    ]
    results = ResultsFile(options.results, KEY, COLUMNS)
    done = results.done(retry_failed=options.retry_failed)
    runs = [
        (entry, row) for entry, row in planned(tables, options) if results.key_of(row) not in done
    ]
    for number, (entry, row) in enumerate(runs, 1):
        row = carry_out(entry, row, options)
        results.append(row)
        told = " ".join(str(row[name]) for name in ("table", "system", "budget", "seed", "status"))
        print(f"{number}/{len(runs)} {told} {row.get('score', row['error'])}", flush=True)


def _has_classes(entry):
    return entry["task"] != "regression"


# The page


def with_constant(frame):
    """Add the constant prediction as a system of its own, which scales the scores.

    Parameters
    ----------
    frame : DataFrame
        Rows of the results.

    Returns
    -------
    DataFrame
    """
    known = frame[frame["constant_score"].notna()].drop_duplicates(["table", "budget", "seed"])
    constant = known.assign(system=ZERO, score=known["constant_score"], status="ok")
    return pd.concat([frame, constant], ignore_index=True)


def gains(frame, budget):
    """Compare the two searches table by table (see `_summary.paired`)."""
    return paired(compared(with_constant(frame), budget), WITH, WITHOUT)


def part_taken(frame, family):
    """Say what part a family has in the searches that try it.

    Parameters
    ----------
    frame : DataFrame
        Rows of the results.
    family : str
        Its name.

    Returns
    -------
    dict
        ``trials`` (mean number of its trials, of all trials), ``weight`` (mean share of the
        ensemble), ``member`` (share of the runs whose ensemble has it), ``best`` (share of the
        runs where it has the best single trial).
    """
    frame = frame[(frame["system"] == WITH) & (frame["status"] == "ok")]
    found = [json.loads(text) for text in frame["families"]]
    own = pd.DataFrame([told.get(family, (0, 0.0)) for told in found], columns=["count", "weight"])
    return {
        "trials": f"{own['count'].mean():.1f} of {frame['n_trials'].astype(float).mean():.0f}",
        "weight": f"{own['weight'].mean():.0%}",
        "member": f"{(own['weight'] > 0).mean():.0%}",
        "best": f"{(frame['best_family'] == family).mean():.0%}",
    }


def summary(frame, family):
    """Write the page, part by part."""
    frame = frame[frame["family"] == family]
    lines, tables = [], []
    for (train_rows, budget), part in frame.groupby(["train_rows", "budget"]):
        for kind, tasks in KINDS:
            chosen = part[part["task"].isin(tasks)]
            if not len(chosen):
                continue
            pairs, own = gains(chosen, budget), part_taken(chosen, family)
            verdicts, gain = pairs["verdict"], pairs["difference"]
            lines.append(
                [kind, train_rows or "half", f"{budget} s", len(pairs)]
                + [int((verdicts == "win").sum()), int(verdicts.str.startswith("loss").sum())]
                + [int((verdicts == "tie").sum()), show(gain.mean(), standard_error(gain), 4)]
                + [int((verdicts == "loss beyond two errors").sum())]
                + [*own.values(), int((chosen["status"] != "ok").sum())]
            )
            tables += [f"### {kind}, rows: {train_rows or 'half'}, {budget} s", _each(pairs)]
    header = ["task", "training rows", "budget", "tables", "better", "worse", "same"]
    header += ["difference", "worse beyond two errors", "its trials", "its weight"]
    header += ["in the ensemble", "best single", "failed runs"]
    return "\n\n".join([markdown(header, lines), *tables])


def _each(pairs):
    header = ["table", WITH, WITHOUT, "difference", "seeds", "verdict"]
    return markdown(
        header,
        [
            [pair["table"], show(pair[WITH]), show(pair[WITHOUT])]
            + [show(pair["difference"], pair["error"]), pair["seeds"], pair["verdict"]]
            for pair in pairs.to_dict("records")
        ],
    )


def summarise(options):
    """Print the page of a results file."""
    text = summary(ResultsFile(options.results, KEY, COLUMNS).frame(), options.family)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


def read_arguments(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("run", help="run what is not in the results yet")
    add = verb.add_argument
    add("--family", required=True)
    add("--tables", type=Path, required=True, help="folder of index.json")
    add("--role", default="report", help="roles of the tables to use, comma-separated")
    add("--max-rows", type=int, default=1000, help="no tables with more rows")
    add("--train-rows", default="0", help="at most so many, comma-separated; 0: half of the table")
    add("--names", default="", help="only these tables, comma-separated")
    add("--regression", action=argparse.BooleanOptionalAction, default=True)
    add("--budgets", default="10,30", help="seconds, comma-separated")
    add("--seeds", default="0,1,2", help="comma-separated")
    add("--results", type=Path, required=True, help="CSV to append to")
    add("--experience", default="bundled", help="'bundled' or a file")
    add("--jobs", type=int, default=2, help="cores, and n_jobs")
    add("--retry-failed", action="store_true", help="repeat runs that did not end well")
    verb.set_defaults(verb=run)
    verb = verbs.add_parser("summarise", help="print the tables of a results file")
    verb.add_argument("--family", required=True)
    verb.add_argument("--results", type=Path, required=True)
    verb.add_argument("--out", type=Path, help="also write the tables to this file")
    verb.set_defaults(verb=summarise)
    return parser.parse_args(arguments)


def main():
    options = read_arguments()
    stop_on_sigterm()
    options.verb(options)


if __name__ == "__main__":
    main()
