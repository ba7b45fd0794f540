"""The command ``sklearn-meta``: fit, predict and report from a shell."""

from sklearn_meta.cli._main import main

__all__ = ["main"]
