"""What can be wrong with a model file; each error is a builtin one too."""

from sklearn_meta.exceptions import SklearnMetaError


class ModelFileError(SklearnMetaError, ValueError):
    """A model can't be written to a file or read from it; the message says why."""


class ModelFileNotFoundError(ModelFileError, FileNotFoundError):
    """There is no model file at the place named."""


class UntrustedTypeError(ModelFileError, TypeError):
    """A model file holds types that are not on the list of those that are loaded unasked."""
