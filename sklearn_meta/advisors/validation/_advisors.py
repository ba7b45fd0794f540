"""Which advisors are compared, and by what names."""

from collections.abc import Mapping

from sklearn.base import clone

from sklearn_meta.advisors.baselines._nearest import NearestTasksAdvisor
from sklearn_meta.advisors.baselines._portfolio import PortfolioAdvisor
from sklearn_meta.advisors.baselines._random import RandomAdvisor
from sklearn_meta.advisors.deep_kernel._advisor import DeepKernelAdvisor
from sklearn_meta.advisors.gaussian._advisor import GaussianAdvisor


def default_advisors():
    """Return the advisors that are compared unless others are named.

    Returns
    -------
    dict of str to BaseAdvisor
        By name.

    Examples
    --------
    >>> from sklearn_meta.advisors import default_advisors
    >>> list(default_advisors())[:3]
    ['random', 'portfolio', 'portfolio, cost-aware']
    """
    return {
        "random": RandomAdvisor(),
        "portfolio": PortfolioAdvisor(cost_aware=False),
        "portfolio, cost-aware": PortfolioAdvisor(cost_aware=True),
        "nearest tasks": NearestTasksAdvisor(),
        "gaussian, no meta-features": GaussianAdvisor(use_metafeatures=False),
        "gaussian": GaussianAdvisor(),
    }


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


def label_advisors(advisors):
    """Give every advisor a name and a copy that stays with known configurations."""
    if advisors is None:
        advisors = default_advisors()
    if not isinstance(advisors, Mapping):
        names = [type(advisor).__name__ for advisor in advisors]
        if len(set(names)) < len(names):
            names = [" ".join(repr(advisor).split()) for advisor in advisors]
        if len(set(names)) < len(names):
            raise ValueError("Two advisors are the same; give them names, in a dict.")
        advisors = dict(zip(names, advisors, strict=True))
    return {name: stay_with_known(advisor) for name, advisor in advisors.items()}


def stay_with_known(advisor):
    """Copy an advisor so that it proposes known configurations only, which have results."""
    copied = clone(advisor)
    return copied.set_params(continuous=False) if "continuous" in copied.get_params() else copied
