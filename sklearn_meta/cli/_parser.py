"""The words that the command understands."""

import argparse
import sys

from sklearn_meta import __version__
from sklearn_meta.cli._console import PROGRAM
from sklearn_meta.cli._validate import add_validate


class _Parser(argparse.ArgumentParser):
    """A parser that complains in one line."""

    def error(self, message):
        sys.stderr.write(f"{PROGRAM}: error: {message} (see: {self.prog} --help)\n")
        raise SystemExit(2)


def make_parser():
    """Return the parser of the whole command.

    Returns
    -------
    argparse.ArgumentParser
    """
    parser = _Parser(
        prog=PROGRAM,
        description="AutoML for tables. Tables are .csv, .csv.gz or .parquet files.",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar="{fit,predict,report,validate}"
    )
    _add_fit(verbs)
    _add_predict(verbs)
    _add_report(verbs)
    add_validate(verbs)
    return parser


def _add_fit(verbs):
    fit = verbs.add_parser(
        "fit",
        help="search for a model of a table and save it",
        description="Search for the model that predicts a column of a table from the others; save "
        "it, and show what the search found.",
    )
    fit.add_argument("table", metavar="TRAIN", help="the table to learn from")
    fit.add_argument("--target", required=True, metavar="COLUMN", help="the column to predict")
    fit.add_argument("--out", required=True, metavar="MODEL.skops", help="where to save the model")
    fit.add_argument(
        "--time-budget",
        type=_positive,
        metavar="SECONDS",
        help="a deadline for the search; 60 if there is no --max-trials",
    )
    fit.add_argument("--max-trials", type=_count, metavar="N", help="configurations to try at most")
    fit.add_argument("--scoring", metavar="NAME", help="a scikit-learn scorer to search for")
    fit.add_argument(
        "--task",
        choices=("auto", "classification", "regression"),
        default="auto",
        help="auto takes numbers with many distinct values for regression",
    )
    fit.add_argument(
        "--families",
        metavar="A,B",
        help="families of models to try, e.g. linear,random_forest; --families=-mlp leaves one out",
    )
    fit.add_argument("--n-jobs", type=int, metavar="N", help="trials at a time; -1 is all cores")
    fit.add_argument("--seed", type=_seed, metavar="N", help="the same seed, the same search")
    fit.add_argument("--verbose", type=int, default=1, metavar="LEVEL", help="0 is silent")
    fit.add_argument("--sample-weight", metavar="COLUMN", help="a column of row weights")
    fit.add_argument(
        "--groups", metavar="COLUMN", help="rows of a group stay on one side of splits"
    )


def _add_predict(verbs):
    predict = verbs.add_parser(
        "predict",
        help="predict the rows of a table with a saved model",
        description="Write a table with a prediction for each row, in the same order.",
    )
    predict.add_argument("model", metavar="MODEL.skops", help="what fit saved")
    predict.add_argument("table", metavar="TEST", help="the table with the rows to predict")
    predict.add_argument("--out", required=True, metavar="TABLE", help="where to write")
    predict.add_argument(
        "--proba", action="store_true", help="also write the probability of each class"
    )
    _add_trust(predict)


def _add_report(verbs):
    report = verbs.add_parser(
        "report", help="show what the search of a saved model found", description=None
    )
    report.add_argument("model", metavar="MODEL.skops", help="what fit saved")
    _add_trust(report)


def _add_trust(parser):
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="TYPE",
        help="load this type too, e.g. my_models.MyModel; can be repeated",
    )


def _positive(text):
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number of seconds")
    return seconds


def _count(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def _seed(text):
    seed = int(text)
    if not 0 <= seed < 2**32:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 2**32 - 1")
    return seed
