"""Tables in numbers: statistics of the support rows, the same for any order of columns."""

import numpy as np
import pandas as pd
import pytest

from sklearn_meta._validation import check_table
from sklearn_meta.fewshot._projections import projections
from sklearn_meta.fewshot._table_columns import CodedTable, TableColumns
from sklearn_meta.fewshot._table_encoder import N_CELL, N_COLUMN, TableEncoder


def blobs(seed=0, n_rows=40, width=6, n_classes=3):
    rng = np.random.default_rng(seed)
    y = np.arange(n_rows) % n_classes
    X = 2 * rng.normal(size=(n_classes, width))[y] + rng.normal(size=(n_rows, width))
    return X, y


def encoded(X, y, n_classes=3, query=None):
    encoder = TableEncoder().fit(check_table(None, X, reset=True), y, n_classes)
    rows = encoder.transform(check_table(None, X if query is None else query, reset=True))
    return encoder, rows


def test_shapes_and_types():
    encoder, rows = encoded(*blobs())
    assert rows["cells"].shape == (40, 6, N_CELL) and rows["cells"].dtype == np.float32
    assert encoder.context["columns"].shape == (6, N_COLUMN)
    assert np.isfinite(rows["scores"]).all() and np.isfinite(encoder.context["columns"]).all()


def test_columns_may_stand_in_any_order():
    X, y = blobs()
    order = [3, 0, 5, 1, 4, 2]
    (first, rows), (second, permuted) = encoded(X, y), encoded(X[:, order], y)
    np.testing.assert_allclose(permuted["cells"], rows["cells"][:, order], atol=1e-5)
    np.testing.assert_allclose(permuted["scores"], rows["scores"], atol=1e-3)
    np.testing.assert_allclose(
        second.context["columns"], first.context["columns"][order], atol=1e-3
    )


def test_classes_may_have_any_number():
    X, y = blobs()
    (first, rows), (second, renamed) = encoded(X, y), encoded(X, np.array([1, 2, 0])[y])
    np.testing.assert_allclose(renamed["scores"], rows["scores"], atol=1e-3)
    np.testing.assert_allclose(second.context["columns"], first.context["columns"], atol=1e-3)


def test_units_do_not_matter():
    X, y = blobs()
    _, rows = encoded(X, y)
    _, scaled = encoded(X * [1e6, 1e-6, 3, 1, 1, 1] + [5, 0, 1e3, 0, 0, 0], y)
    np.testing.assert_allclose(scaled["cells"], rows["cells"], atol=1e-4)


def test_query_rows_are_encoded_by_the_support_alone():
    X, y = blobs()
    encoder, _ = encoded(X[:20], y[:20])
    together = encoder.transform(X[20:])
    alone = encoder.transform(X[25:26])
    np.testing.assert_array_equal(alone["cells"][0], together["cells"][5])


def test_missing_cells_are_marked():
    X, y = blobs()
    X[3, 2] = np.nan
    _, rows = encoded(X, y)
    assert rows["cells"][3, 2].tolist() == [0, 0, 0, 1]
    assert rows["cells"][:, :, 3].sum() == 1


def test_levels_become_columns():
    frame = pd.DataFrame({"size": ["s", "m", "s", None, "l", "s"], "n": [1.0, 2, 3, 4, 5, 6]})
    encoder, rows = encoded(frame, np.array([0, 1, 0, 1, 0, 1]), 2)
    assert encoder.columns.levels == [["s", "l", "m"], None]
    assert rows["cells"].shape[1] == 4
    assert rows["cells"][3, :3, 3].tolist() == [1, 1, 1]
    unseen = frame.assign(size="xl")
    assert np.isfinite(encoder.transform(check_table(None, unseen, reset=True))["cells"]).all()


def mixed_table(n_rows=40):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "n": np.where(rng.random(n_rows) < 0.2, np.nan, rng.normal(size=n_rows)),
            "text": rng.choice(["u", "v", "w", None], n_rows),
            "many": [f"level {number % 23}" for number in range(n_rows)],
            "kind": pd.Categorical(rng.choice([3, 1, 2], n_rows), categories=[1, 2, 3, 4]),
            "flag": rng.random(n_rows) < 0.5,
            "day": pd.date_range("2020-01-01", periods=n_rows).where(rng.random(n_rows) < 0.8),
            "empty": pd.Categorical([None] * n_rows, categories=["x"]),
        }
    )


def test_rows_of_a_coded_table_are_encoded_as_those_of_the_table():
    table, y = check_table(None, mixed_table(), reset=True), np.arange(40) % 2
    coded = CodedTable.of(table)
    support, query = np.arange(0, 30, 2), np.arange(1, 40, 2)
    plain = TableEncoder().fit(table.iloc[support], y[support], 2)
    fast = TableEncoder().fit(coded[support], y[support], 2)
    assert fast.columns.levels == plain.columns.levels
    np.testing.assert_array_equal(fast.context["columns"], plain.context["columns"])
    for rows in (support, query):
        expected, got = plain.transform(table.iloc[rows]), fast.transform(coded[rows])
        for name in expected:
            np.testing.assert_array_equal(got[name], expected[name])


def test_columns_of_numbers():
    table = check_table(None, mixed_table(), reset=True)
    columns = TableColumns().fit(table)
    numbers = columns.transform(table)
    levels = dict(zip(table.columns, columns.levels, strict=True))
    assert levels["n"] is levels["flag"] is levels["day"] is None
    assert sorted(levels["text"]) == ["u", "v", "w"] and sorted(levels["kind"]) == ["1", "2", "3"]
    twice = sorted(f"level {number}" for number in range(17))  # the other six come once
    assert levels["many"] == twice[:16] and list(levels["empty"]) == []
    text = numbers[:, 1:4]
    for place, level in enumerate(levels["text"]):
        present = table["text"].notna().to_numpy()
        assert (text[present, place] == (table["text"][present] == level)).all()
        assert np.isnan(text[~present]).all()
    days = (table["day"] - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
    np.testing.assert_array_equal(numbers[:, -2], days)
    assert np.isnan(numbers[:, -1]).all() and numbers.shape[1] == 1 + 3 + 16 + 3 + 1 + 1 + 1


def test_a_column_is_read_as_it_was_learned():
    numbers = pd.DataFrame({"a": [1, 2, 1, 2]})
    texts = numbers.astype("str")
    as_category = numbers.astype("category")
    learned = TableColumns().fit(numbers)
    np.testing.assert_array_equal(learned.transform(as_category), [[1], [2], [1], [2]])
    learned = TableColumns().fit(texts)
    np.testing.assert_array_equal(learned.transform(numbers), learned.transform(texts))


@pytest.mark.parametrize("X", [np.ones((6, 3)), np.full((6, 2), np.nan), np.eye(6)[:, :1]])
def test_columns_that_say_nothing(X):
    encoder, rows = encoded(X, np.array([0, 1] * 3), 2)
    assert np.isfinite(rows["cells"]).all() and np.isfinite(encoder.context["columns"]).all()


def test_large_numbers_do_not_overflow():
    X, y = blobs()
    _, rows = encoded(X * 1e300, y)
    _, plain = encoded(X, y)
    np.testing.assert_allclose(rows["cells"], plain["cells"], atol=1e-4)


def test_projections_tell_the_target_apart():
    X, y = blobs(width=10)
    Z = (X - X.mean(0)) / X.std(0)
    scores = Z @ projections(Z, y, 3)
    between = np.stack([scores[y == label].mean(0) for label in range(3)]).std(0)
    within = np.stack([scores[y == label].std(0) for label in range(3)]).mean(0)
    assert between[0] / within[0] > (Z[y == 0].mean(0) - Z[y == 1].mean(0)).std()
    np.testing.assert_allclose(scores[:, :2].std(0), 1, atol=1e-6)
    target = Z[:, 0] - 2 * Z[:, 3]
    ridge = Z @ projections(Z, (target - target.mean()) / target.std(), None)[:, 0]
    assert np.corrcoef(ridge, target)[0, 1] > 0.95
