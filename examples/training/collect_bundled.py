"""Make the experience that the package ships.

Runs candidate configurations on a folder of tables and writes what was measured into
``sklearn_meta/experience/bundled.sqlite``. The tables are described by an ``index.json`` (a list
of objects with ``name``, ``file``, ``target``, ``task``, ``n_rows``, ``n_features``, ``role``,
``group``, ``openml_id`` and ``source``).

The measurements go into a working file, one transaction each: the script can be stopped or killed
at any time and goes on where it was when it is called again with the same working file::

    python examples/training/collect_bundled.py --tables path/to/tables --work work.sqlite
"""

import argparse
import json
import logging
import platform
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from sklearn_meta.experience import Experience, collect, export
from sklearn_meta.experience._location import BUNDLED
from sklearn_meta.spaces import candidate_configurations

_logger = logging.getLogger("collect_bundled")
ORDERS = {
    "small": lambda table: (table["n_rows"] * table["n_features"], table["name"]),
    "large": lambda table: (-table["n_rows"] * table["n_features"], table["name"]),
    "name": lambda table: table["name"],
    "random": lambda table: random.Random(table["name"]).random(),
}


def read_arguments(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--tables", type=Path, default=Path("../shared/datasets"), help="folder of index.json")
    add("--roles", default="learn,choose", help="comma-separated roles of the tables to use")
    add("--kinds", default="binary,multiclass,regression", help="kinds of task to use")
    add("--names", default="", help="only these tables, comma-separated")
    add("--max-tasks", type=int, help="use only the first so many tables")
    add("--order", choices=sorted(ORDERS), default="small", help="which tables come first")
    add("--configurations", default="all", help="'all', or how many evenly picked per kind")
    add("--families", default="", help="only these families, comma-separated")
    add("--work", type=Path, default=Path("experience_work.sqlite"), help="working file")
    add("--out", type=Path, default=BUNDLED, help="file to export to")
    add("--no-export", action="store_true", help="only collect")
    add("--n-jobs", type=int, default=1)
    add("--folds", type=int, default=3)
    add("--max-rows", type=int, default=2000)
    add("--time-limit", type=float, default=20.0, help="seconds of one evaluation, all folds")
    add("--seconds", type=float, help="stop after so many seconds; call again to go on")
    add("--seed", type=int, default=0)
    add("--fold-metrics", action="store_true", help="export the values of single folds too")
    add("--quiet", action="store_true", help="no line of progress")
    return parser.parse_args(arguments)


def choose_tables(options):
    """Read the index and keep the tables that were asked for."""
    index = json.loads((options.tables / "index.json").read_text())
    roles, kinds = options.roles.split(","), options.kinds.split(",")
    names = set(filter(None, options.names.split(",")))
    tables = [
        table
        for table in index
        if table["role"] in roles
        and table["task"] in kinds
        and (not names or table["name"] in names)
    ]
    return sorted(tables, key=ORDERS[options.order])[: options.max_tasks]


def load(tables, folder):
    """Yield the tables one at a time, as the collector wants them."""
    for table in tables:
        data = pd.read_parquet(folder / table["file"])
        facts = {
            "kind": table["task"],
            "openml_id": table["openml_id"],
            "group": table["group"],
            "source": json.dumps(table["source"]) if table["source"] else None,
        }
        target = data.pop(table["target"])
        yield table["name"], data, target, facts


def choose_configurations(options):
    """Return a function from the kind of task to the configurations to run."""
    families = set(filter(None, options.families.split(",")))

    def configurations(kind):
        candidates = candidate_configurations(kind)
        if families:
            candidates = [c for c in candidates if c["family"] in families]
        if options.configurations == "all":
            return candidates
        n = min(int(options.configurations), len(candidates))
        return [candidates[i * len(candidates) // n] for i in range(n)]

    return configurations


def main():
    """Collect, then export."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    options = read_arguments()
    tables = choose_tables(options)
    base = Experience.open(options.work) if options.work.exists() else None
    base = Experience.create(options.work) if base is None else base
    _logger.info("%d tables, working file %s", len(tables), options.work)
    report = collect(
        load(tables, options.tables),
        choose_configurations(options),
        base,
        folds=options.folds,
        max_rows=options.max_rows,
        time_limit=options.time_limit,
        seconds=options.seconds,
        n_jobs=options.n_jobs,
        random_state=options.seed,
        n_tasks=len(tables),
        verbose=not options.quiet,
    )
    _logger.info("%s", report)
    counts = base.describe()
    _logger.info("failures by status: %s", counts["failures"])
    if options.no_export:
        return
    facts = {
        "made_by": "examples/training/collect_bundled.py",
        "made_on": datetime.now(UTC).date().isoformat(),
        "roles": options.roles,
        "python": platform.python_version(),
    }
    size = export(base, options.out, fold_metrics=options.fold_metrics, facts=facts)
    _logger.info("wrote %s, %.1f MB", options.out, size / 1e6)


if __name__ == "__main__":
    main()
