"""Meta-features of tasks on one scale: their ranks among the earlier tasks."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class RankScaler:
    """Map meta-features to their position among the known tasks, in [-0.5, 0.5].

    Parameters
    ----------
    names : tuple of str
        Meta-features that vary among the tasks.
    columns : tuple of ndarray
        For each of them the known values, sorted.
    """

    names: tuple
    columns: tuple

    @classmethod
    def learn(cls, metafeatures):
        """Learn from a frame of shape (n_tasks, n_metafeatures); NaN means undefined."""
        names, columns = [], []
        values = metafeatures.to_numpy(dtype=float)
        for name, column in zip(metafeatures.columns, values.T, strict=True):
            known = np.sort(column[np.isfinite(column)])
            if len(known) > 1 and known[0] < known[-1]:
                names.append(str(name))
                columns.append(known)
        return cls(tuple(names), tuple(columns))

    def scale(self, values):
        """Scale an array of shape (n, n_names), columns in the order of `names`; NaN becomes 0."""
        scaled = np.zeros(values.shape)
        for number, known in enumerate(self.columns):
            column = values[:, number]
            low = np.searchsorted(known, column, side="left")
            high = np.searchsorted(known, column, side="right")
            position = (low + high) / (2 * len(known)) - 0.5
            scaled[:, number] = np.where(np.isfinite(column), position, 0.0)
        return scaled

    def scale_mapping(self, metafeatures):
        """Scale one task's meta-features, given as a mapping of name to value."""
        values = np.array([[metafeatures.get(name, np.nan) for name in self.names]], dtype=float)
        return self.scale(values)[0]
