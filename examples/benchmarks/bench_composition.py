"""Does it behave inside scikit-learn's own search, and is a seed a seed.

Composition: ``GridSearchCV`` over a pipeline that ends in a ``MetaAutoClassifier``, with one and
with two jobs, must find the same; how many threads are alive at most? Determinism: the same trial
budget twice, and with one and two jobs, must give the same leaderboard and predictions. Each part
is a process of its own::

    python bench_composition.py
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from _results import markdown
from _watch import environment, stop_on_sigterm, watch

LIMIT = 600.0  # seconds of one part


def search_in_grid(n_jobs, max_trials, experience):
    """Tune a pipeline's first step; return scores and seconds."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    from sklearn_meta import MetaAutoClassifier

    X, y = load_breast_cancer(return_X_y=True)
    auto = MetaAutoClassifier(max_trials=max_trials, random_state=0, experience=experience)
    grid = GridSearchCV(
        Pipeline([("scale", "passthrough"), ("auto", auto)]),
        {"scale": [StandardScaler(), "passthrough"]},
        scoring="roc_auc",
        cv=3,
        n_jobs=n_jobs,
        error_score="raise",
    )
    started = time.perf_counter()
    grid.fit(X[:300], y[:300])
    kept = {
        name: list(map(float, values))
        for name, values in grid.cv_results_.items()
        if "score" in name and "time" not in name
    }
    return {"seconds": time.perf_counter() - started, "kept": kept}


def search_alone(n_jobs, max_trials, experience):
    """Search by trials; return the leaderboard's scores, predictions and seconds."""
    from sklearn.datasets import load_breast_cancer

    from sklearn_meta import MetaAutoClassifier

    X, y = load_breast_cancer(return_X_y=True)
    started = time.perf_counter()
    auto = MetaAutoClassifier(
        max_trials=max_trials, n_jobs=n_jobs, random_state=0, experience=experience
    ).fit(X[::2], y[::2])
    spent = time.perf_counter() - started
    board = auto.leaderboard_
    kept = {
        "leaderboard": [[*map(str, row)] for row in board[["trial", "family", "score"]].to_numpy()],
        "predictions": auto.predict_proba(X[1::2])[:, 1].tolist(),
    }
    return {"seconds": spent, "kept": kept}


PARTS = {"grid": search_in_grid, "alone": search_alone}


def in_process(part, n_jobs, max_trials, options):
    """Run a part in a watched process; return its report and what was watched."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        out, printed = Path(folder) / "report.json", Path(folder) / "printed.txt"
        command = [options.python, __file__, "--part", part, "--out", str(out)]
        command += ["--n-jobs", str(n_jobs), "--max-trials", str(max_trials)]
        command += ["--experience", options.experience]
        with printed.open("w") as log:
            watched = watch(
                command, limit=LIMIT, env=environment(with_checkout=True), log=log, interval=0.1
            )
        if not out.exists():
            sys.exit(f"{part} with n_jobs={n_jobs} failed:\n{printed.read_text()[-2000:]}")
        return json.loads(out.read_text()), watched


def compare(part, jobs, max_trials, options):
    """Run a part several times; return Markdown rows, each compared with the first."""
    first, rows = None, []
    for n_jobs in jobs:
        report, watched = in_process(part, n_jobs, max_trials, options)
        first = first or report["kept"]
        same = [f"{name}: {first[name] == report['kept'][name]}" for name in first]
        equal = first == report["kept"] if part == "grid" else ", ".join(same)
        memory = f"{watched.peak_rss_mb:.0f}"
        seconds = f"{report['seconds']:.1f}"
        left = watched.left_processes
        rows.append([part, n_jobs, seconds, watched.peak_threads, memory, left, equal])
        print(*rows[-1], file=sys.stderr, flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="interpreter")
    parser.add_argument("--experience", default="bundled", help="'bundled', 'none' or a file")
    parser.add_argument("--grid-trials", type=int, default=3)
    parser.add_argument("--trials", type=int, default=25)
    for name, kind in (("part", str), ("out", Path), ("n-jobs", int), ("max-trials", int)):
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        experience = None if options.experience == "none" else options.experience
        report = PARTS[options.part](options.n_jobs, options.max_trials, experience)
        options.out.write_text(json.dumps(report))
        return
    stop_on_sigterm()
    rows = compare("grid", [1, 2], options.grid_trials, options)
    rows += compare("alone", [1, 1, 2], options.trials, options)
    header = ["part", "n_jobs", "seconds", "peak threads", "peak MiB", "processes left"]
    print(markdown([*header, "same as the first"], rows))


if __name__ == "__main__":
    main()
