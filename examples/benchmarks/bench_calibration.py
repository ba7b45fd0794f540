r"""
Are predicted scores and seconds right as often as they say?
============================================================

:func:`sklearn_meta.advisors.calibration` on an experience base: a tenth of the tasks is left out at
a time, near-duplicates together; on each task left out, the Gaussian advisor searches by the stored
results, and is asked after 0, 1, 3 and 10 of them what it expects of all that it was not told.

Run it with::

    python examples/benchmarks/bench_calibration.py --write docs/benchmarks/calibration.md \
        --figure docs/figures/calibration.svg
"""

import argparse
import sys
import time
from pathlib import Path

from _results import markdown

from sklearn_meta.advisors import CalibrationDisplay, calibration, summarise_calibration
from sklearn_meta.experience import Experience

HEADS = {"score": "Predicted scores", "seconds": "Predicted seconds"}
UNITS = {
    "score": (
        "Errors are in units of ROC AUC for binary tasks, and logarithms of ratios of losses for "
        "the others (0.1: the loss was a tenth smaller than expected)."
    ),
    "seconds": "Errors are logarithms of ratios (0.1: it took a tenth longer than expected).",
}


def page(summary, counts, spent, figure):
    """Write the results as a page, line by line."""
    yield "# Calibration: predicted scores and seconds\n"
    yield (
        "Made by `python examples/benchmarks/bench_calibration.py "
        f"{' '.join(sys.argv[1:])}`. Each task is left out of what the advisor learns from, with "
        "its near-duplicates (10 folds over groups). The advisor searches on it with a clock, by "
        "stored results; after so many of them it predicts every configuration that it was not "
        "told, good or poor. Shares of outcomes within the central 50, 80 and 90 % intervals, ± "
        "standard error over groups of near-duplicates; tasks count the same. A predicted score is "
        "that of an evaluation on rows left out, its noise included.\n"
    )
    yield (
        f"The base: {counts['n_tasks']} tasks, {counts['n_configurations']} configurations. "
        f"Processor seconds of all: {spent:.0f}.\n"
    )
    for what, head in HEADS.items():
        own = summary[summary["what"] == what]
        yield f"## {head}\n\n{UNITS[what]}\n"
        yield markdown(
            ["kind", "results told", "50 %", "80 %", "90 %", "bias", "mean absolute error"],
            [_cells(row) for row in own.sort_values(["kind", "after"]).to_dict("records")],
        )
        yield ""
    if figure is not None:
        yield f"![Promised and observed coverage](../figures/{figure.name})\n"


def _cells(row):
    covered = [
        f"{100 * row[f'coverage_{level}']:.0f} ± {100 * row[f'coverage_{level}_error']:.0f}"
        for level in (50, 80, 90)
    ]
    return [
        f"{row['kind']} ({row['metric']})",
        row["after"],
        *covered,
        f"{row['bias']:+.3f}",
        f"{row['absolute_error']:.3f}",
    ]


def main():
    """Read the arguments, measure, write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--experience", default="bundled", help="a base; default: bundled")
    parser.add_argument("--after", type=int, nargs="+", default=[0, 1, 3, 10])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path, help="the page; default: standard output")
    parser.add_argument("--figure", type=Path, help="draw the coverage: .svg or .png")
    arguments = parser.parse_args()
    started = time.process_time()
    with Experience.open(arguments.experience, read_only=True) as experience:
        predictions = calibration(
            experience, after=arguments.after, seed=arguments.seed, per_prediction=True
        )
        counts = experience.describe()
    spent = time.process_time() - started
    if arguments.figure:
        figure = CalibrationDisplay(predictions).plot().figure_
        figure.savefig(arguments.figure, metadata={"Date": None})
    lines = page(summarise_calibration(predictions), counts, spent, arguments.figure)
    text = "\n".join(lines)
    if arguments.write:
        arguments.write.write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
