"""Each error says what came, what was wanted and what to do."""

import sqlite3

import numpy as np
import pytest

from sklearn_meta.exceptions import ExperienceError, ExperienceNotFoundError
from sklearn_meta.experience import Experience


def set_version(path, value):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE facts SET value = ? WHERE key = 'schema_version'", (value,))
    connection.close()


def foreign_database(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (title)")
    connection.close()


def test_missing_file(tmp_path):
    with pytest.raises(ExperienceNotFoundError, match="'.*none.sqlite' does not exist.*create"):
        Experience.open(tmp_path / "none.sqlite")
    with pytest.raises(FileNotFoundError, match="is a folder"):
        Experience.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "it is empty"),
        (b"id,name\n1,iris\n" * 50, "starts with b'id,name"),
        (b"SQLite format 3\0abc", "ends after 19 bytes"),
        (np.random.default_rng(0).bytes(5000), "starts with"),
    ],
)
def test_not_a_database(tmp_path, content, message):
    path = tmp_path / "x.sqlite"
    path.write_bytes(content)
    with pytest.raises(ExperienceError, match=message):
        Experience.open(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("read_only", [True, False])
def test_truncated_file(path, share, read_only):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ExperienceError, match="cut off after"):
        Experience.open(path, read_only=read_only)


def test_garbage_inside(path):
    content = bytearray(path.read_bytes())
    content[4096:] = np.random.default_rng(0).bytes(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(ExperienceError, match="base.sqlite"):
        Experience.open(path).evaluations()


def test_database_of_something_else(tmp_path):
    foreign_database(tmp_path / "x.sqlite")
    with pytest.raises(ExperienceError, match=r"not an experience base: .*\['songs'\]"):
        Experience.open(tmp_path / "x.sqlite")


def test_newer_schema(path):
    set_version(path, "7")
    with pytest.raises(ExperienceError, match="version 7.*up to 2. Upgrade"):
        Experience.open(path)


@pytest.mark.parametrize("value", ["0", "-1", "one", ""])
def test_senseless_schema(path, value):
    set_version(path, value)
    with pytest.raises(ExperienceError, match="version"):
        Experience.open(path)


def test_read_only_refuses_every_writing_verb(path, base):
    reader = Experience.open(path, read_only=True)
    task = reader.tasks()["id"][0]
    for write in (
        lambda: reader.add_task("t", "binary", n_rows=1, n_columns=1),
        lambda: reader.add_configuration({"family": "linear"}),
        lambda: reader.add_evaluation(task, {"family": "linear"}, {}),
        lambda: reader.merge(base),
    ):
        with pytest.raises(ExperienceError, match="open for reading only.*Experience.open"):
            write()


def test_create_never_overwrites(path):
    before = path.read_bytes()
    with pytest.raises(ExperienceError, match="something is there"):
        Experience.create(path)
    assert path.read_bytes() == before


def test_create_needs_the_folder(tmp_path):
    with pytest.raises(ExperienceError, match="Make the folder"):
        Experience.create(tmp_path / "no" / "base.sqlite")


def test_unknown_task(base):
    with pytest.raises(ExperienceError, match="Add the task"):
        base.add_evaluation("0" * 16, {"family": "linear"}, {})


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda b: b.add_task("t", "ranking", n_rows=1, n_columns=1), "got 'ranking'"),
        (lambda b: b.matrix("ranking"), "got 'ranking'"),
        (lambda b: b.add_configuration({"C": 1}), "key 'family'"),
        (lambda b: b.add_evaluation("t", "key", {}, status="lost"), "got 'lost'"),
    ],
)
def test_wrong_words(base, call, message):
    with pytest.raises(ExperienceError, match=message):
        call(base)


def test_failed_write_leaves_nothing(base):
    with pytest.raises(ExperienceError):
        base.add_evaluation("0" * 16, {"family": "brand_new"}, {})
    assert "brand_new" not in set(base.configurations()["family"])


def test_url_of_sqlite_is_a_path(path):
    assert Experience.open(f"sqlite:///{path}").location == str(path)
