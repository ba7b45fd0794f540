"""What a search names as its experience, opened, and without what the table could leak from."""

import logging
import os
from contextlib import contextmanager

import numpy as np

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.handle._experience import Experience
from sklearn_meta.experience.handle._union import ExperienceUnion, open_all
from sklearn_meta.experience.leaks._leaks import SHARED_ROWS, find_leaks

logger = logging.getLogger("sklearn_meta")


@contextmanager
def opened_experience(experience):
    """Give what the parameter `experience` names; what is opened here is closed again.

    Parameters
    ----------
    experience : str, path, Experience, list of such or None
        The parameter.

    Yields
    ------
    Experience, ExperienceUnion or None
    """
    known, opened = open_experience(experience)
    try:
        yield known
    finally:
        for base in opened:
            base.close()


def open_experience(experience):
    """Open what the parameter `experience` names.

    Parameters
    ----------
    experience : str, path, Experience, list of such or None
        The parameter.

    Returns
    -------
    known : Experience, ExperienceUnion or None
        What to ask.
    opened : list of Experience
        What was opened here, to be closed by whoever called.

    Raises
    ------
    ExperienceError
        If it names no experience.
    """
    if isinstance(experience, list | tuple):
        return open_all(experience, _open_one)
    known = _open_one(experience)
    return known, [known] if known is not None and known is not experience else []


def _open_one(experience):
    if isinstance(experience, str) and experience == "bundled":
        return Experience.bundled()
    if isinstance(experience, str | os.PathLike):
        return Experience.open(os.fspath(experience), read_only=True)
    if experience is None or hasattr(experience, "matrix"):
        return experience
    raise ExperienceError(
        f"{experience!r} is no experience base: give 'bundled', a path, a URL or an Experience."
    )


def without_leaks(experience, X, fingerprint, looks):
    """Leave out what may hold the table; return a view, and the signs by the tasks' names."""
    if experience is None:
        return None, {}
    if isinstance(experience, ExperienceUnion):
        leaks = experience.leaks(fingerprint, looks)
    elif isinstance(experience, Experience):
        leaks = find_leaks(experience, fingerprint, looks)
    elif not hasattr(experience, "like"):  # something of the user's own, which can't tell
        return experience, {}
    else:
        shared = list(experience.like(X))
        tasks = experience.tasks() if shared else None
        names = tasks.loc[np.isin(tasks["id"], shared), "name"] if shared else ()
        leaks = {task: (name, SHARED_ROWS) for task, name in zip(shared, names, strict=False)}
    if not leaks:
        return experience, {}
    excluded = dict(sorted(leaks.values()))
    logger.info("left out of the advice: %s", excluded)
    return experience.without(ids=list(leaks)), excluded
