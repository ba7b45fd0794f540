r"""
How good is the advice on somebody else's results?
==================================================

The simulation of :func:`sklearn_meta.advisors.validate`, on a matrix of error rates and run times
that others have published: a tenth of the tasks is held out at a time, the advisors learn from the
other nine tenths, and what counts is the regret

    (error - best error) / (worst error - best error)

of the best configuration found after so many evaluations and after so many seconds.

Run it with::

    python examples/benchmarks/bench_advisors_matrix.py \
        --meta-dataset ../shared/meta_datasets/openml_sklearn_418x219 [--grouped]

``--out`` keeps the regret of each task; ``--read`` prints the tables of such files, so that
advisors may be run one at a time.
"""

# %%
# What is replayed
# ----------------
# A folder with ``balanced_error_rate.parquet`` and ``runtime_seconds.parquet`` (tasks by
# configurations), ``configurations.json``, ``meta_features.parquet`` and ``groups.json``. Tasks
# without meta-features there are left out.

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _validation_table import leads, leads_markdown, markdown

from sklearn_meta.advisors import (
    default_advisors,
    named_advisors,
    regret_table,
    summarise_regret,
    validate,
)
from sklearn_meta.experience import Experience
from sklearn_meta.metafeatures import describe_task

AT = {"trials": (1, 2, 3, 5, 8, 10, 16, 32), "seconds": (1, 3, 10, 30, 100, 300)}
N_FOLDS = 10
METRIC = "balanced_accuracy"
OURS = "gaussian"


def read_experience(folder):
    """Make an experience of the files."""
    error = pd.read_parquet(folder / "balanced_error_rate.parquet")
    looks = pd.read_parquet(folder / "meta_features.parquet")
    described = json.loads((folder / "configurations.json").read_text())
    groups = json.loads((folder / "groups.json").read_text())
    ids = [number for number in error.index if number in looks.index]
    return Experience.from_matrix(
        1.0 - error.loc[ids],
        pd.read_parquet(folder / "runtime_seconds.parquet").loc[ids],
        looks.loc[ids],
        metric=METRIC,
        kind="multiclass",
        tasks=pd.DataFrame(
            {
                "name": [str(number) for number in ids],
                "openml_id": ids,
                "group": [str(groups[str(number)]["group"]) for number in ids],
            },
            index=ids,
        ),
        configurations={
            name: {"family": facts["algorithm"], **facts["hyperparameters"]}
            for name, facts in described.items()
        },
    )


def read_folds(folder, grouped, seed):
    """Fold of each task: near-duplicates together as the files say, or purely at random."""
    groups = json.loads((folder / "groups.json").read_text())
    if grouped:
        return {name: facts["fold"] for name, facts in groups.items()}
    error = pd.read_parquet(folder / "balanced_error_rate.parquet", columns=["c000"])
    names = [str(number) for number in error.index if str(number) in groups]
    parts = np.array_split(np.random.default_rng(seed).permutation(len(names)), N_FOLDS)
    return {names[task]: fold for fold, part in enumerate(parts) for task in part}


# %%
# What meta-features cost
# -----------------------
# The tables themselves are not here, so what our own meta-features would take on them is measured
# on random tables of 20 sizes, and a line in the logarithms of rows and columns gives the others.


def time_metafeatures(tasks, seed=0):
    """Processor seconds for the meta-features of each task, by its name."""
    rng = np.random.default_rng(seed)
    sizes = tasks[["n_rows", "n_columns"]].to_numpy()
    chosen = sizes[np.argsort(sizes.prod(axis=1))[np.linspace(0, len(sizes) - 1, 20).astype(int)]]
    describe_task(rng.normal(size=(50, 3)), np.arange(50) % 2)  # what the first call imports
    seconds = []
    for n_rows, n_columns in chosen:
        X, y = rng.normal(size=(n_rows, n_columns)), np.arange(n_rows) % 3
        started = time.process_time()
        describe_task(X, y)
        seconds.append(time.process_time() - started)
    design = np.column_stack([np.ones(len(chosen)), np.log(chosen)])
    line = np.linalg.lstsq(design, np.log(seconds), rcond=None)[0]
    predicted = np.exp(np.column_stack([np.ones(len(sizes)), np.log(sizes)]) @ line)
    return dict(zip(tasks["name"], predicted.tolist(), strict=True))


# %%
# The tables
# ----------


def main():
    """Read the arguments, validate, print."""
    arguments = parse_arguments()
    if arguments.read:
        print_tables(pd.concat([pd.read_parquet(path) for path in arguments.read]))
        return
    experience = read_experience(arguments.meta_dataset)
    folds = read_folds(arguments.meta_dataset, arguments.grouped, arguments.seed)
    charged = None if arguments.free_metafeatures else time_metafeatures(experience.tasks())
    if charged:
        low, middle, high = np.quantile(list(charged.values()), [0, 0.5, 1])
        print(f"meta-features: {low:.2f} to {high:.2f} s, median {middle:.2f} s\n")
    frames = []
    for name in arguments.advisors:
        started = time.process_time()
        frames.append(
            validate(
                experience,
                {name: named_advisors()[name]},
                metric=METRIC,
                folds=folds,
                at=AT,
                metafeature_seconds=charged,
                seed=arguments.seed,
                per_task=True,
            )
        )
        print(f"{name}: {time.process_time() - started:.0f} s of processor time", flush=True)
    per_task = pd.concat(frames)
    if arguments.out:
        per_task.to_parquet(arguments.out)
    print_tables(per_task)


def parse_arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--meta-dataset", type=Path)
    source.add_argument("--read", type=Path, nargs="+", help="files of --out, instead of a run")
    parser.add_argument("--grouped", action="store_true", help="keep near-duplicates together")
    parser.add_argument("--free-metafeatures", action="store_true", help="charge no time for them")
    usual, known = list(default_advisors()), list(named_advisors())
    parser.add_argument("--advisors", nargs="+", default=usual, choices=known)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the regret of each task to a parquet file")
    return parser.parse_args()


def print_tables(per_task):
    """Print a table for each currency, and how far ours is ahead of the best other."""
    summary = summarise_regret(per_task)
    names = set(per_task["advisor"])
    ahead = leads(per_task, OURS) if OURS in names and len(names) > 1 else None
    for currency in AT:
        table = regret_table(summary[summary["currency"] == currency], kind="classification")
        print("\n" + "\n".join(markdown(table, f"regret %, after {currency}")))
        if ahead is not None:
            own = ahead[ahead["currency"] == currency]
            print("\n" + "\n".join(leads_markdown(own, f"lead, after {currency}")))


if __name__ == "__main__":
    sys.exit(main())
