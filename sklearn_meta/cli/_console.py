"""What the command says, and the error that ends it."""

import sys
import warnings
from contextlib import contextmanager

from sklearn_meta.exceptions import SklearnMetaError

PROGRAM = "sklearn-meta"


class UsageError(SklearnMetaError, ValueError):
    """The command can't do what it was asked to; the message says what to change."""


def note(message):
    """Write a line for people to standard error; results alone go to standard output."""
    sys.stderr.write(f"{PROGRAM}: {one_line(message)}\n")


def one_line(message):
    """Return a message without line breaks."""
    return " ".join(str(message).split())


@contextmanager
def warnings_as_notes():
    """Show warnings as notes, without the place in the code that gave them."""

    def show(message, category, filename, lineno, file=None, line=None):
        note(f"warning: {message}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
