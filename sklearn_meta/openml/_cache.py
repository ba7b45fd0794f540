"""The cache: the openml client's own folders, filled so that no failure can empty them.

A file is written beside its place and renamed into it, so that another process sees all of it or
nothing; nothing is ever deleted, and a file that can't be used is replaced only by one that can.
"""

import os
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sklearn_meta.openml._errors import DamagedFileError, NotInCacheError, OpenMLError
from sklearn_meta.openml._http import download


@dataclass(frozen=True)
class Place:
    """A server and the folder where its files are kept.

    Attributes
    ----------
    server : str
        Address of the XML API.
    folder : Path
        Where the client keeps what comes from there.
    options : Options
        How the server is asked.
    key : str
        The API key, or "".
    """

    server: str
    folder: Path
    options: object
    key: str = ""

    @classmethod
    def current(cls, options):
        """Return the server and the cache of the openml package's configuration."""
        import openml

        config = openml.config
        folder = Path(config.get_cache_directory())
        return cls(config.server.rstrip("/"), folder, options, config.apikey or "")

    def api(self, path):
        """Return the address of a path of the API."""
        return f"{self.server}/{path}"

    def get(self, name, url, what, *, check=None, server_checks=()):
        """Return the content of a file of the cache; download it if need be.

        Parameters
        ----------
        name : str
            Its path in the cache, as "datasets/61/features.xml".
        url : str
            Where it comes from.
        what : str
            What it is, for messages.
        check : callable, default=None
            Function from content to a complaint or None.
        server_checks : sequence of callable, default=()
            Checks of what the server says beside the content, from (content, headers).

        Returns
        -------
        bytes
        """
        path = self.folder / name
        content = _read(path)
        complaint = check(content) if check and content is not None else None
        if content is not None and complaint is None:
            return content
        if self.options.is_offline:
            raise _offline_error(path, what, complaint)
        checks = [*server_checks, *([lambda content, headers: check(content)] if check else [])]
        content = self._fetch(url, what, _first_complaint(checks))
        store(path, content)
        return content

    def download(self, url, what, *, check):
        """Return what is behind an address, without keeping it.

        Parameters
        ----------
        url : str
            Where it comes from.
        what : str
            What it is, for messages.
        check : callable
            Function from content to a complaint or None.

        Returns
        -------
        bytes
        """
        if self.options.is_offline:
            raise NotInCacheError(
                f"OpenML's {what} are not all in the cache ({self.folder}), and "
                "sklearn_meta.openml is offline. Fetch them once with a connection."
            )
        return self._fetch(url, what, _first_complaint([lambda content, headers: check(content)]))

    def _fetch(self, url, what, check):
        key = self._key_for(url)
        return download(url, what, options=self.options, check=check, key=key)

    def holds(self, name):
        """Tell whether a file is in the cache."""
        return (self.folder / name).is_file()

    def _key_for(self, url):
        """Return the key for the server alone, never for another host that a description names."""
        return self.key if urlsplit(url)[:2] == urlsplit(self.server)[:2] else None


def as_id(value, name):
    """Return an id as a positive int, or say what is wrong with it."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number < 1 or number != value and not isinstance(value, str):
        raise ValueError(f"{name}={value!r}; the number of something on OpenML is wanted, like 61.")
    return number


def store(path, content):
    """Write a file so that it is there whole or not at all, whoever else writes or reads it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise OpenMLError(
            f"The cache of OpenML can't be written: {path} ({error}). Choose another folder with "
            "openml.config.set_root_cache_directory(...) or the variable OPENML_CACHE_DIR."
        ) from error
    finally:
        with suppress(OSError):  # after a success it is gone, after a failure it may be
            part.unlink()


def _read(path):
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _first_complaint(checks):
    def check(content, headers):
        return next(filter(None, (one(content, headers) for one in checks)), None)

    return check


def _offline_error(path, what, complaint):
    if complaint is None:
        return NotInCacheError(
            f"OpenML's {what} is not in the cache, and sklearn_meta.openml is offline. Wanted: "
            f"{path}. Fetch it once with a connection, or point openml.config's cache elsewhere."
        )
    return DamagedFileError(
        f"OpenML's {what} lies damaged in the cache: {complaint} ({path}), and sklearn_meta.openml "
        "is offline. With a connection it is fetched again."
    )
