"""Add a run to a base: its task and evaluations, all of it or nothing."""

import os
import threading

from sklearn_meta.exceptions import ExperienceError, ExperienceNotFoundError
from sklearn_meta.experience.database._database import normalise_location
from sklearn_meta.experience.database._schema import schema
from sklearn_meta.experience.handle._experience import Experience
from sklearn_meta.experience.leaks._contents import TaskContent, read_contents
from sklearn_meta.experience.records import _records


def open_or_create(where):
    """Open a base for writing; make it if there is none.

    Parameters
    ----------
    where : str or path
        A file (its folder has to be there), or a SQLAlchemy URL.

    Returns
    -------
    Experience

    Raises
    ------
    ExperienceError
        If something else is there, or it can't be made.
    """
    location = normalise_location(where)
    try:
        return Experience.open(location)
    except ExperienceNotFoundError:
        _create_file(location)
    except ExperienceError:
        if "://" not in location:
            raise
        _create_tables(location)
    return Experience.open(location)


def _create_file(location):
    """Make a base that appears whole: others may look for it at the same moment."""
    draft = f"{location}.{os.getpid()}.{threading.get_ident()}.draft"
    try:
        Experience.create(draft).close()
        try:
            os.link(draft, location)
        except FileExistsError:
            return  # another process was faster
        except OSError:  # a file system without hard links
            if not os.path.exists(location):
                os.replace(draft, location)
    finally:
        if os.path.exists(draft):
            os.remove(draft)


def _create_tables(location):
    """Lay out a server's empty database, unless it has our tables; opening then tells what is."""
    try:
        Experience.create(location).close()
    except ExperienceError:
        return


def append_run(base, task, evaluations, *, fingerprint, metafeatures):
    """Add a task and evaluations of it in one transaction.

    A task that the base holds already, under whatever name, is not added again. One that shares
    rows with others gets their group.

    Parameters
    ----------
    base : Experience
        Where to write.
    task : dict
        ``name``, ``kind``, ``n_rows``, ``n_columns``, ``n_classes``, ``source``.
    evaluations : list of dict
        ``configuration``, ``metrics``, and the further arguments of `Experience.add`.
        One of the same configuration, seed and size is replaced.
    fingerprint : Fingerprint
        Of the table.
    metafeatures : dict of str to float
        Of the task.

    Returns
    -------
    str
        The task's id.

    Raises
    ------
    ExperienceError
        If the base can't be written. Then nothing was.
    """
    facts = {"openml_id": None, "licence": None, "group": None, **task}
    record = _records.task_record(facts, fingerprint, metafeatures)
    tables = schema()
    with base._writing() as connection:
        name = _place_task(connection, record)
        pairs = [_records.evaluation_of_facts(name, evaluation) for evaluation in evaluations]
        _records.insert_all(connection, tables.configurations, [new for new, _ in pairs])
        runs = [run for _, run in pairs]
        _records.insert_all(connection, tables.evaluations, runs, replace=True)
    return name


def _place_task(connection, record):
    """Add a task unless it is there; return its id."""
    columns = ("id", "name", "kind", "n_rows", "n_columns", "n_classes", "group")
    columns = (*columns, "fingerprint", "metafeatures")
    task = TaskContent(*(record[column] for column in columns))
    known = read_contents(connection)
    same = [other for other in known if other.id == task.id or other.same_as(task)]
    if same:
        return same[0].id
    relatives = [other for other in known if other.shares_rows_with(task.fingerprint)]
    group = _join_group(connection, relatives, task.name)
    _records.insert_one(connection, schema().tasks, {**record, "group": group})
    return task.id


def _join_group(connection, relatives, name):
    """Return the group of the tasks that share rows; those that had none join it."""
    groups = [task.group for task in relatives if task.group is not None]
    group = groups[0] if groups else (relatives[0].name if relatives else name)
    table = schema().tasks
    for task in relatives:
        if task.group is None:
            joins = table.update().where(table.c.id == task.id)
            connection.execute(joins.values({"group": group}))
    return group
