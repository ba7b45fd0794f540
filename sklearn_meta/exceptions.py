"""Errors and warnings of sklearn_meta.

Each is also a builtin or a scikit-learn one, so code that catches those goes on working.
"""


class SklearnMetaError(Exception):
    """Base of all errors that sklearn_meta raises on purpose."""


class TableError(SklearnMetaError, ValueError):
    """A table or target can't be learned from; the message says what to change."""


class AllTrialsFailedError(SklearnMetaError, RuntimeError):
    """No trial of the search ended with a usable model."""


class ExperienceError(SklearnMetaError, ValueError):
    """An experience base can't be used as asked."""


class ExperienceNotFoundError(ExperienceError, FileNotFoundError):
    """There is no experience base at the place named."""


class MissingExtraError(SklearnMetaError, ImportError):
    """An optional package is needed; the message says how to install it."""


class SklearnMetaWarning(UserWarning):
    """Base of all warnings that sklearn_meta gives."""


class SearchWarning(SklearnMetaWarning):
    """The search went on, but not quite as asked."""


class RecordingWarning(SklearnMetaWarning):
    """A finished search could not be written to the experience base that it was to be added to."""


class TrainingDivergedError(SklearnMetaError, ArithmeticError):
    """A loss became infinite or not a number; the message says what to lower."""
