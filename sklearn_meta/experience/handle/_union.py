"""Several bases read as one, without copying any."""

import logging
from functools import cached_property

import numpy as np

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.leaks._contents import read_contents
from sklearn_meta.experience.leaks._leaks import find_leaks
from sklearn_meta.experience.records._matrix import EvaluationMatrix

_logger = logging.getLogger(__name__)
# So many configurations have to be in both rows of a task before one row can fill the other.
_MIN_COMMON = 3


class ExperienceUnion:
    """Advice from several bases: their tasks and configurations together, read when asked for.

    A task that is in several of them, under the same id or with the same rows and target, counts
    once: what the first base says of it stands, and the others fill its gaps, brought to its level
    by the median difference where both know the score. Tasks of different bases that share rows
    become one group.

    Parameters
    ----------
    members : list of Experience
        Open bases; where two know the same, the first one is believed.

    Examples
    --------
    >>> from sklearn_meta.experience import Experience
    >>> from sklearn_meta.experience.handle._union import ExperienceUnion
    >>> one, other = Experience.empty(), Experience.empty()
    >>> for name, base in (("iris", one), ("wine", other)):
    ...     task = base.add_task(name, "multiclass", n_rows=150, n_columns=4, n_classes=3)
    ...     _ = base.add(task, {"family": "naive_bayes"}, {"accuracy": 0.9})
    >>> ExperienceUnion([one, other]).matrix("multiclass", "accuracy").tasks["name"].tolist()
    ['iris', 'wine']
    """

    def __init__(self, members):
        self.members = list(members)

    def matrix(self, kind, metric=None):
        """Return what all bases know about one kind of task; see `Experience.matrix`.

        Parameters
        ----------
        kind : {"binary", "multiclass", "classification", "regression"}
            Kind of the task.
        metric : str, default=None
            What is asked for. The first base that has tasks of the kind says which stored metric
            stands for it; others that lack that one are left out.

        Returns
        -------
        EvaluationMatrix
        """
        chosen, parts = None, []
        for member in self.members:
            part = member.matrix(kind, chosen or metric)
            if not len(part.tasks):
                parts.append(None)
                continue
            chosen = chosen or part.metric
            if part.metric != chosen:
                _logger.info("%r has no %s: left out of the advice", member, chosen)
                part = None
            parts.append(part)
        present = [(n, part) for n, part in enumerate(parts) if part is not None]
        if not present:
            return self.members[0].matrix(kind, metric)
        if len(present) == 1:
            return present[0][1]
        return _join(present, self._identities)

    def like(self, X):
        """Find the tasks that share rows with a table; see `Experience.like`.

        Parameters
        ----------
        X : DataFrame, ndarray, sparse matrix, row sketch or Fingerprint
            The table at hand.

        Returns
        -------
        list of str
            Their ids.
        """
        return list(dict.fromkeys(task for member in self.members for task in member.like(X)))

    def leaks(self, fingerprint, description):
        """Find what may hold the table at hand in any base; see `find_leaks`."""
        found = {}
        for member in reversed(self.members):
            found |= find_leaks(member, fingerprint, description)
        return found

    def without(self, *, ids=()):
        """Return the same union with some tasks hidden.

        Parameters
        ----------
        ids : iterable of str
            Their ids.

        Returns
        -------
        ExperienceUnion
        """
        return ExperienceUnion([member.without(ids=ids) for member in self.members])

    @cached_property
    def _identities(self):
        """Map (number of the base, id) to the id and group that the task has in the union."""
        known, identities = [], {}
        by_hash = {}
        for number, member in enumerate(self.members):
            with member._opened.reading() as connection:
                tasks = read_contents(connection, member._view)
            for task in tasks:
                mates = _mates(task, by_hash)
                same = [mate for mate in mates if mate.id == task.id or mate.same_as(task)]
                same = same or [mate for mate in known if mate.id == task.id]
                mate = (same or mates or [None])[0]
                task.group = task.group or task.id
                if mate is not None:
                    task.group = mate.group
                if same:
                    identities[number, task.id] = (same[0].id, task.group)
                else:
                    identities[number, task.id] = (task.id, task.group)
                    known.append(task)
            if number + 1 < len(self.members):  # only other bases' tasks are compared
                _index(tasks, by_hash)
        return identities


def _index(tasks, by_hash):
    """Note under which row hashes a task can be found."""
    for task in tasks:
        if task.fingerprint is not None:
            for row in task.fingerprint.shuffled.hashes.tolist():
                by_hash.setdefault(row, []).append(task)


def _mates(task, by_hash):
    """Return the indexed tasks that share rows with one; few are looked at closely."""
    if not by_hash or task.fingerprint is None:
        return []
    near = {}
    for row in task.fingerprint.shuffled.hashes.tolist():
        for other in by_hash.get(row, ()):
            near[id(other)] = other
    return [other for other in near.values() if other.shares_rows_with(task.fingerprint)]


def _join(parts, identities):
    """Stack matrices: a row for each task and size, a column for each configuration."""
    import pandas as pd

    keys, configurations = {}, []
    for _, part in parts:
        for key, configuration in zip(part.keys, part.configurations, strict=True):
            if key not in keys:
                keys[key] = len(keys)
                configurations.append(configuration)
    lines, frames, features, sources = {}, [], [], []
    for number, part in parts:
        tasks = part.tasks.copy()
        names = [identities[number, task] for task in tasks["id"]]
        tasks["id"], tasks["group"] = zip(*names, strict=True)
        levels = list(zip(tasks["id"], tasks["rows_seen"], strict=True))
        fresh = [row for row, level in enumerate(levels) if level not in lines]
        for row in fresh:
            lines[levels[row]] = len(lines)
        frames.append(tasks.iloc[fresh])
        features.append(part.metafeatures.iloc[fresh])
        sources.append((part, [lines[level] for level in levels]))
    shape = (len(lines), len(keys))
    arrays = {name: np.full(shape, np.nan) for name in ("scores", "seconds", "rows")}
    for part, rows in sources:
        columns = np.array([keys[key] for key in part.keys])
        for row, line in enumerate(rows):
            _fill(arrays, line, columns, {name: getattr(part, name)[row] for name in arrays})
    return EvaluationMatrix(
        tasks=pd.concat(frames, ignore_index=True),
        configurations=configurations,
        keys=list(keys),
        metafeatures=pd.concat(features, ignore_index=True),
        metric=parts[0][1].metric,
        **arrays,
    )


def _fill(arrays, line, columns, values):
    """Put what a base says of a task into the cells that no earlier base has filled."""
    told = arrays["scores"][line, columns]
    untouched = np.isnan(arrays["seconds"][line]).all() and np.isnan(arrays["scores"][line]).all()
    offset = 0.0
    if not untouched:
        difference = told - values["scores"]
        common = np.isfinite(difference)
        if common.sum() < _MIN_COMMON:
            return
        offset = np.median(difference[common])
    free = np.isnan(told) & np.isnan(arrays["seconds"][line, columns])
    for name, array in arrays.items():
        shift = offset if name == "scores" else 0.0
        array[line, columns[free]] = values[name][free] + shift


def open_all(experience, open_one):
    """Open several bases as one.

    Parameters
    ----------
    experience : list or tuple
        What single bases are given by.
    open_one : callable
        Opens one of them.

    Returns
    -------
    union : ExperienceUnion
        Of all of them.
    opened : list of Experience
        Those that were opened here, to be closed.

    Raises
    ------
    ExperienceError
        If there is none, or one can't be opened; the message says which.
    """
    if not len(experience):
        raise ExperienceError(
            "experience is an empty list. Name bases, e.g. ['bundled', 'team.sqlite'], or give "
            "None to start from nothing."
        )
    members, opened = [], []
    try:
        for number, member in enumerate(experience):
            if member is None or isinstance(member, list | tuple):
                raise ExperienceError(_BAD_MEMBER.format(number, repr(member)))
            try:
                base = open_one(member)
            except (ExperienceError, TypeError) as error:
                raise type(error)(f"experience[{number}] can't be used: {error}") from error
            members.append(base)
            if base is not member:
                opened.append(base)
    except BaseException:
        for base in opened:
            base.close()
        raise
    return ExperienceUnion(members), opened


_BAD_MEMBER = (
    "experience[{}] is {}, but each member of the list is one base: 'bundled', a path, a URL or an "
    "Experience."
)
