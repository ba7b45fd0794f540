"""Copy an experience base into a small file that is made to be read only."""

import json
import os
import sqlite3

from sklearn_meta.experience.database._database import normalise_location
from sklearn_meta.experience.database._schema import schema
from sklearn_meta.experience.database._seal import seal
from sklearn_meta.experience.records._records import to_json
from sklearn_meta.experience.records._transfer import add_records, read_records, write_facts


def export(base, where, *, digits=5, fold_metrics=False, facts=None):
    """Copy what a base shows into a fresh, compact sqlite file.

    The file is written beside the old one and then takes its place, so that a reader finds either
    the old or the new one, whole. It has no write-ahead log and can lie in a read-only folder.
    It is sealed by a checksum: whoever opens it learns of damage.

    Parameters
    ----------
    base : Experience
        What to copy; hidden tasks are left out.
    where : str or path
        The file to write; one that is there is replaced.
    digits : int or None, default=5
        Significant digits that numbers keep; None for all.
    fold_metrics : bool, default=False
        Keep the values of the single folds, which take more room than all else.
    facts : dict, default=None
        Facts to store beside those of the base, such as how it was made.

    Returns
    -------
    size : int
        Bytes of the file.

    Raises
    ------
    ExperienceError
        If the file can't be written.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn_meta.experience import Experience, export
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     size = export(Experience.empty(), os.path.join(folder, "small.sqlite"))
    """
    location = normalise_location(where)
    draft = f"{location}.{os.getpid()}.draft"
    if os.path.exists(draft):
        os.remove(draft)  # left by a process of that number that was killed
    try:
        _fill(type(base).create(draft), base, digits, fold_metrics, facts)
        _compact(draft)
        seal(draft)
        os.replace(draft, location)
    finally:
        if os.path.exists(draft):
            os.remove(draft)
    return os.path.getsize(location)


def _fill(target, base, digits, fold_metrics, facts):
    """Copy all records, numbers rounded, the versions that most of them share stored once."""
    from sqlalchemy import func, select

    versions = schema().evaluations.c.versions
    counted = select(versions).group_by(versions).order_by(func.count().desc(), versions)

    def change(record):
        record = dict(record)
        if digits is not None:
            record = {name: _rounded(name, value, digits) for name, value in record.items()}
        if "fold_metrics" in record and not fold_metrics:
            record["fold_metrics"] = None
        if record.get("versions") == shared:
            record["versions"] = None
        return record

    with base._opened.reading() as source, target._opened.writing() as connection:
        stored = dict(map(tuple, source.execute(select(schema().facts))))
        stored.pop("schema_version")
        shared = source.execute(counted.where(versions.is_not(None))).scalar()
        shared = stored.get("versions", shared)
        write_facts(connection, {**stored, **(facts or {}), "versions": shared or "{}"})
        add_records(connection, read_records(source, base._view, change))


def _rounded(name, value, digits):
    """Round a number, or the numbers in the JSON columns that hold measurements."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if value is not None and name in ("other_metrics", "fold_metrics", "metafeatures"):
        return to_json(
            json.loads(value, parse_float=lambda text: float(f"{float(text):.{digits}g}"))
        )
    return value


def _compact(path):
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")
    finally:
        connection.close()
