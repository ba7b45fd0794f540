"""Parameters of an estimator as values that a file can hold."""

import os
import warnings

from sklearn.base import BaseEstimator, clone

from sklearn_meta.exceptions import ExperienceError, SklearnMetaWarning
from sklearn_meta.experience import Experience
from sklearn_meta.persistence._archive import is_storable

_BUNDLED = "bundled"


def storable_parameters(estimator):
    """Return an estimator's parameters; those that can't be stored are None.

    Parameters
    ----------
    estimator : MetaAutoClassifier or MetaAutoRegressor
        Its parameters matter for another `fit` only.

    Returns
    -------
    dict

    Warns
    -----
    SklearnMetaWarning
        If a parameter is not stored; names it. Executors are left out without a word.
    """
    parameters = estimator.get_params(deep=False)
    stored = {**parameters, "executor": None}
    stored["experience"] = _locations_of(parameters["experience"])
    stored["record_to"] = _location_of(parameters["record_to"])
    stored["families"] = _names_of(parameters["families"])
    if isinstance(parameters["advisor"], BaseEstimator):
        stored["advisor"] = clone(parameters["advisor"])  # what it was fitted on stays out
    stored = {name: value if is_storable(value) else None for name, value in stored.items()}
    lost = [
        name
        for name, value in stored.items()
        if value is None and parameters[name] is not None and name != "executor"
    ]
    if lost:
        warnings.warn(
            f"The file holds None for the parameter(s) {', '.join(lost)}, whose values can't be "
            "stored. Predictions don't need them; set them again before another fit.",
            SklearnMetaWarning,
            stacklevel=3,
        )
    return stored


def _locations_of(experience):
    """Return where one or several bases live; None if one has no place."""
    if not isinstance(experience, list | tuple):
        return _location_of(experience)
    places = [_location_of(member) for member in experience]
    return None if None in places else places


def _location_of(experience):
    """Return where an experience base lives, without passwords; None for one without a place."""
    if isinstance(experience, Experience):
        from sklearn_meta.experience.handle._location import BUNDLED

        try:
            location = experience.location
        except ExperienceError:  # it was closed
            return None
        if location == ":memory:":
            return None
        return _BUNDLED if location == str(BUNDLED) else _without_password(location)
    if isinstance(experience, str | os.PathLike):
        return _without_password(os.fspath(experience))
    return None


def _without_password(location):
    if "://" not in location:
        return location
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(location)
    except ArgumentError:
        return None
    hidden = [name for name in url.query if name.lower().startswith("pass")]
    url = url.difference_update_query(hidden)
    return url._replace(password=None).render_as_string()  # `set` takes None for no change


def _names_of(families):
    """Return the families that are names; `Family` objects hold code."""
    if families is None:
        return None
    return [family for family in families if isinstance(family, str)] or None
