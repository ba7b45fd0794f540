"""Open the experience, leave out what the table at hand could leak from, start the advisor."""

import logging
from dataclasses import dataclass, field

import numpy as np
from sklearn.base import clone

from sklearn_meta.advisors import GaussianAdvisor, TaskDescription
from sklearn_meta.automl._haste import Haste
from sklearn_meta.experience.handle._for_search import opened_experience, without_leaks
from sklearn_meta.experience.identity._fingerprint import Fingerprint
from sklearn_meta.experience.identity._near import Description
from sklearn_meta.metafeatures import TaskView, describe_task
from sklearn_meta.metafeatures._describe import CHEAP

logger = logging.getLogger("sklearn_meta")


@dataclass
class Advice:
    """A session of advice on one task, and what it rests on.

    Attributes
    ----------
    session : AdviceSession
        To ask and to tell.
    metafeatures : dict of str to float
        What the task looks like.
    fingerprint : Fingerprint or None
        What the table is recognised by; None without experience, unless it is to be recorded.
    excluded : dict of str to str
        Names of the earlier tasks that were left out, and by which sign.
    skipped : tuple of str
        What there was no time for, such as "experience".
    """

    session: object
    metafeatures: dict
    fingerprint: object = None
    excluded: dict = field(default_factory=dict)
    skipped: tuple = ()


def start_advice(
    problem,
    budget,
    *,
    advisor,
    experience,
    n_fit_rows,
    random_state,
    ensemble=False,
    recorded=False,
):
    """Start an advisor on a task.

    Against a clock, what there is no time for is left out: on a machine that is busy otherwise,
    advice could take longer than the search may.

    Parameters
    ----------
    problem : Problem
        The task.
    budget : Budget
        What is left. Without a clock, measured seconds enter no decision.
    advisor : BaseAdvisor or None
        None is the Gaussian advisor. A copy is fitted, the one given stays as it is.
    experience : Experience, str, path, list of such or None
        "bundled", a place to open, several of them, or None for no experience.
    n_fit_rows : int
        Rows that a first trial trains on.
    random_state : int
        Seed.
    ensemble : bool, default=False
        Whether the best trials will be combined.
    recorded : bool, default=False
        Whether the fingerprint is wanted also without experience.

    Returns
    -------
    Advice
    """
    haste = Haste(budget, problem.X)
    if experience is not None and not haste.allows_experience():
        experience = None
    view = TaskView(
        problem.X,
        problem.y,
        problem.kind,
        roles=problem.roles,
        sample_weight=problem.sample_weight,
        random_state=random_state,
    )
    task = TaskDescription(
        kind=problem.kind,
        metric=problem.scoring.metric,
        n_rows=n_fit_rows,
        n_columns=view.n_columns,
        n_classes=problem.n_classes or 0,
        metafeatures=_describe(view, haste),
        n_folds=len(problem.folds),
        has_clock=budget.has_clock,
        target_deviation=float(np.std(problem.y)) if problem.kind == "regression" else None,
        is_comparable=problem.scoring.is_stored,
        scored_by=problem.scoring.told_name,
        is_for_ensemble=ensemble,
    )
    wanted = experience is not None or (recorded and haste.allows_fingerprint())
    fingerprint = Fingerprint.of(problem.X) if wanted else None
    looks = Description(
        problem.kind, len(problem.y), view.n_columns, task.n_classes, task.metafeatures
    )
    advisor = GaussianAdvisor() if advisor is None else clone(advisor)
    space = problem.space_at(n_fit_rows)
    with opened_experience(experience) as known:
        known, excluded = without_leaks(known, problem.X, fingerprint, looks)
        session = advisor.fit(known).start(task, space, random_state=random_state)
    if haste.skipped:
        logger.info("no time on this machine for: %s", ", ".join(haste.skipped))
    return Advice(session, task.metafeatures, fingerprint, excluded, tuple(haste.skipped))


def _describe(view, haste):
    """Compute the meta-features that there is time for, the cheapest group first."""
    found = {}
    for group in CHEAP:
        if haste.allows_group(group):
            found |= describe_task(view, groups=[group])
    return found
