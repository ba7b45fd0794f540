"""The command ``sklearn-meta``: models and experience from a shell."""

from sklearn_meta.cli._main import main

__all__ = ["main"]
