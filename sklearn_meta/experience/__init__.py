"""What was learned on earlier tasks: the experience base, and how it is filled."""

from importlib import import_module

_HOMES = {
    "EvaluationMatrix": "_matrix",
    "Experience": "_store",
    "SCHEMA_VERSION": "_schema",
    "TableFolder": "_sources",
    "collect": "_collect",
    "export": "_export",
    "import_published": "_published",
    "row_hashes": "_row_hashes",
    "row_sketch": "_fingerprint",
    "shares_rows": "_fingerprint",
}

__all__ = sorted(_HOMES)


def __getattr__(name):
    """Load a name when it is first asked for: SQLAlchemy and pandas take a while to import."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
