"""The verb validate, live: real searches on tables instead of stored results."""

import logging
import sys

from sklearn_meta.cli._console import UsageError, note

REFERENCE = "random"


def add_live(verb):
    """Add the words of the live mode.

    Parameters
    ----------
    verb : argparse.ArgumentParser
        Of ``validate``.
    """
    group = verb.add_argument_group("live: real searches on tables (takes the budgets in full)")
    add = group.add_argument
    add("--live", metavar="FOLDER", help="a folder with an index.json: search on its tables")
    add("--time-budget", default="30", metavar="S,S", help="seconds of each search; default: 30")
    add("--cold-budget", metavar="S", help="seconds of the random search; default: the same")
    add("--seeds", default="0", metavar="N,N", help="halves and searches; default: 0")
    add("--roles", metavar="A,B", help="only tables with these roles in the index")
    add("--results", metavar="FILE", help="a line for each run; call it again to go on")


def run_live(options, advisors):
    """Search on the tables, and show who won.

    Parameters
    ----------
    options : argparse.Namespace
        The command's words.
    advisors : dict of str to BaseAdvisor
        Whom to compare.

    Returns
    -------
    int
        0, or 130 after Ctrl-C.
    """
    from sklearn_meta.automl import compare_live, validate_live
    from sklearn_meta.experience import TableFolder

    if REFERENCE not in advisors or len(advisors) < 2:
        raise UsageError(f"a live validation compares with {REFERENCE!r}: name it and another one.")
    kinds = None if options.kind is None else [options.kind]
    tables = TableFolder(options.live, roles=_words(options.roles), kinds=kinds)
    budgets = dict.fromkeys(advisors, numbers_of(options.time_budget, "--time-budget"))
    if options.cold_budget is not None:
        budgets[REFERENCE] = numbers_of(options.cold_budget, "--cold-budget")
    seeds = [int(seed) for seed in numbers_of(options.seeds, "--seeds")]
    seconds = sum(map(sum, budgets.values())) * len(tables) * len(seeds)
    note(f"{len(tables)} tables, {len(seeds)} seeds: about {seconds / 60:.0f} minutes")
    if options.verbose:
        logging.getLogger("sklearn_meta").addHandler(_Notes())
        logging.getLogger("sklearn_meta").setLevel(logging.INFO)
    runs = validate_live(
        tables,
        advisors,
        time_budget=budgets,
        seeds=seeds,
        experience=options.experience,
        results=options.results,
        n_jobs=options.n_jobs,
    )
    for run in runs[runs["status"] != "ok"].to_dict("records") if len(runs) else ():
        note(f"{run['table']}, {run['advisor']}: {run['error']}")
    complete = len(runs) >= len(tables) * len(seeds) * sum(map(len, budgets.values()))
    cold = None if options.cold_budget is None else max(budgets[REFERENCE])
    try:
        found = compare_live(runs, REFERENCE, time_budget=cold)
    except ValueError as error:
        if complete:
            raise
        note(f"stopped before there was anything to compare: {error}")
        return 130
    sys.stdout.write(found.to_string(index=False, float_format=lambda x: f"{x:.3g}") + "\n")
    if options.out is not None:
        from sklearn_meta.cli._tables import write_table

        write_table(found, options.out)
    return 0 if complete else 130


class _Notes(logging.Handler):
    """Shows log records as notes."""

    def emit(self, record):
        note(record.getMessage())


def _words(text):
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]


def numbers_of(text, option, kind=float):
    """Read numbers that are separated by commas.

    Parameters
    ----------
    text : str
        What was given.
    option : str
        The word's name, for the message.
    kind : type, default=float
        What each becomes.

    Returns
    -------
    list

    Raises
    ------
    UsageError
        If one is no number.
    """
    try:
        return [kind(word) for word in _words(text)]
    except ValueError as error:
        raise UsageError(f"{option} {text} has to be numbers, comma-separated.") from error
