import time
import tracemalloc
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sklearn_meta._validation import check_table
from sklearn_meta.metafeatures import TaskView, describe_task, metafeature_names

ALL = ("simple", "statistical", "information", "landmarking")


def _mixed(n_rows, seed=0):
    rng = np.random.default_rng(seed)
    holes = rng.random(n_rows) < 0.2
    return pd.DataFrame(
        {
            "number": np.where(holes, np.nan, rng.normal(size=n_rows)),
            "whole": rng.integers(0, 9, n_rows),
            "flag": rng.random(n_rows) < 0.5,
            "colour": pd.Categorical(np.where(holes, None, rng.choice(list("rgb"), n_rows))),
            "word": pd.Series(rng.choice(["yes", "no"], n_rows), dtype="str"),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(n_rows), "D"),
            "constant": 1.0,
            "empty": np.nan,
            "empty_word": pd.Series([None] * n_rows, dtype="str"),
            "copy": pd.Categorical(["only"] * n_rows),
        }
    )


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("n_rows", [1, 2, 3, 7, 200])
@pytest.mark.parametrize("form", ["frame", "array", "sparse", "words"])
def test_never_a_crash_nor_a_warning(kind, n_rows, form):
    X = _mixed(n_rows)
    X = {
        "frame": X,
        "array": X[["number", "whole", "constant", "empty"]].to_numpy(),
        "sparse": sparse.random_array((n_rows, 5), density=0.3, format="csr", rng=0),
        "words": X[["word", "empty_word"]],
    }[form]
    y = np.arange(n_rows) % {"binary": 2, "multiclass": 3, "regression": 10**6}[kind]
    weight_choices = (None, np.arange(n_rows) % 2 + (n_rows == 1), np.linspace(0.1, 2, n_rows))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for weights in weight_choices:
            found = describe_task(TaskView(X, y, kind, sample_weight=weights), groups=ALL)
            assert list(found) == metafeature_names(ALL)
            assert all(type(value) is float and not np.isinf(value) for value in found.values())


@pytest.mark.parametrize("target", [[1] * 30, [2.5] * 30])
def test_a_constant_target_is_described(target):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = describe_task(_mixed(30), target, groups=ALL)
    assert found["NumberOfInstances"] == 30
    assert np.isnan(found["DecisionStumpAUC"])


def test_names_are_openmls_where_openml_has_them():
    ours = {
        "PercentageOfHighCardinalityFeatures",
        "PercentageOfTextFeatures",
        "PercentageOfDateFeatures",
        "TargetSkewness",
        "TargetKurtosis",
        "PercentageOfDistinctTargetValues",
        "MeanAbsCorrelationWithTarget",
        "MaxAbsCorrelationWithTarget",
        "PercentageOfVarianceOfFirstComponent",
        "PercentageOfComponentsFor95PercentVariance",
        *(f"Linear{measure}" for measure in ("AUC", "ErrRate", "Kappa")),
    }
    names = metafeature_names(ALL)
    assert len(names) == len(set(names))
    assert ours < set(names)
    rest = {name for name in names if name not in ours and not name.endswith("RSquared")}
    assert len(rest) == 107  # as many as OpenML serves; which: test_openml_agreement
    assert len([name for name in names if name.endswith("RSquared")]) == 3 + 3 + 3 + 3


@pytest.mark.parametrize(
    ("y", "n_classes"),
    [(["a", "b"] * 10, 2), ([0, 1, 2, 3] * 5, 4), ([True, False] * 10, 2), ([0.0, 1.0] * 10, 2)],
)
def test_the_kind_is_guessed(y, n_classes):
    X = np.random.default_rng(0).normal(size=(20, 2))
    for target in (y, np.array(y), pd.Series(y), pd.Series(y, dtype="category"), np.array([y]).T):
        assert describe_task(X, target)["NumberOfClasses"] == n_classes
    assert describe_task(X, X[:, 0])["NumberOfClasses"] == 0
    assert describe_task(X, np.arange(20), kind="regression")["NumberOfClasses"] == 0


def test_seeded_on_tables_larger_than_the_sample():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(7000, 120)), rng.integers(0, 2, 7000)
    one, two, other = (describe_task(X, y, random_state=seed) for seed in (0, 0, 1))
    assert one == pytest.approx(two, nan_ok=True)
    assert one["MeanMeansOfNumericAtts"] != other["MeanMeansOfNumericAtts"]
    assert one["NumberOfInstances"] == other["NumberOfInstances"] == 7000


def _large(n_rows):
    """Make a frame of every kind of column, with dtypes that the check has to convert."""
    rng = np.random.default_rng(0)
    X = _mixed(n_rows)
    X["objects"] = pd.Series(rng.choice(np.array([1, 2.5, None], object), n_rows), dtype=object)
    X["nullable"] = pd.array(rng.integers(0, 5, n_rows), dtype="Int64")
    X["single"] = rng.random(n_rows).astype("float32")
    X["text"] = [f"what customer {i} wrote to us" for i in range(n_rows)]
    X["rare"] = pd.Categorical(["usual"] * (n_rows - 1) + ["rare"])
    X["mixed"] = pd.Series(["a", 1, None, True] * (n_rows // 4), dtype=object)
    X.loc[::7, "nullable"] = pd.NA
    return X


def test_a_large_frame_is_described_as_its_checked_copy():
    X, y = _large(6000), np.arange(6000) % 3
    weights = np.random.default_rng(1).integers(0, 3, 6000)
    for sample_weight in (None, weights):
        checked = check_table(None, X, reset=True)
        view = TaskView(checked, y, "multiclass", sample_weight=sample_weight)
        plain = describe_task(view, groups=ALL)
        assert describe_task(X, y, groups=ALL, sample_weight=sample_weight) == pytest.approx(
            plain, nan_ok=True
        )


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_a_large_array_of_any_number_is_described_as_floats(dtype):
    X = np.random.default_rng(0).normal(size=(6000, 4)).astype(dtype)
    y = np.arange(6000) % 2
    plain = describe_task(X.astype(float), y, groups=ALL)
    assert describe_task(X, y, groups=ALL) == pytest.approx(plain, nan_ok=True)


def test_polars_is_read_as_pandas():
    polars = pytest.importorskip("polars")
    X = _large(6000)[["number", "whole", "flag", "word", "day", "text", "single"]]
    y = np.arange(6000) % 2
    for rows in (slice(0, 300), slice(None)):
        frame = polars.from_pandas(X[rows])
        found = describe_task(frame, polars.Series(y[rows]), groups=ALL)
        assert found == pytest.approx(describe_task(X[rows], y[rows], groups=ALL), nan_ok=True)


@pytest.mark.parametrize("form", ["frame", "float32", "float64", "polars"])
def test_infinity_is_refused_wherever_it_stands(form):
    X = pd.DataFrame({"a": np.zeros(6000), "b": np.zeros(6000), "c": "x"})
    X.loc[5999, "b"] = np.inf
    if form.startswith("float"):
        X = X[["a", "b"]].to_numpy(form)
    if form == "polars":
        X = pytest.importorskip("polars").from_pandas(X)
    for random_state in range(3):  # in the sample or not
        with pytest.raises(ValueError, match="infinity"):
            describe_task(X, np.arange(6000) % 2, random_state=random_state)


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_weights_are_repetitions(kind):
    X, y = _mixed(200), np.arange(200) % 2
    y = y if kind == "binary" else np.random.default_rng(0).normal(size=200)
    weights = np.random.default_rng(1).integers(0, 4, 200)
    weighted = describe_task(X, y, kind=kind, sample_weight=weights)
    repeated = np.repeat(np.arange(200), weights)
    plain = describe_task(X.iloc[repeated].reset_index(drop=True), y[repeated], kind=kind)
    assert weighted == pytest.approx(plain, nan_ok=True)


def test_order_of_columns_and_labels_does_not_matter():
    X, y = _mixed(200), np.arange(200) % 3
    plain = describe_task(X, y)
    turned = describe_task(X[X.columns[::-1]], np.array(["c", "a", "b"])[y])
    assert plain == pytest.approx(turned, nan_ok=True)


def test_wrong_arguments_are_refused():
    X, y = np.zeros((4, 1)), [0, 1, 0, 1]
    with pytest.raises(ValueError, match="no group 'shape'.*simple, statistical"):
        describe_task(X, y, groups=["shape"])
    with pytest.raises(ValueError, match="y is None"):
        describe_task(X)
    with pytest.raises(ValueError, match="y has 3 entries"):
        describe_task(X, y[:3])
    with pytest.raises(ValueError, match="kind is 'odd'"):
        describe_task(X, y, kind="odd")
    with pytest.raises(ValueError, match="NaN"):
        describe_task(X, ["a", None, "a", "b"])
    with pytest.raises(ValueError, match="shape"):
        describe_task(X, np.zeros((4, 2)))
    with pytest.raises(ValueError, match="[Nn]egative"):
        describe_task(X, y, sample_weight=[1, 1, -1, 1])
    with pytest.raises(ValueError, match="non-zero"):
        describe_task(X, y, sample_weight=[0, 0, 0, 0])


def test_a_million_rows_take_the_time_of_a_look():
    X = np.random.default_rng(0).random((300_000, 40))
    y = np.arange(300_000) % 2
    start = time.perf_counter()
    describe_task(TaskView(X, y, "binary"))
    assert time.perf_counter() - start < 2  # about 0.1 s on a quiet machine


@pytest.mark.parametrize("form", ["float32", "frame", "words"])
def test_memory_does_not_grow_with_the_table(form):
    values = np.random.default_rng(0).random((400_000, 30), dtype=np.float32)
    X = values
    if form == "frame":
        X = pd.DataFrame(values, copy=False)
    if form == "words":
        words = pd.Series(["red", "green", "blue"] * 100_000, dtype="str")
        X = pd.DataFrame({f"c{i}": words for i in range(30)})
    y = np.arange(len(X)) % 2
    describe_task(X[:6000], y[:6000], groups=ALL)  # imports
    tracemalloc.start()
    describe_task(X, y, groups=ALL)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30e6  # the target's codes, a chunk's marks, the sample; the table has 48e6
