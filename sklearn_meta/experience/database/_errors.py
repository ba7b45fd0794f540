"""Turn what a database driver raises into errors that say what to do."""

from contextlib import contextmanager

from sklearn_meta.exceptions import ExperienceError

# PostgreSQL's codes for what a user can do something about.
_REFUSED = ("28P01", "28000")
_NO_DATABASE = ("3D000",)


@contextmanager
def translated(shown):
    """Turn the errors of SQLAlchemy and of the driver into ours, the cause kept.

    Parameters
    ----------
    shown : str
        The base's location as a message may name it.
    """
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        raise ExperienceError(_message(shown, error)) from error


def _message(shown, error):
    from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

    code, what = _code_and_text(error.orig)
    if isinstance(error, IntegrityError) or code.startswith("23"):
        return (
            f"The experience base {shown!r} refused a record ({what}). Add the task and the "
            "configuration before their evaluation."
        )
    if code in _REFUSED:
        return (
            f"The server of {shown!r} refused the user or the password ({what}). Give them in the "
            "URL, with every character that is special there quoted (urllib.parse.quote)."
        )
    if code in _NO_DATABASE:
        return (
            f"The experience base {shown!r} can't be opened ({what}). Let the server make the "
            "database first, and then the base with Experience.create."
        )
    if isinstance(error, InterfaceError):
        return (
            f"The experience base {shown!r} can't be reached ({what}). Check host and port, and "
            "that the server is up and lets this machine in."
        )
    if code or isinstance(error, OperationalError):
        return (
            f"The experience base {shown!r} can't be used ({what}). Check that it can be reached, "
            "read and written, and that no one holds it locked."
        )
    return (
        f"{shown!r} can't be read as an experience base ({what}). It is damaged or of another "
        "format: take a copy, or make a new one with Experience.create."
    )


def _code_and_text(error):
    """Return PostgreSQL's code ("" for sqlite and lost connections) and the words of an error."""
    fields = error.args[0] if error.args else ""
    if isinstance(fields, dict):
        return fields.get("C", ""), fields.get("M", str(fields))
    return "", str(error)
