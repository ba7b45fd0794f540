"""``sklearn-meta collect``: from tables to experience."""

import sys
from contextlib import contextmanager
from pathlib import Path

from sklearn_meta.cli._console import UsageError, note
from sklearn_meta.cli._fit import target_kind
from sklearn_meta.cli._tables import check_column, read_table
from sklearn_meta.exceptions import ExperienceNotFoundError


def run_collect(options):
    """Run configurations on tables, and say what was done.

    Parameters
    ----------
    options : argparse.Namespace
        From the command line.

    Returns
    -------
    int
        Exit code: 130 after Ctrl-C, 1 if a table could not be used.
    """
    tasks, configurations = _tasks(options), _configurations(options)
    with open_or_create(options.into) as base, _executor(options) as executor:
        report = base.collect(
            tasks,
            configurations,
            n_sampled=options.sampled,
            folds=options.folds,
            max_rows=options.max_rows,
            time_limit=options.time_limit,
            memory_limit=options.memory_limit and options.memory_limit * 2**20,
            seconds=options.seconds,
            n_jobs=options.n_jobs,
            executor=executor,
            random_state=options.seed,
            verbose=not options.quiet,
        )
    report["failed_tasks"].update(getattr(tasks, "failed", {}))
    return _say(report, options)


def open_or_create(where):
    """Open a base for writing; make it if it is not there.

    Parameters
    ----------
    where : str
        A file or a URL.

    Returns
    -------
    Experience
    """
    from sklearn_meta.experience import Experience

    if where == "bundled":
        raise UsageError("the bundled base is for reading only. Give the name of a file of yours.")
    try:
        return Experience.open(where)
    except ExperienceNotFoundError:
        note(f"{where} is new")
        return Experience.create(where)


def _say(report, options):
    """Write what was done to the standard output, what went wrong to the standard error."""
    for name, reason in report["failed_tasks"].items():
        note(f"the table {name} was left out: {reason}")
    if report["lost"]:
        note(f"{report['lost']} evaluations were lost by the workers; call it again to try again")
    sys.stdout.write(
        f"{report['evaluations']} evaluations added to {options.into}, {report['known']} were "
        f"there; {report['tasks']} tasks are complete\n"
    )
    if report["interrupted"]:
        note("interrupted: what was finished is kept; call it again to go on")
        return 130
    if not report["complete"]:
        note("the seconds are over; call it again to go on")
    return 1 if report["failed_tasks"] else 0


def _tasks(options):
    """Return the tasks that the words name."""
    from sklearn_meta.experience import TableFolder
    from sklearn_meta.experience.collector._sources import OpenMLTasks

    online = options.suite is not None or options.tasks is not None
    if online and options.tables:
        raise UsageError("give either TABLES or --suite and --tasks, not both.")
    if online:
        suite = options.suite
        suite = int(suite) if suite is not None and suite.isdigit() else suite
        return OpenMLTasks(suite, options.tasks or ())
    if not options.tables:
        raise UsageError(
            "no tables. Give a folder with an index.json, tables with --target, or an OpenML "
            "--suite."
        )
    if len(options.tables) == 1 and Path(options.tables[0]).is_dir():
        if options.target is not None:
            raise UsageError("--target is for single tables; a folder's index.json names targets.")
        return TableFolder(
            options.tables[0], roles=options.roles, kinds=options.kinds, names=options.names
        )
    return [_single(path, options) for path in options.tables]


def _single(path, options):
    """Return the task of a single table; it is read when its turn comes."""
    from sklearn_meta.experience.collector._sources import Source

    if options.target is None:
        raise UsageError(f"which column of {path} is to be predicted? Add --target COLUMN.")
    check = {"--roles": options.roles, "--kinds": options.kinds, "--names": options.names}
    if given := [word for word, value in check.items() if value is not None]:
        raise UsageError(f"{', '.join(given)} choose from a folder's index.json; here are files.")
    table = read_table(path)
    check_column(table, options.target, path, "--target")
    y = table[options.target].dropna()
    if y.empty:
        raise UsageError(f"the target {options.target!r} has no values in {path}.")
    X = table.drop(columns=options.target).loc[y.index]
    name = Path(path).name.partition(".")[0]
    return Source(name, lambda: (X, y), {"kind": target_kind(y, options.task)})


def _configurations(options):
    """Return a function from the kind of task to the configurations that were asked for."""
    from sklearn_meta.spaces import FAMILIES, SearchSpace, candidate_configurations

    for family in options.families or ():
        if family not in FAMILIES:
            raise UsageError(f"there is no family {family!r}; there are {', '.join(FAMILIES)}.")
    families = options.families

    def listed(kind):
        configurations = candidate_configurations(kind)
        if families is not None:
            available = SearchSpace(kind).families
            absent = [name for name in families if name not in available]
            if absent:
                note(f"{', '.join(absent)}: not for {kind}, or a package is missing")
            configurations = [c for c in configurations if c["family"] in families]
        n = min(options.configurations or len(configurations), len(configurations))
        return [configurations[i * len(configurations) // n] for i in range(n)]

    return listed


@contextmanager
def _executor(options):
    """Give dask's executor, or None for local workers."""
    if options.dask is None:
        yield None
        return
    from sklearn_meta._optional import import_optional

    distributed = import_optional("distributed", extra="dask")
    with distributed.Client(options.dask) as client:
        yield client.get_executor()
