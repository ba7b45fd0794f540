"""Advisors by the names that a shell knows them by."""

from sklearn_meta.advisors._deep_kernel import DeepKernelAdvisor
from sklearn_meta.advisors._validate import default_advisors


def named_advisors():
    """Return all advisors that can be validated by name.

    Returns
    -------
    dict of str to BaseAdvisor
        Those of `default_advisors`, and those that take long to learn.

    Examples
    --------
    >>> from sklearn_meta.advisors import named_advisors
    >>> list(named_advisors())[-1]
    'deep kernel'
    """
    return default_advisors() | {"deep kernel": DeepKernelAdvisor(cache=None)}
