"""Get a file from the server: patiently, but not for ever, and only whole.

The openml client waits without a limit, never checks a length, and asks only once where the server
answers with an error; so downloads go through here, and the client reads the cache that they fill.
"""

import logging
import re
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

from sklearn_meta.openml._errors import (
    DamagedFileError,
    NotAuthorizedError,
    NotOnServerError,
    ServerError,
    ServerTimeoutError,
)

_logger = logging.getLogger(__name__)
_PIECE = 1 << 16
_LOCAL = ("127.0.0.1", "localhost", "::1")
# OpenML's codes in its error documents: no access, and a database that is busy for a moment.
_NO_ACCESS = (102, 103, 112)
_BUSY = (107,)


class _TryAgain(Exception):
    """An attempt failed in a way that may pass; holds the error to raise if it does not."""

    def __init__(self, error):
        super().__init__(str(error))
        self.error = error


def download(url, what, *, options, check=None, key=None):
    """Return the bytes behind an address.

    Parameters
    ----------
    url : str
        The address.
    what : str
        What it is, for messages: "data set 61 (features)".
    options : Options
        Timeout, deadline, attempts, pause.
    check : callable, default=None
        Function from (content, headers) to a complaint or None; with a complaint it is asked for
        again.
    key : str, default=None
        API key to send along.

    Returns
    -------
    bytes

    Raises
    ------
    NotOnServerError, NotAuthorizedError, ServerError, ServerTimeoutError, DamagedFileError
        At once where another attempt can't help, else after the last one.
    """
    end = time.monotonic() + options.deadline
    for attempt in range(1, options.attempts + 1):
        try:
            patience = min(options.timeout, max(end - time.monotonic(), 0.01))
            content, headers = _attempt(url, what, patience, end, key)
            complaint = check(content, headers) if check else None
            if complaint is None:
                return content
            raise _TryAgain(
                DamagedFileError(
                    f"OpenML sent {what} damaged: {complaint} ({url}). It was asked for "
                    f"{attempt} time(s); nothing of it was kept."
                )
            )
        except _TryAgain as failure:
            pause = options.backoff * 2 ** (attempt - 1)
            if attempt == options.attempts or time.monotonic() + pause >= end:
                raise failure.error from None
            _logger.info("%s Next attempt in %g s.", failure, pause)
            time.sleep(pause)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _attempt(url, what, timeout, end, key):
    """Ask once; return (content, headers)."""
    with _translated(url, what, timeout, key), _session(url) as session:
        parameters = {"api_key": key} if key else None
        with session.get(url, params=parameters, timeout=timeout, stream=True) as response:
            content = _read(response, url, what, end)
            if response.status_code == 200:
                return content, response.headers
            raise _refusal(response.status_code, content, url, what)


def _session(url):
    import requests

    session = requests.Session()
    session.headers["user-agent"] = "sklearn_meta"
    session.trust_env = urlsplit(url).hostname not in _LOCAL  # no proxy to ourselves
    return session


def _read(response, url, what, end):
    # one read from the socket at a time, as waiting for a full buffer would overlook the deadline
    read = getattr(response.raw, "read1", response.raw.read)
    pieces = []
    while piece := read(_PIECE, decode_content=True):
        pieces.append(piece)
        if time.monotonic() > end:
            raise ServerTimeoutError(
                f"OpenML was too slow with {what}: {sum(map(len, pieces))} bytes had come when the "
                f"time for one file was over ({url}). "
                "Raise it with sklearn_meta.openml.options(deadline=...)."
            )
    return b"".join(pieces)


@contextmanager
def _translated(url, what, timeout, key):
    """Turn requests' errors into ours, and tell which may pass; no key may be seen in them."""
    from requests.exceptions import RequestException, Timeout
    from urllib3.exceptions import HTTPError, ProtocolError, TimeoutError

    try:
        yield
    except (Timeout, TimeoutError):
        raise _TryAgain(
            ServerTimeoutError(
                f"OpenML sent nothing for {timeout:g} s when asked for {what} ({url}). Try again "
                "later, or raise sklearn_meta.openml.options(timeout=...)."
            )
        ) from None
    except (RequestException, HTTPError) as error:
        complaint = "it can't be reached"
        if isinstance(error, ProtocolError):
            complaint = "the connection ended before the whole answer had come"
        said = str(error).replace(key, "***") if key else str(error)  # it quotes the address
        raise _TryAgain(
            ServerError(
                f"OpenML failed when asked for {what}: {complaint} ({url}; {type(error).__name__}: "
                f"{said}). With sklearn_meta.openml.options(offline=True) only the cache is used."
            )
        ) from None


def _refusal(status, content, url, what):
    """Return the error for an answer that is not 200."""
    code, message = _error_document(content)
    said = f"code {code}: {message}" if code is not None else f"HTTP status {status}"
    if code in _NO_ACCESS or status in (401, 403):
        return NotAuthorizedError(
            f"OpenML gives no access to {what}: {said} ({url}). Set openml.config.apikey."
        )
    if status >= 500 or status == 429 or code in _BUSY:
        return _TryAgain(
            ServerError(
                f"OpenML failed when asked for {what}: {said} ({url}). That is the server's "
                "trouble; try again later."
            )
        )
    return NotOnServerError(f"OpenML has no {what}: {said} ({url}). Is the id right?", code)


def _error_document(content):
    """Return (code, message) of OpenML's error document, or (None, None)."""
    text = content[:10_000].decode("utf-8", "replace")
    code = re.search(r"<oml:code>\s*(\d+)\s*</oml:code>", text)
    message = re.search(r"<oml:message>(.*?)</oml:message>", text, re.DOTALL)
    if code is None:
        return None, None
    return int(code.group(1)), message.group(1).strip() if message else ""
