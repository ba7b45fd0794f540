"""Sqlite files: how they are opened, and what can be wrong with one."""

import os
import sqlite3
from urllib.parse import quote

from sklearn_meta.exceptions import ExperienceError, ExperienceNotFoundError

MEMORY = ":memory:"
BUSY_SECONDS = 60


def check_file_exists(location):
    """Raise ExperienceNotFoundError if a path leads to no file."""
    if "://" in location or os.path.isfile(location):
        return
    what = "is a folder" if os.path.isdir(location) else "does not exist"
    raise ExperienceNotFoundError(
        f"An experience base was wanted, but {location!r} {what}. Give the path of one, make one "
        "with Experience.create(path), or use Experience.bundled()."
    )


def check_file_complete(location):
    """Compare a sqlite file's length with what its header promises; sqlite looks too late."""
    with open(location, "rb") as file:
        header = file.read(100)
    if len(header) == 0:
        found = "it is empty"
    elif not header.startswith(b"SQLite format 3\0"):
        found = f"it starts with {header[:16]!r}"
    elif len(header) < 100:
        found = f"it ends after {len(header)} bytes"
    else:
        found = _find_lost_pages(location, header)
    if found:
        raise ExperienceError(
            f"{location!r} is not an experience base, which is a sqlite file: {found}. Take a "
            "complete copy, or make a new one with Experience.create under another name."
        )


def _find_lost_pages(location, header):
    """Say how much of the file is missing, if any; a journal beside it may hold the rest."""
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    wanted = page_size * int.from_bytes(header[28:32], "big")
    is_counted = header[24:28] == header[92:96]
    size = os.path.getsize(location)
    has_journal = any(os.path.exists(location + end) for end in ("-journal", "-wal"))
    if is_counted and size < wanted and not has_journal:
        return f"it was cut off after {size} of {wanted} bytes"
    return ""


def connect_file(location, *, read_only, immutable):
    """Open a sqlite file; a transaction begins only where it is asked for."""
    mode = "ro" if read_only else "rw"
    flags = f"mode={mode}" + ("&immutable=1" if immutable else "")
    name = f"file:{quote(os.path.abspath(location))}?{flags}"
    return _prepared(sqlite3.connect(name, uri=True, timeout=BUSY_SECONDS, isolation_level=None))


def connect_memory(content=None):
    """Open a base in memory, empty or from the bytes of a sqlite file."""
    connection = sqlite3.connect(MEMORY, check_same_thread=False, isolation_level=None)
    if content is not None:
        connection.deserialize(content)
    return _prepared(connection)


def copy_to_memory(location, *, immutable):
    """Copy a file into memory as it is now, also while others write to it."""
    memory = connect_memory()
    file = connect_file(location, read_only=True, immutable=immutable)
    try:
        file.backup(memory)
    finally:
        file.close()
    return memory


def _prepared(connection):
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
