"""What goes wrong on the way, what is said about it, and what it leaves behind."""

import hashlib
import time
from pathlib import Path

import pytest

from sklearn_meta.openml import (
    DamagedFileError,
    NotAuthorizedError,
    NotOnServerError,
    ServerError,
    ServerTimeoutError,
    fetch_dataset,
    fetch_task,
    options,
)
from tests.openml.faults import CASES, QUICK, as_markdown, observe

EXPECTED = {
    "no such data set (412, code 111)": ("NotOnServerError", "code 111"),
    "no such page (404)": ("NotOnServerError", "HTTP status 404"),
    "server error (500) at the description": ("ServerError", "HTTP status 500"),
    "server error (500) at the table": ("ServerError", "HTTP status 500"),
    "slow server: no answer": ("ServerTimeoutError", "sent nothing for 0.4 s"),
    "slow server: a few bytes at a time": ("ServerTimeoutError", "time for one file was over"),
    "connection ends half way": ("ServerError", "ended before the whole answer"),
    "ARFF cut short on the server": ("DamagedFileError", "was announced"),
    "wrong checksum": ("DamagedFileError", "MD5 checksum"),
    "XML cut short": ("DamagedFileError", "not whole XML"),
    "splits cut short": ("DamagedFileError", "1 of 10 were announced"),
    "parquet cut short": ("the table", "200 rows"),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fault(case, client, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    outcome = observe(case)
    kind, words = EXPECTED[case.name]
    assert outcome.seen.startswith(kind)
    assert words in outcome.seen
    assert outcome.recovers
    assert outcome.seconds < 4
    assert not any(".part" in name for name in outcome.kept)
    if not case.path.startswith("xml/data"):  # what was there before the fault is there after it
        assert any(name.endswith("description.xml") for name in outcome.kept)
    assert as_markdown([outcome]).count("\n") == 3


def test_a_passing_failure_is_not_seen(client, server):
    fault = server.fail("download/61", "500", times=2)
    with options(backoff=0.05, attempts=3):
        started = time.perf_counter()
        assert fetch_dataset(61).X.shape == (150, 4)
    assert fault.hits == 2
    assert server.count("download/61") == 3
    assert time.perf_counter() - started >= 0.05 + 0.10  # it waited longer the second time


@pytest.mark.parametrize("kind", ["cut", "altered", "truncated", "slow"])
def test_a_file_that_came_damaged_is_asked_for_again(client, server, kind):
    server.fail("download/61", kind, times=1, seconds=0.6)
    with options(**QUICK):
        assert fetch_dataset(61).y.value_counts().tolist() == [50, 50, 50]


def test_what_the_server_does_not_have_is_asked_for_once(client, server):
    with pytest.raises(NotOnServerError, match="no task 12345: code 151: Unknown task"):
        fetch_task(12345)
    assert server.count("task/12345") == 1


def test_errors_are_builtin_ones_too():
    for error, builtin in [
        (NotOnServerError, LookupError),
        (ServerError, ConnectionError),
        (ServerTimeoutError, TimeoutError),
        (DamagedFileError, ValueError),
        (NotAuthorizedError, PermissionError),
    ]:
        assert issubclass(error, builtin)


def test_a_server_that_is_not_there(client):
    client.config.server = "http://127.0.0.1:9/api/v1/xml"
    with options(**QUICK), pytest.raises(ServerError, match="it can't be reached"):
        fetch_dataset(61)


def test_the_key_is_sent_to_the_api_only_and_never_shown(client, server):
    client.config.apikey = "topsecret"
    server.fail("features/61", "cut")
    with options(**QUICK), pytest.raises(ServerError) as caught:
        fetch_dataset(61)
    chain, error = "", caught.value
    while error is not None:
        chain, error = chain + str(error), error.__cause__
    assert "topsecret" not in chain


def test_checksum_can_be_waived(client, server):
    server.world.tables[61].announced_md5 = "0" * 32
    with options(**QUICK):
        with pytest.raises(DamagedFileError, match="was announced"):
            fetch_dataset(61)
        with options(checksums=False):
            assert fetch_dataset(61).X.shape == (150, 4)


def test_a_damaged_file_of_the_cache_is_fetched_again(client, server, cache_folder):
    fetch_dataset(61)
    path = cache_folder / "datasets/61/dataset.arff"
    whole = path.read_bytes()
    path.write_bytes(whole[:500])
    with options(offline=True), pytest.raises(DamagedFileError, match="lies damaged in the cache"):
        fetch_dataset(61)
    assert fetch_dataset(61).X.shape == (150, 4)
    assert hashlib.md5(path.read_bytes()).digest() == hashlib.md5(whole).digest()


def test_a_damaged_file_stays_when_nothing_better_comes(client, server, cache_folder):
    fetch_task(59)
    path = cache_folder / "tasks/59/datasplits.arff"
    path.write_bytes(path.read_bytes()[:500])
    server.fail("api_splits", "500")
    with options(**QUICK), pytest.raises(ServerError):
        fetch_task(59)
    assert path.stat().st_size == 500


def test_splits_of_more_rows_than_the_table(client, server, cache_folder):
    fetch_task(202)
    world = server.world
    world.tables[102].frame = world.tables[102].frame.iloc[:50]
    del world.tables[102].__dict__["arff"]
    for name in ("description.xml", "dataset.arff"):
        (cache_folder / "datasets/102" / name).unlink()
    with pytest.raises(
        DamagedFileError, match="splits 100 rows, and the table of data set 102 has 50"
    ):
        fetch_task(202)


def test_cache_that_cannot_be_written(client, tmp_path):
    (tmp_path / "file").write_text("in the way")
    client.config.set_root_cache_directory(tmp_path / "file")
    with pytest.raises(RuntimeError, match="cache of OpenML can't be written.*OPENML_CACHE_DIR"):
        fetch_dataset(61)


def test_options_are_checked_and_undone():
    with (
        pytest.raises(ValueError, match="timeout=0; a positive number is wanted"),
        options(timeout=0),
    ):
        pass
    with options(timeout=1) as outer:
        with options(attempts=2) as inner:
            assert (inner.timeout, inner.attempts) == (1, 2)
        assert outer.attempts == 4


def test_the_table_of_the_docs_names_each_fault_as_it_is_answered():
    page = (Path(__file__).parents[2] / "docs/openml.md").read_text()
    for name, (kind, words) in EXPECTED.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| {name} |"))
        seen = row.split(" | ")[1]
        assert seen.startswith(kind)
        assert words in seen
