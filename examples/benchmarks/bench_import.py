"""What importing costs.

Times ``from sklearn_meta import MetaAutoClassifier`` against ``import sklearn.ensemble``, in fresh
processes, one after the other in turn, after one round that only fills the caches::

    python bench_import.py --rounds 15
"""

import argparse
import statistics
import subprocess
import sys
import time

from _results import markdown
from _watch import environment

STATEMENTS = {
    "sklearn.ensemble": "import sklearn.ensemble",
    "sklearn_meta": "from sklearn_meta import MetaAutoClassifier",
}
TIMED = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"


def seconds(python, statement):
    """Run a statement in a fresh process.

    Returns
    -------
    inside, process : float
        Seconds of the statement alone, and of the process from start to end.
    """
    started = time.perf_counter()
    ended = subprocess.run(
        [python, "-c", TIMED.format(statement)],
        env=environment(with_checkout=True),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(ended.stdout), time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--python", default=sys.executable, help="interpreter")
    options = parser.parse_args()
    times = {name: [] for name in STATEMENTS}
    for number in range(options.rounds + 1):
        for name, statement in STATEMENTS.items():
            measured = seconds(options.python, statement)
            if number:
                times[name].append(measured)
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in times.items()
    }
    base, ours = medians["sklearn.ensemble"], medians["sklearn_meta"]
    rows = [[f"`{STATEMENTS[name]}`", *(f"{v:.3f}" for v in medians[name])] for name in STATEMENTS]
    rows.append(["ratio", *(f"{a / b:.2f}" for a, b in zip(ours, base, strict=True))])
    print(markdown([f"median of {options.rounds}", "import, s", "whole process, s"], rows))


if __name__ == "__main__":
    main()
