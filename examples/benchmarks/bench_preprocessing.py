"""Measure what turning a mixed table into numbers costs.

Compares the preprocessing of `SearchSpace` with skrub's `TableVectorizer` on one synthetic
table of numbers, categories and booleans. Run it with ``python bench_preprocessing.py``.
"""

import argparse
import time

import numpy as np
import pandas as pd
from skrub import TableVectorizer

from sklearn_meta._validation import check_table
from sklearn_meta.metafeatures._columns import column_roles
from sklearn_meta.spaces import SearchSpace


def mixed_table(n_rows, n_columns, seed=0):
    """Half numbers (some missing), a third categories, one of many levels, the rest booleans."""
    rng = np.random.default_rng(seed)
    columns = {}
    for i in range(n_columns):
        if i % 2 == 0:
            columns[f"number_{i}"] = np.where(
                rng.random(n_rows) < 0.05, np.nan, rng.normal(size=n_rows)
            )
        elif i % 10 == 9:
            columns[f"flag_{i}"] = rng.random(n_rows) > 0.5
        else:
            levels = 200 if i == 1 else 3 + i
            columns[f"level_{i}"] = [f"level {v}" for v in rng.integers(0, levels, n_rows)]
    return pd.DataFrame(columns)


def milliseconds(function, repeats):
    """Return the median time of a call."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        function()
        times.append(1000 * (time.perf_counter() - begin))
    return float(np.median(times))


def main():
    """Print one line per way, in milliseconds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    X = mixed_table(options.rows, options.columns)
    y = np.arange(options.rows) % 2
    table = check_table(None, X, reset=True)
    roles = column_roles(table)
    space = SearchSpace("binary")

    print(f"{options.rows} x {options.columns}, median of {options.repeats}, milliseconds")
    print(f"{'':32}{'fit':>9}{'transform':>11}{'columns':>9}")
    report("check_table", lambda: check_table(None, X, reset=True), options.repeats)
    report("column_roles", lambda: column_roles(table), options.repeats)
    for family, note in (
        ("hist_gradient_boosting", "native codes"),
        ("random_forest", "ordinal codes"),
        ("linear", "scaled, one-hot"),
    ):
        pipeline = space.pipeline(
            {"family": family},
            roles,
            n_rows=len(X),
            n_columns=X.shape[1],
            n_classes=2,
            random_state=0,
        )
        compare(f"SearchSpace, {note}", pipeline[0], table, y, options.repeats)
    compare("skrub TableVectorizer", TableVectorizer(), X, y, options.repeats)


def report(name, call, repeats):
    """Print the time of one call."""
    print(f"{name:32}{milliseconds(call, repeats):9.1f}")


def compare(name, transformer, X, y, repeats):
    """Print what fitting and applying one transformer takes."""
    fit = milliseconds(lambda: transformer.fit_transform(X, y), repeats)
    apply = milliseconds(lambda: transformer.transform(X), repeats)
    print(f"{name:32}{fit:9.1f}{apply:11.1f}{transformer.transform(X).shape[1]:9}")


if __name__ == "__main__":
    main()
