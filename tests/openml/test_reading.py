"""The readers of OpenML's files, piece by piece."""

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.openml import DamagedFileError, NotOnServerError, fetch_task, suite_task_ids
from sklearn_meta.openml._arff import read_arff
from sklearn_meta.openml._splits import read_splits
from sklearn_meta.openml._table import _nominal
from sklearn_meta.openml._xml import read_xml, text_of
from tests.openml import world as worlds

HEAD = "@RELATION t\n@ATTRIBUTE a INTEGER\n@ATTRIBUTE b {x,'y z'}\n@ATTRIBUTE c STRING\n@DATA\n"
SPLITS = "@relation s\n@attribute type {TRAIN,TEST}\n" + "".join(
    f"@attribute {name} numeric\n" for name in ("rowid", "repeat", "fold")
)


def test_arff_types():
    table = read_arff((HEAD + "1,x,'a, b'\n2,'y z',?\n").encode())
    assert table["a"].tolist() == [1, 2]
    assert table["a"].dtype == "int64"
    assert table["b"].cat.categories.tolist() == ["x", "y z"]
    assert table["c"].isna().tolist() == [False, True]
    assert table["c"][0] == "a, b"


def test_arff_whole_numbers_with_a_gap_are_floats():
    assert read_arff((HEAD + "?,x,s\n").encode())["a"].dtype == "float64"


def test_arff_in_latin_1():
    assert read_arff((HEAD + "1,x,'Köln'\n").encode("latin-1"))["c"][0] == "Köln"


@pytest.mark.parametrize("body", ["1,x\n", "1,unknown,s\n", "one,x,s\n"])
def test_arff_that_is_not_whole(body):
    with pytest.raises(DamagedFileError, match="not whole ARFF"):
        read_arff((HEAD + body).encode())


def test_arff_of_a_type_that_cannot_be_read():
    with pytest.raises(DamagedFileError, match="BadAttributeType"):
        read_arff(b"@RELATION t\n@ATTRIBUTE d DATE 'yyyy'\n@DATA\n")


def test_sparse_arff_has_indices_that_trees_take():
    head = "@RELATION t\n@ATTRIBUTE a REAL\n@ATTRIBUTE b REAL\n@DATA\n"
    table, names = read_arff((head + "{0 1.5}\n{1 2}\n").encode(), is_sparse=True)
    assert names == ["a", "b"]
    np.testing.assert_array_equal(table.toarray(), [[1.5, 0], [0, 2]])
    assert table.indices.dtype == np.int32


@pytest.mark.parametrize(
    ("values", "declared", "wanted"),
    [
        ([True, False, None], ("TRUE", "FALSE"), ["TRUE", "FALSE", None]),
        ([1.0, 2.0, np.nan], ("1", "2"), ["1", "2", None]),
        ([1, 2, 2], ("1", "2"), ["1", "2", "2"]),
        (["a", "b", None], (), ["a", "b", None]),
        (["a", "new", "a"], ("a",), ["a", "new", "a"]),
        (["A", "a", "A"], ("A", "a"), ["A", "a", "A"]),
    ],
)
def test_nominal_columns_of_parquet_are_spelled_as_described(values, declared, wanted):
    found = _nominal(pd.Series(values), declared)
    assert [None if pd.isna(value) else value for value in found] == wanted
    assert list(found.cat.categories[: len(declared)]) == list(declared)


def test_splits_with_samples_are_those_of_most_rows():
    rows = "TRAIN,0,0,0,0\nTEST,2,0,0,0\nTRAIN,0,0,0,1\nTRAIN,1,0,0,1\nTEST,2,0,0,1\n"
    text = SPLITS + "@attribute sample numeric\n@DATA\n" + rows
    train, test = next(read_splits(text.encode()).split())
    assert (train.tolist(), test.tolist()) == ([0, 1], [2])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "no splits in it"),
        ("TRAIN,0,0,0\n", "has only"),
        ("TRAIN,0,0,0\nTEST,1,0", "break off"),
        ("TRAIN,0,0,0\nTE,1,0,0\nTEST,1,0,0", "has only"),
        ("TRAIN,0,0,0\nTEST,1,0,0\n", "1 of 2 were announced"),
        ("TRAIN,0,0,0\nTEST,1,0,0\nTRAIN,0,0,1\nTEST,2,0,1\n", "tests 2 rows"),
    ],
)
def test_splits_that_are_not_whole(rows, said):
    with pytest.raises(DamagedFileError, match=said):
        read_splits((SPLITS + "@data\n" + rows).encode(), 1, 2, is_partition=True)


def test_a_page_that_is_no_splits():
    with pytest.raises(DamagedFileError, match="no file of splits"):
        read_splits(b"<html>sorry</html>")


def test_xml_of_another_kind():
    with pytest.raises(DamagedFileError, match="a <html>, and a <task> was wanted"):
        read_xml(b"<html></html>", "task")
    assert text_of(read_xml(b"<task><a> </a></task>", "task"), "a", "none") == "none"


def test_study_that_is_no_suite(client, server):
    server.world.suites[901] = ("runs", [])
    with pytest.raises(DamagedFileError, match="study 901 is no suite"):
        suite_task_ids(901)


def test_task_of_another_type(client, server, monkeypatch):
    monkeypatch.setitem(worlds.TYPE_NAMES, 5, "Clustering")
    server.world.tasks[59]["type"] = 5
    with pytest.raises(NotOnServerError, match="of the type 'Clustering'; only supervised"):
        fetch_task(59)
