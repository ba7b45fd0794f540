"""Weighted sums that the meta-features share: moments, entropies, five-number summaries."""

import numpy as np


class Moments:
    """Weighted moments of the columns of a matrix with gaps.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_columns)
        Numbers; NaN is left out column by column.
    weights : ndarray of shape (n_rows,)
        How often each row counts.

    Attributes
    ----------
    mean, std, skewness, kurtosis : ndarray of shape (n_columns,)
        Mean, sample standard deviation (divisor n - 1), and the bias-corrected skewness G1 and
        excess kurtosis G2; NaN where undefined (constant or nearly empty columns).
    standardized : ndarray of shape (n_rows, n_columns)
        The values less their mean, over their (population) deviation; 0 in the gaps and in
        constant columns.
    observed : ndarray of shape (n_rows, n_columns)
        The weights where there is a value, 0 in the gaps.

    References
    ----------
    Joanes, D. N., & Gill, C. A. (1998). Comparing measures of sample skewness and kurtosis.
    The Statistician, 47(1), 183-189.
    """

    def __init__(self, values, weights):
        with np.errstate(all="ignore"):  # what is undefined or out of range becomes NaN
            self._compute(values, weights)

    def _compute(self, values, weights):
        gaps = np.isnan(values)
        self.observed = np.where(gaps, 0.0, weights[:, None])
        filled = np.where(gaps, 0.0, values)
        # powers of huge numbers would overflow, so columns are brought to [-1, 1] first
        scale = np.abs(filled).max(axis=0, initial=0.0)
        scale[scale == 0] = 1.0
        filled /= scale

        n = self.observed.sum(axis=0)
        mean = (self.observed * filled).sum(axis=0) / n
        centred = np.where(gaps, 0.0, filled - mean)
        second = (self.observed * centred**2).sum(axis=0) / n
        # rounding leaves a tiny variance in a constant column
        constant = second <= (4 * np.finfo(float).eps) ** 2 * np.maximum(mean**2, 1e-300)
        second = np.where(constant, 0.0, second)
        self.standardized = np.where(second > 0, centred / np.sqrt(second), 0.0)
        self.mean = mean * scale
        self.std = np.where(
            n > 1, np.sqrt(second * n / (n - 1)) * scale, np.where(n > 0, 0.0, np.nan)
        )

        third = (self.observed * self.standardized**3).sum(axis=0) / n
        fourth = (self.observed * self.standardized**4).sum(axis=0) / n
        g1 = np.sqrt(n * (n - 1)) / (n - 2) * third
        g2 = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (fourth - 3) + 6)
        self.skewness = np.where(constant | (n <= 2), np.nan, g1)
        self.kurtosis = np.where(constant | (n <= 3), np.nan, g2)


def entropy(codes, weights):
    """Compute the Shannon entropy of codes, in bits.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,)
        Integers from 0.
    weights : ndarray of shape (n_rows,)
        How often each row counts.

    Returns
    -------
    float
        The entropy; NaN without rows.
    """
    return entropy_of_counts(np.bincount(codes, weights=weights))


def entropy_of_counts(counts):
    """Compute the Shannon entropy of a distribution given by counts, in bits."""
    total = counts.sum()
    if total <= 0:
        return np.nan
    shares = counts[counts > 0] / total
    return float(max(0.0, -(shares * np.log2(shares)).sum()))


def mutual_information(codes, target, weights):
    """Compute the mutual information of two sequences of codes, in bits.

    Parameters
    ----------
    codes, target : ndarray of shape (n_rows,)
        Integers from 0.
    weights : ndarray of shape (n_rows,)
        How often each row counts.

    Returns
    -------
    float
        The mutual information, rounded to 14 decimals; NaN without rows.
    """
    if len(codes) == 0:
        return np.nan
    width = int(target.max()) + 1
    joint = codes * width + target
    if (int(codes.max()) + 1) * width > 10 * len(codes):  # a table of mostly empty cells
        joint = np.unique(joint, return_inverse=True)[1]
    information = entropy(codes, weights) + entropy(target, weights) - entropy(joint, weights)
    return round(max(0.0, information), 14)


def summarize(values, suffix):
    """Summarise finite values under OpenML's names.

    Parameters
    ----------
    values : array-like of shape (n_values,)
        One value per attribute; what is not finite is left out.
    suffix : str
        What the values are, such as "MeansOfNumericAtts".

    Returns
    -------
    dict of str to float
        Keys Min, Quartile1, Quartile2, Quartile3, Max and Mean, each followed by `suffix`; NaN
        without values. Quartiles are those of Apache Commons Math, which OpenML uses: linear
        between the order statistics around p (n + 1).
    """
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    names = ("Min", "Quartile1", "Quartile2", "Quartile3", "Max", "Mean")
    if len(values) == 0:
        return {name + suffix: np.nan for name in names}
    with np.errstate(over="ignore", invalid="ignore"):
        numbers = np.quantile(values, [0, 0.25, 0.5, 0.75, 1], method="weibull")
        numbers = [*numbers, values.mean()]
    return {
        name + suffix: float(number) if np.isfinite(number) else np.nan
        for name, number in zip(names, numbers, strict=True)
    }
