"""What an experience base says, as arrays an advisor can learn from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class EvaluationMatrix:
    """Scores and seconds of T rows (a task at one size) under C configurations (columns).

    A task that was evaluated with its table cut to several sizes has a row for each, in ascending
    order; sizes that cut the table alike are one.

    Parameters
    ----------
    tasks : DataFrame of T rows
        Columns ``id``, ``name``, ``openml_id``, ``kind`` ("classification" or "regression"),
        ``task_type`` ("binary", "multiclass" or "regression"), ``n_rows`` (of the whole table),
        ``n_columns``, ``n_classes`` (0 for regression), ``group`` (the task's id where it has
        none: all rows of one group belong together when tasks are split) and ``rows_seen`` (how
        many rows of the table took part, for training and validation together).
    configurations : list of C dicts
        What was run.
    keys : list of C str
        The key of each configuration.
    scores : ndarray of shape (T, C)
        Greater is better (losses carry a minus sign); NaN where there is no usable evaluation.
    seconds : ndarray of shape (T, C)
        Fit and predict, per fold. An evaluation that ran into its time limit has the seconds it
        took until then (a lower bound) and no score; NaN where nothing was run.
    rows : ndarray of shape (T, C)
        Rows a fold was trained on; NaN where nothing was run.
    metafeatures : DataFrame of T rows
        Meta-features of the whole tables, under OpenML's names; NaN where undefined.
    metric : str
        The metric that `scores` holds.
    """

    tasks: "pd.DataFrame"
    configurations: list
    keys: list
    scores: np.ndarray
    seconds: np.ndarray
    rows: np.ndarray
    metafeatures: "pd.DataFrame"
    metric: str = ""

    @property
    def shape(self):
        """Tuple (T, C): numbers of tasks and configurations."""
        return self.scores.shape

    @property
    def families(self):
        """List of the C family names."""
        return [configuration["family"] for configuration in self.configurations]
