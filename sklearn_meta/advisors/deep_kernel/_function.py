"""A deep kernel, evaluated with numpy alone."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class DeepKernel:
    """Gaussian process over encoded configurations, as it was meta-trained.

    The covariance of two configurations is a Matérn kernel on what a network makes of them, plus,
    within a family, one on the parameters themselves, each with a weight of its own.

    Parameters
    ----------
    arrays : dict of str to ndarray
        ``w1, b1, w2, b2, w3`` (the network), ``bm`` (the mean), ``relevance`` (weights of the
        columns), ``amplitudes`` (of the two kernels) and ``noise``, as `meta_train` returns them.
    stretch : float, default=1.0
        Factor on the weights of the columns.

    References
    ----------
    Wilson, Hu, Salakhutdinov and Xing (2016), "Deep kernel learning", AISTATS; Wistuba and Grabocka
    (2021), "Few-shot Bayesian optimization with deep kernel surrogates", ICLR.
    """

    arrays: dict
    stretch: float = 1.0

    @property
    def noise(self):
        """Variance of a score that no neighbour explains."""
        return float(self.arrays["noise"])

    @property
    def variance(self):
        """Prior variance of a configuration, without the noise."""
        return float(self.arrays["amplitudes"].sum())

    def embed(self, rows):
        """Prepare encoded configurations.

        Parameters
        ----------
        rows : ndarray of shape (n, n_columns)
            Encoded; columns beyond those trained on count for the second kernel alone.

        Returns
        -------
        tuple of ndarray
            What the network makes of them, shape (n, d), their weighted columns, shape
            (n, n_columns), and the prior mean, shape (n,).
        """
        a = self.arrays
        n_trained = len(a["relevance"])
        hidden = _silu(_silu(rows[:, :n_trained] @ a["w1"] + a["b1"]) @ a["w2"] + a["b2"])
        relevance = np.ones(rows.shape[1])
        relevance[:n_trained] = a["relevance"]
        return hidden @ a["w3"], rows * relevance, np.full(len(rows), float(a["bm"]))

    def covariance(self, left, right, same_family):
        """Prior covariance between embedded configurations.

        Parameters
        ----------
        left, right : tuple of ndarray
            Of `embed`, for m and n configurations.
        same_family : ndarray of bool of shape (m, n)
            Which pairs are of one family.

        Returns
        -------
        ndarray of shape (m, n)
        """
        return self.deep_part(left, right) + self.plain_part(left, right, same_family)

    def deep_part(self, left, right):
        """Covariance by what the network makes of configurations, shape (m, n)."""
        return self.arrays["amplitudes"][0] * matern(left[0], right[0])

    def plain_part(self, left, right, same_family):
        """Covariance by the parameters themselves, shape (m, n)."""
        plain = matern(self.stretch * left[1], self.stretch * right[1])
        return self.arrays["amplitudes"][1] * plain * same_family

    def with_factors(self, *, noise=1.0, amplitude=1.0, stretch=1.0):
        """Return a kernel with another noise, and another amplitude and reach of its second part.

        Parameters
        ----------
        noise, amplitude, stretch : float
            Factors.

        Returns
        -------
        DeepKernel
        """
        arrays = dict(self.arrays)
        arrays["noise"] = arrays["noise"] * noise
        arrays["amplitudes"] = arrays["amplitudes"] * np.array([1.0, amplitude])
        return replace(self, arrays=arrays, stretch=self.stretch * stretch)


def matern(left, right):
    """Matérn kernel of smoothness 5/2 and unit length, shape (m, n), for rows of coordinates."""
    distance = (-10.0 * left) @ right.T  # five times squared distances; in place from here on
    distance += 5.0 * (left**2).sum(axis=1)[:, None]
    distance += 5.0 * (right**2).sum(axis=1)
    np.sqrt(np.maximum(distance, 0.0, out=distance), out=distance)
    found = distance / 3.0
    found += 1.0
    found *= distance
    found += 1.0
    np.exp(np.negative(distance, out=distance), out=distance)
    found *= distance
    return found


def _silu(x):
    return x / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))
