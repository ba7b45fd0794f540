"""What an experience base says, as arrays an advisor can learn from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class EvaluationMatrix:
    """Scores and seconds of T tasks (rows) under C configurations (columns).

    Parameters
    ----------
    tasks : DataFrame of T rows
        Columns ``id``, ``name``, ``openml_id``, ``kind``, ``n_rows``, ``n_columns``, ``n_classes``
        (0 for regression) and ``group``.
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
        Meta-features of the tasks, under OpenML's names; NaN where undefined.
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
