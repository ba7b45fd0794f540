"""The Gaussian process of a session: its points, their prior moments and their seconds."""

from dataclasses import dataclass, replace

import numpy as np

from sklearn_meta.advisors.deep_kernel._adaptation import adapted
from sklearn_meta.advisors.deep_kernel._encoding import ConfigurationEncoder
from sklearn_meta.advisors.deep_kernel._function import DeepKernel, matern
from sklearn_meta.advisors.surrogate._prior import ScalePrior

_MEAN_NOISE = 0.2  # how closely the mean follows what is expected of known configurations
_PLAIN_NOISE = 0.1
_PLAIN_RELEVANCE = 0.7
_STRANGER_LOG_SECONDS = np.log(0.3)
_NEAR_SD, _FAR_SD = 0.5, 1.0
_NOWHERE = -1


@dataclass(frozen=True)
class Points:
    """Configurations as the kernel sees them.

    Parameters
    ----------
    families : ndarray of object of shape (n,)
        Names of their families.
    codes : ndarray of int of shape (n,)
        The families by number, which compare faster.
    embedded : tuple of ndarray
        See `DeepKernel.embed`; the last one is the mean.
    """

    families: np.ndarray
    codes: np.ndarray
    embedded: tuple

    def __len__(self):
        return len(self.families)

    def take(self, places):
        """Return some of the points."""
        places = np.asarray(places, dtype=int)
        parts = tuple(part[places] for part in self.embedded)
        return Points(self.families[places], self.codes[places], parts)


class DeepKernelField:
    """Prior over the scores of any configuration on the task at hand.

    Parameters
    ----------
    trained : Trained or None
        What was learned; None for a plain kernel on the parameters.
    task : TaskDescription
        The task at hand.
    space : SearchSpace
        What may be tried.

    Attributes
    ----------
    encoder : ConfigurationEncoder
        Of the experience and the space.
    scale : ScalePrior
        Of the raw scores.
    """

    def __init__(self, trained, task, space):
        self._codes = {}
        if trained is None:
            self.encoder = ConfigurationEncoder({}).extended(space.families)
            self.kernel = DeepKernel(_plain_arrays(self.encoder.n_columns))
            self.scale = replace(ScalePrior(), noise=_PLAIN_NOISE)
            self._known = None
            return
        self.encoder = trained.encoder.extended(space.families)
        self.kernel = trained.kernel
        comparable = task.is_comparable and task.metric == trained.expected.metric
        scale = trained.expected.scale if comparable else ScalePrior()
        self.scale = replace(scale, noise=max(scale.noise, trained.kernel.noise))
        self._known = None
        known = self.points(trained.configurations)
        sizes = task.n_rows, task.n_columns, task.n_classes
        self._log_seconds = trained.cost.log_seconds(*sizes)
        self._deviations = trained.cost.deviations
        covariance = self.kernel.covariance(known.embedded, known.embedded, _same(known, known))
        covariance[np.diag_indices_from(covariance)] += _MEAN_NOISE
        expected = trained.expected.mean(task.metafeatures)
        self._pull = np.linalg.solve(covariance, expected - known.embedded[2])
        self._bounds = float(expected.min()), float(expected.max())
        self._known = known

    def points(self, configurations):
        """Embed configurations."""
        families = np.array([c["family"] for c in configurations], dtype=object)
        return self._embedded(families, self.encoder.encode(configurations))

    def draft_points(self, drafts):
        """Embed drafts of a `CandidateMaker`."""
        families = np.array([draft.family for draft in drafts], dtype=object)
        rows = np.array([draft.row for draft in drafts]).reshape(len(drafts), -1)
        return self._embedded(families, rows)

    def joined(self, left, right):
        """Put two sets of points into one."""
        parts = zip(left.embedded, right.embedded, strict=True)
        return Points(
            np.concatenate([left.families, right.families]),
            np.concatenate([left.codes, right.codes]),
            tuple(np.concatenate(pair) for pair in parts),
        )

    def adapted_kernel(self, told, scores):
        """Fit the kernel to the scores of the task at hand; see `adapted`.

        Parameters
        ----------
        told : Points
            The configurations with a score.
        scores : ndarray of shape (n_told,)
            Their raw scores.

        Returns
        -------
        DeepKernel
        """
        return adapted(self.kernel, told.embedded, _same(told, told), self.scale, scores)

    def scale_of(self, kernel):
        """Prior of level, spread and noise of the raw scores under an adapted kernel."""
        return replace(self.scale, noise=self.scale.noise * kernel.noise / self.kernel.noise)

    def moments(self, observed, others, kernel):
        """Prior mean and covariance of the observed points and the others, in this order.

        Parameters
        ----------
        observed, others : Points
            Any configurations.
        kernel : DeepKernel
            The trained one, or as it was adapted.

        Returns
        -------
        mean : ndarray of shape (n,)
            Prior mean.
        covariance : ndarray of shape (n, n)
            Prior covariance; between two of the others only the diagonal is filled in, since
            nothing else is needed to condition on the observed ones.
        """
        both = self.joined(observed, others)
        n_observed, n = len(observed), len(both)
        covariance = np.zeros((n, n))
        if n_observed:
            rows = kernel.covariance(observed.embedded, both.embedded, _same(observed, both))
            covariance[:n_observed] = rows
        covariance[np.diag_indices(n)] = kernel.variance
        return both.embedded[2], covariance

    def log_seconds(self, points):
        """Log seconds of a fold at points, by their nearest known ones, and their deviations."""
        n = len(points)
        if self._known is None or not len(self._known):
            return np.full(n, _STRANGER_LOG_SECONDS), np.full(n, _FAR_SD)
        near = matern(points.embedded[1], self._known.embedded[1]) * _same(points, self._known)
        anchors, share = near.argmax(axis=1), near.max(axis=1)
        kin = share > 0
        own = np.where(kin, self._log_seconds[anchors], self._log_seconds.mean())
        spread = np.hypot(self._deviations[anchors], _NEAR_SD * (1.0 - share))
        return own, np.where(kin, spread, _FAR_SD)

    def _embedded(self, families, rows):
        """Embed rows; the mean follows what is expected of the known configurations."""
        deep, plain, mean = self.kernel.embed(rows)
        codes = [self._codes.setdefault(name, len(self._codes)) for name in families]
        points = Points(families, np.array(codes, dtype=int), (deep, plain, mean))
        if self._known is None or not len(points):
            return points
        known = self._known
        cross = self.kernel.covariance(points.embedded, known.embedded, _same(points, known))
        # between known configurations nothing is expected to be better than at the best of them
        mean = np.clip(mean + cross @ self._pull, *self._bounds)
        return replace(points, embedded=(deep, plain, mean))


def _same(left, right):
    """Tell which pairs of points are of one family, shape (m, n)."""
    return left.codes[:, None] == right.codes[None, :]


def _plain_arrays(n_columns):
    """Make a kernel that nothing was learned for: no network, equal relevance."""
    return {
        "w1": np.zeros((n_columns, 1)),
        "b1": np.zeros(1),
        "w2": np.zeros((1, 1)),
        "b2": np.zeros(1),
        "w3": np.zeros((1, 1)),
        "bm": np.zeros(()),
        "relevance": np.full(n_columns, _PLAIN_RELEVANCE),
        "amplitudes": np.array([0.1, 0.9]),
        "noise": np.array(_PLAIN_NOISE),
    }
