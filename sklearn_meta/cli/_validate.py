"""The verb validate: what the advice of an experience is worth on tasks it has not seen."""

import sys
from pathlib import Path

from sklearn_meta.cli._console import UsageError, note
from sklearn_meta.cli._validate_live import add_live, numbers_of, run_live

_FIGURES = (".png", ".svg", ".pdf")
_FOLDS = 10
_OF_REPLAYS = ("metric", "folds", "seed", "trials", "seconds", "per_task", "figure")


def add_validate(verbs):
    """Add the verb's words to the parser.

    Parameters
    ----------
    verbs : action of ``add_subparsers``
        Where verbs are added.
    """
    verb = verbs.add_parser(
        "validate",
        help="measure what advice is worth on tasks that it has not learned from",
        description="Leave out a part of an experience's tasks at a time, let advisors learn from "
        "the others, simulate their searches on those left out, and show the regret: how far the "
        "best score found is from the best known, in percent of the way to the worst.",
    )
    add = verb.add_argument
    add("--experience", default="bundled", metavar="FILE", help="a base; default: bundled")
    add("--kind", choices=("classification", "regression"), help="only tasks of this kind")
    add("--metric", metavar="NAME", help="what is searched for; default: that of each kind")
    add("--advisors", metavar="A,B", help="names of advisors; default: all but deep-kernel")
    add("--folds", type=int, metavar="N", help=f"parts; default: {_FOLDS}")
    add("--seed", type=int, metavar="N", help="the same seed, the same figures; default: 0")
    add("--trials", metavar="N,N", help="after how many trials to look; default: 1,3,5,10,20")
    add("--seconds", metavar="S,S", help="after how many seconds to look; default: none")
    add("--n-jobs", type=int, default=1, metavar="N", help="processes; -1 is all cores")
    add("--out", metavar="TABLE", help="write the figures: .csv, .csv.gz or .parquet")
    add("--per-task", metavar="TABLE", help="write the regret of each task")
    add("--figure", metavar="FIGURE", help="draw the curves: .png, .svg or .pdf")
    add("--verbose", action="store_true", help="show each run of a live validation")
    add_live(verb)


def run_validate(options):
    """Validate, show the figures on standard output, write what was asked for.

    Parameters
    ----------
    options : argparse.Namespace
        The command's words.

    Returns
    -------
    int
        0.
    """
    from sklearn_meta.cli._tables import check_output, write_table  # slow to import: not on --help

    if options.live is not None:
        _refuse_words_of_replays(options)
    for path in (options.out, options.per_task, options.figure):
        if path is not None:
            check_output(path)
    if options.figure is not None and Path(options.figure).suffix not in _FIGURES:
        raise UsageError(f"{options.figure} is no figure's name: end it in {', '.join(_FIGURES)}.")
    if options.live is not None:
        return run_live(options, _chosen(options.advisors or "random,gaussian"))
    folds = _FOLDS if options.folds is None else options.folds
    seed = 0 if options.seed is None else options.seed
    from sklearn_meta.advisors import RegretDisplay, summarise_regret, validate

    advisors = _chosen(options.advisors)
    with _opened(options.experience) as experience:
        note(f"validating {len(advisors)} advisors on {experience!r}")
        per_task = validate(
            experience,
            advisors,
            kind=options.kind,
            metric=options.metric,
            folds=folds,
            at=_marks(options),
            seed=seed,
            n_jobs=options.n_jobs,
            per_task=True,
        )
    summary = summarise_regret(per_task)
    _show(summary, per_task)
    if options.out is not None:
        write_table(summary, options.out)
    if options.per_task is not None:
        write_table(per_task, options.per_task)
    if options.figure is not None:
        RegretDisplay(summary).plot().figure_.savefig(options.figure)
    return 0


def _refuse_words_of_replays(options):
    """Say which words a live validation has no use for, rather than forget them."""
    given = [f"--{w.replace('_', '-')}" for w in _OF_REPLAYS if getattr(options, w) is not None]
    if given:
        raise UsageError(f"{', '.join(given)} can't be used with --live.")


def _marks(options):
    """Return when to look, by currency; None for the usual marks."""
    marks = {
        "trials": None if options.trials is None else numbers_of(options.trials, "--trials", int),
        "seconds": None if options.seconds is None else numbers_of(options.seconds, "--seconds"),
    }
    return {currency: at for currency, at in marks.items() if at is not None} or None


def _chosen(names):
    """Pick advisors by a comma-separated list of names."""
    from sklearn_meta.advisors import default_advisors, named_advisors

    known = named_advisors()
    # a name may have a comma itself, so dashes stand for all but letters
    words = {_word(name): name for name in known}
    if names is None:
        return default_advisors()
    wanted = [_word(name) for name in names.split(",")]
    for word in wanted:
        if word not in words:
            raise UsageError(f"there is no advisor {word!r}; there are {', '.join(words)}.")
    return {words[word]: known[words[word]] for word in wanted}


def _word(name):
    """Write a name as one word, e.g. nearest-tasks."""
    return "-".join(name.replace(",", " ").lower().split())


def _opened(location):
    """Open a base, for a `with`."""
    from sklearn_meta.experience import Experience

    if location == "bundled":
        return Experience.bundled()
    return Experience.open(location, read_only=True)


def _show(summary, per_task):
    """Write a table for each kind of task."""
    from sklearn_meta.advisors import regret_table

    for kind in dict.fromkeys(summary["kind"]):
        own = per_task[per_task["kind"] == kind]
        metrics = " and ".join(sorted(set(own["metric"])))
        n_tasks, n_groups = own["task_id"].nunique(), own["group"].nunique()
        sys.stdout.write(
            f"{kind}: {n_tasks} tasks in {n_groups} groups, {metrics}; regret in percent, "
            "± standard error\n"
        )
        sys.stdout.write(regret_table(summary, kind=kind).to_string() + "\n\n")
        for currency, marked in own.groupby("currency", sort=False):
            _show_ranks(own, kind, currency, sorted(set(marked["at"])))


def _show_ranks(per_task, kind, currency, marks):
    """Write mean ranks at the middle mark, with what chance would do."""
    from sklearn_meta.advisors import compare_advisors

    at = marks[len(marks) // 2]
    try:
        found = compare_advisors(per_task, currency=currency, at=at, kind=kind)
    except ValueError:
        return  # there is one advisor, or one group of tasks
    sys.stdout.write(
        f"{kind}, ranks at {at:g} {currency.replace('_', ' ')}; mean ranks further apart than "
        f"{found.critical_difference:.2f} differ at {found.alpha:.0%} (Nemenyi; Friedman p = "
        f"{found.p_friedman:.2g})\n"
    )
    sys.stdout.write(found.ranks.to_string(index=False, float_format=lambda x: f"{x:.3f}") + "\n\n")
