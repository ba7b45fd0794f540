"""Tasks in all forms that the collector takes."""

import json

import pandas as pd
import pytest

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience import TableFolder
from sklearn_meta.experience.collector._sources import Source, as_sources


class Lazy:
    """A task whose table is fetched when it is asked for."""

    name = "lazy"
    openml_id = 3
    n_fetched = 0

    @property
    def X(self):
        self.n_fetched += 1
        return [[1.0], [2.0]]

    @property
    def y(self):
        return [0, 1]


def test_tuples_and_objects_become_sources():
    lazy = Lazy()
    sources = list(as_sources([("a", 1, 2), ("b", 1, 2, {"group": "g"}), lazy]))
    assert [source.name for source in sources] == ["a", "b", "lazy"]
    assert [source.facts for source in sources] == [{}, {"group": "g"}, {"openml_id": 3}]
    assert lazy.n_fetched == 0
    assert sources[0].load() == (1, 2)
    assert sources[2].load() == ([[1.0], [2.0]], [0, 1])
    ready = Source("x", lambda: (1, 2))
    assert list(as_sources([ready])) == [ready]


@pytest.mark.parametrize("wrong", [3, ("a", 1), ("a", 1, 2, "facts"), object()])
def test_other_things_are_refused(wrong):
    with pytest.raises(ExperienceError, match=r"A task is \(name, X, y\)"):
        list(as_sources([wrong]))


def write_index(folder, *tables):
    (folder / "index.json").write_text(json.dumps(tables))


def test_a_folder_is_read_table_by_table(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", None, "y"]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    table = {"name": "t", "file": "t.csv", "target": "b", "task": "binary", "licence": "CC0"}
    big = {**table, "name": "big", "n_rows": 9, "n_features": 9, "role": "learn"}
    write_index(tmp_path, big, table)
    sources = list(as_sources(tmp_path))
    assert [source.name for source in sources] == ["t", "big"]  # small ones first
    assert sources[0].facts == {"kind": "binary", "licence": "CC0"}
    X, y = sources[0].load()
    assert X["a"].tolist() == [1.0, 3.0]  # the row without a target is left out
    assert y.tolist() == ["x", "y"]
    assert len(TableFolder(tmp_path, roles=["learn"], kinds=["classification"])) == 1
    sized = TableFolder(tmp_path, max_rows=lambda table: (5, 7) if "n_rows" in table else None)
    assert [source.facts.get("max_rows") for source in sized] == [None, (5, 7)]


def test_a_folder_says_what_is_wrong(tmp_path):
    with pytest.raises(ExperienceError, match=r"index.json that lists them"):
        TableFolder(tmp_path)
    (tmp_path / "index.json").write_text("[")
    with pytest.raises(ExperienceError, match="is not JSON"):
        TableFolder(tmp_path)
    write_index(tmp_path, {"name": "t", "file": "t.csv"})
    with pytest.raises(ExperienceError, match="lacks target"):
        TableFolder(tmp_path)
    write_index(tmp_path, {"name": "t", "file": "t.csv", "target": "c"})
    with pytest.raises(ExperienceError, match="None of the 1 tables .* name in \\['u'\\]"):
        TableFolder(tmp_path, names=["u"])
    pd.DataFrame({"a": [1]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ExperienceError, match="no column 'c'"):
        next(iter(TableFolder(tmp_path))).load()
