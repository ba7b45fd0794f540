import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import DataConversionWarning

from sklearn_meta._validation import (
    check_classification_target,
    check_regression_target,
    check_table,
    check_weights,
    n_columns,
    n_rows,
    take_rows,
)


class Recorder(BaseEstimator):
    """Something that remembers the table it was fitted on."""


@pytest.fixture
def table():
    return pd.DataFrame({"size": [1.0, 2.0, np.nan], "colour": ["red", None, "blue"]})


def test_numbers_become_a_float_array():
    for X in ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]], dtype=np.uint8), [["1", 2], [3, "4"]]):
        checked = check_table(None, X, reset=True)
        assert isinstance(checked, np.ndarray)
        assert checked.dtype == np.float64
        assert checked.tolist() == [[1, 2], [3, 4]]


def test_lists_of_numbers_and_strings_become_a_frame():
    checked = check_table(None, [[1, "a"], [2, None]], reset=True)
    assert checked.dtypes.astype(str).tolist() == ["float64", "str"]


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil"])
def test_sparse_matrices_become_csr(form):
    X = sparse.eye(4, format=form)
    assert check_table(None, X, reset=True).format == "csr"


def test_sparse_indices_are_no_longer_than_need_be():
    X = sparse.random_array((20, 5), density=0.4, format="csr", rng=0)
    long = sparse.csr_array((X.data, X.indices.astype(np.int64), X.indptr.astype(np.int64)))
    checked = check_table(None, long, reset=True)
    assert checked.indices.dtype == checked.indptr.dtype == np.int32
    np.testing.assert_array_equal(checked.toarray(), X.toarray())


def test_a_lazy_polars_frame_is_told_what_to_do():
    polars = pytest.importorskip("polars")
    with pytest.raises(TypeError, match="collect"):
        check_table(None, polars.LazyFrame({"a": [1.0, 2.0]}), reset=True)


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        (pd.array([1, None], dtype="Int64"), "float64", [1.0, np.nan]),
        (pd.array([1, 2], dtype="Int64"), "int64", [1, 2]),
        (pd.array([True, None], dtype="boolean"), "float64", [1.0, np.nan]),
        (pd.array(["a", None], dtype="string"), "str", ["a", np.nan]),
        (pd.Series(["a", None], dtype=object), "str", ["a", np.nan]),
        (pd.Series([1, None], dtype=object), "float64", [1.0, np.nan]),
        (pd.Series([Decimal("1.5"), 2], dtype=object), "float64", [1.5, 2.0]),
        (pd.Series([1, "a"], dtype=object), "str", ["1", "a"]),
        (pd.Series([b"a", b"b"], dtype=object), "str", ["a", "b"]),
        (pd.Series([None, None], dtype=object), "float64", [np.nan, np.nan]),
        (pd.to_timedelta([1, 2], unit="s"), "float64", [1.0, 2.0]),
        (pd.Series([True, False]), "bool", [True, False]),
        (pd.arrays.SparseArray([0.0, 1.0]), "float64", [0.0, 1.0]),
    ],
)
def test_columns_become_plain(values, dtype, expected):
    column = check_table(None, pd.DataFrame({"a": values}), reset=True)["a"]
    assert column.dtype == dtype
    pd.testing.assert_series_equal(
        column, pd.Series(expected, name="a", dtype=dtype), check_dtype=False
    )


@pytest.mark.parametrize(
    "values",
    [
        pd.date_range("2020-01-01 01:00", periods=2, tz="Europe/Rome"),
        pd.Series([dt.date(2020, 1, 1), dt.date(2020, 1, 2)], dtype=object),
        pd.period_range("2020-01-01", periods=2, freq="D"),
    ],
)
def test_times_become_naive_utc_datetimes(values):
    column = check_table(None, pd.DataFrame({"a": values}), reset=True)["a"]
    assert column.dtype.kind == "M"
    assert column.iloc[0] == pd.Timestamp("2020-01-01")


def test_categories_can_always_be_sorted():
    X = pd.DataFrame({"a": pd.Categorical([1, "b", 1]), "b": pd.Categorical([3, 1, 3])})
    checked = check_table(None, X, reset=True)
    assert checked["a"].tolist() == ["1", "b", "1"]
    assert checked["b"].tolist() == [3, 1, 3]


def test_polars_frames_become_pandas_ones(table):
    polars = pytest.importorskip("polars")
    checked = check_table(None, polars.from_pandas(table), reset=True)
    assert checked.dtypes.astype(str).tolist() == ["float64", "str"]


@pytest.mark.parametrize("names", [["a", "a"], [0, "a"], [3, 5]])
def test_unusable_column_names_become_positions(names):
    recorder = Recorder()
    X = pd.DataFrame([[1.0, 2.0]], columns=names)
    assert check_table(recorder, X, reset=True).columns.tolist() == [0, 1]
    assert not hasattr(recorder, "feature_names_in_")
    check_table(recorder, X, reset=False)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros(3), "Expected 2D array"),
        (np.zeros((0, 3)), r"0 sample\(s\)"),
        (np.zeros((3, 0)), r"0 feature\(s\)"),
        (pd.DataFrame({"a": []}), r"0 sample\(s\)"),
        (np.array([[1 + 2j]]), "Complex data not supported"),
        (np.array([[np.inf]]), "infinity"),
        (pd.DataFrame({"ok": [1.0], "bad": [np.inf]}), r"infinity .* \['bad'\]"),
        ([[1, 2], [3]], "not rectangular"),
    ],
)
def test_wrong_tables_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        check_table(None, X, reset=True)


@pytest.mark.parametrize("cell", [{"foo": "bar"}, [1, 2], {1}])
def test_containers_in_cells_are_refused(cell):
    X = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=object)
    X[0, 0] = cell
    with pytest.raises(TypeError, match="argument must be .* string.* number"):
        check_table(None, X, reset=True)


def test_names_and_number_of_columns_are_recorded_and_compared(table):
    recorder = Recorder()
    check_table(recorder, table, reset=True)
    assert recorder.n_features_in_ == 2
    assert recorder.feature_names_in_.tolist() == ["size", "colour"]
    with pytest.raises(ValueError, match="same order"):
        check_table(recorder, table[["colour", "size"]], reset=False)
    with pytest.raises(ValueError, match="unseen at fit time:\n- hue"):
        check_table(recorder, table.rename(columns={"colour": "hue"}), reset=False)


def test_another_number_of_columns_is_refused():
    recorder = Recorder()
    check_table(recorder, [[1.0, 2.0]], reset=True)
    with pytest.raises(ValueError, match="has 1 features, but Recorder is expecting 2"):
        check_table(recorder, [[1.0]], reset=False)


def test_later_tables_get_the_kinds_seen_in_fit(table):
    recorder = Recorder()
    check_table(recorder, table, reset=True)
    later = pd.DataFrame({"size": pd.Categorical([1, 2]), "colour": [1.0, None]})
    checked = check_table(recorder, later, reset=False)
    assert checked.dtypes.astype(str).tolist() == ["float64", "str"]
    assert checked["colour"].iloc[0] == "1"
    with pytest.raises(ValueError, match="'size' held numbers in fit .* 'big'"):
        check_table(recorder, table.assign(size="big"), reset=False)


def test_a_column_without_values_is_of_any_kind(table):
    fitted = table.assign(day=pd.Timestamp("2020-01-01"))
    recorder = Recorder()
    check_table(recorder, fitted, reset=True)
    empty = pd.DataFrame({name: [None, None] for name in fitted})
    checked = check_table(recorder, empty, reset=False)
    assert [dtype.kind for dtype in checked.dtypes] == ["f", "O", "M"]
    assert checked.isna().all(axis=None)


def test_a_frame_is_taken_where_an_array_was_fitted():
    recorder = Recorder()
    check_table(recorder, np.zeros((2, 2)), reset=True)
    X = pd.DataFrame([[1, 2], [3, 4]])
    assert check_table(recorder, X, reset=False).tolist() == [[1, 2], [3, 4]]


def test_labels_are_encoded():
    for y in (["b", "a"], pd.Series(["b", "a"], dtype="category"), np.array([True, False])):
        codes, classes = check_classification_target(y)
        assert codes.dtype == np.int64
        assert codes.tolist() == [1, 0]
        assert len(classes) == 2
    codes, classes = check_classification_target(np.array([3, 7, 3], dtype=object))
    assert classes.tolist() == [3, 7]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0.5, 1.5, 2.5], "Unknown label type: continuous"),
        ([0.0, np.nan], "contains NaN"),
        (["a", None], "contains NaN"),
        (["a", 1], "Unknown label type"),
        (["a", "a"], "one class"),
        ([[0, 1], [1, 0]], "1d array"),
        ([], r"0 sample\(s\)"),
        (None, "requires y to be passed, but the target y is None"),
    ],
)
def test_wrong_labels_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        check_classification_target(y)


def test_targets_of_another_length_are_refused():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        check_classification_target([0, 1], 3)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        check_regression_target([0, 1], 3)


def test_a_column_vector_is_raveled_with_a_warning():
    with pytest.warns(DataConversionWarning):
        codes, _ = check_classification_target(np.array([[0], [1]]))
    assert codes.shape == (2,)


def test_numbers_as_target():
    for y in ([1, 2], pd.Series([1, 2], dtype="Int64"), np.array([1, 2], dtype=object)):
        assert check_regression_target(y).dtype == np.float64
    with pytest.raises(ValueError, match="infinity"):
        check_regression_target([1.0, np.inf])
    with pytest.raises(ValueError, match="needs numbers"):
        check_regression_target(["a", "b"])


def test_weights():
    assert check_weights(None, 2) is None
    assert check_weights([1, 2], 2).tolist() == [1.0, 2.0]
    for weights, message in (([1], "shape"), ([-1, 1], "[Nn]egative"), ([0, 0], "zero")):
        with pytest.raises(ValueError, match=message):
            check_weights(weights, 2)


@pytest.mark.parametrize("convert", [np.asarray, pd.DataFrame, sparse.csr_array])
def test_rows_of_any_container(convert):
    X = check_table(None, convert(np.arange(6.0).reshape(3, 2)), reset=True)
    taken = take_rows(X, np.array([2, 0]))
    assert type(taken) is type(X)
    assert (n_rows(taken), n_columns(taken)) == (2, 2)
    dense = taken.toarray() if sparse.issparse(taken) else np.asarray(taken)
    assert dense.tolist() == [[4, 5], [0, 1]]
