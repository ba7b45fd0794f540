"""A deep kernel, evaluated with numpy alone."""

from dataclasses import dataclass

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

    References
    ----------
    Wilson, Hu, Salakhutdinov and Xing (2016), "Deep kernel learning", AISTATS; Wistuba and Grabocka
    (2021), "Few-shot Bayesian optimization with deep kernel surrogates", ICLR.
    """

    arrays: dict

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
        deep, plain = self.arrays["amplitudes"]
        found = deep * matern(left[0], right[0])
        return found + plain * matern(left[1], right[1]) * same_family


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
