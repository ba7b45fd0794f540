"""Tables that the loopback server serves: made here or by scikit-learn, so free to commit."""

import hashlib
import io
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.model_selection import KFold, StratifiedKFold


@dataclass
class Table:
    """A data set as OpenML holds it; `frame` says all about the columns by its dtypes."""

    id: int
    name: str
    frame: pd.DataFrame
    target: str
    licence: str = "Public"
    row_id: str | None = None
    ignore: tuple = ()
    parquet: bool = False
    sparse: bool = False
    qualities: dict = field(default_factory=dict)
    version: int = 1
    has_qualities: bool = True
    announced_md5: str | None = None  # another one than the file's

    @cached_property
    def arff(self):
        lines = [f"% made for tests\n@RELATION {self.name}\n"]
        lines += [f"@ATTRIBUTE {_quoted(c)} {self.attribute_type(c)}" for c in self.frame]
        lines += ["\n@DATA", *(self._sparse_lines() if self.sparse else self._dense_lines())]
        return ("\n".join(lines) + "\n").encode()

    @cached_property
    def parquet_bytes(self):
        buffer = io.BytesIO()
        self.frame.to_parquet(buffer, index=False)
        return buffer.getvalue()

    @property
    def md5(self):
        return self.announced_md5 or hashlib.md5(self.arff).hexdigest()

    def attribute_type(self, column):
        dtype = self.frame[column].dtype
        if dtype == "category":
            return "{" + ",".join(_quoted(c) for c in self.frame[column].cat.categories) + "}"
        if dtype.kind in "iu":
            return "INTEGER"
        return "REAL" if dtype.kind == "f" else "STRING"

    def nominal_values(self, column):
        series = self.frame[column]
        return list(series.cat.categories) if series.dtype == "category" else None

    def served_qualities(self):
        """A few of the qualities that the server computes for every table."""
        features = self.frame.drop(columns=self.target)
        numeric = [c for c in self.frame if self.frame[c].dtype.kind in "iuf"]
        values = {
            "NumberOfInstances": len(self.frame),
            "NumberOfFeatures": self.frame.shape[1],
            "NumberOfNumericFeatures": len(numeric),
            "NumberOfMissingValues": int(self.frame.isna().sum().sum()),
            "NumberOfClasses": len(self.nominal_values(self.target) or ()),
            "Dimensionality": self.frame.shape[1] / len(self.frame),
            "MaxMeansOfNumericAtts": float(features[numeric[:1]].mean().iloc[0]),
            "kNN1NErrRate": None,  # as where the server's engine gave up
        }
        return {**values, **self.qualities}

    def _dense_lines(self):
        columns = [_cells(self.frame[c]) for c in self.frame]
        return [",".join(row) for row in zip(*columns, strict=True)]

    def _sparse_lines(self):
        for _, row in self.frame.iterrows():
            cells = [f"{i} {value:g}" for i, value in enumerate(row) if value != 0]
            yield "{" + ",".join(cells) + "}"


def _cells(series):
    if series.dtype.kind == "f":
        return ["?" if np.isnan(v) else repr(float(v)) for v in series]
    return ["?" if pd.isna(v) else _quoted(v) for v in series]


def _quoted(value):
    text = str(value)
    return text if text.replace("_", "").replace("-", "").isalnum() else f"'{text}'"


def splits_arff(n_rows, folds):
    """The ARFF of a task's splits; `folds` is a list of (repeat, fold, train, test)."""
    lines = ["@relation splits\n", "@attribute type {TRAIN,TEST}"]
    lines += [f"@attribute {name} numeric" for name in ("rowid", "repeat", "fold")]
    lines += ["\n@data"]
    for repeat, fold, train, test in folds:
        lines += [f"TRAIN,{row},{repeat},{fold}" for row in train]
        lines += [f"TEST,{row},{repeat},{fold}" for row in test]
    return ("\n".join(lines) + "\n").encode()


def cross_validation(table, n_folds, n_repeats=1):
    """Folds of a table: stratified where the target is nominal."""
    y = table.frame[table.target]
    make = StratifiedKFold if y.dtype == "category" else KFold
    return [
        (repeat, fold, train, test)
        for repeat in range(n_repeats)
        for fold, (train, test) in enumerate(
            make(n_folds, shuffle=True, random_state=repeat).split(table.frame, y)
        )
    ]


def holdout(table, seed=0):
    """One split, a third for the test."""
    order = np.random.default_rng(seed).permutation(len(table.frame))
    cut = len(order) // 3
    return [(0, 0, np.sort(order[cut:]), np.sort(order[:cut]))]


def iris():
    data = load_iris(as_frame=True)
    names = [f"Iris-{name}" for name in data.target_names]
    frame = data.data.rename(columns=lambda c: c.removesuffix(" (cm)").replace(" ", ""))
    frame["class"] = pd.Categorical.from_codes(data.target, names)
    return Table(61, "iris", frame, "class")


def wdbc():
    data = load_breast_cancer(as_frame=True)
    frame = data.data.iloc[:200, :8].rename(columns=lambda c: c.replace(" ", "_"))
    frame["Class"] = pd.Categorical.from_codes(data.target[:200], ["2", "1"])
    return Table(1510, "wdbc", frame, "Class", parquet=True)


def mixed():
    """Every kind of column at once, with gaps, a row id and a column to leave out."""
    rng = np.random.default_rng(0)
    n = 120
    age = rng.integers(18, 90, n)
    income = np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(3, 1, n).round(3))
    site = pd.Categorical(rng.choice(["north", "south sea", "harbour"], n))
    site[rng.random(n) < 0.1] = np.nan
    frame = pd.DataFrame({
        "id": np.arange(n),
        "age": age,
        "income": income,
        "site": site,
        "member": pd.Categorical(rng.choice(["TRUE", "FALSE"], n), ["TRUE", "FALSE"]),
        "remark": rng.choice(["came late", "no remark, none", "asked twice"], n),
        "secret": rng.random(n).round(3),
    })  # fmt: skip
    risk = (age > 55) ^ (rng.random(n) < 0.1)
    frame["risk"] = pd.Categorical(np.where(risk, "high", "low"), ["low", "high"])
    return Table(101, "mixed", frame, "risk", "CC BY 4.0", row_id="id", ignore=("secret",))


def numbers():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(100, 4)).round(4)
    frame = pd.DataFrame(X, columns=list("abcd"))
    frame["y"] = (X @ [3.0, -2.0, 0.5, 0.0] + rng.normal(0, 0.3, 100)).round(4)
    return Table(102, "numbers", frame, "y", has_qualities=False)


def sparse():
    rng = np.random.default_rng(2)
    X = rng.random((60, 8)).round(3) * (rng.random((60, 8)) < 0.3)
    frame = pd.DataFrame(X, columns=[f"w{i}" for i in range(8)])
    frame["y"] = (X.sum(axis=1) + 1).round(3)
    return Table(103, "sparse", frame, "y", sparse=True)


def mixed_parquet():
    table = mixed()
    table.id, table.name, table.parquet = 104, "mixed_parquet", True
    return table


def make_tables():
    return [iris(), wdbc(), mixed(), numbers(), sparse(), mixed_parquet()]
