"""How far two configurations of one family are apart."""

from sklearn_meta.spaces._design import to_unit


def unit_distance(left, right, parameters):
    """Distance of two configurations of one family, in [0, 1].

    Parameters
    ----------
    left, right : dict
        The configurations.
    parameters : iterable
        Parameters of the family. Numbers differ by their distance on the unit scale (logarithmic
        where the parameter is), anything else by 0 or 1; the mean is taken.

    Returns
    -------
    float
        0 for equal ones.
    """
    parameters = list(parameters)
    if not parameters:
        return 0.0
    return sum(_difference(p, left.get(p.name), right.get(p.name)) for p in parameters) / len(
        parameters
    )


def _difference(parameter, left, right):
    """How far two values of one parameter are apart, in [0, 1]."""
    if left == right:
        return 0.0
    if not (is_number(left) and is_number(right)) or not hasattr(parameter, "low"):
        return 1.0
    return min(abs(to_unit(parameter, left) - to_unit(parameter, right)), 1.0)


def is_number(value):
    """Tell numbers from anything else; a bool is none here."""
    return isinstance(value, int | float) and not isinstance(value, bool)
