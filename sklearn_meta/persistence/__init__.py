"""Fitted estimators in files that run no code when they are read."""

from sklearn_meta.persistence._errors import (
    ModelFileError,
    ModelFileNotFoundError,
    UntrustedTypeError,
)
from sklearn_meta.persistence._estimator import load, save

__all__ = ["ModelFileError", "ModelFileNotFoundError", "UntrustedTypeError", "load", "save"]
