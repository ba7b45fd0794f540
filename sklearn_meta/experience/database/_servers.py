"""Databases on a server, reached by a URL."""

import getpass
import os

from sklearn_meta.exceptions import ExperienceError, MissingExtraError

_DRIVER = "postgresql+pg8000"
_SPELLINGS = ("postgres", "postgresql")
# Any number that nobody else uses: whoever lays out or migrates a base holds this lock.
_LAYOUT_LOCK = 0x5C1EA24


def is_url(location):
    """Tell whether a location is a URL rather than a path."""
    return "://" in location


def without_password(location):
    """Return a location as it may be shown; the password of a URL becomes ``***``."""
    if not is_url(location):
        return location
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(location).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return location.partition("://")[0] + "://..."


def make_server_engine(location):
    """Make the engine of a URL; PostgreSQL's driver is pg8000 unless another one is named.

    Raises
    ------
    MissingExtraError
        If the driver is not installed.
    ExperienceError
        If the URL can't be understood, or leads to another kind of database.
    """
    from sqlalchemy import create_engine, event, make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        url = make_url(location)
        if url.drivername in _SPELLINGS:
            url = url.set(drivername=_DRIVER)
        if url.get_backend_name() == "postgresql":
            if url.username is None:
                url = url.set(username=getpass.getuser())  # as PostgreSQL's own tools do
            # a connection that the server has closed meanwhile is replaced before it is used
            engine = create_engine(url, pool_pre_ping=True)
            event.listen(engine, "connect", _remember_process)
            event.listen(engine, "checkout", _refuse_forked)
            return engine
    except ImportError as error:
        raise MissingExtraError(
            f"To open {without_password(location)!r}, the driver {error.name!r} is needed, which "
            "is not installed. Install it with: pip install 'sklearn-meta[postgres]'"
        ) from error
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ExperienceError(
            f"{without_password(location)!r} can't be read as a URL ({error}). Write "
            "postgresql+pg8000://user:password@host:5432/database, or give the path of a file."
        ) from error
    raise ExperienceError(
        f"An experience base is a sqlite file or a PostgreSQL database; {url.drivername!r} was "
        "asked for. Write postgresql+pg8000://user:password@host:5432/database, or give the path "
        "of a file."
    )


def _remember_process(connection, record):
    record.info["process"] = os.getpid()


def _refuse_forked(connection, record, proxy):
    """Make a forked child open a connection of its own: two processes can't talk through one."""
    from sqlalchemy.exc import DisconnectionError

    if record.info["process"] != os.getpid():
        record.dbapi_connection = proxy.dbapi_connection = None
        raise DisconnectionError("this connection belongs to the parent process")


def lock_layout(connection):
    """Let one process at a time create or migrate tables; released with the transaction.

    A writing transaction of sqlite holds the only write lock there is, so nothing is left to do.
    """
    from sqlalchemy import text

    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LAYOUT_LOCK})"))
