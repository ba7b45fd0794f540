"""The cache is enough, survives failures, and is safe for several readers and writers."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from sklearn_meta.openml import (
    NotInCacheError,
    fetch_dataset,
    fetch_qualities,
    fetch_task,
    iter_suite,
    options,
    protect_cache,
)

FETCH = """
import sys, openml
openml.config.server = sys.argv[1]
openml.config.set_root_cache_directory(sys.argv[2])
from sklearn_meta.openml import fetch_task
print(fetch_task(int(sys.argv[3])).X.shape)
"""


def test_offline_opens_no_connection(client, server):
    fetch_task(201)
    fetch_qualities(101)
    n_requests = len(server.requests)
    with options(offline=True):
        assert fetch_task(201).X.shape == (120, 5)
        assert fetch_qualities(101)["NumberOfInstances"] == 120
        with pytest.raises(NotInCacheError):
            fetch_dataset(61)
    assert len(server.requests) == n_requests


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tasks/59/task.xml", "task 59 is not in the cache"),
        ("tasks/59/datasplits.arff", r"task 59 \(splits\) is not in the cache"),
        ("datasets/61/description.xml", r"data set 61 \(description\) is not"),
        ("datasets/61/features.xml", r"data set 61 \(features\) is not"),
        ("datasets/61/dataset.arff", r"data set 61 \(table, ARFF\) is not"),
    ],
)
def test_offline_names_what_is_missing(client, cache_folder, name, said):
    fetch_task(59)
    (cache_folder / name).unlink()
    with pytest.raises(NotInCacheError, match=said) as caught:
        fetch_task(59, offline=True)
    assert str(cache_folder / name) in str(caught.value)
    assert isinstance(caught.value, FileNotFoundError)


def test_offline_by_the_environment(client, server, monkeypatch):
    monkeypatch.setenv("SKLEARN_META_OPENML_OFFLINE", "1")
    with pytest.raises(NotInCacheError):
        fetch_dataset(61)
    assert not server.requests
    assert fetch_dataset(61, offline=False).X.shape == (150, 4)


def test_suite_offline_goes_over_what_is_there(client, server):
    list(iter_suite(99))
    fetched = len(server.requests)
    assert [task.task_id for task in iter_suite(99, offline=True)] == [59, 9946, 201]
    assert len(server.requests) == fetched


def test_suite_offline_names_what_is_not_there(client, server):
    next(iter(iter_suite(99)))
    suite = iter_suite(99, offline=True)
    assert [task.task_id for task in suite] == [59]
    assert sorted(suite.failed) == [201, 9946]
    assert all("not in the cache" in reason for reason in suite.failed.values())


def test_no_failure_of_ours_empties_the_cache(client, server, cache_folder):
    fetch_dataset(61)
    before = sorted(path.name for path in (cache_folder / "datasets/61").iterdir())
    server.fail(".*", "500")
    (cache_folder / "datasets/61/dataset.arff").unlink()
    with options(attempts=1), pytest.raises(ConnectionError):
        fetch_dataset(61)
    left = sorted(path.name for path in (cache_folder / "datasets/61").iterdir())
    assert left == [name for name in before if name != "dataset.arff"]


def test_protected_cache_survives_a_failure_of_the_client(client, server, cache_folder):
    fetch_task(59)
    (cache_folder / "datasets/61/dataset.arff").unlink()
    before = sorted(path.name for path in (cache_folder / "datasets/61").iterdir())
    server.fail("download/61", "500")
    with pytest.raises(client.exceptions.OpenMLServerError), protect_cache(datasets=[61]):
        client.datasets.get_dataset(61, download_data=True)
    assert sorted(path.name for path in (cache_folder / "datasets/61").iterdir()) == before
    assert not list(cache_folder.glob(".protected*"))


def test_many_threads_one_cache(client, server):
    server.fail("download/61", "slow", times=4, seconds=0.2)
    with ThreadPoolExecutor(8) as pool:
        shapes = {task.X.shape for task in pool.map(fetch_task, [59] * 16)}
    assert shapes == {(150, 4)}


@pytest.mark.slow
def test_many_processes_one_cache(client, server, tmp_path):
    server.fail("download/1510|splits", "drip", seconds=0.5)
    arguments = [server.api, str(tmp_path / "shared"), "9946"]
    running = [
        subprocess.Popen([sys.executable, "-c", FETCH, *arguments], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert [process.communicate()[0] for process in running] == [b"(200, 8)\n"] * 4
    assert not list((tmp_path / "shared").rglob("*.part"))


@pytest.mark.slow
def test_killed_while_it_fetches(client, server, tmp_path):
    import time

    server.fail("download/61", "drip", times=1, seconds=60)
    arguments = [sys.executable, "-c", FETCH, server.api, str(tmp_path / "shared"), "59"]
    process = subprocess.Popen(arguments)
    while not server.count("download/61"):
        time.sleep(0.05)
    process.kill()
    process.wait()
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout == "(150, 4)\n"
