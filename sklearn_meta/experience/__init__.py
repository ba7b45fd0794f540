"""What was learned on earlier tasks: the experience base, and how it is filled."""

from importlib import import_module

_HOMES = {
    "EvaluationMatrix": "records._matrix",
    "Experience": "handle._experience",
    "SCHEMA_VERSION": "database._schema",
    "TableFolder": "collector._sources",
    "collect": "collector._collect",
    "export": "records._export",
    "import_published": "published._importing",
    "row_hashes": "identity._row_hashes",
    "row_sketch": "identity._fingerprint",
    "shares_rows": "identity._fingerprint",
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
