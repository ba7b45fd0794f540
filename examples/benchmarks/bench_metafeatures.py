"""What describing a task costs: seconds and memory, ours and pymfe's.

Every measurement is a process of its own with one thread. It describes a small table first, so
that nothing is imported or compiled on the clock, then the table; processor time is of the
describing alone, memory is what the process needed at most beyond the table. pymfe (which
brings igraph, GPL) needs an environment of its own::

    python -m venv peers && peers/bin/pip install pymfe
    python bench_metafeatures.py --peer peers/bin/python
    python bench_metafeatures.py --large
    python bench_metafeatures.py --tables SHARED/datasets

Our groups stand beside pymfe's of the same subject. pymfe computes on all rows; ours on at most
5,000, landmarks on 1,000. So its landmarks are measured a second time with our folds and rows.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

CHECKOUT = Path(__file__).resolve().parents[2]
SIZES = ((1_000, 20), (5_000, 50))
CHEAP = ("simple", "statistical", "information")
ALL = (*CHEAP, "landmarking")
PEER_GROUPS = {
    "simple": "general",
    "statistical": "statistical",
    "information": "info-theory",
    "landmarking": "landmarking",
}
LARGE_FORMS = ("array", "array with gaps", "float32", "frame", "mixed frame", "polars", "sparse")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def numeric_and_nominal(n_rows, n_columns):
    """Make a frame of as many normal as nominal columns (8 levels), and two classes."""
    rng = np.random.default_rng(0)
    half = n_columns // 2
    columns = {f"number_{i}": rng.normal(size=n_rows) for i in range(half)}
    for i in range(n_columns - half):
        codes = rng.integers(0, 8, n_rows)
        columns[f"level_{i}"] = pd.Categorical.from_codes(codes, list("abcdefgh"))
    X = pd.DataFrame(columns)
    noise = rng.normal(size=n_rows)
    return X, (X["number_0"] + X["number_1"] + noise > 0).to_numpy().astype(int)


def large_table(form, n_rows, n_columns):
    """Make a table of many rows in one of `LARGE_FORMS`, and three classes."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n_rows)
    if form == "sparse":
        from scipy import sparse

        shape = (n_rows, n_columns)
        return sparse.random_array(shape, density=0.05, format="csr", rng=0), y
    if form in ("mixed frame", "polars"):
        X = _mixed_frame(rng, n_rows, n_columns)
        if form == "polars":
            import polars

            X = polars.from_pandas(X)
        return X, y
    X = rng.random((n_rows, n_columns), dtype=np.float32 if form == "float32" else np.float64)
    if form == "array with gaps":
        X[::7, ::3] = np.nan
    return (pd.DataFrame(X, copy=False).add_prefix("c") if form == "frame" else X), y


def _mixed_frame(rng, n_rows, n_columns):
    """Numbers, integers, categories, strings, texts and dates in turn."""
    words = np.array(["red", "green", "blue", None], dtype=object)
    cities = np.array([f"city {k}" for k in range(2000)], dtype=object)
    texts = np.array([f"what customer {k} wrote to us today" for k in range(5000)], dtype=object)
    start = pd.Timestamp("2020-01-01")
    makers = (
        lambda: rng.random(n_rows),
        lambda: rng.random(n_rows),
        lambda: rng.random(n_rows),
        lambda: rng.integers(0, 9, n_rows),
        lambda: pd.Categorical.from_codes(rng.integers(0, 8, n_rows), list("abcdefgh")),
        lambda: pd.Categorical.from_codes(rng.integers(0, 3, n_rows), list("xyz")),
        lambda: pd.Series(words[rng.integers(0, 4, n_rows)], dtype="str"),
        lambda: pd.Series(cities[rng.integers(0, 2000, n_rows)], dtype="str"),
        lambda: pd.Series(texts[rng.integers(0, 5000, n_rows)], dtype="str"),
        lambda: start + pd.to_timedelta(rng.integers(0, 10**6, n_rows), "s"),
    )
    return pd.DataFrame({f"c{i}": makers[i % len(makers)]() for i in range(n_columns)})


def ours(X, y, groups):
    """Describe a table with this package; return how many values are defined."""
    from sklearn_meta.metafeatures import describe_task

    found = describe_task(X, y, groups=groups)
    return int(np.isfinite(list(found.values())).sum())


def peers(X, y, groups, bounded=False):
    """Describe a table with pymfe; return how many values are defined."""
    from pymfe.mfe import MFE

    settings = {}
    if bounded:
        settings = {"num_cv_folds": 3}
        rows = np.random.default_rng(0).permutation(len(X))[:1000]
        X, y = X.iloc[rows], y[rows]
    nominal = [i for i, dtype in enumerate(X.dtypes) if not isinstance(dtype, np.dtype)]
    mfe = MFE(groups=list(groups), random_state=0, suppress_warnings=True, **settings)
    mfe.fit(X.to_numpy(dtype=object), y, cat_cols=nominal)
    _, values = mfe.extract(suppress_warnings=True)
    return int(np.isfinite(np.array(values, dtype=float)).sum())


def measure(order):
    """Carry out one order in this process; return seconds, memory and the number of values."""
    warnings.simplefilter("ignore")
    describe = {"ours": ours, "pymfe": peers}[order["tool"]]
    settings = {"bounded": True} if order.get("bounded") else {}
    describe(*numeric_and_nominal(200, 8), order["groups"], **settings)
    if order.get("form"):
        X, y = large_table(order["form"], order["n_rows"], order["n_columns"])
    else:
        X, y = numeric_and_nominal(order["n_rows"], order["n_columns"])
    before = _reset_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    n_values = describe(X, y, order["groups"], **settings)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu, "wall": wall, "extra_mib": _peak() - before, "n_values": n_values}


def _reset_peak():
    """Forget the peak of resident memory so far (Linux); return the present size in MiB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def in_child(python, repeats, **order):
    """Measure in processes of their own; return the medians."""
    environment = os.environ | dict.fromkeys(ONE_THREAD, "1") | {"PYTHONPATH": str(CHECKOUT)}
    command = [python, str(Path(__file__).resolve()), "--order", json.dumps(order)]
    found = []
    for _ in range(repeats):
        ended = subprocess.run(command, env=environment, capture_output=True, text=True)
        if ended.returncode:
            raise RuntimeError(f"{order} failed:\n{ended.stderr[-2000:]}")
        found.append(json.loads(ended.stdout.splitlines()[-1]))
    return {key: statistics.median(run[key] for run in found) for key in found[0]}


def compare(options):
    """Print the table of both tools, size by size and group by group."""
    from _results import markdown

    rows = []
    for n_rows, n_columns in SIZES:
        size = {"n_rows": n_rows, "n_columns": n_columns}
        for group in (*ALL, "all four", "landmarking, pymfe bounded"):
            bounded = group.endswith("bounded")
            groups = ALL if group == "all four" else [group.split(",")[0]]
            theirs = [PEER_GROUPS[name] for name in groups]
            mine = in_child(sys.executable, options.repeats, tool="ours", groups=groups, **size)
            peer = in_child(options.peer, 1, tool="pymfe", groups=theirs, bounded=bounded, **size)
            rows.append([f"{n_rows:,} x {n_columns}", group, *_cells(mine), *_cells(peer)])
            rows[-1].append(f"{peer['cpu'] / mine['cpu']:.0f}")
            print(rows[-1], file=sys.stderr)
    sides = [f"{tool}: {what}" for tool in ("ours", "pymfe") for what in _COLUMNS]
    print(markdown(["table", "group", *sides, "processor time, pymfe / ours"], rows))


_COLUMNS = ("processor s", "wall s", "extra MiB", "values")


def _cells(found):
    return [
        f"{found['cpu']:.3f}",
        f"{found['wall']:.3f}",
        f"{found['extra_mib']:.0f}",
        f"{found['n_values']:.0f}",
    ]


def large(options):
    """Print what a table of many rows costs, container by container."""
    from _results import markdown

    rows = []
    for form in options.forms.split(","):
        size = {"n_rows": options.rows, "n_columns": options.columns, "form": form}
        for groups in (CHEAP, ("landmarking",)):
            found = in_child(sys.executable, options.repeats, tool="ours", groups=groups, **size)
            rows.append([form, " + ".join(groups), *_cells(found)])
            print(rows[-1], file=sys.stderr)
    print(markdown([f"{options.rows:,} x {options.columns}", "groups", *_COLUMNS], rows))


def real(options):
    """Print what the tables of a folder cost, in this process, one after the other."""
    from _results import markdown

    from sklearn_meta.metafeatures import describe_task

    folder = Path(options.tables)
    seconds = {CHEAP: {}, ("landmarking",): {}}
    for entry in json.loads((folder / "index.json").read_text()):
        table = pd.read_parquet(folder / entry["file"])
        X, y = table.drop(columns=entry["target"]), table[entry["target"]]
        for groups, found in seconds.items():
            started = time.process_time()
            describe_task(X, y, kind=entry["task"], groups=groups)
            found[entry["name"]] = time.process_time() - started
    rows = []
    for groups, found in seconds.items():
        slowest = max(found, key=found.get)
        median = f"{1000 * statistics.median(found.values()):.0f}"
        longest = f"{1000 * found[slowest]:.0f} ({slowest})"
        rows.append([" + ".join(groups), len(found), median, longest])
    print(markdown(["groups", "tables", "median, ms", "longest, ms"], rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", help="interpreter that has pymfe")
    parser.add_argument("--repeats", type=int, default=3, help="of ours; pymfe runs once")
    parser.add_argument("--large", action="store_true", help="measure large tables instead")
    parser.add_argument("--forms", default=",".join(LARGE_FORMS))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--tables", help="a folder of tables with an index.json: describe each")
    parser.add_argument("--order", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.order:
        print(json.dumps(measure(json.loads(options.order))))
    elif options.large:
        large(options)
    elif options.tables:
        real(options)
    elif options.peer:
        compare(options)
    else:
        parser.error("--peer, --large or --tables is wanted")


if __name__ == "__main__":
    main()
