"""Recognise a table that is described like an earlier one, although they share no row.

Two halves of one table, a copy with rounded or rescaled numbers, other names, another order: their
rows tell nothing, their meta-features nearly agree. How nearly is a matter of how many rows were
described; how much that proves is a matter of how peculiar the table is. What was measured is in
docs/developers/notes/near_duplicates.md.
"""

from dataclasses import dataclass

import numpy as np

MAX_DISTANCE = 0.9
MIN_PECULIARITY = 6.0
# Meta-features are computed on at most so many rows: more do not make them more exact.
_MAX_ROWS = 5_000
# Differences and peculiarities beyond so many tolerances count the same.
_CAP = 6.0
# Values less peculiar than this share of the cap are not looked at.
_LEAST = 0.25


def _angle(percentage):
    """Map a percentage so that its sampling error is the same everywhere."""
    return np.arcsin(np.sqrt(np.clip(percentage / 100.0, 0.0, 1.0)))


def _same(value):
    return value


@dataclass(frozen=True)
class Trait:
    """A meta-feature that does not change with the units, and how it varies.

    Parameters
    ----------
    scale : callable
        Brings the values to a scale on which differences compare.
    noise : float
        What 80 % of the differences between two halves of a table stay below, times the square
        root of the (harmonic) number of rows.
    floor : float
        What 80 % of the differences stay below when numbers are rounded to two digits.
    dull : tuple of float
        Range, on that scale, that tables without any peculiarity are in.
    """

    scale: object
    noise: float
    floor: float = 0.0
    dull: tuple = (0.0, 0.0)


_FLAT = (float(np.arcsinh(-1.2)), 0.0)  # kurtosis from that of uniform to that of normal numbers
_EVEN = (1.0, 1.0)  # bits of an attribute with two levels, half of the rows each
_TWO = (float(np.log(2.0)),) * 2
#: Measured on the tables of the roles learn and choose.
TRAITS = {
    "MinSkewnessOfNumericAtts": Trait(np.arcsinh, 2.8, 0.020),
    "Quartile1SkewnessOfNumericAtts": Trait(np.arcsinh, 2.6, 0.031),
    "Quartile2SkewnessOfNumericAtts": Trait(np.arcsinh, 3.1, 0.024),
    "Quartile3SkewnessOfNumericAtts": Trait(np.arcsinh, 3.5, 0.021),
    "MaxSkewnessOfNumericAtts": Trait(np.arcsinh, 4.4, 0.017),
    "MeanSkewnessOfNumericAtts": Trait(np.arcsinh, 3.2, 0.027),
    "MinKurtosisOfNumericAtts": Trait(np.arcsinh, 3.1, 0.018, _FLAT),
    "Quartile1KurtosisOfNumericAtts": Trait(np.arcsinh, 4.7, 0.063, _FLAT),
    "Quartile2KurtosisOfNumericAtts": Trait(np.arcsinh, 7.6, 0.089, _FLAT),
    "Quartile3KurtosisOfNumericAtts": Trait(np.arcsinh, 9.4, 0.053, _FLAT),
    "MaxKurtosisOfNumericAtts": Trait(np.arcsinh, 12.0, 0.055, _FLAT),
    "MeanKurtosisOfNumericAtts": Trait(np.arcsinh, 9.0, 0.065, _FLAT),
    "MinAttributeEntropy": Trait(_same, 1.0, 0.0, _EVEN),
    "Quartile1AttributeEntropy": Trait(_same, 0.76, 0.0, _EVEN),
    "Quartile2AttributeEntropy": Trait(_same, 0.91, 0.0, _EVEN),
    "Quartile3AttributeEntropy": Trait(_same, 0.70, 0.0, _EVEN),
    "MaxAttributeEntropy": Trait(_same, 0.91, 0.0, _EVEN),
    "MeanAttributeEntropy": Trait(_same, 0.57, 0.0, _EVEN),
    "MeanNominalAttDistinctValues": Trait(np.log, 0.2, 0.0, _TWO),
    "MaxNominalAttDistinctValues": Trait(np.log, 0.2, 0.0, _TWO),
    "PercentageOfMissingValues": Trait(_angle, 0.054),
    "PercentageOfInstancesWithMissingValues": Trait(_angle, 0.23),
    # a random split varies the classes more than the stratified halves that the others rest on
    "MajorityClassPercentage": Trait(_angle, 0.5),
    "MinorityClassPercentage": Trait(_angle, 0.5),
    "TargetSkewness": Trait(np.arcsinh, 3.9, 0.021),
    "TargetKurtosis": Trait(np.arcsinh, 11.4, 0.059, _FLAT),
    "MeanAbsCorrelationWithTarget": Trait(_same, 0.50, 0.004),
    "MaxAbsCorrelationWithTarget": Trait(_same, 0.56, 0.005),
    "PercentageOfVarianceOfFirstComponent": Trait(_angle, 0.39, 0.007),
}
# What has to be equal: no copy of a table has another number of columns of a kind.
_SHAPE = ("NumberOfNumericFeatures", "NumberOfSymbolicFeatures")


@dataclass(frozen=True)
class Description:
    """What a table looks like, for the comparison with others.

    Parameters
    ----------
    kind : {"binary", "multiclass", "regression"}
        Kind of the task.
    n_rows, n_columns, n_classes : int
        Size; 0 classes for regression.
    metafeatures : dict of str to float or None
        Under OpenML's names.
    """

    kind: str
    n_rows: int
    n_columns: int
    n_classes: int
    metafeatures: dict

    @property
    def size(self):
        """What has to be the same in both tables but for the meta-features."""
        return self.kind, self.n_columns, self.n_classes

    def same_shape(self, other):
        """Tell whether kind, columns, classes and kinds of columns are the same."""
        ours, theirs = self.metafeatures, other.metafeatures
        return self.size == other.size and all(ours.get(n) == theirs.get(n) for n in _SHAPE)

    def resembles(self, other):
        """Tell whether the two are so alike, in so peculiar traits, that one table explains it."""
        if not self.same_shape(other):
            return False
        distance, peculiarity = compare(self, other)
        return distance <= MAX_DISTANCE and peculiarity >= MIN_PECULIARITY


def compare(one, other):
    """Compare two descriptions by the traits in which either is peculiar.

    Parameters
    ----------
    one, other : Description
        Of two tables with equally many columns and classes.

    Returns
    -------
    distance : float
        Mean difference of their traits in units of what chance and rounding explain, weighted by
        peculiarity, from 0 to 6.
    peculiarity : float
        Sum of the weights, each from 0 (both as dull as can be) to 1.
    """
    shared = [name for name in TRAITS if name in one.metafeatures and name in other.metafeatures]
    traits = [TRAITS[name] for name in shared]
    ours, theirs = (_values(described, shared) for described in (one, other))
    rows = [min(max(described.n_rows, 1), _MAX_ROWS) for described in (one, other)]
    noise, floor = (np.array([getattr(t, n) for t in traits]) for n in ("noise", "floor"))
    tolerance = np.sqrt(noise**2 * (1 / rows[0] + 1 / rows[1]) + floor**2)
    dull = np.array([_dull(name, one) for name in shared]).reshape(-1, 2)
    peculiar = np.fmax(*(_outside(values, dull) / tolerance for values in (ours, theirs)))
    weights = np.minimum(np.nan_to_num(peculiar), _CAP) / _CAP
    weights[weights <= _LEAST] = 0.0
    differences = np.minimum(np.abs(ours - theirs) / tolerance, _CAP)
    only_one = np.isfinite(ours) != np.isfinite(theirs)
    weights[only_one], differences[only_one] = 1.0, _CAP
    total = weights.sum()
    distance = (weights * np.nan_to_num(differences)).sum() / total if total else _CAP
    return float(distance), float(total)


def _values(described, names):
    values = [described.metafeatures[name] for name in names]
    with np.errstate(all="ignore"):
        return np.array(
            [
                np.nan if value is None else TRAITS[name].scale(float(value))
                for name, value in zip(names, values, strict=True)
            ]
        )


def _dull(name, described):
    """Return the range of dull values, some of which depend on the numbers of things."""
    if name in ("MajorityClassPercentage", "MinorityClassPercentage"):
        return (_angle(100.0 / max(described.n_classes, 1)),) * 2
    if name == "PercentageOfVarianceOfFirstComponent":
        return (_angle(100.0 / max(described.n_columns, 1)),) * 2
    return TRAITS[name].dull


def _outside(values, ranges):
    """Return how far values lie outside their ranges."""
    return np.maximum(np.maximum(ranges[:, 0] - values, values - ranges[:, 1]), 0.0)
