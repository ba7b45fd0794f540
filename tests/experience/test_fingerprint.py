import time

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sklearn_meta.experience import row_hashes, row_sketch, shares_rows
from sklearn_meta.experience.identity._fingerprint import Fingerprint


def mixed_table(seed, n_rows=600):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, n_rows),
            "income": np.round(rng.lognormal(10, 1, n_rows), 2),
            "city": pd.Categorical(rng.choice(["Oslo", "Rome", "Lima"], n_rows)),
            "grade": rng.integers(1, 6, n_rows),
            "gap": np.where(rng.random(n_rows) < 0.3, np.nan, rng.normal(size=n_rows)),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n_rows), "D"),
        }
    )


def random_half(table, seed):
    """A half of the rows, the columns shuffled and renamed."""
    half = table.sample(frac=0.5, random_state=seed)
    half = half.iloc[:, np.random.default_rng(seed).permutation(half.shape[1])]
    return half.set_axis([f"v{j}" for j in range(half.shape[1])], axis=1)


def small_numbers(seed, n_levels, n_columns, n_rows):
    """Whole numbers, each column with frequencies of its own."""
    rng = np.random.default_rng(seed)
    columns = [
        rng.choice(n_levels, n_rows, p=rng.dirichlet(np.ones(n_levels))) for _ in range(n_columns)
    ]
    return np.column_stack(columns).astype(float)


def recognised(a, b):
    return Fingerprint.of(a).shares_rows_with(Fingerprint.of(b))


@pytest.mark.parametrize("seed", range(5))
def test_random_half_is_recognised(seed):
    table = mixed_table(seed)
    assert recognised(random_half(table, seed), table)
    assert recognised(table, random_half(table, seed))


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.assign(city=t["city"].astype(str)),
        lambda t: t.assign(city=t["city"].astype(object)),
        lambda t: t.assign(age=t["age"].astype(float), grade=t["grade"].astype("int8")),
        lambda t: t.assign(grade=t["grade"].astype(str).astype("category")),
        lambda t: t.assign(age=t["age"].astype("Int64")),
        lambda t: t.assign(income=t["income"] * (1 + 1e-12)),
        lambda t: t.sample(frac=1.0, random_state=0),
        lambda t: pd.concat([t, t]),
    ],
)
def test_storage_does_not_matter(change):
    table = mixed_table(0)
    assert recognised(change(table.copy()), table)


@pytest.mark.parametrize("n_levels, n_columns", [(2, 15), (2, 30), (3, 9), (5, 10), (3, 60)])
def test_uniform_small_numbers_are_told_apart(n_levels, n_columns):
    tables = [
        np.random.default_rng(seed).integers(0, n_levels, (1000, n_columns)) for seed in range(5)
    ]
    for a in range(5):
        for b in range(5):
            assert recognised(tables[a], tables[b]) == (a == b)
        assert recognised(tables[a][::2], tables[a])


@pytest.mark.parametrize("n_levels, n_columns", [(2, 5), (3, 4), (5, 4), (10, 3), (5, 6)])
def test_few_cells_with_own_frequencies_are_told_apart(n_levels, n_columns):
    tables = [small_numbers(seed, n_levels, n_columns, 1000) for seed in range(6)]
    alarms = [
        (a, b) for a in range(6) for b in range(6) if a != b and recognised(tables[a], tables[b])
    ]
    assert alarms == []


@pytest.mark.parametrize("n_levels, n_columns", [(2, 15), (2, 30), (3, 9)])
def test_small_numbers_are_recognised_in_any_order(n_levels, n_columns):
    tables = [small_numbers(seed, n_levels, n_columns, 1000) for seed in range(4)]
    rng = np.random.default_rng(0)
    for a, table in enumerate(tables):
        mixed = rng.permutation(rng.permutation(table, axis=1))
        for b, other in enumerate(tables):
            assert recognised(mixed, other) == (a == b)
            assert recognised(other, pd.DataFrame(mixed).astype(str)) == (a == b)
        content = {
            Fingerprint.of(container(mixed)).content
            for container in (np.asarray, sparse.csr_array, pd.DataFrame, sparse.coo_matrix)
        }
        assert content == {Fingerprint.of(table).content}
    old = Fingerprint.from_json(Fingerprint.of(table).to_json().replace("content", "unknown"))
    assert old.content is None
    assert Fingerprint.of(table[rng.permutation(1000)]).shares_rows_with(old)
    changed = mixed.copy()
    changed[0, 0] = 1 - changed[0, 0]
    assert Fingerprint.of(changed).content != Fingerprint.of(table).content


def test_a_task_has_one_id_in_any_order():
    from sklearn_meta.experience import Experience

    base = Experience.empty()
    rng = np.random.default_rng(0)
    facts = {"n_rows": 600, "n_columns": 6, "n_classes": 2}
    for table in (mixed_table(0), pd.DataFrame(small_numbers(0, 2, 15, 600))):
        ids = {
            base.add_task("t", "binary", fingerprint=table.iloc[rows, columns], **facts)
            for rows, columns in [
                (slice(None), slice(None)),
                (rng.permutation(600), rng.permutation(table.shape[1])),
            ]
        }
        assert len(ids) == 1


@pytest.mark.parametrize("container", [pd.DataFrame, np.asarray, sparse.csr_array, "words"])
def test_large_tables_are_recognised_in_any_order(monkeypatch, container):
    from sklearn_meta.experience.identity import _row_sample

    monkeypatch.setattr(_row_sample, "MAX_ROWS", 2000)
    rng = np.random.default_rng(0)
    table = np.round(rng.normal(size=(10_000, 5)), 3) * (rng.random((10_000, 5)) < 0.9)
    other = np.round(rng.normal(size=(10_000, 5)), 3)
    if container == "words":

        def container(values):
            return pd.DataFrame(values).assign(word=[f"w{v:.0f}" for v in values.sum(axis=1)])

    whole = container(table)
    mixed = container(rng.permutation(table)[:, ::-1])
    assert len(row_hashes(whole)) == 2000
    assert recognised(mixed, whole)
    np.testing.assert_array_equal(row_sketch(mixed), row_sketch(whole))
    assert recognised(container(table[rng.permutation(10_000)[:5000]] * (1 + 1e-12)), whole)
    assert not recognised(container(other), whole)


def test_different_tables_are_not_recognised():
    tables = [mixed_table(seed) for seed in range(6)]
    for a in range(6):
        for b in range(a):
            assert not recognised(tables[a], tables[b])


def test_too_few_distinct_rows_prove_nothing():
    table = np.tile([[0.0, 1.0], [1.0, 0.0]], (100, 1))
    assert not recognised(table, table)
    assert shares_rows(row_sketch(table), row_sketch(table)) == 0.0


def test_another_number_of_columns_is_another_table():
    table = mixed_table(0)
    assert not recognised(table.iloc[:, :-1], table)


def test_share_is_that_of_the_smaller_table():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(2000, 4))
    known = row_sketch(table)
    assert shares_rows(row_hashes(table[:500]), known) == 1.0
    mixed = np.vstack([table[:500], rng.normal(size=(500, 4))])
    assert 0.3 < shares_rows(row_hashes(mixed), known) < 0.7
    assert shares_rows(row_hashes(rng.normal(size=(500, 4))), known) == 0.0


def test_sketch_is_sorted_bounded_and_a_sample_of_the_rows():
    table = np.random.default_rng(0).normal(size=(500, 3))
    sketch = row_sketch(table, size=64)
    assert sketch.dtype == np.uint64
    assert len(sketch) == 64
    assert (np.diff(sketch.astype(object)) > 0).all()
    assert set(sketch) <= set(row_hashes(table))


def test_sparse_hashes_like_dense():
    dense = np.random.default_rng(0).poisson(0.2, size=(100, 20)).astype(float)
    for container in (sparse.csr_matrix, sparse.csr_array, sparse.coo_array):
        np.testing.assert_array_equal(row_hashes(container(dense)), row_hashes(dense))
    assert recognised(sparse.csr_array(dense)[::2], dense)


def test_containers_hash_alike():
    polars = pytest.importorskip("polars")
    table = mixed_table(0)[["age", "income", "grade"]]
    expected = row_hashes(table)
    np.testing.assert_array_equal(row_hashes(polars.from_pandas(table)), expected)
    np.testing.assert_array_equal(row_hashes(table.to_numpy()), expected)
    np.testing.assert_array_equal(row_hashes(table.to_numpy(dtype=object)), expected)
    np.testing.assert_array_equal(row_hashes(table.values.tolist()), expected)


def test_odd_numbers_hash_quietly_and_apart():
    values = [0.0, -0.0, 1e-320, np.inf, -np.inf, np.nan, 1e308, -1.0, 1.0, 9.999999e5]
    with np.errstate(all="raise"):
        hashes = row_hashes(np.array(values)[:, None])
    assert hashes[0] == hashes[1]
    assert len(set(hashes[1:].tolist())) == len(values) - 1


def test_wrong_dimension_is_refused():
    with pytest.raises(ValueError, match="two dimensions"):
        row_hashes(np.zeros(3))


def test_json_round_trip():
    original = Fingerprint.of(small_numbers(0, 5, 4, 300))
    copy = Fingerprint.from_json(original.to_json())
    np.testing.assert_array_equal(copy.shuffled.hashes, original.shuffled.hashes)
    np.testing.assert_array_equal(copy.ordered.counts, original.ordered.counts)
    assert copy.n_columns == 4


def test_fast_enough():
    table = np.random.default_rng(0).normal(size=(5000, 20))
    row_sketch(table)
    started = time.perf_counter()
    row_sketch(table)
    assert time.perf_counter() - started < 0.2  # 0.005 s on a quiet machine
