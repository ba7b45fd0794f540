"""How the server is asked: offline or not, how patiently, how often."""

import os
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

OFFLINE_VARIABLE = "SKLEARN_META_OPENML_OFFLINE"


@dataclass(frozen=True)
class Options:
    """How the server is asked; see :func:`options`."""

    offline: bool | None = None
    timeout: float = 30.0
    deadline: float = 900.0
    attempts: int = 4
    backoff: float = 1.0
    checksums: bool = True

    @property
    def is_offline(self):
        """Whether the network is off limits: as asked, else as the environment says."""
        if self.offline is None:
            return os.environ.get(OFFLINE_VARIABLE, "").strip().lower() in (
                "1",
                "true",
                "yes",
                "on",
            )
        return self.offline


_current = ContextVar("sklearn_meta_openml_options", default=None)


def current_options(offline=None):
    """Return the options in force here; `offline` goes before them where it is not None."""
    found = _current.get() or Options()
    return found if offline is None else replace(found, offline=offline)


@contextmanager
def options(
    *,
    offline=None,
    timeout=None,
    deadline=None,
    attempts=None,
    backoff=None,
    checksums=None,
):
    """Change for a while how this room asks the server; None keeps what is in force.

    Server, cache folder and key are those of the openml package (`openml.config`). The options hold
    in the thread that sets them; worker processes read the environment variable
    ``SKLEARN_META_OPENML_OFFLINE``.

    Parameters
    ----------
    offline : bool, default=None
        True never opens a connection: what is not in the cache raises `NotInCacheError`.
    timeout : float, default=None
        Seconds without a byte (also while connecting) after which an attempt fails; 30 at first.
    deadline : float, default=None
        Seconds that one file may take in all, over all attempts; 900 at first.
    attempts : int, default=None
        How often a file is asked for; 4 at first.
    backoff : float, default=None
        Seconds before the second attempt, doubled before each further one; 1 at first.
    checksums : bool, default=None
        False trusts data files whose MD5 is not the one that the server announced.

    Yields
    ------
    Options
        What is in force.

    Raises
    ------
    ValueError
        If a number is not positive.

    Examples
    --------
    >>> from sklearn_meta.openml import NotInCacheError, fetch_dataset, options
    >>> with options(offline=True):
    ...     try:
    ...         fetch_dataset(10**9)
    ...     except NotInCacheError as error:
    ...         text = str(error)
    >>> "data set 1000000000" in text and "offline" in text
    True
    """
    given = {
        "offline": offline,
        "timeout": timeout,
        "deadline": deadline,
        "attempts": attempts,
        "backoff": backoff,
        "checksums": checksums,
    }
    given = {name: value for name, value in given.items() if value is not None}
    for name in ("timeout", "deadline", "attempts"):
        if given.get(name, 1) <= 0:
            raise ValueError(f"{name}={given[name]!r}; a positive number is wanted.")
    token = _current.set(replace(current_options(), **given))
    try:
        yield current_options()
    finally:
        _current.reset(token)
