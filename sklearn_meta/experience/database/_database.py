"""Open the database behind an experience base, and say clearly what is wrong with it."""

import os
import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.database._errors import translated
from sklearn_meta.experience.database._files import (
    BUSY_SECONDS,
    MEMORY,
    check_file_complete,
    connect_file,
    connect_memory,
    copy_to_memory,
    is_writable,
)
from sklearn_meta.experience.database._schema import SCHEMA_VERSION, schema
from sklearn_meta.experience.database._seal import unseal
from sklearn_meta.experience.database._servers import (
    is_url,
    lock_layout,
    make_server_engine,
    without_password,
)


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
        self.busy_seconds = BUSY_SECONDS  # how long to wait for others that write to the file
        self._lock = nullcontext()
        self._memory = None
        if location == MEMORY:
            self._keep_in_memory(connect_memory(content))
        self.engine = self._make_engine()

    @property
    def is_file(self):
        """Whether the base is a sqlite file."""
        return self.location != MEMORY and not is_url(self.location)

    @property
    def shown(self):
        """The location as messages may name it: without a password."""
        return without_password(self.location)

    def content(self):
        """Return a base in memory as bytes, None for any other."""
        return self._memory.serialize() if self.location == MEMORY else None

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
                f"The experience base {self.shown!r} is open for reading only. To add to it, "
                "open your own with Experience.open(path) or Experience.create(path); "
                "Experience.merge copies what another one knows."
            )
        with self._translated(), self._lock, self._begin_writing() as connection:
            yield connection

    @contextmanager
    def _begin_writing(self):
        with self.engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin():
                if connection.dialect.name == "sqlite":
                    unseal(connection)
                yield connection

    def create_tables(self):
        """Lay out an empty base."""
        from sqlalchemy import inspect

        tables = schema()
        with self.writing() as connection:
            lock_layout(connection)
            taken = set(inspect(connection).get_table_names()) & set(tables.metadata.tables)
            if taken:
                raise ExperienceError(
                    f"A new experience base was to be made in {self.shown!r}, but the tables "
                    f"{sorted(taken)} are there. Open it with Experience.open."
                )
            tables.metadata.create_all(connection)
            connection.execute(
                tables.facts.insert(), [{"key": "schema_version", "value": str(SCHEMA_VERSION)}]
            )

    def prepare(self):
        """Bring the base up to the present schema version.

        A base that can't be written stays as it is: a copy in memory is brought up instead.

        Raises
        ------
        ExperienceError
            If this is no base that this version can read.
        """
        if self.is_file:
            check_file_complete(self.location)
        with self.reading() as connection:
            version = self._read_version(connection)
        if version == SCHEMA_VERSION:
            return
        if self.is_file and (self.read_only or not is_writable(self.location)):
            self.read_only = True
            with self._translated():
                self._keep_in_memory(copy_to_memory(self.location, immutable=self.immutable))
            self.engine = self._make_engine()
        elif self.read_only:
            raise ExperienceError(
                f"The experience base {self.shown!r} has schema version {version}, and this "
                f"sklearn_meta reads version {SCHEMA_VERSION}. Open it once for writing, without "
                "read_only, to bring it up to date."
            )
        self._migrate()

    def _migrate(self):
        from sklearn_meta.experience.records._migrations import migrate

        with self._translated(), self._lock, self._begin_writing() as connection:
            lock_layout(connection)
            # another process may have been faster
            migrate(connection, self._read_version(connection))

    def _keep_in_memory(self, connection):
        self._memory = connection
        self._lock = threading.RLock()  # all threads share the one connection

    def _read_version(self, connection):
        """Return the schema version; raise ExperienceError if it is none that can be read."""
        from sqlalchemy import inspect, select

        facts = schema().facts
        tables = set(inspect(connection).get_table_names())
        if not set(schema().metadata.tables) <= tables:
            have = f"the tables {sorted(tables)}" if tables else "no tables"
            raise self._not_ours(f"it has {have}")
        query = select(facts.c.value).where(facts.c.key == "schema_version")
        value = connection.execute(query).scalar()
        if value is None or not value.lstrip("-").isdigit():
            raise self._not_ours(f"its schema version reads {value!r}")
        version = int(value)
        if version > SCHEMA_VERSION:
            raise ExperienceError(
                f"The experience base {self.shown!r} has schema version {version}, but this "
                f"sklearn_meta reads versions up to {SCHEMA_VERSION}. Upgrade sklearn_meta to use "
                "it: pip install --upgrade sklearn-meta"
            )
        if version < 1:
            raise ExperienceError(
                f"The experience base {self.shown!r} has schema version {version}, which never "
                "was one. The file is damaged: take a copy, or collect it again."
            )
        return version

    def _not_ours(self, why):
        return ExperienceError(
            f"{self.shown!r} is a database, but not an experience base: {why}. Open a file made "
            "by Experience.create, or make one there under another name."
        )

    def _translated(self):
        return translated(self.shown)

    def _make_engine(self):
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool, StaticPool

        if is_url(self.location):
            return make_server_engine(self.location)
        if self._memory is not None:
            creator, pool = (lambda: self._memory), StaticPool
        else:
            creator, pool = self._connect_file, NullPool
        engine = create_engine("sqlite://", creator=creator, poolclass=pool)
        event.listen(engine, "begin", _begin)
        return engine

    def _connect_file(self):
        return connect_file(
            self.location,
            read_only=self.read_only,
            immutable=self.immutable,
            busy_seconds=self.busy_seconds,
        )


def normalise_location(where):
    """Turn a path or a URL into the text that a base is known by; paths become absolute."""
    if isinstance(where, os.PathLike) or "://" not in str(where):
        return str(Path(where).expanduser().absolute())
    for prefix in ("sqlite+pysqlite:///", "sqlite:///"):
        if str(where).startswith(prefix):
            return normalise_location(Path(str(where)[len(prefix) :]))
    return str(where)


def _begin(connection):
    """Take the write lock at once where one is needed: a later upgrade of the lock would fail."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
