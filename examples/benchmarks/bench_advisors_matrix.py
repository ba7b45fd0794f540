r"""
How good is the advice? A replay of stored results
==================================================

Every advisor is asked and told on tasks whose results are all known, so that a search of minutes
is replayed in milliseconds. A tenth of the tasks is held out at a time; the advisors learn from
the other nine tenths. The regret of a configuration on a task is

    (its error - the best error) / (the worst error - the best error),

and what counts is the regret of the best configuration evaluated so far, after so many evaluations
and after so many seconds. Before the first result is in, it is 100 %.

Run it with::

    python examples/benchmarks/bench_advisors_matrix.py \
        --meta-dataset ../shared/meta_datasets/openml_sklearn_418x219
"""  # noqa: D205, D400

# %%
# What is replayed
# ----------------
# A folder with ``balanced_error_rate.parquet`` and ``runtime_seconds.parquet`` (tasks by
# configurations), ``configurations.json``, ``meta_features.parquet`` and ``groups.json``.

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sklearn_meta.advisors import GaussianAdvisor, RandomAdvisor, TaskDescription
from sklearn_meta.experience import EvaluationMatrix

EVALUATIONS = (1, 2, 3, 5, 8, 10, 16, 32)
SECONDS = (1, 3, 10, 30, 100, 300)
METRIC = "balanced_accuracy"


@dataclass
class Replay:
    """All that is known about all tasks.

    Parameters
    ----------
    error, seconds : ndarray of shape (n_tasks, n_configurations)
        Balanced error rates and run times.
    configurations : list of dict
        One per column.
    metafeatures : DataFrame of shape (n_tasks, n_metafeatures)
        Indexed by OpenML id.
    folds : ndarray of shape (n_tasks,)
        Number of the fold that holds the task out.
    groups : ndarray of shape (n_tasks,)
        Near-duplicate tasks share a number.
    """

    error: np.ndarray
    seconds: np.ndarray
    configurations: list
    metafeatures: pd.DataFrame
    folds: np.ndarray
    groups: np.ndarray

    @property
    def regret(self):
        """Share of the way from the best to the worst error, shape of `error`."""
        best = self.error.min(axis=1, keepdims=True)
        return (self.error - best) / np.maximum(np.ptp(self.error, axis=1, keepdims=True), 1e-12)

    def matrix(self, rows):
        """Make the evaluation matrix of some tasks."""
        chosen = self.metafeatures.iloc[rows]
        tasks = pd.DataFrame(
            {
                "id": np.arange(len(rows)),
                "name": [f"openml {number}" for number in chosen.index],
                "openml_id": chosen.index,
                "kind": "multiclass",
                "n_rows": chosen["NumberOfInstances"].to_numpy(),
                "n_columns": chosen["NumberOfFeatures"].to_numpy(),
                "n_classes": chosen["NumberOfClasses"].to_numpy(),
                "group": self.groups[rows],
            }
        )
        n_rows = np.tile(tasks["n_rows"].to_numpy(dtype=float)[:, None], (1, self.error.shape[1]))
        return EvaluationMatrix(
            tasks=tasks,
            configurations=self.configurations,
            keys=[str(number) for number in range(len(self.configurations))],
            scores=1.0 - self.error[rows],
            seconds=self.seconds[rows],
            rows=n_rows,
            metafeatures=chosen.reset_index(drop=True),
            metric=METRIC,
        )


def read_replay(folder, grouped, seed):
    """Read the files; folds are random over tasks, or keep near-duplicates together."""
    error = pd.read_parquet(folder / "balanced_error_rate.parquet")
    metafeatures = pd.read_parquet(folder / "meta_features.parquet")
    ids = [number for number in error.index if number in metafeatures.index]
    described = json.loads((folder / "configurations.json").read_text())
    groups = json.loads((folder / "groups.json").read_text())
    chance = np.random.default_rng(seed).permutation(len(ids)) % 10
    return Replay(
        error=error.loc[ids].to_numpy(),
        seconds=pd.read_parquet(folder / "runtime_seconds.parquet").loc[ids].to_numpy(),
        configurations=[
            {"family": described[name]["algorithm"], **described[name]["hyperparameters"]}
            for name in error.columns
        ],
        metafeatures=metafeatures.loc[ids],
        folds=np.array([groups[str(i)]["fold"] for i in ids]) if grouped else chance,
        groups=np.array([groups[str(i)]["group"] for i in ids]),
    )


# %%
# An experience and a space made of the table
# -------------------------------------------
# The advisors are the very classes that the estimators use. They see an experience through
# ``matrix``, and a space through a handful of verbs; here both only know the table's columns.


class MatrixExperience:
    """An experience in memory."""

    def __init__(self, matrix):
        self._matrix = matrix

    def matrix(self, kind, metric):
        """All that is known, whatever is asked for."""
        return self._matrix


@dataclass(frozen=True)
class ListedFamily:
    """A family known by name."""

    name: str
    parameters: tuple = ()


class ListedSpace:
    """A space that has the listed configurations and no others."""

    def __init__(self, configurations):
        self._members = {}
        for configuration in configurations:
            self._members.setdefault(configuration["family"], []).append(configuration)
        self.families = {name: ListedFamily(name) for name in self._members}

    def contains(self, configuration):
        """Whether a configuration is listed."""
        return configuration in self._members.get(configuration["family"], [])

    def complete(self, configuration):
        """Nothing is ever missing."""
        return configuration

    def default_configurations(self):
        """None beyond those listed."""
        return []

    def sample(self, rng, family=None):
        """One of the listed configurations."""
        name = family or sorted(self._members)[rng.integers(len(self._members))]
        return self._members[name][rng.integers(len(self._members[name]))]


# %%
# The replay of one task
# ----------------------


def describe(replay, task, has_clock):
    """Describe a task as an advisor sees it."""
    metafeatures = replay.metafeatures.iloc[task].to_dict()
    return TaskDescription(
        kind="multiclass",
        metric=METRIC,
        n_rows=int(metafeatures["NumberOfInstances"]),
        n_columns=int(metafeatures["NumberOfFeatures"]),
        n_classes=int(metafeatures["NumberOfClasses"]),
        metafeatures=metafeatures,
        has_clock=has_clock,
    )


def replay_task(replay, task, advisor, space, columns, *, has_clock, seed):
    """Ask and tell until the best is found or the budget is spent.

    Returns the regret of the best so far and the seconds spent, after each evaluation.
    """
    session = advisor.start(describe(replay, task, has_clock), space, random_state=seed)
    regret, best, spent, curve = replay.regret[task], 1.0, 0.0, []
    while best > 0 and (spent < SECONDS[-1] if has_clock else len(curve) < EVALUATIONS[-1]):
        proposal = session.ask(seconds_left=SECONDS[-1] - spent)
        if proposal is None:
            break
        column = columns[json.dumps(proposal.configuration, sort_keys=True)]
        seconds = replay.seconds[task, column]
        session.tell(proposal.configuration, 1.0 - replay.error[task, column], seconds)
        spent, best = spent + seconds, min(best, regret[column])
        curve.append((spent, best))
    return np.array(curve).reshape(-1, 2)


def at_evaluations(curve):
    """Regret after so many evaluations; the last one lasts."""
    return [curve[min(k, len(curve)) - 1, 1] if len(curve) else 1.0 for k in EVALUATIONS]


def at_seconds(curve):
    """Regret after so many seconds; 1 before the first result."""
    return [np.min(curve[curve[:, 0] <= limit, 1], initial=1.0) for limit in SECONDS]


def replay_all(replay, make_advisor, *, has_clock, tasks_per_fold, seed):
    """Mean regret over all held-out tasks, and processor seconds per proposal."""
    columns = {json.dumps(c, sort_keys=True): n for n, c in enumerate(replay.configurations)}
    space = ListedSpace(replay.configurations)
    rows, n_asked, started = [], 0, time.process_time()
    for fold in range(10):
        train, test = np.flatnonzero(replay.folds != fold), np.flatnonzero(replay.folds == fold)
        advisor = make_advisor().fit(MatrixExperience(replay.matrix(train)))
        for task in test[:tasks_per_fold]:
            curve = replay_task(
                replay, task, advisor, space, columns, has_clock=has_clock, seed=seed + task
            )
            rows.append(at_seconds(curve) if has_clock else at_evaluations(curve))
            n_asked += len(curve)
    return np.mean(rows, axis=0), (time.process_time() - started) / max(n_asked, 1)


# %%
# The table
# ---------

ADVISORS = {
    "random": RandomAdvisor,
    "gaussian": lambda: GaussianAdvisor(continuous=False),
}


def table(replay, names, *, has_clock, tasks_per_fold, seed):
    """Rows of a Markdown table."""
    marks = [f"{s} s" for s in SECONDS] if has_clock else [str(k) for k in EVALUATIONS]
    head = "after seconds" if has_clock else "after evaluations"
    yield f"| regret %, {head} | " + " | ".join(marks) + " | ms per proposal |"
    yield "|---" * (len(marks) + 2) + "|"
    for name in names:
        regrets, seconds = replay_all(
            replay, ADVISORS[name], has_clock=has_clock, tasks_per_fold=tasks_per_fold, seed=seed
        )
        cells = " | ".join(f"{100 * regret:.1f}" for regret in regrets)
        yield f"| {name} | {cells} | {1000 * seconds:.1f} |"


def main():
    """Read the arguments, replay, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--meta-dataset", type=Path, required=True)
    parser.add_argument("--grouped", action="store_true", help="keep near-duplicates together")
    parser.add_argument("--tasks-per-fold", type=int, default=None)
    parser.add_argument("--advisors", nargs="+", default=list(ADVISORS), choices=list(ADVISORS))
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    replay = read_replay(arguments.meta_dataset, arguments.grouped, arguments.seed)
    for has_clock in (False, True):
        for line in table(
            replay,
            arguments.advisors,
            has_clock=has_clock,
            tasks_per_fold=arguments.tasks_per_fold,
            seed=arguments.seed,
        ):
            print(line, flush=True)
        print()


if __name__ == "__main__":
    sys.exit(main())
