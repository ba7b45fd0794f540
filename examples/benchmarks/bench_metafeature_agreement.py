r"""Our meta-features beside values that others recorded.

Three comparisons: with what OpenML's present engine serves for the table anneal, with what an
older engine recorded beside it, and with 46 meta-features of auto-sklearn's on the tables of a
folder whose OpenML id is known::

    python bench_metafeature_agreement.py --cache SHARED/openml_cache \
        --tables SHARED/datasets --recorded SHARED/meta_datasets/openml_sklearn_418x219

The first two read ``org/openml/test/datasets/2`` of the cache. The last compares definitions,
so it looks at all rows and columns; ``--sampled`` looks at what `describe_task` looks at.
"""

import argparse
import json
import re
import runpy
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from _results import markdown
from scipy import stats

from sklearn_meta._validation import check_table
from sklearn_meta.metafeatures import TaskView, describe_task, metafeature_names
from sklearn_meta.metafeatures._weighted import Moments

CHECKOUT = Path(__file__).resolve().parents[2]
ALL = ("simple", "statistical", "information", "landmarking")
LANDMARK = re.compile(r"(AUC|ErrRate|Kappa)$")

# What the older engine called otherwise.
RENAMED = {
    "ClassCount": "NumberOfClasses",
    "InstanceCount": "NumberOfInstances",
    "IncompleteInstanceCount": "NumberOfInstancesWithMissingValues",
    "NumAttributes": "NumberOfFeatures",
    "NumBinaryAtts": "NumberOfBinaryFeatures",
    "NumMissingValues": "NumberOfMissingValues",
    "NumNominalAtts": "NumberOfSymbolicFeatures",
    "NumNumericAtts": "NumberOfNumericFeatures",
    "NoiseToSignalRatio": "MeanNoiseToSignalRatio",
    "kNN_1NAUC": "kNN1NAUC",
    "kNN_1NErrRate": "kNN1NErrRate",
    "kNN_1NKappa": "kNN1NKappa",
}
# The same name or a new one, in per cent since.
NOW_PER_CENT = {
    "DefaultAccuracy": "MajorityClassPercentage",
    "NegativePercentage": "MajorityClassPercentage",
    "PositivePercentage": "MinorityClassPercentage",
    "PercentageOfBinaryAtts": "PercentageOfBinaryFeatures",
    "PercentageOfMissingValues": "PercentageOfMissingValues",
    "PercentageOfNominalAtts": "PercentageOfSymbolicFeatures",
    "PercentageOfNumericAtts": "PercentageOfNumericFeatures",
}


def read_anneal(cache):
    """Return the table anneal, its class, and the qualities recorded beside it."""
    import arff

    folder = Path(cache) / "org/openml/test/datasets/2"
    content = arff.loads((folder / "dataset.arff").read_text())
    table = pd.DataFrame(content["data"], columns=[name for name, _ in content["attributes"]])
    for name, declared in content["attributes"]:
        is_number = isinstance(declared, str)
        table[name] = (
            table[name].astype(float) if is_number else pd.Categorical(table[name], declared)
        )
    text = (folder / "qualities.xml").read_text()
    found = re.findall(r"<oml:name>(.*?)</oml:name>\s*<oml:value>(.*?)</oml:value>", text)
    recorded = {name: float(value) for name, value in found}
    return table.drop(columns="class"), table["class"], recorded


def print_anneal(cache):
    """Print both comparisons on the table anneal."""
    X, y, recorded = read_anneal(cache)
    mine = describe_task(X, y, groups=ALL)
    tests = runpy.run_path(str(CHECKOUT / "tests/metafeatures/test_openml_agreement.py"))
    served = tests["SERVED"]
    for tolerance in (1e-6, 1e-9):
        equal = sum(np.isclose(mine[name], served[name], tolerance, tolerance) for name in served)
        print(f"served today, landmarks apart: {equal} of {len(served)} equal to {tolerance:g}\n")

    names = set(metafeature_names(ALL))
    rows = [[kind, 0, 0, 0] for kind in ("landmark", "not a landmark", "not offered")]
    differing, missing, landmarks = [], [], []
    for name, value in sorted(recorded.items()):
        now = RENAMED.get(name) or NOW_PER_CENT.get(name) or name
        factor = 100.0 if name in NOW_PER_CENT else 1.0
        if now not in names:
            rows[2][1] += 1
            missing.append(name)
            continue
        equal = bool(np.isclose(mine[now], value * factor, 1e-6, 1e-6))
        row = rows[0 if LANDMARK.search(name) else 1]
        row[1] += 1
        row[2 if equal else 3] += 1
        if LANDMARK.search(name):
            landmarks.append([name, f"{value:.3f}", f"{mine[now]:.3f}"])
        elif not equal:
            differing.append([name, now, f"{value * factor:.6g}", f"{mine[now]:.6g}"])
    print(markdown([f"recorded: {len(recorded)}", "names", "equal to 1e-6", "differ"], rows))
    print("\nNot offered:", ", ".join(missing), "\n")
    print(markdown(["recorded name", "our name", "recorded", "ours"], differing), "\n")
    print(markdown(["landmark", "recorded", "ours"], landmarks), "\n")


class Translation:
    """auto-sklearn's meta-features of a task, made of ours.

    `from_values` holds what follows from `describe_task`'s values by arithmetic, `from_view` what
    needs the per-column numbers that those values summarise.
    """

    def __init__(self, X, y, kind, sampled):
        codes = pd.factorize(y)[0] if kind != "regression" else np.asarray(y)
        bounds = {} if sampled else {"max_rows": len(X), "max_columns": X.shape[1]}
        self.view = TaskView(check_table(None, X, reset=True), codes, kind, **bounds)
        self.mine = describe_task(self.view)

    def from_values(self):
        """Translate the values that `describe_task` gives."""
        mine, nominal = self.mine, self._nominal_count()
        n, p = mine["NumberOfInstances"], mine["NumberOfFeatures"] - 1
        numeric = mine["NumberOfNumericFeatures"] - (not self.view.is_classification)
        classes = mine["NumberOfClasses"] or np.nan
        shrink = (n - 2) / np.sqrt(n * (n - 1))  # from the corrected to the plain skewness
        found = {
            "NumberOfInstances": n,
            "LogNumberOfInstances": np.log(n),
            "NumberOfFeatures": p,
            "LogNumberOfFeatures": np.log(p),
            "DatasetRatio": p / n,
            "InverseDatasetRatio": n / p,
            "LogDatasetRatio": np.log(p / n),
            "LogInverseDatasetRatio": np.log(n / p),
            "NumberOfNumericFeatures": numeric,
            "NumberOfCategoricalFeatures": nominal,
            "RatioNumericalToNominal": numeric / nominal if nominal else 0.0,
            "RatioNominalToNumerical": nominal / numeric if numeric else 0.0,
            "NumberOfMissingValues": mine["NumberOfMissingValues"],
            "NumberOfInstancesWithMissingValues": mine["NumberOfInstancesWithMissingValues"],
            "PercentageOfInstancesWithMissingValues": mine["PercentageOfInstancesWithMissingValues"]
            / 100,
            "PercentageOfMissingValues": mine["NumberOfMissingValues"] / (n * p),
            "NumberOfClasses": classes,
            "ClassEntropy": mine["ClassEntropy"],
            "ClassProbabilityMin": mine["MinorityClassPercentage"] / 100,
            "ClassProbabilityMax": mine["MajorityClassPercentage"] / 100,
            "ClassProbabilityMean": 1 / classes,
        }
        for ending, prefix in (("Min", "Min"), ("Max", "Max"), ("Mean", "Mean")):
            skewness = mine[f"{prefix}SkewnessOfNumericAtts"] * shrink
            corrected = mine[f"{prefix}KurtosisOfNumericAtts"]
            kurtosis = (corrected * (n - 2) * (n - 3) / (n - 1) - 6) / (n + 1)
            found[f"Skewness{ending}"] = skewness if numeric else 0.0
            found[f"Kurtosis{ending}"] = kurtosis if numeric else 0.0
        levels = mine["MeanNominalAttDistinctValues"] * (nominal + 1) - classes
        found["SymbolsSum"] = levels if nominal else 0.0
        found["SymbolsMean"] = levels / nominal if nominal else 0.0
        return found

    def from_view(self):
        """Summarise per-column numbers in ways that `describe_task` does not."""
        view, n = self.view, self.mine["NumberOfInstances"]
        moments = Moments(view.numeric, view.sample_weight)
        shrink = (n - 2) / np.sqrt(n * (n - 1))
        kurtosis = (moments.kurtosis * (n - 2) * (n - 3) / (n - 1) - 6) / (n + 1)
        skewness = moments.skewness * shrink
        levels = view.n_levels[:, 1]
        some = len(levels) > 0
        shares = view.class_sizes / n
        gaps = int(np.count_nonzero(view.X.isna().any(axis=0)))
        return {
            "KurtosisSTD": float(np.nanstd(kurtosis)) if len(kurtosis) else 0.0,
            "SkewnessSTD": float(np.nanstd(skewness)) if len(skewness) else 0.0,
            "SymbolsMin": levels.min() if some else 0.0,
            "SymbolsMax": levels.max() if some else 0.0,
            "SymbolsSTD": levels.std() if some else 0.0,
            "ClassProbabilitySTD": shares.std() if len(shares) else np.nan,
            "NumberOfFeaturesWithMissingValues": gaps,
            "PercentageOfFeaturesWithMissingValues": gaps / view.n_columns,
        }

    def as_recorded(self):
        """Compute the moments with three habits that the recorded values turn out to have.

        A numeric target is no column; a constant column has skewness 0 and kurtosis -3; and where
        a table has nominal columns, zeros count as missing and are filled with the others' mean.
        """
        columns = self.view.numeric.copy()
        if self._nominal_count():
            for column in columns.T:
                column[column == 0] = column[column != 0].mean()
        skewness, kurtosis = [], []
        for column in columns.T:
            is_constant = np.ptp(column) == 0
            skewness.append(0.0 if is_constant else stats.skew(column))
            kurtosis.append(-3.0 if is_constant else stats.kurtosis(column))
        found = {}
        for name, values in (("Skewness", skewness), ("Kurtosis", kurtosis)):
            values = values or [0.0]
            for ending, summary in _SUMMARIES.items():
                found[name + ending] = float(summary(values))
        return found

    def _nominal_count(self):
        return self.mine["NumberOfSymbolicFeatures"] - self.view.is_classification


_SUMMARIES = {"Min": np.min, "Max": np.max, "Mean": np.mean, "STD": np.std}


def reason(name, entry, theirs, translation, tolerance):
    """Say why a value differs from the recorded one."""
    if name.startswith("NumberOfFeatures") or entry["n_features"] != theirs["NumberOfFeatures"]:
        return "columns that this copy of the table does not have"
    if entry["task"] == "regression" and name.startswith(("Class", "NumberOfClasses")):
        return "a numeric target, its values taken for classes there"
    quirk = translation.as_recorded().get(name)
    if quirk is not None and np.isclose(quirk, theirs[name], tolerance, 1e-6):
        return "recorded habits (see Translation.as_recorded), reproduced"
    return "unknown"


def print_autosklearn(tables, recorded, tolerance, sampled):
    """Print how many values agree, name by name, and where the others are."""
    recorded = pd.read_parquet(Path(recorded) / "meta_features.parquet")
    entries = json.loads((Path(tables) / "index.json").read_text())
    entries = [entry for entry in entries if entry["openml_id"] in recorded.index]
    counts, differ, reasons, skipped = {}, {}, Counter(), []
    for entry in entries:
        theirs = recorded.loc[entry["openml_id"]]
        if theirs.isna().all():
            skipped.append(entry["name"])
            continue
        table = pd.read_parquet(Path(tables) / entry["file"])
        X, y = table.drop(columns=entry["target"]), table[entry["target"]]
        translation = Translation(X, y, entry["task"], sampled)
        for source in ("from_values", "from_view"):
            for name, value in getattr(translation, source)().items():
                row = counts.setdefault(name, [source, 0, 0])
                row[1] += 1
                if np.isclose(value, theirs[name], tolerance, 1e-6):
                    row[2] += 1
                else:
                    why = reason(name, entry, theirs, translation, tolerance)
                    reasons[why, entry["name"] if why == "unknown" else ""] += 1
                    differ.setdefault(name, []).append(
                        f"{entry['name']} {theirs[name]:.6g} / {value:.6g}"
                    )
    print(f"{len(entries)} tables; without a recorded value: {', '.join(skipped) or 'none'}\n")
    for source in ("from_values", "from_view"):
        chosen = {name: row for name, row in counts.items() if row[0] == source}
        pairs, agree = (sum(row[k] for row in chosen.values()) for k in (1, 2))
        print(f"{source}: {len(chosen)} names, {agree} of {pairs} pairs, {agree / pairs:.1%}\n")
    rows = [[why, table, number] for (why, table), number in reasons.most_common()]
    print(markdown(["why pairs differ", "table", "pairs"], rows), "\n")
    rows = [
        [name, row[0], row[1], row[2], "; ".join(differ.get(name, []))]
        for name, row in counts.items()
    ]
    print(markdown(["name", "made", "pairs", "agree", "differ: recorded / ours"], rows))
    print("\nNot compared:", ", ".join(sorted(set(recorded.columns) - set(counts))))


# auto-sklearn's landmarks (accuracy in five unshuffled folds) and the nearest of ours.
NEAREST = {
    "Landmark1NN": "kNN1N",
    "LandmarkNaiveBayes": "NaiveBayes",
    "LandmarkLDA": "Linear",
    "LandmarkDecisionNodeLearner": "DecisionStump",
    "LandmarkRandomNodeLearner": "RandomTreeDepth1",
    "LandmarkDecisionTree": "J48.001.",
}


def print_landmarks(tables, recorded):
    """Print how alike auto-sklearn's landmarks and ours order the classification tables."""
    recorded = pd.read_parquet(Path(recorded) / "meta_features.parquet")
    entries = json.loads((Path(tables) / "index.json").read_text())
    pairs = {name: [] for name in NEAREST}
    for entry in entries:
        if entry["task"] == "regression" or entry["openml_id"] not in recorded.index:
            continue
        table = pd.read_parquet(Path(tables) / entry["file"])
        X, y = table.drop(columns=entry["target"]), table[entry["target"]]
        mine = describe_task(X, y, groups=["landmarking"])
        for theirs, name in NEAREST.items():
            accuracy = recorded.loc[entry["openml_id"], theirs]
            pairs[theirs].append((accuracy, 1 - mine[f"{name}ErrRate"]))
    rows = []
    for theirs, values in pairs.items():
        a, b = np.array(values).T
        gap = np.nanmedian(np.abs(a - b))
        known = np.isfinite(a) & np.isfinite(b)
        order = stats.spearmanr(a[known], b[known]).statistic
        rows.append([theirs, NEAREST[theirs], int(known.sum()), f"{order:.2f}", f"{gap:.3f}"])
    header = ["recorded", "ours", "tables", "rank correlation", "median gap in accuracy"]
    print("\n" + markdown(header, rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", help="folder of recorded responses of an OpenML server")
    parser.add_argument("--tables", help="folder of tables with an index.json")
    parser.add_argument("--recorded", help="folder with meta_features.parquet")
    parser.add_argument("--tolerance", type=float, default=1e-3)
    parser.add_argument("--sampled", action="store_true", help="as describe_task samples")
    options = parser.parse_args()
    if options.cache:
        print_anneal(options.cache)
    if options.recorded:
        print_landmarks(options.tables, options.recorded)
        print_autosklearn(options.tables, options.recorded, options.tolerance, options.sampled)


if __name__ == "__main__":
    main()
