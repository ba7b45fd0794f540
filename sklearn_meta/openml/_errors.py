"""What can go wrong between a task's number and its table."""

from sklearn_meta.exceptions import SklearnMetaError


class OpenMLError(SklearnMetaError, RuntimeError):
    """Base of the errors of this room."""


class NotInCacheError(OpenMLError, FileNotFoundError):
    """Offline, and a file is not in the cache; the message names it."""


class NotOnServerError(OpenMLError, LookupError):
    """The server has no such thing (404, or OpenML's own 412 with its code).

    Attributes
    ----------
    code : int or None
        OpenML's own code.
    """

    def __init__(self, message, code=None):
        super().__init__(message)
        self.code = code

    @property
    def is_empty_list(self):
        """Whether it was a listing that has no (further) rows."""
        return self.code in (512, 542, 674)  # of runs, evaluations, setups


class ServerError(OpenMLError, ConnectionError):
    """The server can't be reached, or failed, at each attempt."""


class ServerTimeoutError(ServerError, TimeoutError):
    """The server was too slow at each attempt."""


class DamagedFileError(OpenMLError, ValueError):
    """A file is not what the server announced: cut short, altered, or not readable."""


class NotAuthorizedError(OpenMLError, PermissionError):
    """The server wants an API key, or another one."""
