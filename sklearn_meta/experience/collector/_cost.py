"""About how long evaluations take: to run the cheap ones first, and to say how much is left."""

import logging

import numpy as np

from sklearn_meta.exceptions import ExperienceError

_logger = logging.getLogger(__name__)

_RIDGE = 1.0
_SLOPES = np.array([0.8, 0.4, 0.4])  # of log rows, columns and classes, where nothing is known
_CENTRE = np.log([1000.0, 20.0, 2.0])
_GUESS = np.log(0.02)  # seconds of the cheapest family where nothing is known
_STEP = 0.15  # in log seconds, from one family to the next more expensive one


class CostBook:
    """Seconds of a fold by configuration and size, read from experience.

    Seconds are taken to be a product of what the table brings (a power law of its rows, columns
    and classes) and what the configuration brings; one that was never run takes after its family.

    Parameters
    ----------
    bases : iterable of Experience
        What to learn from, the most telling one first.
    """

    def __init__(self, bases):
        self._bases = list(bases)
        self._fits = {}

    def seconds(self, kind, configuration, n_rows, n_columns, n_classes):
        """Predict the seconds of one fold.

        Parameters
        ----------
        kind : {"binary", "multiclass", "regression"}
            Kind of task.
        configuration : dict
            What is run.
        n_rows, n_columns : int
            Size of what a fold trains on.
        n_classes : int or None
            Number of classes.

        Returns
        -------
        float
        """
        slopes, intercept, largest, own, families = self._fit(kind)
        x = _sizes(n_rows, n_columns, n_classes)[0]
        # overheads flatten the law on small tables: beyond those seen, at least in proportion
        beyond = max(x[0] - largest, 0.0) * max(1.0 - slopes[0], 0.0)
        log_seconds = intercept + slopes @ x + beyond
        log_seconds += own.get(_key(configuration), families.get(configuration["family"], 0.0))
        return float(np.exp(np.clip(log_seconds, -7.0, 9.0)))

    def in_order(self, kind, configurations):
        """Return the configurations, cheap ones first; equals stay in their order."""
        return sorted(configurations, key=lambda c: self.seconds(kind, c, 1000, 20, 2))

    def _fit(self, kind):
        kind = "regression" if kind == "regression" else "multiclass"
        if kind not in self._fits:
            self._fits[kind] = self._learn(kind)
        return self._fits[kind]

    def _learn(self, kind):
        """Fit to the first base that knows something of this kind."""
        for base in self._bases:
            try:
                matrix = base.matrix(kind)
            except ExperienceError as error:
                _logger.warning("Costs can't be read from %r: %s", base, error)
                continue
            if min(matrix.shape) >= 1 and np.isfinite(matrix.seconds).any():
                return _fit_product(matrix)
        return _SLOPES, _GUESS, 0.0, {}, _family_steps()


def _fit_product(matrix):
    """Fit log seconds as a table's part plus a configuration's part, then the former to sizes."""
    seconds, rows = matrix.seconds, matrix.rows
    known = np.isfinite(seconds)
    logs = np.where(known, np.log(np.maximum(np.where(known, seconds, 1.0), 1e-4)), 0.0)
    table_part = np.zeros(len(logs))
    for _ in range(20):
        own = _means(logs - table_part[:, None], known, axis=0)
        table_part = _means(logs - own[None, :], known, axis=1)
    row_counts = [np.nanmedian(row) if np.isfinite(row).any() else 1000.0 for row in rows]
    x = _sizes(row_counts, matrix.tasks["n_columns"], matrix.tasks["n_classes"])
    mean, centre = table_part.mean(), x.mean(axis=0)
    gram = (x - centre).T @ (x - centre) + _RIDGE * np.eye(3)
    slopes = np.linalg.solve(gram, (x - centre).T @ (table_part - mean) + _RIDGE * _SLOPES)
    # logarithms average to less than seconds do (Duan 1983, "Smearing estimate")
    left = logs - own[None, :] - (mean + (x - centre) @ slopes)[:, None]
    mean += np.log(np.mean(np.exp(np.clip(left[known], -4.0, 4.0))))
    families = {}
    for family in set(matrix.families):
        families[family] = own[[name == family for name in matrix.families]].mean()
    own_by_key = dict(zip(matrix.keys, own, strict=True))
    return slopes, mean - slopes @ centre, x[:, 0].max(), own_by_key, _with_neighbours(families)


def _with_neighbours(families):
    """Give families that were never run a place beside those listed next to them."""
    steps = _family_steps()
    offset = np.mean([families[name] - steps[name] for name in families if name in steps] or [0.0])
    return {**{name: step + offset for name, step in steps.items()}, **families}


def _family_steps():
    """Return log seconds by family from nothing but their order, cheap ones first."""
    from sklearn_meta.spaces import FAMILIES

    return {name: _STEP * number for number, name in enumerate(FAMILIES)}


def _means(values, known, axis):
    counts = np.maximum(known.sum(axis=axis), 1)
    return np.where(known, values, 0.0).sum(axis=axis) / counts


def _sizes(n_rows, n_columns, n_classes):
    """Centred logs of sizes, shape (n, 3)."""
    sizes = [
        np.atleast_1d(np.asarray(size or 0 if np.isscalar(size) else size, dtype=float))
        for size in (n_rows, n_columns, 0 if n_classes is None else n_classes)
    ]
    sizes = np.column_stack(sizes)
    return np.log(np.maximum(np.nan_to_num(sizes), [1.0, 1.0, 2.0])) - _CENTRE


def _key(configuration):
    from sklearn_meta.spaces import configuration_key

    return configuration_key(configuration)
