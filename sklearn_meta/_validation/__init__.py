"""Bring tables and targets into the few forms that the rest of the package speaks of.

A table leaves :func:`check_table` as a float array, a sparse CSR matrix or a pandas DataFrame
whose columns have one of five kinds of dtype: number, bool, ``str``, ``category``, datetime.
"""

from sklearn_meta._validation._rows import n_columns, n_rows, take_rows
from sklearn_meta._validation._table import check_table, plain_table
from sklearn_meta._validation._target import (
    check_classification_target,
    check_regression_target,
    check_weights,
)

__all__ = [
    "check_classification_target",
    "check_regression_target",
    "check_table",
    "check_weights",
    "n_columns",
    "n_rows",
    "plain_table",
    "take_rows",
]
