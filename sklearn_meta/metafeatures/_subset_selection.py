"""Choose the attributes that tell the target and not each other (WEKA's CfsSubsetEval)."""

import heapq

import numpy as np

from sklearn_meta.metafeatures._discretize import cut_codes

_MAX_STALE = 5  # expansions in a row without a better subset
_MAX_SIZE = 40  # bounds the time on a table of many good attributes
_BREADTH = _MAX_STALE + 1  # children kept of an expansion: more could not be expanded in time
_TARGET_RANGES = 5  # a numeric target is cut into so many ranges of equal weight


def correlated_subset(sample, rows):
    """Select attributes by correlation with the target and lack of it among themselves.

    Best-first search from the empty set for the subset of the largest merit
    k c / sqrt(k + k (k - 1) r), with c the mean correlation with the target and r that between
    its k attributes; then attributes that tell more of the target than of any chosen one are
    added. Correlation is the symmetrical uncertainty of discretised attributes.

    Parameters
    ----------
    sample : LandmarkSample
        The task. A numeric target is cut into five ranges of equal weight.
    rows : ndarray of int
        The rows to look at.

    Returns
    -------
    list of int
        Attributes: numeric columns first, then nominal ones. Empty if none tells anything.

    References
    ----------
    Hall, M. A. (1999). Correlation-based feature selection for machine learning. PhD thesis,
    University of Waikato.
    """
    table = _Correlations(sample, rows)
    chosen = _best_first(table)
    rest = [a for a in np.argsort(-table.with_target, kind="stable") if a not in chosen]
    for attribute in rest:
        worth = table.with_target[attribute]
        if worth <= 0 or len(chosen) >= _MAX_SIZE:
            break
        if all(table.among(other)[attribute] <= worth for other in chosen):
            chosen.append(int(attribute))
    return sorted(chosen)


def _best_first(table):
    """Expand the best subset not yet expanded until five expansions in a row bring nothing."""
    best, best_merit, stale = [], 0.0, 0
    waiting, known = [(0.0, ())], {()}
    while waiting and stale < _MAX_STALE:
        _, subset = heapq.heappop(waiting)
        merits = table.merits_with_one_more(subset)
        improved = False
        for attribute in np.argsort(-merits, kind="stable")[:_BREADTH]:
            merit, child = merits[attribute], tuple(sorted((*subset, int(attribute))))
            if not np.isfinite(merit) or merit <= 0 or child in known:
                continue
            known.add(child)
            heapq.heappush(waiting, (-merit, child))
            if merit > best_merit + 1e-5:
                best, best_merit, improved = list(child), merit, True
        stale = 0 if improved else stale + 1
    return best


class _Correlations:
    """Symmetrical uncertainties of discretised attributes, computed when asked for."""

    def __init__(self, sample, rows):
        self.weights = sample.weights[rows]
        target = sample.target[rows]
        if not sample.is_classification:
            edges = np.quantile(target, np.arange(1, _TARGET_RANGES) / _TARGET_RANGES)
            target = np.searchsorted(np.unique(edges), target, side="left")
        numbers = cut_codes(sample.numbers[rows], target, self.weights)
        self.codes = np.hstack([numbers, _level_codes(sample, rows)])
        self.width = int(self.codes.max(initial=0)) + 1
        self.entropy = self._entropies(self.codes, self.width)
        self.with_target = self._uncertainty(target)
        self._among = {}

    def among(self, attribute):
        """Return one attribute's correlations with all."""
        if attribute not in self._among:
            self._among[attribute] = self._uncertainty(self.codes[:, attribute])
        return self._among[attribute]

    def merits_with_one_more(self, subset):
        """Return the merit of a subset with each attribute added; -inf for those in it."""
        inside = list(subset)
        among = np.zeros((len(inside), len(self.with_target)))
        for row, attribute in enumerate(inside):
            among[row] = self.among(attribute)
            among[row, attribute] = 0.0  # an attribute with itself does not count
        k = len(inside) + 1
        spread = k + among[:, inside].sum() + 2 * among.sum(axis=0)  # k + k (k - 1) r
        merits = (self.with_target[inside].sum() + self.with_target) / np.sqrt(spread)
        merits[inside] = -np.inf
        return merits if k <= _MAX_SIZE else np.full_like(merits, -np.inf)

    def _uncertainty(self, codes):
        """Compute 2 (H(a) + H(b) - H(a, b)) / (H(a) + H(b)) of all attributes a and codes b."""
        width = int(codes.max(initial=0)) + 1
        alone = self._entropies(codes[:, None], width)[0]
        joint = self._entropies(self.codes * width + codes[:, None], self.width * width)
        total = self.entropy + alone
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = 2 * (total - joint) / total
        return np.where((self.entropy > 0) & (alone > 0), shares.clip(0, 1), 0.0)

    def _entropies(self, codes, width):
        """Compute the entropy in bits of each column of codes below `width`."""
        n_columns = codes.shape[1]
        places = codes + width * np.arange(n_columns)
        weights = np.repeat(self.weights, n_columns)
        counts = np.bincount(places.ravel(), weights, minlength=width * n_columns)
        shares = counts.reshape(n_columns, width) / self.weights.sum()
        logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
        return -(shares * logs).sum(axis=1)


def _level_codes(sample, rows):
    """Return the nominal columns as codes: which of its marks a row has."""
    owner = sample.level_owner
    n_columns = owner.max(initial=-1) + 1
    first = np.searchsorted(owner, np.arange(n_columns))
    within = np.arange(len(owner)) - first[owner] if len(owner) else np.zeros(0)
    belongs = owner[:, None] == np.arange(n_columns)
    return (sample.levels[rows] @ (within[:, None] * belongs)).astype(int)
