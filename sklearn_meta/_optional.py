"""Import what an extra brings, or say politely how to get it."""

from importlib import import_module
from importlib.util import find_spec

from sklearn_meta.exceptions import MissingExtraError


def import_optional(module, extra):
    """Import a module that one of the extras installs.

    Parameters
    ----------
    module : str
        The module's dotted name.
    extra : str
        The extra of ``sklearn-meta`` that brings it.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingExtraError
        If it is not installed.

    Examples
    --------
    >>> from sklearn_meta._optional import import_optional
    >>> import_optional("json", extra="boost").dumps([1])
    '[1]'
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{module!r} is needed and could not be imported ({error}). "
            f"Install it with: pip install 'sklearn-meta[{extra}]'"
        ) from error


def is_installed(module):
    """Tell whether a top-level module could be imported, without importing it."""
    return find_spec(module) is not None
