import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sklearn_meta.metafeatures import ColumnRoles, TaskView, column_roles


def test_small_tables_are_seen_whole():
    X = np.arange(20.0).reshape(10, 2)
    view = TaskView(X, [0, 1] * 5, "binary")
    np.testing.assert_array_equal(view.numeric, X)
    np.testing.assert_array_equal(view.rows, np.arange(10))
    assert (view.n_rows, view.n_columns, view.n_classes) == (10, 2, 2)


def test_samples_are_bounded_sorted_and_seeded():
    X = np.random.default_rng(0).normal(size=(300, 40))
    views = [TaskView(X, np.zeros(300, int), "binary", None, None, 50, 7, s) for s in (0, 0, 1)]
    first, again, other = views
    assert first.numeric.shape == (50, 7)
    assert (np.diff(first.rows) > 0).all()
    np.testing.assert_array_equal(first.numeric, again.numeric)
    assert not np.array_equal(first.rows, other.rows)


def test_the_order_of_use_does_not_change_the_samples():
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 40)))
    one, two = (TaskView(X, np.zeros(300, int), "binary", max_rows=50, max_columns=7) for _ in "ab")
    one_rows, two_numbers = one.rows, two.numeric
    np.testing.assert_array_equal(one.numeric, two_numbers)
    np.testing.assert_array_equal(one_rows, two.rows)


def test_array_frame_and_sparse_give_the_same_numbers():
    X = np.random.default_rng(0).integers(0, 3, size=(80, 9)).astype(float)
    y = np.arange(80) % 2
    containers = (X, pd.DataFrame(X), sparse.csr_array(X), sparse.csr_matrix(X))
    for container in containers:
        view = TaskView(container, y, "binary", max_rows=30, max_columns=4)
        np.testing.assert_array_equal(
            view.numeric, TaskView(X, y, "binary", max_rows=30, max_columns=4).numeric
        )


def test_rows_of_weight_zero_are_absent():
    X = np.arange(12.0).reshape(6, 2)
    view = TaskView(X, [0, 1, 2, 0, 1, 2], "multiclass", sample_weight=[1, 2, 0, 1, 0, 0])
    np.testing.assert_array_equal(view.rows, [0, 1, 3])
    assert (view.n_rows, view.n_classes, view.total_weight) == (3, 2, 4.0)


def test_fractional_weights_are_scaled_to_mean_one():
    view = TaskView(np.zeros((4, 1)), [0, 1, 0, 1], "binary", sample_weight=[0.1, 0.3, 0.0, 0.2])
    assert view.total_weight == pytest.approx(3)
    np.testing.assert_allclose(view.sample_weight, [0.5, 1.5, 1.0])


def test_types_of_columns():
    X = pd.DataFrame(
        {
            "number": [1.0, np.nan, 3.0, 4.0],
            "flag": [True, False, True, True],
            "colour": pd.Categorical(["r", "g", None, "g"], categories=["g", "r", "b"]),
            "word": ["x", "y", "x", None],
            "day": pd.to_datetime(["2020-01-01"] * 4),
            "written_day": ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"],
        }
    ).astype({"word": "str"})
    view = TaskView(X, [0, 1, 0, 1], "binary")
    assert view.attribute_types.tolist() == [
        "numeric", "nominal", "nominal", "nominal", "date", "date",
    ]  # fmt: skip
    assert [codes.tolist() for codes in view.nominal] == [
        [1, 0, 1, 1], [1, 0, -1, 0], [0, 1, 0, -1],
    ]  # fmt: skip
    assert view.n_levels.tolist() == [[2, 2], [3, 2], [2, 2]]
    assert view.n_binary == 2


def test_roles_that_are_given_are_kept():
    X = pd.DataFrame({"a": ["x", "y", "z"], "b": ["p", "q", "q"]}).astype("str")
    view = TaskView(X, [0, 1, 0], "binary", roles=ColumnRoles(text=("a",), high_cardinality=("b",)))
    assert view.attribute_types.tolist() == ["text", "nominal"]
    assert view.n_high_cardinality == 1


@pytest.mark.parametrize("names", [["a", "a", "b"], [0, 1, 2], ["a", 1, "b"]])
def test_any_column_names_do(names):
    X = pd.DataFrame([[1, "x", "2020-01-01"], [2, "y", "2020-01-02"], [3, "x", "2020-03-02"]])
    X = X.astype({0: float, 1: "str", 2: "str"})
    X.columns = names
    view = TaskView(X, [0, 1, 0], "binary")
    assert view.attribute_types.tolist() == ["numeric", "nominal", "date"]


def test_wrong_lengths_and_kinds_are_refused():
    with pytest.raises(ValueError, match="X has 3 rows and y has 2"):
        TaskView(np.zeros((3, 1)), [0, 1], "binary")
    with pytest.raises(ValueError, match="sample_weight has 1"):
        TaskView(np.zeros((3, 1)), [0, 1, 1], "binary", sample_weight=[1])
    with pytest.raises(ValueError, match="'ranking'.*'binary'"):
        TaskView(np.zeros((3, 1)), [0, 1, 1], "ranking")


def test_labels_of_any_type_are_encoded():
    view = TaskView(np.zeros((3, 1)), ["no", "yes", "no"], "binary")
    assert view.y.tolist() == [0, 1, 0]
    assert TaskView(np.zeros((2, 1)), [-5, 10**9], "binary").y.tolist() == [0, 1]


def test_roles_of_arrays_and_sparse_matrices_are_accepted():
    X = np.random.default_rng(0).normal(size=(20, 3))
    for container in (X, sparse.csr_array(X)):
        view = TaskView(container, np.arange(20) % 2, "binary", column_roles(container))
        assert view.attribute_types.tolist() == ["numeric"] * 3
        assert (view.n_high_cardinality, view.n_binary) == (0, 0)


def test_given_and_found_roles_agree_on_a_table_seen_whole():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "number": rng.normal(size=90),
            "flag": rng.random(90) < 0.5,
            "sides": pd.Series(rng.choice(["left", "right"], 90), dtype="str"),
            "code": pd.Series([f"k{i}" for i in range(90)], dtype="str"),
            "day": pd.Series([f"2021-03-{1 + i % 28:02d}" for i in range(90)], dtype="str"),
        }
    )
    y = np.arange(90) % 2
    given, found = TaskView(X, y, "binary", column_roles(X)), TaskView(X, y, "binary")
    assert given.attribute_types.tolist() == found.attribute_types.tolist()
    assert given.n_binary == found.n_binary == 2
    assert given.n_high_cardinality == found.n_high_cardinality == 1
