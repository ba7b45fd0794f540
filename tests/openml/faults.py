"""Each fault of the server: what a user sees, and what is left in the cache.

``python -m tests.openml.faults`` prints the table that docs/openml.md shows.
"""

import os
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sklearn_meta.openml import OpenMLError, fetch_dataset, fetch_task, options
from tests.openml.loopback import Loopback

QUICK = {"timeout": 0.4, "attempts": 2, "backoff": 0.01, "deadline": 1.0}


@dataclass(frozen=True)
class Case:
    """A fault, and the call that meets it."""

    name: str
    path: str
    kind: str
    call: str = "data set"
    seconds: float = 1.0
    by_parquet: bool = False


CASES = [
    Case("no such data set (412, code 111)", r"xml/data/61$", "412"),
    Case("no such page (404)", r"download/61", "404"),
    Case("server error (500) at the description", r"xml/data/61$", "500"),
    Case("server error (500) at the table", r"download/61", "500"),
    Case("slow server: no answer", r"download/61", "slow"),
    Case("slow server: a few bytes at a time", r"download/61", "drip", seconds=3.0),
    Case("connection ends half way", r"download/61", "cut"),
    Case("ARFF cut short on the server", r"download/61", "truncated"),
    Case("wrong checksum", r"download/61", "altered"),
    Case("XML cut short", r"features/61", "truncated"),
    Case("splits cut short", r"api_splits/get/59", "truncated", call="task"),
    Case("parquet cut short", r"pq$", "cut", by_parquet=True),
]


@dataclass
class Outcome:
    """What happened."""

    case: Case
    seen: str  # by the user of sklearn_meta.openml
    kept: list
    client_seen: str  # by the user of the openml client
    client_kept: list
    recovers: bool
    seconds: float


def names_in(folder):
    """Files of a cache, without those that the client makes for itself."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "pkl" not in path.name
    )


@contextmanager
def fresh_cache(server):
    """Point the openml package at the server, with an empty cache."""
    import openml

    before = openml.config.get_config_as_dict()
    with tempfile.TemporaryDirectory() as root:
        openml.config.server = server.api
        openml.config.set_root_cache_directory(root)
        openml.config.set_retry_policy("human", 1)
        try:
            yield Path(openml.config.get_cache_directory())
        finally:
            openml.config.server = before["server"]
            openml.config.set_root_cache_directory(before["cachedir"])
            openml.config.set_retry_policy(before["retry_policy"], before["connection_n_retries"])


def ours(case):
    return fetch_task(59) if case.call == "task" else fetch_dataset(_id(case))


def theirs(case):
    import openml

    if case.call == "task":
        return openml.tasks.get_task(59, download_splits=True)
    dataset = openml.datasets.get_dataset(
        _id(case), download_data=True, download_features_meta_data=True
    )
    dataset.get_data()
    return dataset


def _id(case):
    return 1510 if case.by_parquet else 61


def observe(case):
    """Let one fault happen to us and to the client, each with a cache of its own."""
    with Loopback() as server:
        with fresh_cache(server) as folder, options(**QUICK):
            _warm_up(case, server)
            server.fail(case.path, case.kind, seconds=case.seconds)
            started = time.perf_counter()
            seen, error = _seen(ours, case)
            seconds = time.perf_counter() - started
            kept = names_in(folder)
            server.faults.clear()
            recovers = _seen(ours, case)[1] is None
        with fresh_cache(server) as folder:
            _warm_up(case, server)
            server.fail(case.path, case.kind, seconds=case.seconds)
            client_seen, _ = _seen(theirs, case)
            client_kept = names_in(folder)
    return Outcome(case, seen, kept, client_seen, client_kept, recovers, seconds)


def _warm_up(case, server):
    """Put the description into the cache, where the fault is not in it."""
    import openml

    if not case.path.startswith("xml/data"):
        openml.datasets.get_dataset(_id(case))


def _seen(call, case):
    try:
        result = call(case)
    except OpenMLError as error:
        return f"{type(error).__name__}: {error}", error
    except Exception as error:  # noqa: BLE001 - the client's, whatever it is; it is recorded
        return f"{type(error).__name__}: {error}", error
    rows = len(result.X) if hasattr(result, "X") else None
    return ("the table" if rows is None else f"the table, {rows} rows"), None


def as_markdown(outcomes):
    """Return the table of docs/openml.md."""
    lines = [
        "| fault | what the user sees | left in our cache | the client alone | left by it |",
        "| --- | --- | --- | --- | --- |",
    ]
    for outcome in outcomes:
        cells = [
            outcome.case.name,
            _short(outcome.seen),
            _files(outcome.kept),
            _short(outcome.client_seen, 90),
            _files(outcome.client_kept),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _files(names):
    return ", ".join(name.partition("/")[2] for name in names) or "nothing"


def _short(text, width=230):
    import re

    text = re.sub(r"127\.0\.0\.1:\d+", "server", text.replace("|", "/").replace("\n", " "))
    return text if len(text) <= width else text[: width - 1] + "…"


if __name__ == "__main__":
    import sys

    os.environ["NO_PROXY"] = "127.0.0.1"
    sys.stdout.write(as_markdown([observe(case) for case in CASES]))
