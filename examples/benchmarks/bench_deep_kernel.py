r"""Bayesian optimisation that starts from earlier tasks, against Optuna's samplers.

Each study tunes the model parameters of one family on one table, live: a configuration is fitted on
two halves of at most 200 rows, the preprocessing stays at its defaults. What counts is the regret
after so many trials: the log error above the best known of that table and family (by any study), as
a share of how far the median of ten random configurations is above it. The tables come from one
role of the index, and all tables of that role are left out of the experience, with their groups::

    python bench_deep_kernel.py run --tables path/to/tables --results results.csv
    python bench_deep_kernel.py summarise --results results.csv --out docs/benchmarks/deep_kernel.md

Studies that are in the results are not run again. The family `lightgbm` needs the extra `boost`.
"""

import argparse
import json
import time
from itertools import product
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
from _model_tables import FAMILIES, KIND, ModelTable, distributions, small_tables, suggest
from _results import ResultsFile, listed, markdown, read_tables
from _summary import show, standard_error

from sklearn_meta.advisors import (
    DeepKernelAdvisor,
    GaussianAdvisor,
    OptunaSampler,
    TaskDescription,
    enqueue,
)
from sklearn_meta.experience import Experience

KEY = ("table", "family", "sampler", "seed")
COLUMNS = (*KEY, "role", "group", "log_errors", "sampler_seconds", "status")
SAMPLERS = ("deep kernel", "gp", "tpe", "gaussian", "gp, started", "tpe, started")
AT = (1, 5, 10, 20)
N_STARTED, N_RANDOM = 5, 10
FAILED = 10.0  # log error of what can't be fitted


def make_sampler(name, family, seed, told, cache):
    """Make a sampler by its name; `told` is what advised ones know."""
    if name.startswith("gp"):
        startup = N_STARTED if name.endswith("started") else N_RANDOM
        return optuna.samplers.GPSampler(seed=seed, n_startup_trials=startup)
    if name.startswith("tpe"):
        return optuna.samplers.TPESampler(seed=seed)
    is_deep = name == "deep kernel"
    advisor = DeepKernelAdvisor(cache=cache) if is_deep else GaussianAdvisor()
    return OptunaSampler(family, advisor=advisor, metric="rmse", seed=seed, **told)


def run_study(table, row, told, options):
    """Run the study of a row; return its log errors in order, and the sampler's seconds."""
    name, family = row["sampler"], row["family"]
    sampler = make_sampler(name, family, row["seed"], told, options.cache)
    study = optuna.create_study(sampler=sampler)
    if name.endswith("started"):
        ranges = distributions(family)
        enqueue(study, family, n_trials=N_STARTED, distributions=ranges, **told)
    fitting = 0.0

    def objective(trial):
        nonlocal fitting
        configuration = suggest(trial, family)
        started = time.process_time()
        error = table.log_error(configuration)
        fitting += time.process_time() - started
        return float(np.exp(min(error, FAILED)))

    started = time.process_time()
    study.optimize(objective, n_trials=max(AT))
    errors = [round(float(np.log(trial.value)), 5) for trial in study.trials]
    return errors, time.process_time() - started - fitting


def run(options):
    """Run all studies that are not in the results yet, table by table."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    index = read_tables(options.tables)
    entries = small_tables(index, listed(options.role))[: options.n_tables]
    hidden = {entry["group"] for entry in index if entry["role"] in listed(options.role)}
    whole = Experience.open(options.experience, read_only=True)
    experience = whole.without(
        groups=hidden, names={entry["name"] for entry in index if entry["group"] in hidden}
    )
    results = ResultsFile(options.results, KEY, COLUMNS)
    done = results.done()
    wanted = [name for name in SAMPLERS if name in options.samplers.split(";")]
    for entry in entries:
        table = None
        for family in listed(options.families):
            for name, seed in product(wanted, map(int, listed(options.seeds))):
                row = {"table": entry["name"], "family": family, "sampler": name}
                row |= {"seed": seed, "role": entry["role"], "group": entry["group"]}
                if results.key_of(row) in done:
                    continue
                if table is None:
                    table, task = _read(entry)
                told = {"task": task, "experience": experience}
                errors, seconds = run_study(table, row, told, options)
                row |= {"log_errors": json.dumps(errors), "sampler_seconds": f"{seconds:.2f}"}
                results.append(row | {"status": "ok"})
                print(entry["name"], family, name, round(min(errors), 3), f"{seconds:.1f} s")


def _read(entry):
    """Read a table, and describe it."""
    table = ModelTable(entry)
    looks = table.metafeatures
    task = TaskDescription(KIND, "rmse", len(table.y) // 2, table.n_columns, metafeatures=looks)
    return table, task


def regrets(frame):
    """Regret of each study after so many trials.

    Parameters
    ----------
    frame : DataFrame
        The results.

    Returns
    -------
    DataFrame
        Columns table, group, family, sampler, seed, at, regret; only tables and families for which
        there is a cold GP, whose first ten trials are random.
    """
    frame = frame.assign(errors=[np.array(json.loads(text)) for text in frame["log_errors"]])
    found = []
    for (table, family), studies in frame.groupby(["table", "family"]):
        best = min(errors.min() for errors in studies["errors"])
        cold = [errors[:N_RANDOM] for errors in studies.loc[studies.sampler == "gp", "errors"]]
        if not cold:
            continue
        width = max(float(np.median(np.concatenate(cold))) - best, 1e-9)
        for study in studies.itertuples():
            for at in AT:
                regret = (study.errors[:at].min() - best) / width
                found.append((table, study.group, family, study.sampler, study.seed, at, regret))
    names = ["table", "group", "family", "sampler", "seed", "at", "regret"]
    return pd.DataFrame(found, columns=names)


def summarise(options):
    """Write the regrets of the samplers, on the tables that all of them have been run on."""
    frame = regrets(ResultsFile(options.results, KEY, COLUMNS).frame())
    wanted = [name for name in SAMPLERS if name in set(frame["sampler"])]
    place = ["table", "family", "seed"]
    whole = frame.groupby(place)["sampler"].transform("nunique") == len(wanted)
    frame = frame[whole]
    text = "\n\n".join(page(frame, wanted))
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


def page(frame, wanted):
    """Write the page, part by part.

    Parameters
    ----------
    frame : DataFrame
        Of `regrets`.
    wanted : list of str
        The samplers, in order.
    """
    n_tables, seeds = frame["table"].nunique(), sorted(frame["seed"].unique())
    yield "# The deep kernel against Optuna's samplers"
    yield (
        f"{n_tables} regression tables of at most 200 rows, one of each group; the models of "
        f"{len(set(frame['family']))} families, each tuned by itself, live; seeds of the samplers "
        f"{', '.join(map(str, seeds))}. Regret = (log error - best known of the table and "
        f"family) / (median of {N_RANDOM} random ones of each seed - best known), in percent; mean "
        "± standard error over tables. `gp` and `tpe` are Optuna's, cold; *started* ones get five "
        "advised configurations first; `gaussian` is the default advisor. *Against gp*: the ratio "
        f"of the mean regrets after {max(AT)} trials. No table of this role, nor its group, is in "
        "the experience."
    )
    yield (
        "```bash\npython examples/benchmarks/bench_deep_kernel.py run --tables SHARED/datasets "
        "--results deep.csv\npython examples/benchmarks/bench_deep_kernel.py summarise "
        "--results deep.csv --out docs/benchmarks/deep_kernel.md\n```"
    )
    for family in ["all", *FAMILIES]:
        own = frame if family == "all" else frame[frame["family"] == family]
        if len(own):
            yield f"## {'All families' if family == 'all' else f'`{family}`'}"
            yield _by_trials(own, wanted)
    yield f"## Table by table, regret in percent after {max(AT)} trials"
    last = frame[frame["at"] == max(AT)]
    cells = 100 * last.pivot_table(index=["family", "table"], columns="sampler", values="regret")
    rows = [[*case, *(f"{row[name]:.0f}" for name in wanted)] for case, row in cells.iterrows()]
    yield markdown(["family", "table", *wanted], rows)


def _by_trials(frame, wanted):
    """Mean regrets after so many trials, and the ratio to the cold Gaussian process."""
    by_table = frame.groupby(["sampler", "at", "table"])["regret"].mean()
    rows = []
    for name in wanted:
        own, cold = by_table[name, max(AT)], by_table["gp", max(AT)]
        ratio = own.mean() / cold.mean()
        error = standard_error(own - ratio * cold) / cold.mean()  # to first order
        means = [
            show(100 * by_table[name, at].mean(), 100 * standard_error(by_table[name, at]), 1)
            for at in AT
        ]
        rows.append([name, *means, show(ratio, error, 2)])
    return markdown(["sampler", *(f"after {at}" for at in AT), "against gp"], rows)


def read_arguments(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("run", help="run what is not in the results yet")
    add = verb.add_argument
    add("--tables", type=Path, required=True, help="folder of index.json")
    add("--experience", default="bundled", help="'bundled' or a file")
    add("--results", type=Path, required=True, help="CSV to append to")
    add("--role", default="report")
    add("--n-tables", type=int, default=12)
    add("--families", default=",".join(FAMILIES))
    add("--samplers", default=";".join(SAMPLERS), help="separated by semicolons")
    add("--seeds", default="0,1,2", help="of the samplers, comma-separated")
    add("--cache", type=Path, help="folder for trained kernels")
    verb.set_defaults(verb=run)
    verb = verbs.add_parser("summarise", help="print mean regrets")
    verb.add_argument("--results", type=Path, required=True)
    verb.add_argument("--out", type=Path, help="also write them to this file")
    verb.set_defaults(verb=summarise)
    return parser.parse_args(arguments)


def main():
    options = read_arguments()
    options.verb(options)


if __name__ == "__main__":
    main()
