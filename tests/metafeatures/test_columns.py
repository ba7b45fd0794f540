import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sklearn_meta._validation import check_table
from sklearn_meta.metafeatures._columns import column_roles


def roles_of(X):
    return column_roles(check_table(None, X, reset=True))


def test_each_column_has_one_role():
    n = 120
    X = pd.DataFrame(
        {
            "number": np.linspace(0, 1, n),
            "flag": [True, False] * (n // 2),
            "colour": ["red", None, "blue"] * (n // 3),
            "grade": pd.Categorical([1, 2, 3] * (n // 3)),
            "city": [f"city {i % 60}" for i in range(n)],
            "day": pd.date_range("2020", periods=n),
            "written_day": [f"2021-0{i % 9 + 1}-1{i % 7}" for i in range(n)],
            "remark": [f"what customer {i} wrote to us" for i in range(n)],
            "constant": "same",
            "empty": np.nan,
            "copy": np.linspace(0, 1, n),
            "colour_copy": ["red", None, "blue"] * (n // 3),
        }
    )
    roles = roles_of(X)
    assert roles.numeric == ("number", "flag")
    assert roles.categorical == ("colour", "grade")
    assert roles.high_cardinality == ("city",)
    assert roles.datetime == ("day", "written_day")
    assert roles.text == ("remark",)
    assert roles.dropped == ("constant", "empty", "copy", "colour_copy")
    assert roles.n_levels == {"colour": 2, "grade": 3, "city": 60}
    assert roles.n_used == 8


def test_missing_beside_one_value_is_no_constant():
    X = pd.DataFrame({"a": [1.0, np.nan], "b": ["x", None]})
    assert roles_of(X).dropped == ()


@pytest.mark.parametrize("values", [["1.2.3", "4.5.6"], ["12-3", "5-4"], ["555-1234", "555-9876"]])
def test_numbers_with_separators_are_no_dates(values):
    roles = roles_of(pd.DataFrame({"a": values * 5}))
    assert roles.datetime == ()


def test_arrays_have_positions():
    X = np.array([[1.0, 5.0, 1.0, 7.0], [2.0, 5.0, 2.0, 8.0]])
    roles = roles_of(X)
    assert roles.numeric == (0, 3)
    assert roles.dropped == (1, 2)


def test_unusable_names_give_positions():
    roles = roles_of(pd.DataFrame([[1.0, "a"], [2.0, "b"]], columns=["x", "x"]))
    assert roles.numeric == (0,)
    assert roles.categorical == (1,)
    assert roles.n_levels == {1: 2}


def test_sparse_tables_are_numeric():
    roles = roles_of(sparse.eye(4, format="csr"))
    assert roles.sparse
    assert roles.numeric == (0, 1, 2, 3)


def test_opposite_columns_are_no_copies():
    x = np.array([1.0, -1.0, 0.5])
    assert roles_of(np.column_stack([x, -x])).dropped == ()


def test_levels_renamed_are_no_copy():
    roles = roles_of(pd.DataFrame({"a": ["x", "y"], "b": ["u", "v"]}))
    assert roles.categorical == ("a", "b")
