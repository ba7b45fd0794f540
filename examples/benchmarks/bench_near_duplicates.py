r"""How well earlier tasks that are near-duplicates of a table are found, and how rarely others.

Each table of a folder is described whole, by two halves without a row in common, by a tenth, and by
copies whose numbers are rounded and rescaled, whose columns are renamed and shuffled and whose rows
are shuffled. A pair made of one table must be found, a pair made of two unrelated ones must not::

    python examples/benchmarks/bench_near_duplicates.py describe --tables ../shared/datasets \
        --out near_duplicates.json
    python examples/benchmarks/bench_near_duplicates.py rates --tables ../shared/datasets \
        --found near_duplicates.json
    python examples/benchmarks/bench_near_duplicates.py generated
"""

import argparse
import itertools
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import (
    make_blobs,
    make_classification,
    make_friedman1,
    make_regression,
)

from sklearn_meta.experience.identity._fingerprint import Fingerprint
from sklearn_meta.experience.identity._near import (
    MAX_DISTANCE,
    MIN_PECULIARITY,
    Description,
    compare,
)
from sklearn_meta.experience.recording._shareable import shareable_metafeatures
from sklearn_meta.metafeatures import describe_task

COPIES = ("whole", "half_a", "half_b", "tenth", "rounded_2", "rounded_3", "half_b_rounded_3")


def halves(X, y, kind, rng):
    """Return row numbers of two disjoint halves, each with its share of every class."""
    order = rng.permutation(len(y))
    if kind != "regression":
        order = order[np.argsort(pd.factorize(y)[0][order], kind="stable")]
    return np.sort(order[::2]), np.sort(order[1::2])


def disguised(X, digits, rng):
    """Round numbers, rescale each numeric column, rename and shuffle columns and rows."""
    X = X.copy()
    for name in X.columns[[dtype.kind in "fiu" for dtype in X.dtypes]]:
        values = X[name].to_numpy(dtype=float)
        with np.errstate(all="ignore"):
            power = digits - 1 - np.floor(np.log10(np.abs(values)))
            rounded = np.round(values * 10.0**power) / 10.0**power
        values = np.where(values == 0, 0.0, rounded)
        X[name] = rng.uniform(0.5, 20) * values + rng.normal() * 10
    X = X.iloc[:, rng.permutation(X.shape[1])]
    return X.set_axis([f"c{j}" for j in range(X.shape[1])], axis=1)


def copies_of(X, y, kind, rng):
    """Yield (name of the copy, X, y)."""
    a, b = halves(X, y, kind, rng)
    yield "whole", X, y
    yield "half_a", X.iloc[a], y.iloc[a]
    yield "half_b", X.iloc[b], y.iloc[b]
    tenth = rng.choice(len(y), max(20, len(y) // 10), replace=False)
    yield "tenth", X.iloc[tenth], y.iloc[tenth]
    rows = rng.permutation(len(y))
    yield "rounded_2", disguised(X, 2, rng).iloc[rows], y.iloc[rows]
    yield "rounded_3", disguised(X, 3, rng).iloc[rows], y.iloc[rows]
    yield "half_b_rounded_3", disguised(X, 3, rng).iloc[b], y.iloc[b]


def describe(options):
    """Describe all copies of all tables; write them to a JSON file."""
    index = json.loads((options.tables / "index.json").read_text())
    found = []
    for number, table in enumerate(index):
        X = pd.read_parquet(options.tables / table["file"])
        y = X.pop(table["target"])
        rng = np.random.default_rng(number)
        copies = {}
        for name, part, target in copies_of(X, y, table["task"], rng):
            target = target.to_numpy()
            copies[name] = {
                "n_rows": len(part),
                "n_columns": part.shape[1],
                "n_classes": 0 if table["task"] == "regression" else len(pd.unique(target)),
                "fingerprint": Fingerprint.of(part).to_json(),
                "metafeatures": describe_task(part, target, kind=table["task"]),
            }
        fact = {key: table[key] for key in ("name", "group", "task")}
        found.append({**fact, "copies": copies})
        print(f"{number + 1}/{len(index)} {table['name']}", file=sys.stderr)
    options.out.write_text(json.dumps(found))


PAIRS = (
    ("half_a", "half_b"),
    ("half_a", "half_b_rounded_3"),
    ("whole", "half_a"),
    ("whole", "tenth"),
    ("whole", "rounded_2"),
    ("whole", "rounded_3"),
)


def described(table, copy):
    """Return the description of a copy as an experience base would hold it."""
    facts = table["copies"][copy]
    sizes = [facts[name] for name in ("n_rows", "n_columns", "n_classes")]
    return Description(
        table["task"], *sizes, shareable_metafeatures(facts["metafeatures"], table["task"])
    )


def signs(one, other, table, second=None):
    """Return by which sign two copies are recognised: rows, looks, either."""
    second = table if second is None else second
    rows = Fingerprint.from_json(table["copies"][one]["fingerprint"]).shares_rows_with(
        Fingerprint.from_json(second["copies"][other]["fingerprint"])
    )
    looks = described(table, one).resembles(described(second, other))
    return rows, looks, rows or looks


def rates(options):
    """Print which share of the pairs is recognised by which sign."""
    tables = json.loads(options.found.read_text())
    roles = {t["name"]: t["role"] for t in json.loads((options.tables / "index.json").read_text())}
    held_out = np.array([roles[table["name"]] == "report" for table in tables])
    print("| pair of one table | rows | looks | either | looks, role report alone |")
    print("| --- | --- | --- | --- | --- |")
    for one, other in PAIRS:
        found = np.array([signs(one, other, table) for table in tables])
        shares = [*found.mean(axis=0), found[held_out, 1].mean()]
        print(f"| {one} / {other} | " + " | ".join(f"{100 * s:.0f} %" for s in shares) + " |")
    groups, unrelated = [], []
    for first, second in itertools.combinations(tables, 2):
        if (first["task"] == "regression") != (second["task"] == "regression"):
            continue
        found = signs("whole", "whole", first, second)
        distance, peculiarity = compare(described(first, "whole"), described(second, "whole"))
        shape = described(first, "whole").same_shape(described(second, "whole"))
        close = distance <= MAX_DISTANCE and peculiarity >= MIN_PECULIARITY
        if first["group"] == second["group"]:
            groups.append((first["name"], second["name"], *found[:2], distance, peculiarity))
        else:
            unrelated.append((*found, shape, close))
            if any(found) or close:
                print(f"unrelated: {first['name']}, {second['name']}: {found}, {distance:.2f}")
    unrelated = np.array(unrelated)
    print(f"\n{len(unrelated)} unrelated pairs of a kind, {unrelated[:, 3].sum()} of one shape")
    names = ("by rows", "by looks", "by either", "", "looks if shapes did not matter")
    for name, count in zip(names, unrelated.sum(axis=0), strict=True):
        if name:
            print(f"  {name}: {count} ({100 * count / len(unrelated):.3f} %)")
    print("\npairs of one group: rows, looks, distance, peculiarity")
    for first, second, by_rows, by_looks, distance, peculiarity in groups:
        print(f"  {first}, {second}: {by_rows}, {by_looks}, {distance:.2f}, {peculiarity:.1f}")


def generators(n, seed):
    """Yield (name, kind, X, y) of tables that scikit-learn generates."""
    rng = np.random.default_rng(seed)
    yield "classification, 5 columns", "binary", *make_classification(n, 5, random_state=seed)
    yield "classification, 20 columns", "binary", *make_classification(n, 20, random_state=seed)
    yield (
        "classification, 8 of 20 informative, 3 classes",
        "multiclass",
        *make_classification(n, 20, n_informative=8, n_classes=3, flip_y=0.1, random_state=seed),
    )
    yield "regression", "regression", *make_regression(n, 10, noise=5, random_state=seed)
    yield "friedman 1", "regression", *make_friedman1(n, 10, noise=0.1 * seed, random_state=seed)
    yield "blobs", "multiclass", *make_blobs(n, 4, centers=3, random_state=seed)
    X = np.exp(rng.normal(size=(n, 8)) * rng.uniform(0.2, 1.5, 8))
    score = X @ rng.normal(size=8)
    yield "lognormal", "binary", X, (score > np.median(score)).astype(int)
    yield "answers from 0 to 4", "binary", rng.integers(0, 5, (n, 10)) * 1.0, rng.integers(0, 2, n)


def generated(options):
    """Print how often two tables of one generator, but of different seeds, pass for one."""
    print("| generator | " + " | ".join(f"{n} rows" for n in options.rows) + " |")
    print("| --- |" + " --- |" * len(options.rows))
    shares = {}
    for n in options.rows:
        found = {}
        for seed in range(options.seeds):
            for name, kind, X, y in generators(n, seed):
                sizes = len(y), X.shape[1], 0 if kind == "regression" else len(np.unique(y))
                one = Description(kind, *sizes, describe_task(X, y, kind=kind))
                found.setdefault(name, []).append(one)
        for name, several in found.items():
            pairs = [a.resembles(b) for a, b in itertools.combinations(several, 2)]
            shares.setdefault(name, []).append(np.mean(pairs))
    for name, values in shares.items():
        print(f"| {name} | " + " | ".join(f"{100 * v:.1f} %" for v in values) + " |")


def main():
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(required=True)
    add = verbs.add_parser("describe")
    add.add_argument("--tables", type=Path, required=True)
    add.add_argument("--out", type=Path, required=True)
    add.set_defaults(verb=describe)
    add = verbs.add_parser("rates")
    add.add_argument("--tables", type=Path, required=True)
    add.add_argument("--found", type=Path, required=True)
    add.set_defaults(verb=rates)
    add = verbs.add_parser("generated")
    add.add_argument("--rows", type=int, nargs="+", default=[100, 300, 1000, 5000])
    add.add_argument("--seeds", type=int, default=12)
    add.set_defaults(verb=generated)
    options = parser.parse_args()
    options.verb(options)


if __name__ == "__main__":
    main()
