r"""
What is our own experience worth on tasks that it has not seen?
===============================================================

:func:`sklearn_meta.advisors.validate` on an experience base: a tenth of the tasks is left out at a
time, near-duplicates together; the advisors learn from the others and search on those left out, by
the stored scores and seconds. The regret of the best score found, in percent of the way from the
task's best to its worst, is averaged over tasks and over seeds (each deals the folds anew).

Run it with::

    python examples/benchmarks/bench_leave_task_out.py --seeds 0 1 2 \
        --tables ../shared/datasets --write docs/benchmarks/leave_task_out.md

``--tables`` is a folder with an ``index.json``; where a task of the base is found in it, the time
to compute its meta-features is measured and charged to the advisors that need them.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _validation_table import markdown, ranks_markdown

from sklearn_meta.advisors import (
    compare_advisors,
    default_advisors,
    regret_table,
    summarise_regret,
    validate,
)
from sklearn_meta.experience import Experience
from sklearn_meta.metafeatures import describe_task

OURS = "gaussian"
FITS = 3  # folds of an evaluation when the bundled base was collected
COMPARED = (("trials", 5), ("median_seconds", 10))
AT = {"trials": (1, 3, 5, 8, 10, 20, 50), "median_seconds": (1, 3, 5, 10, 30, 50)}
GOAL = 50  # evaluations of the random advisor, to be matched
WITHIN = 8  # by so many of ours, and within a tenth of the time
HEADS = {"trials": "after evaluations", "median_seconds": "after multiples of the median time"}


def time_metafeatures(experience, folder):
    """Processor seconds for the meta-features of each task, 0 where its table is not there."""
    index = json.loads((folder / "index.json").read_text())
    tables = {entry["name"]: entry for entry in index}
    seconds, is_first = {}, True
    for name in experience.tasks()["name"]:
        seconds[name] = 0.0
        if name not in tables:
            continue
        X = pd.read_parquet(folder / tables[name]["file"])
        y = X.pop(tables[name]["target"])
        if is_first:  # what the first call imports is no part of it
            describe_task(X, y)
            is_first = False
        started = time.process_time()
        describe_task(X, y)
        seconds[name] = time.process_time() - started
    return seconds


def run_all(experience, arguments):
    """Regret of each task for all seeds and advisors, and what each advisor took."""
    charged = time_metafeatures(experience, arguments.tables) if arguments.tables else None
    frames, spent = [], {}
    for name, advisor in default_advisors().items():
        started = time.process_time()
        for seed in arguments.seeds:
            found = validate(
                experience,
                {name: advisor},
                metric=arguments.metric,
                reference=arguments.reference,
                at=AT,
                n_fits=FITS,
                metafeature_seconds=charged,
                seed=seed,
                per_task=True,
            )
            frames.append(found.assign(seed=seed))
        spent[name] = time.process_time() - started
    return pd.concat(frames, ignore_index=True), charged, spent


# %%
# The page
# --------


def page(experience, per_task, charged, spent, arguments):
    """Write the results as a page, line by line."""
    yield "# Leave-task-out: what the bundled experience is worth\n"
    yield (
        "Made by `python examples/benchmarks/bench_leave_task_out.py "
        f"{' '.join(sys.argv[1:])}`. Every search below is simulated on tasks left out of what the "
        "advisors learned from, near-duplicates together (10 folds over groups). Regret = "
        f"(best - found) / (best - {arguments.reference}) of all evaluations of the task, in "
        "percent, mean ± standard error over tasks (groups of near-duplicates count once in the "
        f"error); mean of seeds {', '.join(map(str, arguments.seeds))}. An evaluation takes "
        f"{FITS} times the stored seconds per fold; one that failed takes its seconds and gives "
        "nothing. Time is in units of the median time of an evaluation on the task.\n"
    )
    if charged:
        known = np.array([seconds for seconds in charged.values() if seconds])
        yield (
            f"Meta-features are charged as measured here on the whole tables: median "
            f"{np.median(known):.3f} s, at most {known.max():.2f} s ({len(known)} of "
            f"{len(charged)} tables found).\n"
        )
    counts = experience.describe()
    n_configurations = experience.configurations()["key"].nunique()
    yield (
        f"The base: {sum(counts['tasks'].values())} tasks, {n_configurations} "
        f"configurations, {counts['evaluations']} evaluations, "
        f"{sum(counts['failures'].values())} of them failed. Processor seconds of the whole "
        "simulation: " + ", ".join(f"{name} {s:.0f}" for name, s in spent.items()) + ".\n"
    )
    for kind in dict.fromkeys(per_task["kind"]):
        own = per_task[per_task["kind"] == kind]
        yield from kind_section(kind, own)


def kind_section(kind, per_task):
    """Tables, ranks and losses of one kind of task."""
    n_tasks, n_groups = per_task["task_id"].nunique(), per_task["group"].nunique()
    metrics = " and ".join(sorted(set(per_task["metric"])))
    yield f"\n## {kind.capitalize()}: {n_tasks} tasks in {n_groups} groups, {metrics}\n"
    summary = summarise_regret(per_task)
    for currency, head in HEADS.items():
        table = regret_table(summary[summary["currency"] == currency], kind=kind)
        yield "\n".join(markdown(table, f"regret %, {head}")) + "\n"
    for currency, at in COMPARED:
        found = compare_advisors(per_task, currency=currency, at=at)
        yield (
            f"Ranks {HEADS[currency]}, at {at} (Friedman p = {found.p_friedman:.1g}; mean ranks "
            f"further apart than {found.critical_difference:.2f} differ at 5 % by Nemenyi's test; "
            "p by Wilcoxon's signed-rank test of the best-ranked against each other one):\n"
        )
        yield "\n".join(ranks_markdown(found)) + "\n"
    yield from goal(summary)
    yield from losses(summary, per_task)


def goal(summary):
    """How soon ours is where random is after 50 evaluations, and in a tenth of its time."""
    regret = summary.set_index(["advisor", "currency", "at"])["regret"]
    random, ours = regret["random"], regret[OURS]
    target = random["trials", GOAL]
    reached = [at for at in AT["trials"] if ours["trials", at] <= target]
    yield (
        f"Random after {GOAL} evaluations: {100 * target:.2f} %. `{OURS}` after {WITHIN}: "
        f"{100 * ours['trials', WITHIN]:.2f} %; "
        + (f"it is there after {reached[0]}." if reached else "it never gets there.")
        + " In a tenth of the time: "
        + "; ".join(
            f"random after {10 * at} median times {100 * random['median_seconds', 10 * at]:.2f} %, "
            f"`{OURS}` after {at} {100 * ours['median_seconds', at]:.2f} %"
            for at in AT["median_seconds"]
            if 10 * at in AT["median_seconds"]
        )
        + ".\n"
    )


def losses(summary, per_task):
    """Where ours is not the best: marks, then the tasks that cost most."""
    yield f"Where `{OURS}` has not the lowest mean regret:\n"
    keys, lost = ["currency", "at"], []
    for (currency, at), rows in summary.groupby(keys, sort=False):
        regret = rows.set_index("advisor")["regret"]
        if regret.idxmin() != OURS:
            lost.append(
                f"- at {at:g} {currency.replace('_', ' ')}: {100 * regret[OURS]:.2f} %, "
                f"`{regret.idxmin()}` {100 * regret.min():.2f} %"
            )
    yield "\n".join(lost or ["- nowhere"]) + "\n"
    for currency, at in COMPARED:
        chosen = (per_task["currency"] == currency) & (per_task["at"] == at)
        table = per_task[chosen].pivot_table(index="task", columns="advisor", values="regret")
        others = table.drop(columns=OURS)
        behind = (table[OURS] - others.min(axis=1)).sort_values(ascending=False)[:5]
        yield (
            f"Tasks where it is furthest behind the best other, at {at} "
            f"{currency.replace('_', ' ')}: "
            + "; ".join(
                f"{task} ({100 * table.loc[task, OURS]:.1f} % against "
                f"{100 * others.loc[task].min():.1f} % of {others.loc[task].idxmin()})"
                for task in behind.index
            )
            + ".\n"
        )


def main():
    """Read the arguments, validate, write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--experience", default="bundled", help="a base; default: bundled")
    parser.add_argument("--metric", help="default: that of each kind")
    parser.add_argument("--reference", choices=("worst", "median"), default="worst")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--tables", type=Path, help="folder of tables, to time meta-features on")
    parser.add_argument("--write", type=Path, help="the page; default: standard output")
    parser.add_argument("--per-task", type=Path, help="write the regret of each task (parquet)")
    arguments = parser.parse_args()
    with Experience.open(arguments.experience, read_only=True) as experience:
        per_task, charged, spent = run_all(experience, arguments)
        text = "\n".join(page(experience, per_task, charged, spent, arguments))
    if arguments.per_task:
        per_task.to_parquet(arguments.per_task)
    if arguments.write:
        arguments.write.write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    sys.exit(main())
