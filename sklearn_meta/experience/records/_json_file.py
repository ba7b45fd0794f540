"""A base as one JSON document, to be kept, sent and compared.

It holds what the tables hold, one record a line, sorted, values that are missing left out; two
bases of the same content give the same bytes. A digest of the records tells a document that was cut
off or changed from one that is whole.
"""

import gzip
import json
import os
import zlib
from hashlib import sha256

from sklearn_meta.exceptions import ExperienceError, ExperienceNotFoundError
from sklearn_meta.experience.database._schema import SCHEMA_VERSION, schema
from sklearn_meta.experience.records._transfer import TABLES

FORMAT = "sklearn-meta experience"
# Columns that hold JSON texts: the document has the values themselves.
_NESTED = {
    "tasks": {"metafeatures", "fingerprint"},
    "configurations": {"configuration"},
    "evaluations": {"other_metrics", "fold_metrics", "versions"},
}


def write_json(path, records, facts):
    """Write records and facts as a JSON document, gzipped if the path ends in ``.gz``.

    The document is written beside an old one and then takes its place.
    """
    lines = {name: sorted(_line(name, record) for record in records[name]) for name in TABLES}
    head = {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "facts": facts,
        "sha256": _digest(lines),
    }
    text = json.dumps(head, sort_keys=True, allow_nan=False)[:-1]
    for name in TABLES:
        text += f',\n"{name}": [\n' + ",\n".join(lines[name]) + "\n]"
    content = (text + "\n}\n").encode()
    if path.endswith(".gz"):
        content = gzip.compress(content, mtime=0)  # no date in it: same records, same bytes
    draft = f"{path}.{os.getpid()}.draft"
    try:
        with open(draft, "wb") as file:
            file.write(content)
        os.replace(draft, path)
    except OSError as error:
        raise ExperienceError(
            f"{path!r} can't be written ({error.strerror}). Make the folder, or give another path."
        ) from error
    finally:
        if os.path.exists(draft):
            os.remove(draft)


def read_json(path):
    """Read a document; return its records and its facts.

    Raises
    ------
    ExperienceNotFoundError
        If there is no such file.
    ExperienceError
        If it is damaged, of another format, or of a newer schema version.
    """
    document = _load(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ExperienceError(
            f"{path!r} is JSON, but not an experience base. Give a file that Experience.export "
            "wrote."
        )
    version = document.get("schema_version")
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise ExperienceError(
            f"{path!r} holds a base of schema version {version}, but this sklearn_meta reads "
            f"versions up to {SCHEMA_VERSION}. Upgrade sklearn_meta to use it: pip install "
            "--upgrade sklearn-meta"
        )
    try:
        lines = {name: sorted(map(_dump, document[name])) for name in TABLES}
        is_whole = _digest(lines) == document["sha256"]
        records = {name: [_record(name, row) for row in document[name]] for name in TABLES}
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error
    if not is_whole:
        raise _damaged(path, "its records are not those that its digest was made of")
    return records, document["facts"]


def _load(path):
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise ExperienceNotFoundError(
            f"A document to import was wanted, but {path!r} does not exist."
        ) from error
    except OSError as error:
        raise ExperienceError(f"{path!r} can't be read ({error.strerror}).") from error
    try:
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        return json.loads(content)
    except (EOFError, OSError, ValueError, zlib.error) as error:
        raise _damaged(path, str(error)) from error


def _damaged(path, why):
    return ExperienceError(
        f"{path!r} can't be read as an exported experience base ({why}). It is damaged or of "
        "another format: take a complete copy, or export it again."
    )


def _line(table, record):
    """Write a record as a line."""
    values = {name: value for name, value in record.items() if value is not None}
    for name in _NESTED[table] & set(values):
        values[name] = json.loads(values[name])
    return _dump(values)


def _record(table, values):
    """Make the record of a line."""
    columns = getattr(schema(), table).columns.keys()
    unknown = set(values) - set(columns)
    if unknown:
        raise KeyError(f"{table} have no column {min(unknown)!r}")
    record = {name: values.get(name) for name in columns}
    for name in _NESTED[table] & set(values):
        record[name] = _dump(values[name])
    return record


def _dump(values):
    return json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _digest(lines):
    """Digest the sorted lines of all tables."""
    text = "\n".join(name + "\n" + "\n".join(lines[name]) for name in TABLES)
    return sha256(text.encode()).hexdigest()
