"""What the tasks of a base are told apart by, read at once and decoded where it is looked at."""

import json
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sklearn_meta.experience.identity._fingerprint import Fingerprint
from sklearn_meta.experience.identity._near import Description
from sklearn_meta.experience.records import _reading
from sklearn_meta.experience.records._view import ALL

#: How the names begin that runs give to tasks that nobody named; what follows tells contents apart.
RECORDED = "recorded_"
# What tells two targets on one table apart, the same to so many digits.
_OF_TARGET = ("MajorityClassSize", "MinorityClassSize", "TargetSkewness", "TargetKurtosis")
_TOLERANCE = 1e-3
_COLUMNS = ("id", "name", "kind", "n_rows", "n_columns", "n_classes", "group")


@dataclass
class TaskContent:
    """A task of a base, or the one at hand.

    Parameters
    ----------
    id, name, kind, n_rows, n_columns, n_classes, group
        As `Experience.tasks` has them, `kind` in three words.
    fingerprint_text, metafeatures_text : str or None
        As the base stores them.
    """

    id: str
    name: str
    kind: str
    n_rows: int
    n_columns: int
    n_classes: int
    group: str | None
    fingerprint_text: str | None = field(default=None, repr=False)
    metafeatures_text: str | None = field(default=None, repr=False)

    @cached_property
    def fingerprint(self):
        """The Fingerprint, or None."""
        text = self.fingerprint_text
        return None if text is None else Fingerprint.from_json(text)

    @cached_property
    def metafeatures(self):
        """The meta-features by name."""
        return json.loads(self.metafeatures_text or "{}")

    @property
    def description(self):
        """What the table looks like."""
        sizes = self.n_rows, self.n_columns, self.n_classes
        return Description(self.kind, *sizes, self.metafeatures)

    def shares_rows_with(self, fingerprint):
        """Tell whether the table shares rows with one of that fingerprint."""
        if self.fingerprint_text is None or fingerprint is None:
            return False
        if fingerprint.n_columns not in (None, self.n_columns):
            return False
        return fingerprint.shares_rows_with(self.fingerprint)

    def resembles(self, description):
        """Tell whether the table looks like one of that description; see `_near`."""
        if self.description_size != description.size:
            return False  # before anything is decoded
        return description.resembles(self.description)

    @property
    def description_size(self):
        """Kind, columns and classes."""
        return self.kind, self.n_columns, self.n_classes

    def same_as(self, other):
        """Tell whether two tasks are one: the same table and, as far as can be seen, target."""
        if self.description_size != other.description_size or self.n_rows != other.n_rows:
            return False
        if self.fingerprint is None or other.fingerprint is None:
            return False
        if self.name.startswith(RECORDED) and other.name.startswith(RECORDED):
            return self.name == other.name
        ours, theirs = (task.fingerprint.shuffled.hashes for task in (self, other))
        if not np.array_equal(ours, theirs):
            return False
        ours, theirs = self.metafeatures, other.metafeatures
        return all(_close(ours.get(name), theirs.get(name)) for name in _OF_TARGET)


def _close(a, b):
    """Tell whether two numbers agree; what either does not know does not count."""
    if a is None or b is None or not np.isfinite([a, b]).all():
        return True
    return abs(a - b) <= _TOLERANCE * max(1.0, abs(a), abs(b))


def read_contents(connection, view=ALL):
    """Read the contents of all visible tasks.

    Parameters
    ----------
    connection : Connection
        To the base.
    view : View
        What of it to read.

    Returns
    -------
    list of TaskContent
    """
    columns = (*_COLUMNS, "fingerprint", "metafeatures")
    return [TaskContent(*row) for row in _reading.read_tasks(connection, view, columns)]
