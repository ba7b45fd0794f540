"""Recognise a table, or a part of it, by what its rows hold.

Of a table's row hashes the smallest ones are kept. They are a random sample that every part of the
table draws in the same way, so that two such sketches tell which share of rows two tables have in
common (bottom-k sketches, Beyer et al. 2007).
"""

import base64
import json
from dataclasses import dataclass, replace

import numpy as np

from sklearn_meta.experience.identity._content_digest import content_digest
from sklearn_meta.experience.identity._row_hashes import (
    as_table,
    both_hashes,
    has_words,
    row_hashes,
)

SKETCH_SIZE = 128
MIN_SHARE = 0.3
# Fewer distinct rows than this prove nothing: small whole numbers repeat from table to table.
MIN_EVIDENCE = 12
# Ignoring the order of columns may make rows coincide by this factor, no more.
_COMMON = 1.5


@dataclass(frozen=True)
class Sketch:
    """The smallest distinct row hashes of a table, ascending, and how many rows have each."""

    hashes: np.ndarray
    counts: np.ndarray

    @classmethod
    def of_rows(cls, hashes, size=SKETCH_SIZE):
        """Keep the smallest of one hash per row."""
        hashes, counts = np.unique(hashes, return_counts=True)
        return cls(hashes[:size], counts[:size])

    def up_to(self, horizon):
        """Drop the hashes above a horizon, up to which two sketches can be compared."""
        n = np.searchsorted(self.hashes, horizon, side="right")
        return Sketch(self.hashes[:n], self.counts[:n])

    def share(self, other):
        """Share of the smaller table's distinct rows that are in both tables, in [0, 1]."""
        mine, theirs = _comparable(self, other)
        smaller = min(len(mine.hashes), len(theirs.hashes))
        if smaller < MIN_EVIDENCE:
            return 0.0
        return float(np.isin(mine.hashes, theirs.hashes, assume_unique=True).sum() / smaller)

    def same_frequencies(self, other):
        """Tell whether rows recur at the same rate in both tables (two-sample chi-square).

        Tables of few small whole numbers have the same rows without having them from each other;
        how often each row occurs then tells them apart. Rows that occur once weigh little here.
        """
        mine, theirs = _comparable(self, other)
        cells = np.union1d(mine.hashes, theirs.hashes)
        a, b = np.zeros(len(cells)), np.zeros(len(cells))
        a[np.searchsorted(cells, mine.hashes)] = mine.counts
        b[np.searchsorted(cells, theirs.hashes)] = theirs.counts
        ratio = np.sqrt(b.sum() / a.sum())
        statistic = ((a * ratio - b / ratio) ** 2 / (a + b)).sum()
        freedom = max(len(cells) - 1, 1)
        return bool(statistic <= freedom + 4.0 * np.sqrt(2.0 * freedom))

    def matches(self, other):
        """Tell whether the shared rows are many, and recur alike."""
        return self.share(other) >= MIN_SHARE and self.same_frequencies(other)

    def pack(self):
        """Return the sketch as JSON values; counts are left out where every row is unique."""
        text = base64.b64encode(self.hashes.astype("<u8").tobytes()).decode("ascii")
        return [text, self.counts.tolist()] if (self.counts != 1).any() else [text]

    @classmethod
    def unpack(cls, packed):
        """Read what :meth:`pack` returned."""
        hashes = np.frombuffer(base64.b64decode(packed[0]), dtype="<u8").astype(np.uint64)
        counts = np.array(packed[1]) if len(packed) > 1 else np.ones(len(hashes), dtype=int)
        return cls(hashes, counts)


@dataclass(frozen=True)
class Fingerprint:
    """What a table is recognised by.

    Parameters
    ----------
    shuffled : Sketch
        Of row hashes that ignore the order of the columns.
    ordered : Sketch or None
        Of row hashes that keep to it; None if only a bare sketch is known.
    n_columns : int or None
        Columns of the table; None if unknown.
    has_words : bool
        Whether some cells are words rather than numbers.
    content : str or None
        Digest of the whole table that depends on no order. Only kept where rows are not
        distinctive without the order of the columns; None also in bases written before there were
        digests, whose tables are then recognised if the columns have their old order.
    """

    shuffled: Sketch
    ordered: Sketch | None = None
    n_columns: int | None = None
    has_words: bool = False
    content: str | None = None

    @classmethod
    def of(cls, X):
        """Make the fingerprint of a table; `X` may be one already, or a bare row sketch."""
        if isinstance(X, cls):
            return X
        if isinstance(X, np.ndarray) and X.ndim == 1 and X.dtype == np.uint64:
            hashes = np.unique(X)
            return cls(Sketch(hashes, np.ones(len(hashes), dtype=int)))
        table = as_table(X)
        shuffled, ordered = both_hashes(table)
        sketches = Sketch.of_rows(shuffled), Sketch.of_rows(ordered)
        found = cls(*sketches, n_columns=table.shape[1], has_words=has_words(table))
        if found._order_is_needless():
            return found
        return replace(found, content=content_digest(table))

    def to_json(self):
        """Write the fingerprint as a JSON text."""
        record = {"shuffled": self.shuffled.pack(), "n_columns": self.n_columns}
        record["has_words"] = self.has_words
        if self.ordered is not None:
            record["ordered"] = self.ordered.pack()
        if self.content is not None:
            record["content"] = self.content
        return json.dumps(record, separators=(",", ":"))

    @classmethod
    def from_json(cls, text):
        """Read what :meth:`to_json` wrote."""
        record = json.loads(text)
        ordered = Sketch.unpack(record["ordered"]) if "ordered" in record else None
        return cls(
            Sketch.unpack(record["shuffled"]),
            ordered,
            record["n_columns"],
            record["has_words"],
            record.get("content"),
        )

    def shares_rows_with(self, other):
        """Tell whether two tables share rows beyond what chance explains.

        Where nothing but the order of the columns tells rows apart, it has to be the same, or all
        rows have to be there: without it, any two tables of, say, thirty columns of 0 and 1 are
        made of the same few rows.
        """
        if None not in (self.n_columns, other.n_columns) and self.n_columns != other.n_columns:
            return False
        if self.content is not None and self.content == other.content:
            return len(self.ordered.hashes) >= MIN_EVIDENCE
        if self.ordered is None or other.ordered is None:
            return self.shuffled.share(other.shuffled) >= MIN_SHARE
        if self.ordered.matches(other.ordered):
            return True
        return self._order_is_needless() and self.shuffled.matches(other.shuffled)

    def _order_is_needless(self):
        """Tell whether rows stay distinctive when the order of the columns is ignored."""
        recurrence = self.shuffled.counts.mean() / self.ordered.counts.mean()
        return self.has_words or bool(recurrence <= _COMMON)


def row_sketch(X, size=SKETCH_SIZE):
    """Keep the smallest distinct row hashes of a table.

    Parameters
    ----------
    X : DataFrame, ndarray or sparse matrix of shape (n_samples, n_features)
        The table.
    size : int, default=128
        How many hashes to keep at most.

    Returns
    -------
    sketch : ndarray of shape (min(size, n_distinct_rows),), dtype uint64
        The hashes, ascending.

    References
    ----------
    K. Beyer, P. J. Haas, B. Reinwald, Y. Sismanis, R. Gemulla (2007): On synopses for
    distinct-value estimation under multiset operations. SIGMOD.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.experience import row_sketch, shares_rows
    >>> X = load_iris().data
    >>> shares_rows(row_sketch(X[::2]), row_sketch(X))
    1.0
    """
    return Sketch.of_rows(row_hashes(X), size).hashes


def shares_rows(hashes, known_sketch):
    """Estimate which share of rows two tables have in common.

    Parameters
    ----------
    hashes : ndarray of uint64
        The row hashes, or the row sketch, of the table at hand.
    known_sketch : ndarray of uint64
        The row sketch of the other table.

    Returns
    -------
    share : float
        Distinct rows in both, as a share of the smaller table's distinct rows, in [0, 1]. 0.0 where
        fewer than 12 distinct rows can be compared: they would prove nothing.
    """
    ours, known = (
        Sketch.of_rows(np.asarray(h, dtype=np.uint64), size=None) for h in (hashes, known_sketch)
    )
    return ours.share(known)


def _comparable(a, b):
    """Cut two sketches where the shorter view ends; below that, both are complete."""
    if len(a.hashes) == 0 or len(b.hashes) == 0:
        return a.up_to(0), b.up_to(0)
    horizon = min(a.hashes[-1], b.hashes[-1])
    return a.up_to(horizon), b.up_to(horizon)
