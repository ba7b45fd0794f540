"""Copy records from base to base; every function works inside an open transaction."""

import json

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.database._schema import schema
from sklearn_meta.experience.records._records import insert_all, insert_one, to_json

TABLES = ("tasks", "configurations", "evaluations")


def read_records(connection, view, change=dict):
    """Read the records of a base, to be added to another one.

    Parameters
    ----------
    connection : Connection
        To the base to read.
    view : View
        What of it to read.
    change : callable, default=dict
        Makes the record to write from the record read.

    Returns
    -------
    dict of str to list of dict
        The records of each table, in an order in which they can be added.
    """
    from sqlalchemy import select

    shown = {
        "tasks": lambda row: view.shows_task(row["id"]),
        "configurations": lambda row: view.shows_configuration(row["key"]),
        "evaluations": lambda row: view.shows(row["task"], row["configuration"]),
    }
    shared = read_fact(connection, "versions")

    def complete(row):
        # what a base says once for most of its evaluations is not known to another base
        if shared is None or row.get("versions", "") is not None:
            return row
        return {**row, "versions": shared}

    records = {}
    # evaluations first: what others add meanwhile then lacks no task that it belongs to
    for name in ("evaluations", "tasks", "configurations"):
        rows = (row._mapping for row in connection.execute(select(getattr(schema(), name))))
        records[name] = [change(complete(row)) for row in rows if shown[name](row)]
    return {name: records[name] for name in TABLES}


def add_records(connection, records):
    """Add what is missing of other base's records; return how many of each table that were."""
    return {
        name: insert_missing(connection, getattr(schema(), name), rows)
        for name, rows in records.items()
    }


def insert_missing(connection, table, records):
    """Insert the records whose key is not there yet; return how many those were."""
    names = [column.name for column in table.primary_key]
    present = _existing_keys(connection, table)
    fresh = [r for r in records if tuple(r[name] for name in names) not in present]
    insert_all(connection, table, fresh)
    return len(fresh)


def _existing_keys(connection, table):
    from sqlalchemy import select

    return {tuple(row) for row in connection.execute(select(*table.primary_key))}


def read_fact(connection, key):
    """Return a fact of a base, None if it has none of that name."""
    from sqlalchemy import select

    facts = schema().facts
    return connection.execute(select(facts.c.value).where(facts.c.key == key)).scalar()


def write_facts(connection, facts):
    """Set facts about the base, such as how it was collected; older values are replaced."""
    for key, value in facts.items():
        text = value if isinstance(value, str) else to_json(value)
        insert_one(connection, schema().facts, {"key": key, "value": text}, replace=True)


def read_facts(connection):
    """Return what a base says about itself, without its layout."""
    from sqlalchemy import select

    facts = {key: value for key, value in connection.execute(select(schema().facts))}
    return {key: facts[key] for key in sorted(facts) if key not in ("schema_version", "versions")}


def add_facts(connection, facts):
    """Take over facts of another base that this one has nothing to say about."""
    own = read_facts(connection)
    write_facts(connection, {key: value for key, value in facts.items() if key not in own})


def read_directions(connection):
    """Return whether more is better, for the metrics that a base was told of."""
    return directions_of({"metrics": read_fact(connection, "metrics")})


def directions_of(facts):
    """Return the same from the facts of a base."""
    return json.loads(facts.get("metrics") or "{}")


def add_directions(connection, directions):
    """Tell a base whether more is better of some metrics.

    Raises
    ------
    ExperienceError
        If it knows one of them the other way round.
    """
    known = read_directions(connection)
    turned = [name for name in directions if known.get(name, directions[name]) != directions[name]]
    if turned:
        raise ExperienceError(
            f"Of the metric {turned[0]!r} more is better in one of the two bases and worse in the "
            "other. Name it differently in one of them."
        )
    if not directions.items() <= known.items():
        write_facts(connection, {"metrics": {**known, **directions}})
