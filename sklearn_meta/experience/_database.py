"""Open the database behind an experience base, and say clearly what is wrong with it."""

import os
import sqlite3
import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import quote

from sklearn_meta.exceptions import ExperienceError, ExperienceNotFoundError
from sklearn_meta.experience._schema import SCHEMA_VERSION, schema

MEMORY = ":memory:"
BUSY_SECONDS = 60


class Database:
    """A SQLAlchemy engine, and what to know about the place it reads from.

    Parameters
    ----------
    location : str
        A path, ``":memory:"`` or a SQLAlchemy URL (``"postgresql+pg8000://..."``).
    read_only : bool, default=False
        Refuse to write.
    immutable : bool, default=False
        The file never changes: open it without locks, as a read-only folder needs.
    content : bytes, default=None
        A serialised sqlite database to start a ``":memory:"`` base from.
    """

    def __init__(self, location, *, read_only=False, immutable=False, content=None):
        self.location = location
        self.read_only = read_only
        self.immutable = immutable
        self._memory = None
        self._lock = nullcontext()
        if location == MEMORY:
            self._memory = _memory_connection(content)
            self._lock = threading.RLock()  # all threads share the one connection
        self.engine = self._make_engine()

    @property
    def is_file(self):
        """Whether the base is a sqlite file."""
        return self._memory is None and "://" not in self.location

    def content(self):
        """Return a base in memory as bytes, None for any other."""
        return None if self._memory is None else self._memory.serialize()

    @contextmanager
    def reading(self):
        """Give a connection to read from."""
        with self._translated(), self._lock, self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self):
        """Give a connection inside a transaction that holds the write lock from the start."""
        if self.read_only:
            raise ExperienceError(
                f"The experience base {self.location!r} is open for reading only. To add to it, "
                "open your own with Experience.open(path) or Experience.create(path); "
                "Experience.merge copies what another one knows."
            )
        with self._translated(), self._lock, self.engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    def create_tables(self):
        """Lay out an empty base."""
        tables = schema()
        with self.writing() as connection:
            tables.metadata.create_all(connection)
            connection.execute(
                tables.facts.insert(), [{"key": "schema_version", "value": str(SCHEMA_VERSION)}]
            )

    def check(self):
        """Raise ExperienceError unless this is a base that this version can read."""
        if self.is_file:
            _check_file_complete(self.location)
        version = self._read_version()
        if version > SCHEMA_VERSION:
            raise ExperienceError(
                f"The experience base {self.location!r} has schema version {version}, but this "
                f"sklearn_meta reads versions up to {SCHEMA_VERSION}. Upgrade sklearn_meta to use "
                "it: pip install --upgrade sklearn-meta"
            )
        if version < 1:
            raise ExperienceError(
                f"The experience base {self.location!r} has schema version {version}, which never "
                "was one. The file is damaged: take a copy, or collect it again."
            )

    def _read_version(self):
        from sqlalchemy import inspect, select

        facts = schema().facts
        query = select(facts.c.value).where(facts.c.key == "schema_version")
        with self.reading() as connection:
            tables = set(inspect(connection).get_table_names())
            if not set(schema().metadata.tables) <= tables:
                raise self._not_ours(f"it has the tables {sorted(tables)}")
            value = connection.execute(query).scalar()
        if value is None or not value.lstrip("-").isdigit():
            raise self._not_ours(f"its schema version reads {value!r}")
        return int(value)

    def _not_ours(self, why):
        return ExperienceError(
            f"{self.location!r} is a database, but not an experience base: {why}. Open a file made "
            "by Experience.create, or make one there under another name."
        )

    @contextmanager
    def _translated(self):
        """Turn the driver's errors into ours, the cause kept."""
        from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

        try:
            yield
        except IntegrityError as error:
            raise ExperienceError(
                f"The experience base {self.location!r} refused a record ({error.orig}). Add the "
                "task and the configuration before their evaluation."
            ) from error
        except OperationalError as error:
            raise ExperienceError(
                f"The experience base {self.location!r} can't be used ({error.orig}). Check that "
                "it can be reached, read and written, and that no one holds it locked."
            ) from error
        except DatabaseError as error:
            raise ExperienceError(
                f"{self.location!r} can't be read as an experience base ({error.orig}). It is "
                "damaged or of another format: take a copy, or make a new one with "
                "Experience.create."
            ) from error

    def _make_engine(self):
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool, StaticPool

        if "://" in self.location:
            return create_engine(self.location)
        if self._memory is not None:
            creator, pool = (lambda: self._memory), StaticPool
        else:
            creator, pool = self._connect_file, NullPool
        engine = create_engine("sqlite://", creator=creator, poolclass=pool)
        event.listen(engine, "begin", _begin)
        return engine

    def _connect_file(self):
        mode = "ro" if self.read_only else "rw"
        flags = f"mode={mode}" + ("&immutable=1" if self.immutable else "")
        name = f"file:{quote(os.path.abspath(self.location))}?{flags}"
        return _prepared(
            sqlite3.connect(name, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        )


def normalise_location(where):
    """Turn a path or a URL into the text that a base is known by; paths become absolute."""
    if isinstance(where, os.PathLike) or "://" not in str(where):
        return str(Path(where).expanduser().absolute())
    for prefix in ("sqlite+pysqlite:///", "sqlite:///"):
        if str(where).startswith(prefix):
            return normalise_location(Path(str(where)[len(prefix) :]))
    return str(where)


def check_file_exists(location):
    """Raise ExperienceNotFoundError if a path leads to no file."""
    if "://" in location or os.path.isfile(location):
        return
    what = "is a folder" if os.path.isdir(location) else "does not exist"
    raise ExperienceNotFoundError(
        f"An experience base was wanted, but {location!r} {what}. Give the path of one, make one "
        "with Experience.create(path), or use Experience.bundled()."
    )


def _check_file_complete(location):
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


def _memory_connection(content):
    connection = sqlite3.connect(MEMORY, check_same_thread=False, isolation_level=None)
    if content is not None:
        connection.deserialize(content)
    return _prepared(connection)


def _prepared(connection):
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _begin(connection):
    """Take the write lock at once where one is needed: a later upgrade of the lock would fail."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
