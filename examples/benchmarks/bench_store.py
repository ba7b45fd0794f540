"""How large an experience base is, and how long it takes to open and to read.

Makes a base of as many tasks, configurations and metrics as asked for, with random scores, and
reports processor time (best of five), so that other work on the machine hardly counts::

    python examples/benchmarks/bench_store.py --tasks 220 --configurations 110
"""

import argparse
import os
import tempfile
import time

import numpy as np

from sklearn_meta.experience import Experience, export
from sklearn_meta.experience.database._files import check_file_complete
from sklearn_meta.search import GREATER_IS_BETTER


def fill(base, n_tasks, n_configurations):
    """Add random evaluations of eight metrics, half of the tasks of each kind."""
    rng = np.random.default_rng(0)
    metafeatures = {f"MetaFeatureNumber{i}": float(rng.random()) for i in range(100)}
    for i in range(n_tasks):
        kind = "regression" if i % 2 else "binary"
        task = {"name": f"task_{i}", "kind": kind, "n_rows": 5000, "n_columns": 20, "n_classes": 2}
        task |= {"metafeatures": metafeatures, "fingerprint": rng.random((300, 4))}
        runs = [
            {
                "configuration": {"family": "linear", "C": j / 7, "penalty": "l2", "n": 100 + j},
                "metrics": dict(zip(GREATER_IS_BETTER, rng.random(8), strict=True)),
                "fit_seconds": rng.random(),
                "predict_seconds": rng.random(),
                "machine_speed": 1.0,
                "rows_used": 1333,
                "n_folds": 3,
                "max_rows": 2000,
                "versions": {},
            }
            for j in range(n_configurations)
        ]
        base.add_evaluations(task, runs)


def best_of(function, n=5):
    """Processor seconds of the fastest of some calls."""
    times = []
    for _ in range(n):
        started = time.process_time()
        function()
        times.append(time.process_time() - started)
    return min(times)


def main():
    """Make the base, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=220)
    parser.add_argument("--configurations", type=int, default=110)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "base.sqlite")
        base = Experience.empty()
        seconds = best_of(lambda: fill(base, options.tasks, options.configurations), 1)
        size = export(base, path)
        counts = base.describe()
        print(f"evaluations        {counts['evaluations']}")
        print(f"written            {seconds:.2f} s")
        print(f"exported           {size / 1e6:.2f} MB")
        for name in ("base.json.gz", "lossless.sqlite"):
            print(f"{name:18} {base.export(os.path.join(folder, name)) / 1e6:.2f} MB")

        def read(what):
            with Experience.open(path, read_only=True) as opened:
                return what(opened)

        print(f"checksum           {best_of(lambda: check_file_complete(path)):.4f} s")
        for name, what in {
            "open": lambda opened: None,
            "score_matrix": lambda opened: opened.score_matrix("accuracy"),
            "matrix, one kind": lambda opened: opened.matrix("classification"),
            "evaluations": lambda opened: opened.evaluations(),
            "describe": lambda opened: opened.describe(),
            "check": lambda opened: opened.check(),
        }.items():
            print(f"open + {name:16} {best_of(lambda what=what: read(what)):.3f} s")


if __name__ == "__main__":
    main()
