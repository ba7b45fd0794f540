"""Open the experience, leave out what the table at hand could leak from, start the advisor."""

import logging
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sklearn.base import clone

from sklearn_meta.advisors import GaussianAdvisor, TaskDescription
from sklearn_meta.experience import Experience
from sklearn_meta.metafeatures import TaskView, describe_task

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
    excluded : list of str
        Names of earlier tasks left out since they share rows with the table at hand.
    n_known : int
        Earlier tasks that the advisor learned from.
    """

    session: object
    metafeatures: dict
    excluded: list = field(default_factory=list)
    n_known: int = 0


def start_advice(problem, *, advisor, experience, n_fit_rows, has_clock, random_state):
    """Start an advisor on a task.

    Parameters
    ----------
    problem : Problem
        The task.
    advisor : BaseAdvisor or None
        None is the Gaussian advisor. A copy is fitted, the one given stays as it is.
    experience : Experience, str, path or None
        "bundled", a place to open, or None for no experience.
    n_fit_rows : int
        Rows that a first trial trains on.
    has_clock : bool
        Whether measured seconds may enter decisions.
    random_state : int
        Seed.

    Returns
    -------
    Advice
    """
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
        metafeatures=describe_task(view),
        n_folds=len(problem.folds),
        has_clock=has_clock,
    )
    advisor = GaussianAdvisor() if advisor is None else clone(advisor)
    space = problem.space_at(n_fit_rows)
    opened = open_experience(experience)
    try:
        known, excluded = _without_leaks(opened, problem.X)
        session = advisor.fit(known).start(task, space, random_state=random_state)
        n_known = _count_tasks(known, problem.kind)
    finally:
        if opened is not None and opened is not experience:
            opened.close()
    return Advice(session, task.metafeatures, excluded, n_known)


def open_experience(experience):
    """Return an `Experience`, or None where there is to be none."""
    if experience is None or isinstance(experience, Experience):
        return experience
    if isinstance(experience, str) and experience == "bundled":
        return Experience.bundled()
    return Experience.open(
        str(experience) if isinstance(experience, Path) else experience, read_only=True
    )


def _without_leaks(experience, X):
    """Leave out the tasks that share rows with the table; return a view and their names."""
    if experience is None:
        return None, []
    shared = list(experience.like(X))
    if not shared:
        return experience, []
    tasks = experience.tasks()
    names = tasks.loc[np.isin(tasks["id"], shared), "name"].tolist()
    logger.info("left out of the advice, since they share rows with the table: %s", names)
    return experience.without(names=names), names


def _count_tasks(experience, kind):
    if experience is None:
        return 0
    return experience.matrix(kind, None).tasks["id"].nunique()
