"""Damage is found and named, never read as if nothing were."""

import re
import sqlite3

import numpy as np
import pytest

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience import Experience, export


@pytest.fixture
def sealed(base, tmp_path):
    export(base, tmp_path / "sealed.sqlite")
    return tmp_path / "sealed.sqlite"


def flip_bit(path, place):
    content = bytearray(path.read_bytes())
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)


def test_any_changed_bit_of_a_sealed_file_is_noticed(sealed):
    content = sealed.read_bytes()
    places = np.random.default_rng(0).integers(0, 8 * len(content), 60)
    for place in [*places, 0, 8 * 60, 8 * 64 - 1, 8 * len(content) - 1]:
        flip_bit(sealed, int(place))
        with pytest.raises(ExperienceError, match="sealed.sqlite"):
            Experience.open(sealed, read_only=True)
        with pytest.raises(ExperienceError, match="checksum differs|cut off|starts with"):
            Experience.open(sealed)
        sealed.write_bytes(content)
    assert Experience.open(sealed).check() == []


@pytest.mark.parametrize("size", [0, 1, 99, 100, 4096, -1, -4096])
def test_a_sealed_file_that_was_cut_off(sealed, size):
    sealed.write_bytes(sealed.read_bytes()[:size])
    with pytest.raises(ExperienceError, match="sealed.sqlite"):
        Experience.open(sealed)


def test_a_change_by_another_program_is_noticed(sealed):
    connection = sqlite3.connect(sealed)
    connection.execute("UPDATE evaluations SET roc_auc = 1.0")
    connection.commit()
    connection.close()
    with pytest.raises(ExperienceError, match="changed by another program"):
        Experience.open(sealed)


def test_a_sealed_file_can_grow(sealed):
    base = Experience.open(sealed)
    base.add_configuration({"family": "new"})
    again = Experience.open(sealed, read_only=True)
    assert "new" in set(again.configurations()["family"])
    export(again, sealed)
    assert len(Experience.open(sealed).tasks()) == 4


def test_a_writer_that_fails_leaves_the_seal(sealed):
    content = sealed.read_bytes()
    with pytest.raises(ExperienceError):
        Experience.open(sealed).add_evaluation("0" * 16, {"family": "x"}, {})
    assert sealed.read_bytes() == content


@pytest.mark.parametrize(
    "command, finding",
    [
        ('UPDATE configurations SET configuration = \'{"family":"linear"}\'', "another key"),
        ("UPDATE tasks SET metafeatures = '{\"a\":'", "metafeatures can't be decoded"),
        ("UPDATE tasks SET kind = 'ranking'", "its kind is 'ranking'"),
        ("UPDATE evaluations SET status = 'fine'", "status is 'fine'"),
        ("DELETE FROM tasks", "task .* is not there"),
    ],
)
def test_check_names_what_is_wrong_inside(path, command, finding):
    connection = sqlite3.connect(path)
    connection.execute(command)
    connection.commit()
    connection.close()
    findings = Experience.open(path).check()
    assert findings
    assert any(re.search(finding, line) for line in findings)


def test_check_finds_broken_pages(path):
    size = path.stat().st_size
    content = bytearray(path.read_bytes())
    content[size // 2 : size // 2 + 2000] = b"\xff" * 2000
    path.write_bytes(content)
    try:
        findings = Experience.open(path).check()
    except ExperienceError as error:
        findings = [str(error)]
    assert findings
