"""Moments of numeric attributes, levels of nominal ones, and how the target relates to them."""

import numpy as np

from sklearn_meta.metafeatures._weighted import Moments, summarize


def statistical_metafeatures(view):
    """Summarise the distributions of the attributes, on the sampled rows and columns.

    As on OpenML, the target counts as an attribute: a numeric target enters the statistics of the
    numeric attributes, a class those of the nominal ones. The names that start with Target, and
    those on correlations, distinct target values and principal components, are ours.

    Parameters
    ----------
    view : TaskView
        The task.

    Returns
    -------
    dict of str to float
        The meta-features; NaN where undefined.
    """
    attributes = Moments(view.numeric, view.sample_weight)
    target = None
    if not view.is_classification:
        target = Moments(view.target[:, None], view.sample_weight)
    return {
        **_numeric_attributes(attributes, target),
        **_nominal_attributes(view),
        **_target_distribution(view, target),
        **_correlation_with_target(attributes, view, target),
        **_principal_components(attributes),
    }


def _numeric_attributes(attributes, target):
    found = {}
    for name, suffix in (
        ("mean", "Means"),
        ("std", "StdDev"),
        ("kurtosis", "Kurtosis"),
        ("skewness", "Skewness"),
    ):
        values = getattr(attributes, name)
        if target is not None:
            values = np.append(values, getattr(target, name))
        found |= summarize(values, f"{suffix}OfNumericAtts")
    return found


def _nominal_attributes(view):
    """Describe the numbers of levels that occur, the class's among them."""
    levels = view.n_levels[:, 1].astype(float)
    if view.is_classification:
        levels = np.append(levels, view.n_classes)
    known = len(levels) > 0
    deviation = levels.std(ddof=1) if len(levels) > 1 else 0.0
    return {
        "MinNominalAttDistinctValues": float(levels.min()) if known else np.nan,
        "MeanNominalAttDistinctValues": float(levels.mean()) if known else np.nan,
        "MaxNominalAttDistinctValues": float(levels.max()) if known else np.nan,
        "StdvNominalAttDistinctValues": float(deviation) if known else np.nan,
    }


def _target_distribution(view, target):
    names = ("TargetSkewness", "TargetKurtosis", "PercentageOfDistinctTargetValues")
    if target is None or len(view.target) == 0:
        return dict.fromkeys(names, np.nan)
    share = len(np.unique(view.target)) / view.sample_weight.sum()
    numbers = (target.skewness[0], target.kurtosis[0], 100 * min(1.0, share))
    return {name: float(number) for name, number in zip(names, numbers, strict=True)}


def _correlation_with_target(attributes, view, target):
    """Describe Pearson's correlations of a numeric target with the numeric attributes."""
    names = ("MeanAbsCorrelationWithTarget", "MaxAbsCorrelationWithTarget")
    if target is None:
        return dict.fromkeys(names, np.nan)
    weights, x = attributes.observed, attributes.standardized
    y = target.standardized
    with np.errstate(all="ignore"):
        n = weights.sum(axis=0)
        # the target's moments over the rows where the attribute has a value
        y_mean = (weights * y).sum(axis=0) / n
        y_square = (weights * y**2).sum(axis=0) / n
        correlations = (weights * x * y).sum(axis=0) / n / np.sqrt(y_square - y_mean**2)
    defined = (attributes.std > 0) & np.isfinite(correlations)
    sizes = np.minimum(1.0, np.abs(correlations[defined]))
    if len(sizes) == 0:
        return dict.fromkeys(names, np.nan)
    return {names[0]: float(sizes.mean()), names[1]: float(sizes.max())}


def _principal_components(attributes):
    """Describe the spectrum of the correlation matrix, gaps filled with the mean."""
    first, enough = (
        "PercentageOfVarianceOfFirstComponent",
        "PercentageOfComponentsFor95PercentVariance",
    )
    varied = attributes.std > 0
    if not varied.any():
        return {first: np.nan, enough: np.nan}
    # each row enters with the square root of its weight; a weight is the same in all its cells
    weights = attributes.observed.max(axis=1, keepdims=True)
    scaled = np.sqrt(weights) * attributes.standardized[:, varied]
    variances = np.linalg.eigvalsh(scaled.T @ scaled)[::-1].clip(min=0.0)
    shares = np.cumsum(variances) / variances.sum()
    n_enough = 1 + int(np.count_nonzero(shares < 0.95 - 1e-9))
    return {first: 100 * float(shares[0]), enough: 100 * n_enough / len(shares)}
