r"""
Is what a task looks like worth more than the single best configuration?
========================================================================

Before anything was tried, an advisor knows meta-features alone. Its first proposal for a task that
was held out is compared with the single best configuration of the other tasks: the one of lowest
mean regret, and the one of lowest mean rank. A selector that does worse than these on average
should not be used. Ten foldings, each with a seed of its own.

Run it with::

    python examples/benchmarks/bench_first_proposal.py \
        --meta-dataset ../shared/meta_datasets/openml_sklearn_418x219 [--grouped]
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from _validation_table import markdown
from bench_advisors_matrix import METRIC, N_FOLDS, read_experience
from scipy.stats import rankdata

from sklearn_meta.advisors import GaussianAdvisor, TaskDescription
from sklearn_meta.advisors.simulation._settled import MatrixExperience, assign_folds, take_tasks
from sklearn_meta.advisors.simulation._simulation import ListedSpace
from sklearn_meta.spaces import configuration_key

NAMES = ("lowest mean regret", "lowest mean rank", "first proposal")


def deal(matrix, grouped, seed):
    """Fold of each task."""
    numbers = [str(n) for n in range(len(matrix.tasks))]
    labels = np.array(matrix.tasks["group"].tolist() if grouped else numbers)
    folds = assign_folds(labels, N_FOLDS, seed)
    return np.array([folds[label] for label in labels])


def run_seed(matrix, regret, ranks, folds):
    """Column that each selector picks for each task, shape (n_selectors, n_tasks)."""
    picked = np.zeros((len(NAMES), len(regret)), dtype=int)
    space = ListedSpace(matrix.configurations)
    for fold in np.unique(folds):
        known, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        picked[0, held] = np.argmin(regret[known].mean(axis=0))
        picked[1, held] = np.argmin(ranks[known].mean(axis=0))
        advisor = GaussianAdvisor(continuous=False)
        advisor.fit(MatrixExperience(take_tasks(matrix, known)))
        for number in held:
            session = advisor.start(describe(matrix, number), space, random_state=0)
            picked[2, number] = space.columns[configuration_key(session.ask().configuration)]
    return picked


def describe(matrix, number):
    """Describe a task by its size and its meta-features, without a clock."""
    facts = matrix.tasks.iloc[number]
    return TaskDescription(
        "multiclass",
        METRIC,
        n_rows=int(facts["n_rows"]),
        n_columns=int(facts["n_columns"]),
        n_classes=int(facts["n_classes"]),
        metafeatures=matrix.metafeatures.iloc[number].to_dict(),
        has_clock=False,
    )


def run(matrix, grouped, seeds):
    """Mean regret in percent and mean rank of the selectors, a row for each seed."""
    errors = -matrix.scores
    best, worst = errors.min(axis=1, keepdims=True), errors.max(axis=1, keepdims=True)
    regret, ranks = (errors - best) / (worst - best), rankdata(errors, axis=1)
    tasks, rows = np.arange(len(errors)), []
    for seed in seeds:
        picked = run_seed(matrix, regret, ranks, deal(matrix, grouped, seed))
        chosen = dict(zip(NAMES, picked, strict=True))
        row = {f"regret, {name}": 100 * regret[tasks, p].mean() for name, p in chosen.items()}
        row |= {f"rank, {name}": ranks[tasks, p].mean() for name, p in chosen.items()}
        rows.append(row)
    return pd.DataFrame(rows, index=list(seeds))


def main():
    """Read the arguments, run all seeds, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--meta-dataset", type=Path, required=True)
    parser.add_argument("--grouped", action="store_true", help="keep near-duplicates together")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(10)))
    arguments = parser.parse_args()
    matrix = read_experience(arguments.meta_dataset).matrix("multiclass", METRIC)
    found = run(matrix, arguments.grouped, arguments.seeds)
    found.loc["mean"] = found.mean()
    print("\n".join(markdown(found.map("{:.1f}".format), "seed")))


if __name__ == "__main__":
    sys.exit(main())
