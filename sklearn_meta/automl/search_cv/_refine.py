"""Between and beyond the known settings: a Gaussian process over the searched ranges."""

import warnings

import numpy as np
from scipy.stats import norm

from sklearn_meta.advisors.configurations._moves import mutate
from sklearn_meta.spaces import configuration_key
from sklearn_meta.spaces._design import to_unit

_MIN_RESULTS = 4
_N_DRAWN = 300
_N_MUTANTS = 200
_ELITE = 4
_SPAN = 3.0  # scores that are worse than the best by so many times its lead are all as bad


class Refiner:
    """Bayesian optimisation of one branch, from the results that are there.

    Parameters
    ----------
    space : SearchSpace
        With the branches as families.
    random_state : int
        Seed.

    References
    ----------
    Snoek, Larochelle and Adams (2012), "Practical Bayesian optimization of machine learning
    algorithms", NeurIPS 25.
    """

    def __init__(self, space, random_state):
        self._space = space
        self._rng = np.random.default_rng(random_state)
        self._points, self._scores, self._seconds, self._keys = [], [], [], set()

    def tell(self, point, score, seconds):
        """Take the result of a point; scores that are no numbers only keep it from coming again."""
        self._keys.add(configuration_key(point))
        if np.isfinite(score):
            self._points.append(point)
            self._scores.append(score)
            self._seconds.append(max(seconds, 1e-4))

    def propose(self, branch, pending, seconds_limit):
        """Return the point with the most expected improvement.

        Parameters
        ----------
        branch : str
            Where to search.
        pending : list of dict
            Points that are being evaluated.
        seconds_limit : float or None
            Most seconds for a fold, by those measured nearby.

        Returns
        -------
        point : dict or None
            None where too little is known of the branch.
        seconds : float or None
            Predicted for a fold.
        """
        own = [n for n, point in enumerate(self._points) if point["family"] == branch]
        parameters = self._space.families[branch].parameters
        if len(own) < _MIN_RESULTS or not parameters:
            return None, None
        known = _encoded(parameters, [self._points[n] for n in own])
        scores = _without_depths(np.array([self._scores[n] for n in own]))
        candidates = self._candidates(branch, own, pending)
        if not candidates:
            return None, None
        at = _encoded(parameters, candidates)
        seconds = None
        if seconds_limit is not None:  # without a clock, measured seconds decide nothing
            spent = np.log([self._seconds[n] for n in own])
            seconds = np.exp(_fitted(known, spent).predict(at))
        process = _fitted(known, scores)
        waiting = [point for point in pending if point["family"] == branch]
        if waiting:
            believed = _encoded(parameters, waiting)
            known = np.vstack([known, believed])
            scores = np.concatenate([scores, process.predict(believed)])
            process = _fitted(known, scores)
        gain = _expected_improvement(process, at, scores.max())
        if seconds is not None:
            gain = np.where(seconds <= seconds_limit, gain, -1.0)
        best = int(np.argmax(gain))
        if gain[best] < 0:
            return None, None
        return candidates[best], None if seconds is None else float(seconds[best])

    def _candidates(self, branch, own, pending):
        """Draw points all over, and near the best."""
        best = sorted(own, key=lambda n: -self._scores[n])[:_ELITE]
        parents = [self._space.complete(self._points[n]) for n in best]
        drawn = [self._space.sample(self._rng, family=branch) for _ in range(_N_DRAWN)]
        drawn += [mutate(self._space, parents, self._rng) for _ in range(_N_MUTANTS)]
        taken = self._keys | {configuration_key(point) for point in pending}
        return [point for point in drawn if configuration_key(point) not in taken]


def _encoded(parameters, points):
    """Place points in the unit cube, a corner of a simplex for each choice."""
    return np.array(
        [[x for p in parameters for x in _coordinates(p, point.get(p.name))] for point in points]
    )


def _coordinates(parameter, value):
    if hasattr(parameter, "choices"):
        return [0.7 * (type(c) is type(value) and c == value) for c in parameter.choices]
    return [0.5 if value is None else to_unit(parameter, value)]


def _without_depths(scores):
    """Cut off how bad the bad ones are: the search is for the best."""
    best = scores.max()
    lead = best - np.median(scores)
    scores = np.maximum(scores, best - _SPAN * lead) if lead > 0 else scores
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 0 else scores - scores.mean()


def _fitted(known, values):
    """Fit a smooth process with a length scale for each coordinate, and noise."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    lengths = np.full(known.shape[1], 0.7)
    kernel = ConstantKernel(1.0, (0.1, 10.0)) * Matern(lengths, (0.2, 5.0), nu=2.5)
    kernel += WhiteKernel(0.05, (1e-4, 0.5))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a length at its bound is no fault
        return GaussianProcessRegressor(kernel, normalize_y=True).fit(known, values)


def _expected_improvement(process, at, best):
    mean, deviation = process.predict(at, return_std=True)
    deviation = np.maximum(deviation, 1e-9)
    z = (mean - best) / deviation
    return deviation * (z * norm.cdf(z) + norm.pdf(z))
