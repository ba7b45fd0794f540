"""Give the openml client a limit: uploads go through it, and it waits for a server for ever."""

import threading
from contextlib import contextmanager

_one_at_a_time = threading.Lock()


@contextmanager
def client_gives_up_after(seconds):
    """Let the client's requests fail once the server is silent for so long.

    The client makes a session of `requests` for each request and offers no setting, so that the
    name by which it calls `requests` is replaced meanwhile. The package itself is left alone.

    Parameters
    ----------
    seconds : float
        Longest silence, also while connecting.

    Yields
    ------
    None
    """
    from openml import _api_calls

    with _one_at_a_time:
        before = _api_calls.requests
        _api_calls.requests = _Requests(before, seconds)
        try:
            yield
        finally:
            _api_calls.requests = before


class _Requests:
    """The package `requests`, whose sessions give up."""

    def __init__(self, requests, seconds):
        self._requests = requests
        self._seconds = seconds

    def __getattr__(self, name):
        return getattr(self._requests, name)

    def Session(self):  # noqa: N802 - stands for the class of that name
        """Return a session that gives up."""
        session = self._requests.Session()
        for scheme in ("https://", "http://"):
            session.mount(scheme, _adapter(self._seconds))
        return session


def _adapter(seconds):
    from requests.adapters import HTTPAdapter

    class Patient(HTTPAdapter):
        def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
            limit = seconds if timeout is None else timeout
            return super().send(request, stream, limit, verify, cert, proxies)

    return Patient()
