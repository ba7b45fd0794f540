"""Make the experience that the package ships.

Runs the portfolio of configurations on a folder of tables and writes what was measured into
``sklearn_meta/experience/bundled.sqlite``. The tables are described by an ``index.json`` (see
``sklearn_meta.experience.TableFolder``).

The measurements go into a working file, one transaction each: the script can be stopped or killed
at any time and goes on where it was when it is called again with the same working file. A new
working file starts as a copy of the base that is shipped now, whose evaluations are not run again::

    python examples/training/collect_bundled.py --tables path/to/tables --plan
    python examples/training/collect_bundled.py --tables path/to/tables --work work.sqlite

Larger tables are run at several sizes, so that the base knows how scores and seconds change with
rows. The larger sizes are expensive, so only the configurations of a greedy portfolio are run
there, chosen when the smallest size is done.

``--plan`` runs nothing and says how long it would take. Whatever the working file has can be
exported at any time with ``--export-only``: the cheapest configurations come first, over all
tables, so what is there is complete as far as it goes. What a collection used (versions, machine,
settings, seeds, seconds) is in the base: ``sklearn-meta experience describe FILE``.
"""

import argparse
import logging
import platform
import shutil
import sys
from datetime import UTC, datetime
from functools import cache
from itertools import zip_longest
from pathlib import Path

import numpy as np

from sklearn_meta.advisors.baselines._greedy import greedy_order, regrets
from sklearn_meta.experience import Experience, TableFolder, collect, export
from sklearn_meta.experience.collector._cost import CostBook
from sklearn_meta.experience.collector._task import as_sizes, telling_sizes
from sklearn_meta.experience.handle._location import BUNDLED
from sklearn_meta.spaces import (
    FAMILIES,
    SearchSpace,
    candidate_configurations,
    configuration_key,
)

METRICS = {False: ("roc_auc", "log_loss"), True: ("rmse",)}  # of regression, or not
_logger = logging.getLogger("collect_bundled")


def read_arguments(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--tables", type=Path, default=Path("../shared/datasets"), help="folder of index.json")
    add("--roles", default="learn,choose,report", help="comma-separated roles of tables to use")
    add("--kinds", default="classification,regression", help="kinds of task to use")
    add("--names", default="", help="only these tables, comma-separated")
    add("--families", default="", help="only these families, comma-separated")
    add("--max-rows", type=int, default=2000, help="rows to which larger tables are cut")
    add("--sizes", default="6000,20000", help="larger sizes, for some tables of each kind")
    add("--sized", type=int, default=20, help="how many tables of each kind have larger sizes")
    add("--proven", type=int, default=40, help="configurations of each kind at larger sizes")
    add("--sampled", type=int, default=0, help="configurations of its own for each table")
    add("--folds", type=int, default=3)
    add("--time-limit", type=float, default=20.0, help="seconds of one evaluation, all folds")
    add("--seed", type=int, default=0)
    add("--work", type=Path, default=Path("experience_work.sqlite"), help="working file")
    add("--start", type=Path, default=BUNDLED, help="base that a new working file is a copy of")
    add("--fresh", action="store_true", help="start a new working file from nothing")
    add("--out", type=Path, default=BUNDLED, help="file to export to")
    add("--plan", action="store_true", help="only say what there is to do, and how long it takes")
    add("--export-only", action="store_true", help="run nothing")
    add("--no-export", action="store_true", help="only collect")
    add("--n-jobs", type=int, default=1)
    add("--seconds", type=float, help="stop after so many seconds; call again to go on")
    add("--fold-metrics", action="store_true", help="export the values of single folds too")
    add("--quiet", action="store_true", help="no line of progress")
    return parser.parse_args(arguments)


def choose_tables(options):
    """Return the tables that were asked for, and the largest of them, if there are larger sizes."""
    folder = TableFolder(
        options.tables,
        roles=words(options.roles),
        kinds=words(options.kinds),
        names=words(options.names),
    )
    larger = (
        choose_sized(folder.tables, options) if words(options.sizes) and options.sized else None
    )
    return folder, larger


def choose_sized(tables, options):
    """Return a folder of the largest tables of each kind, to be run at the larger sizes."""
    sized = []
    for is_regression in (False, True):
        of_kind = [t for t in tables if (t["task"] == "regression") == is_regression]
        of_kind = [t for t in of_kind if t["n_rows"] > options.max_rows]
        of_kind.sort(key=lambda table: (-table["n_rows"], table["name"]))
        sized += [table["name"] for table in of_kind[: options.sized]]
    if not sized:
        return None
    sizes = tuple(int(size) for size in words(options.sizes))
    return TableFolder(options.tables, names=sized, max_rows=lambda table: sizes)


def words(text):
    """Split at commas; None for nothing."""
    return [word for word in text.split(",") if word] or None


def choose_configurations(options):
    """Return a function from the kind of task to the configurations to run."""
    families = words(options.families)

    def configurations(kind):
        if families is None:
            return candidate_configurations(kind)
        own = [name for name in families if kind in FAMILIES[name].kinds]
        return candidate_configurations(kind, own) if own else []

    return configurations


def proven_configurations(base, configurations, count):
    """Return a function from the kind of task to the configurations of a greedy portfolio.

    Portfolios by several metrics take turns; all tasks of classification share one list, so that
    they compare. The best of each family comes first, so that the costs of all are known by rows.
    """

    @cache
    def chosen(kind):
        orders = [portfolio(base, kind, metric) for metric in METRICS[kind == "regression"]]
        turns = dict.fromkeys(key for turn in zip_longest(*orders) for key in turn if key)
        listed = {configuration_key(c): c for c in configurations(kind)}
        turns = [key for key in turns if key in listed]
        best = {listed[key]["family"]: key for key in reversed(turns)}
        first = [key for key in turns if best[listed[key]["family"]] == key]
        return [listed[key] for key in list(dict.fromkeys([*first, *turns]))[:count]]

    return chosen


def portfolio(base, kind, metric):
    """Return the keys of a base's configurations, in the order of a greedy portfolio."""
    matrix = base.matrix(kind, metric)
    _, members, counts = np.unique(matrix.tasks["group"], return_inverse=True, return_counts=True)
    failed = np.isfinite(matrix.seconds) & ~np.isfinite(matrix.scores)
    seen = np.isfinite(matrix.scores).any(axis=1)
    regret = np.sqrt(regrets(matrix.scores[seen], failed[seen]))
    order = greedy_order(regret, 1 / counts[members][seen], np.ones(regret.shape[1]))
    return [matrix.keys[number] for number in order]


def open_work(options):
    """Open the working file; a new one is a copy of what is shipped now."""
    if options.work.exists():
        return Experience.open(options.work)
    if options.fresh or not options.start.exists():
        return Experience.create(options.work)
    shutil.copyfile(options.start, options.work)
    options.work.chmod(0o644)
    return Experience.open(options.work)


def plan(folder, configurations, options, base):
    """Say how many evaluations there are at each size, and what they will take."""
    names = base.tasks().set_index("id")["name"]
    runs = base.evaluations()
    known = set(zip(runs["task"].map(names), runs["configuration"], runs["max_rows"], strict=True))
    costs = CostBook([base])
    totals = {}
    for table in folder.tables:
        kind, n_rows, n_columns = table["task"], table["n_rows"], table["n_features"]
        sizes = folder.max_rows(table) if folder.max_rows else options.max_rows
        for size in telling_sizes(as_sizes(sizes), n_rows):
            rows = int(min(size or n_rows, n_rows) * (1 - 1 / options.folds))
            n_classes = table.get("n_classes")
            space = SearchSpace(kind, n_rows=rows, n_columns=n_columns, n_classes=n_classes)
            listed = [c for c in configurations(kind) if space.affords(c["family"])]
            for configuration in listed:
                seconds = costs.seconds(kind, configuration, rows, n_columns, n_classes)
                seconds = min(seconds * options.folds, options.time_limit)
                is_known = (table["name"], configuration_key(configuration), size) in known
                counts = totals.setdefault(size, [0, 0, 0.0, set()])
                counts[0] += 1
                counts[1] += is_known
                counts[2] += 0.0 if is_known else seconds
                counts[3].add(table["name"])
    for size, (n, n_known, seconds, tables) in sorted(totals.items()):
        _logger.info(
            "%6d rows: %3d tables, %5d evaluations, %5d of them known; the others: %.1f core-hours",
            *(size, len(tables), n, n_known, seconds / 3600),
        )


def run(folder, configurations, options, base):
    """Collect on the tables of a folder; return whether it was interrupted."""
    _logger.info("%d tables, working file %s", len(folder), options.work)
    report = collect(
        folder,
        configurations,
        base,
        n_sampled=options.sampled if folder.max_rows is None else 0,
        folds=options.folds,
        max_rows=options.max_rows,
        time_limit=options.time_limit,
        seconds=options.seconds,
        n_jobs=options.n_jobs,
        random_state=options.seed,
        verbose=not options.quiet,
    )
    _logger.info("%s", report)
    return report["interrupted"]


def carry_out(verb, options, base):
    """Plan or run the smallest size on all tables, then the larger sizes on the largest ones."""
    configurations = choose_configurations(options)
    folder, larger = choose_tables(options)
    interrupted = verb(folder, configurations, options, base)
    if larger is not None and not interrupted:
        proven = proven_configurations(base, configurations, options.proven)
        interrupted = verb(larger, proven, options, base)
    return interrupted


def main(arguments=None):
    """Collect, then export."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    options = read_arguments(arguments)
    if options.plan:
        start = options.work if options.work.exists() else options.start
        # read only, else an older one would be migrated in place
        carry_out(plan, options, Experience.open(start, read_only=True))
        return 0
    base = open_work(options)
    if not options.export_only:
        interrupted = carry_out(run, options, base)
        _logger.info("failures by status: %s", base.describe()["failures"])
        if interrupted:
            return 130
    if not options.no_export:
        facts = {
            "made_by": "examples/training/collect_bundled.py",
            "made_on": datetime.now(UTC).date().isoformat(),
            "roles": options.roles,
            "python": platform.python_version(),
        }
        size = export(base, options.out, fold_metrics=options.fold_metrics, facts=facts)
        _logger.info("wrote %s, %.1f MB", options.out, size / 1e6)
    return 0


if __name__ == "__main__":
    sys.exit(main())
