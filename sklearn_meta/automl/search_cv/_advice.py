"""Start an advisor on the search for an estimator's parameters."""

import logging
from dataclasses import dataclass, field

from sklearn.base import clone, is_regressor
from sklearn.metrics import get_scorer

from sklearn_meta.advisors import GaussianAdvisor, TaskDescription
from sklearn_meta.automl.search_cv._branches import make_branches
from sklearn_meta.automl.search_cv._inner import find_inner
from sklearn_meta.automl.search_cv._projection import ProjectedExperience
from sklearn_meta.experience.handle._for_search import opened_experience, without_leaks
from sklearn_meta.search import STORED_METRIC
from sklearn_meta.spaces import FAMILIES, SearchSpace, known_estimators

logger = logging.getLogger("sklearn_meta")

#: Scorers whose values are those of a metric of the base, up to the sign.
_SAME_SCALE = {
    "neg_log_loss": "log_loss",
    "neg_root_mean_squared_error": "rmse",
    "neg_mean_absolute_error": "mae",
}


@dataclass
class SearchAdvice:
    """A session of advice, and how its points become parameters.

    Attributes
    ----------
    session : AdviceSession
        To ask and to tell.
    branches : dict of str to branch
        By the name that points carry as their family.
    family : str or None
        The known family; None if there is none.
    from_experience : bool
        Whether earlier tasks spoke.
    reason : str
        Why they did not.
    excluded : dict of str to str
        Earlier tasks that were left out, and by which sign.
    """

    session: object
    branches: dict
    family: str | None
    from_experience: bool
    reason: str = ""
    excluded: dict = field(default_factory=dict)

    def params(self, point):
        """Return the estimator's parameters that a point stands for."""
        return self.branches[point["family"]].params(point)

    def own(self, estimator):
        """Return point and parameters of the estimator as it is; None if it is outside."""
        places = [branch.own(estimator) for branch in self.branches.values()]
        return next((place for place in places if place is not None), None)


def start_search(
    estimator,
    distributions,
    look,
    *,
    metric,
    advisor,
    experience,
    n_fit_rows,
    n_folds,
    has_clock,
    random_state,
):
    """Start an advisor on an estimator's parameters.

    Parameters
    ----------
    estimator : estimator
        The user's.
    distributions : dict, list of dict or None
        The user's; None takes the ranges of the known family.
    look : Look
        The table.
    metric : str
        Name of the metric or scorer that is searched for.
    advisor : BaseAdvisor or None
        None is the Gaussian advisor.
    experience : Experience, str, path, list of such or None
        What was learned on earlier tasks.
    n_fit_rows, n_folds : int
        Rows that a fold trains on; folds.
    has_clock : bool
        Whether measured seconds may enter decisions.
    random_state : int
        Seed.

    Returns
    -------
    SearchAdvice

    Raises
    ------
    ValueError
        If nothing says what to search.
    """
    inner = find_inner(estimator)
    context = look.context(inner, n_fit_rows, random_state)
    if distributions is None and (inner.plain is None or context is None):
        raise ValueError(_no_ranges(estimator, inner))
    branches = make_branches(estimator, inner, context, distributions)
    space = SearchSpace(look.kind or "regression", [branch.family() for branch in branches])
    task = TaskDescription(
        kind=space.kind,
        metric=metric,
        n_rows=n_fit_rows,
        n_columns=look.n_columns,
        n_classes=look.n_classes,
        metafeatures=look.metafeatures,
        n_folds=n_folds,
        has_clock=has_clock,
    )
    advisor = GaussianAdvisor() if advisor is None else clone(advisor)
    reason = _why_without(experience, inner, look, branches)
    family = None if inner.plain is None else inner.plain.family.name
    with opened_experience(None if reason else experience) as known:
        known, excluded = without_leaks(known, look.X, look.fingerprint, look.description)
        if known is not None:
            known = ProjectedExperience(known, branches, family, _usual(inner, context))
        session = advisor.fit(known).start(task, space, random_state=random_state)
    if reason:
        logger.info("MetaSearchCV searches without experience: %s", reason)
    by_name = {branch.name: branch for branch in branches}
    return SearchAdvice(session, by_name, family, not reason, reason, excluded)


def _why_without(experience, inner, look, branches):
    """Say why earlier tasks have nothing to say; an empty text if they have."""
    if inner.plain is None:
        return f"no earlier task has seen a {type(inner.model).__name__}"
    if experience is None:
        return "experience=None"
    if look.X is None:
        return look.reason
    if not any(branch.searched for branch in branches):
        return "none of the given parameters is one that earlier tasks varied"
    return ""


def _usual(inner, context):
    """Complete configuration of the family that is nearest to the user's estimator."""
    space = SearchSpace(context.kind, [FAMILIES[inner.plain.family.name]])
    return space.complete(inner.plain.configuration(inner.params, context))


def _no_ranges(estimator, inner):
    name = type(inner.model).__name__
    where = "" if inner.model is estimator else f" inside {type(estimator).__name__}"
    return (
        f"MetaSearchCV knows no ranges for {name}{where}. Give param_distributions, a dict from "
        "parameter names to lists, scipy.stats distributions or ranges of sklearn_meta.spaces. "
        f"Ranges are known for: {', '.join(known_estimators())}."
    )


def metric_of(scoring, estimator):
    """Name what a scorer measures, as the experience may know it.

    Parameters
    ----------
    scoring : str, callable or None
        One scorer.
    estimator : estimator
        Whose own score counts if there is no scorer.

    Returns
    -------
    str
        A metric of the base where the scorer's values are on its scale, else the scorer's name.
    """
    if scoring is None:
        return "r2" if is_regressor(estimator) else "accuracy"
    name = scoring if isinstance(scoring, str) else _name_of_scorer(scoring)
    return _SAME_SCALE.get(name, name)


def _name_of_scorer(scorer):
    """Find the name under which scikit-learn has the same scorer; "custom" if it has none."""
    function = getattr(scorer, "_score_func", None)
    names = STORED_METRIC if function is not None else ()
    for name in names:
        known = get_scorer(name)
        if known._score_func is function and known._sign == scorer._sign:
            return name
    return "custom"
