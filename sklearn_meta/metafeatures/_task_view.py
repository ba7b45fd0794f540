"""The task as the meta-features see it: looked at once, sampled once."""

from functools import cached_property

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_random_state

from sklearn_meta.metafeatures._columns import column_roles

KINDS = ("binary", "multiclass", "regression")


class TaskView:
    """A table and its target, with seeded samples of bounded size.

    What is cheap to count is counted on the whole table; everything else is computed on at most
    `max_rows` rows, at most `max_columns` numeric and at most `max_columns` nominal columns,
    drawn once without replacement. Rows of weight 0 are treated as absent.

    Parameters
    ----------
    X : ndarray, DataFrame or CSR matrix of shape (n_samples, n_features)
        A table as `check_table` returns it. Missing values are allowed.
    y : array-like of shape (n_samples,)
        Class codes (integers from 0) or, for regression, numbers.
    kind : {"binary", "multiclass", "regression"}
        What is to be predicted.
    roles : ColumnRoles or None, default=None
        The roles of the columns. None finds those of the textual columns on the sampled rows.
    sample_weight : array-like of shape (n_samples,) or None, default=None
        Weights, none negative. Whole numbers count as repetitions of a row, so that all sums
        equal those of the table with its rows repeated; other weights are rescaled to mean 1.
    max_rows : int, default=5000
        Most rows in the sample.
    max_columns : int, default=100
        Most numeric, and most nominal, columns in the sample.
    random_state : int, RandomState instance or None, default=0
        Seed of the samples.

    Attributes
    ----------
    n_rows : int
        Number of rows whose weight is not 0.
    n_columns : int
        Number of columns of `X`.
    n_classes : int
        Number of classes that occur; 0 for regression.
    seed : int
        What `random_state` came to; all draws are seeded with it.
    total_weight : float
        Sum of the rescaled weights; `n_rows` without weights.

    Raises
    ------
    ValueError
        If `kind` is unknown or the lengths of `X`, `y` and `sample_weight` differ.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.metafeatures import TaskView
    >>> view = TaskView(np.arange(12.0).reshape(6, 2), [0, 1, 0, 1, 0, 1], "binary")
    >>> view.n_rows, view.n_columns, view.n_classes
    (6, 2, 2)
    >>> view.numeric.shape
    (6, 2)
    """

    def __init__(
        self,
        X,
        y,
        kind,
        roles=None,
        sample_weight=None,
        max_rows=5000,
        max_columns=100,
        random_state=0,
    ):
        if kind not in KINDS:
            raise ValueError(f"kind is {kind!r}; it must be one of {', '.join(map(repr, KINDS))}.")
        self.X = X
        self.kind = kind
        self.roles = roles
        self.max_rows = max_rows
        self.max_columns = max_columns
        self.random_state = random_state
        self.seed = check_random_state(random_state).randint(2**31 - 1)
        self.y = _as_codes(y) if self.is_classification else np.asarray(y, dtype=float)
        self.weights = None if sample_weight is None else _as_frequencies(sample_weight)
        self._check_lengths()

        present = np.ones(X.shape[0], bool) if self.weights is None else self.weights > 0
        self._present = None if present.all() else np.flatnonzero(present)
        self.n_rows = int(present.sum())
        self.n_columns = int(X.shape[1])
        self.total_weight = float(self.n_rows if self.weights is None else self.weights.sum())
        self.n_classes = int(np.count_nonzero(self.class_sizes))

    def _check_lengths(self):
        for name, values in (("y", self.y), ("sample_weight", self.weights)):
            if values is not None and len(values) != self.X.shape[0]:
                raise ValueError(
                    f"X has {self.X.shape[0]} rows and {name} has {len(values)} entries; "
                    "each row needs exactly one."
                )

    @property
    def is_classification(self):
        """Whether classes are to be predicted."""
        return self.kind != "regression"

    @property
    def _table(self):
        """The table that dtypes and sampled columns are read from: all rows or the sampled ones."""
        return self.X

    @property
    def _is_frame(self):
        """Whether the table is a DataFrame."""
        return hasattr(self._table, "iloc")

    @cached_property
    def _numbered(self):
        """The table with numbers for names: pandas takes a while to find each column's name."""
        return self._table.set_axis(range(self.n_columns), axis=1)

    @cached_property
    def _dtypes(self):
        """Dtypes of the columns, as a list."""
        return list(self._table.dtypes)

    @cached_property
    def class_sizes(self):
        """Weight sum of each class code, on the whole table; empty for regression."""
        if not self.is_classification or len(self.y) == 0:
            return np.zeros(0)
        return np.bincount(self.y, weights=self.weights).astype(float)

    @cached_property
    def rows(self):
        """Positions of the sampled rows, in the table's order."""
        drawn = self._draw(self.n_rows, self.max_rows, stream="rows")
        return drawn if self._present is None else self._present[drawn]

    @cached_property
    def sample_weight(self):
        """Weights of the sampled rows; ones without weights."""
        return np.ones(len(self.rows)) if self.weights is None else self.weights[self.rows]

    @cached_property
    def target(self):
        """Target of the sampled rows."""
        return self.y[self.rows]

    @cached_property
    def attribute_types(self):
        """Type of each column: "numeric", "nominal", "date" or "text", as an array of str.

        As on OpenML, booleans are nominal attributes with two values.
        """
        if not self._is_frame:
            return np.full(self.n_columns, "numeric")
        types = np.array([_type_of(dtype) for dtype in self._dtypes], dtype="U7")
        for role, positions in self._role_positions.items():
            if role in ("date", "text"):
                types[positions] = role
        return types

    @cached_property
    def n_high_cardinality(self):
        """Number of nominal columns with too many levels to list them."""
        return len(self._role_positions["high_cardinality"])

    @cached_property
    def numeric(self):
        """Sampled numeric columns, floats of shape (n_sampled_rows, n_sampled_columns)."""
        columns = self._draw_columns("numeric")
        if self._is_frame:
            part = self._sampled(self._numbered.iloc[:, columns])
            return np.ascontiguousarray(part.to_numpy(dtype=float))
        if issparse(self.X):
            return np.asarray(self.X[self.rows][:, columns].toarray(), dtype=float)
        return np.asarray(self.X[np.ix_(self.rows, columns)], dtype=float)

    @cached_property
    def nominal(self):
        """Codes of the sampled nominal columns, -1 where missing: list of int arrays.

        Code 0 is the first declared category, or the first level in sorted order.
        """
        if not self._is_frame:
            return []
        return [_codes_of(self._column(j)) for j in self._draw_columns("nominal")]

    @cached_property
    def n_levels(self):
        """Number of levels of the sampled nominal columns: array of shape (n_columns, 2).

        First the declared ones (those that occur, if none are declared), then those that occur.
        Declared categories are counted on all rows, strings on the sampled ones.
        """
        if not self._is_frame:
            return np.zeros((0, 2), int)
        columns = self._draw_columns("nominal")
        pairs = [self._count_levels(*pair) for pair in zip(columns, self.nominal, strict=True)]
        return np.array(pairs, dtype=int).reshape(-1, 2)

    @cached_property
    def n_binary(self):
        """Number of nominal columns with two (declared) levels, on all columns."""
        textual = self._role_positions["levels"]
        return sum(
            (_n_declared(self._dtypes[j]) or textual.get(j, 0)) == 2
            for j in np.flatnonzero(self.attribute_types == "nominal")
        )

    @cached_property
    def _role_positions(self):
        """Positions of the textual columns by role, and "levels": position -> number of levels."""
        frame, roles, offset = self._table, self.roles, None
        if roles is None and self._is_frame:
            offset = np.flatnonzero([_is_textual(dtype) for dtype in self._dtypes])
            # judged by the sample: bounded time on a huge table
            frame = self._sampled(self._numbered.iloc[:, offset])
            roles = column_roles(frame) if len(offset) else None
        if roles is None or not self._is_frame:
            return {"high_cardinality": [], "date": [], "text": [], "levels": {}}
        place = _places(frame, offset)
        return {
            "high_cardinality": [place(key) for key in roles.high_cardinality],
            "date": [place(key) for key in roles.datetime],
            "text": [place(key) for key in roles.text],
            "levels": {place(key): levels for key, levels in roles.n_levels.items()},
        }

    def _draw_columns(self, type_name):
        positions = np.flatnonzero(self.attribute_types == type_name)
        return positions[self._draw(len(positions), self.max_columns, stream=type_name)]

    def _draw(self, n_available, n_wanted, stream):
        """Draw sorted positions; each stream has a seed of its own, so order of use is free."""
        if n_available <= n_wanted:
            return np.arange(n_available)
        rng = np.random.default_rng([self.seed, *stream.encode()])
        return np.sort(rng.choice(n_available, n_wanted, replace=False, shuffle=False))

    def _column(self, position):
        return self._sampled(self._numbered.iloc[:, position])

    def _sampled(self, part):
        return part if len(self.rows) == len(part) else part.iloc[self.rows]

    def _whole_column(self, position):
        """Return all rows of a nominal column, for counting its levels."""
        return self._numbered.iloc[:, position]

    def _count_levels(self, position, codes):
        declared = _n_declared(self._dtypes[position])
        if len(self.rows) < self.n_rows:
            column = self._whole_column(position)
            declared = _n_declared(column.dtype)
            if hasattr(column, "cat"):  # counted on the whole table: its codes are at hand
                codes = column.array.codes
                codes = codes if self._present is None else codes[self._present]
        occurring = np.count_nonzero(np.bincount(codes[codes >= 0]))
        return declared or occurring, occurring


def _n_declared(dtype):
    """Count the levels that a dtype declares; 0 if it declares none."""
    if hasattr(dtype, "categories"):
        return len(dtype.categories)
    return 2 if dtype.kind == "b" else 0


def _is_textual(dtype):
    return _type_of(dtype) == "nominal" and dtype.kind != "b"


def _type_of(dtype):
    if dtype.kind in "fiu":
        return "numeric"
    return "date" if dtype.kind == "M" else "nominal"


def _as_codes(y):
    y = np.asarray(y)
    if y.dtype.kind in "iu" and (y.size == 0 or (y.min() >= 0 and y.max() < 2 * y.size)):
        return y.astype(np.int64, copy=False)
    return np.unique(y, return_inverse=True)[1]


def _as_frequencies(sample_weight):
    """Leave whole weights as they are: repetitions; scale others to mean 1 where positive."""
    weights = np.asarray(sample_weight, dtype=float)
    if np.array_equal(weights, np.floor(weights)) or not (weights > 0).any():
        return weights
    weights = weights / weights.max()
    return weights * (np.count_nonzero(weights) / weights.sum())


def _codes_of(column):
    import pandas as pd

    if hasattr(column, "cat"):
        return column.array.codes.astype(np.int64)
    if column.dtype.kind == "b":
        return column.to_numpy().astype(np.int64)
    return pd.factorize(column, sort=True)[0]


def _places(frame, offset):
    """Return a function from a key of ColumnRoles to the column's position in the whole table."""
    names = {name: position for position, name in enumerate(frame.columns)}

    def place(key):
        position = names[key] if isinstance(key, str) else key
        return int(position if offset is None else offset[position])

    return place
