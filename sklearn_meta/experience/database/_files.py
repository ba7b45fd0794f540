"""Sqlite files: how they are opened, and what can be wrong with one."""

import os
import sqlite3
import time
from urllib.parse import quote

from sklearn_meta.exceptions import ExperienceError, ExperienceNotFoundError
from sklearn_meta.experience.database._seal import is_broken

MEMORY = ":memory:"
BUSY_SECONDS = 60
_LOOKS = 3
_LOOK_SECONDS = 0.02


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
    """Compare a sqlite file with what its header, and its seal, promise; sqlite looks too late."""
    found = _find_fault(location)
    for _ in range(_LOOKS):
        if not found:
            return
        # somebody may have been writing between two looks at the file: damage stays
        time.sleep(_LOOK_SECONDS)
        found = _find_fault(location)
    raise ExperienceError(
        f"{location!r} is not an experience base, which is a sqlite file: {found}. Take a "
        "complete copy, or make a new one with Experience.create under another name."
    )


def _find_fault(location):
    with open(location, "rb") as file:
        header = file.read(100)
    if len(header) == 0:
        return "it is empty"
    if not header.startswith(b"SQLite format 3\0"):
        return f"it starts with {header[:16]!r}"
    if len(header) < 100:
        return f"it ends after {len(header)} bytes"
    lost = _find_lost_pages(location, header)
    # what a killed writer left half done is undone by sqlite, and then the seal is whole again
    if not lost and not _has_journal(location) and is_broken(location):
        return "it is damaged, or was changed by another program: its checksum differs"
    return lost


def _find_lost_pages(location, header):
    """Say how much of the file is missing, if any; a journal beside it may hold the rest."""
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    wanted = page_size * int.from_bytes(header[28:32], "big")
    is_counted = header[24:28] == header[92:96]
    size = os.path.getsize(location)
    if is_counted and size < wanted and not _has_journal(location):
        return f"it was cut off after {size} of {wanted} bytes"
    return ""


def _has_journal(location):
    return any(os.path.exists(location + end) for end in ("-journal", "-wal"))


def connect_file(location, *, read_only, immutable, busy_seconds=BUSY_SECONDS):
    """Open a sqlite file; a transaction begins only where it is asked for."""
    # a reader too has to be able to undo what a killed writer left half done, if it may
    is_still = immutable or (read_only and not is_writable(location))
    flags = f"mode={'ro' if is_still else 'rw'}" + ("&immutable=1" if immutable else "")
    name = f"file:{quote(os.path.abspath(location))}?{flags}"
    connection = sqlite3.connect(name, uri=True, timeout=busy_seconds, isolation_level=None)
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return _prepared(connection)


def is_writable(path):
    """Tell whether a sqlite file can be changed, for which its folder takes the journal."""
    return os.access(path, os.W_OK) and os.access(os.path.dirname(path), os.W_OK)


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
