"""The words of ``sklearn-meta collect`` and ``sklearn-meta experience``."""

import argparse


def add_collect(verbs, types):
    """Add the verb ``collect``.

    Parameters
    ----------
    verbs : argparse subparsers
        Of the whole command.
    types : dict of str to callable
        ``seconds``, ``count`` and ``seed``: check and convert a word.
    """
    collect = verbs.add_parser(
        "collect",
        help="run configurations on tables and add the results to an experience base",
        description="Run configurations on tables and add their scores and seconds to an "
        "experience base, the cheapest on all tables first. What the base has already is not run "
        "again: stop it at any time, and call it again to go on.",
    )
    collect.add_argument(
        "tables",
        nargs="*",
        metavar="TABLES",
        help="a folder with an index.json, or tables (with --target)",
    )
    collect.add_argument("--into", required=True, metavar="BASE", help="the base: a file or a URL")
    _add_sources(collect)
    _add_configurations(collect, types)
    _add_evaluation(collect, types)
    _add_machine(collect, types)


def _add_sources(collect):
    group = collect.add_argument_group("which tasks")
    group.add_argument(
        "--target", metavar="COLUMN", help="the column to predict, for single tables"
    )
    group.add_argument(
        "--task",
        choices=("auto", "classification", "regression"),
        default="auto",
        help="what single tables are; auto takes numbers with many distinct values for regression",
    )
    group.add_argument("--roles", type=_words, metavar="A,B", help="tables of a folder: only these")
    group.add_argument(
        "--kinds", type=_words, metavar="A,B", help="binary, multiclass, classification, regression"
    )
    group.add_argument("--names", type=_words, metavar="A,B", help="only tables of these names")
    group.add_argument("--suite", metavar="ID", help="an OpenML suite, by number or alias")
    group.add_argument("--tasks", type=_numbers, metavar="ID,ID", help="single OpenML tasks")


def _add_configurations(collect, types):
    group = collect.add_argument_group("which configurations")
    group.add_argument("--families", type=_words, metavar="A,B", help="only of these families")
    group.add_argument(
        "--configurations",
        type=types["count"],
        metavar="N",
        help="so many of the portfolio, evenly picked; all without it",
    )
    group.add_argument(
        "--sampled",
        type=types["seed"],
        default=0,
        metavar="N",
        help="more for each table of its own, half spread, half near its best",
    )


def _add_evaluation(collect, types):
    group = collect.add_argument_group("how they are evaluated")
    group.add_argument("--folds", type=types["count"], default=3, metavar="N")
    group.add_argument(
        "--max-rows",
        type=_numbers,
        default=(2000,),
        metavar="N,N",
        help="cut larger tables to so many rows; several are run one after the other; 0 is all",
    )
    group.add_argument(
        "--time-limit", type=types["seconds"], default=20.0, metavar="SECONDS", help="for each"
    )
    group.add_argument(
        "--memory-limit", type=types["count"], metavar="MIB", help="of a worker process"
    )
    group.add_argument("--seed", type=types["seed"], default=0, metavar="N")


def _add_machine(collect, types):
    group = collect.add_argument_group("on what")
    group.add_argument(
        "--n-jobs", type=int, metavar="N", help="evaluations at a time; -1: all cores"
    )
    group.add_argument("--dask", metavar="ADDRESS", help="on the workers of a dask scheduler")
    group.add_argument(
        "--seconds", type=types["seconds"], metavar="SECONDS", help="stop after so many in all"
    )
    group.add_argument("--quiet", action="store_true", help="no line of progress")


def add_experience(verbs):
    """Add the verb ``experience`` with its own verbs."""
    experience = verbs.add_parser(
        "experience",
        help="describe, check, export or merge experience bases, and their rules",
        description="Look at and move experience bases. A base is a file, a URL, or the word "
        "bundled for the one that comes with the package.",
    )
    actions = experience.add_subparsers(
        dest="action", required=True, metavar="{describe,check,rules,export,merge}"
    )
    describe = actions.add_parser("describe", help="say what a base holds")
    describe.add_argument("base", nargs="?", default="bundled", metavar="BASE")
    check = actions.add_parser("check", help="look for damage; exit code 2 if there is some")
    check.add_argument("base", nargs="?", default="bundled", metavar="BASE")
    rules = actions.add_parser("rules", help="say which families suit which tables")
    rules.add_argument("base", nargs="?", default="bundled", metavar="BASE")
    export = actions.add_parser("export", help="write a base to a file to be sent around")
    export.add_argument("base", metavar="BASE")
    export.add_argument(
        "--out", required=True, metavar="FILE", help="ends in .json, .json.gz or .sqlite"
    )
    merge = actions.add_parser("merge", help="copy what other bases know into one")
    merge.add_argument("bases", nargs="+", metavar="BASE", help="bases, or exported .json files")
    merge.add_argument("--into", required=True, metavar="BASE", help="made if it is not there")


def _words(text):
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise argparse.ArgumentTypeError("it is empty; give words with commas between them")
    return words


def _numbers(text):
    words = _words(text)
    if not all(word.isdigit() for word in words):
        raise argparse.ArgumentTypeError(f"{text} is not numbers with commas between them")
    return tuple(int(word) for word in words)
