"""Save and load a fitted AutoML estimator."""

import os
import warnings

from sklearn.utils.validation import check_is_fitted

from sklearn_meta.automl import MetaAutoClassifier, MetaAutoRegressor
from sklearn_meta.automl._members import Member
from sklearn_meta.exceptions import SklearnMetaWarning
from sklearn_meta.persistence._archive import read_archive, read_header, write_archive
from sklearn_meta.persistence._errors import ModelFileError
from sklearn_meta.persistence._parameters import storable_parameters
from sklearn_meta.persistence._versions import versions_for, warn_of_other_versions

_CLASSES = {kind.__name__: kind for kind in (MetaAutoClassifier, MetaAutoRegressor)}
_MODELS = ("members_", "best_pipeline_")  # stored as numbers of models, each model once


def save(estimator, path):
    """Save a fitted estimator to a file that `load` reads without running code from it.

    The file is a skops archive: arrays and names of types, no pickle. It is written whole or not at
    all, and carries the versions of the packages that its models come from. What predicts and what
    explains is kept exactly: predictions, leaderboard, report, pipelines.

    Parameters only matter for another `fit`. Those that can't be stored are None in the file, with
    a warning: scorers, splitters, advisers and families made of your own code. The `executor` is
    never stored. An `experience` is stored as the place it is found at, without a password; one in
    memory is not stored.

    Parameters
    ----------
    estimator : MetaAutoClassifier or MetaAutoRegressor
        Fitted.
    path : str or path-like
        The file to write, by custom with the ending ``.skops``; one that is there is replaced.

    Returns
    -------
    None

    Raises
    ------
    TypeError
        If it is another kind of object.
    NotFittedError
        If it is not fitted.
    ModelFileError
        If a part can't be stored, e.g. a lambda of your own in a pipeline, or there is no such
        folder.

    See Also
    --------
    load : Read it again.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta import MetaAutoClassifier
    >>> from sklearn_meta.persistence import load, save
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MetaAutoClassifier(
    ...     max_trials=1, families=["naive_bayes"], experience=None, random_state=0
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "iris.skops")
    ...     save(clf.fit(X, y), path)
    ...     loaded = load(path)
    >>> bool((loaded.predict_proba(X) == clf.predict_proba(X)).all())
    True
    """
    if type(estimator) not in _CLASSES.values():
        raise TypeError(
            f"save takes a fitted {' or '.join(_CLASSES)}, got {type(estimator).__name__}. Out of "
            "a pipeline or a search, save that step; other models are saved by skops.io.dump."
        )
    check_is_fitted(estimator)
    parts = _apart(estimator)
    name = type(estimator).__name__
    foreign = write_archive(
        path, parts, lambda types: {"class": name, "versions": versions_for(types)}
    )
    if foreign:
        warnings.warn(
            f"{os.fspath(path)!r} holds types that load does not know. Who loads it has to pass "
            f"trusted={foreign}.",
            SklearnMetaWarning,
            stacklevel=2,
        )


def load(path, *, trusted=()):
    """Load an estimator that `save` wrote.

    Only types on a list of this package are built: those that its pipelines are made of, from
    scikit-learn, NumPy, SciPy, skrub, LightGBM, XGBoost and CatBoost. So a file can't bring code
    along. It can bring numbers that make no sense, though, and compiled code (trees, support
    vector machines, boosters) trusts its numbers: take files from people whose models you would
    trust.

    Parameters
    ----------
    path : str or path-like
        The file.
    trusted : iterable of str or type, default=()
        Types to build besides: dotted names as the error message gives them, or the types
        themselves. Needed for models of your own families.

    Returns
    -------
    MetaAutoClassifier or MetaAutoRegressor
        Fitted, as it was saved.

    Raises
    ------
    ModelFileNotFoundError
        If there is no file.
    UntrustedTypeError
        If other types are in the file; nothing was built then.
    ModelFileError
        If it is no model file, damaged, of a newer protocol, or needs a package that is not there.

    Warns
    -----
    SklearnMetaWarning
        If packages whose models are in the file have other versions here.

    See Also
    --------
    save : Write it; has an example.

    Examples
    --------
    >>> from sklearn_meta.persistence import ModelFileNotFoundError, load
    >>> try:
    ...     load("nowhere.skops")
    ... except ModelFileNotFoundError as error:
    ...     str(error)
    "There is no model file at 'nowhere.skops'. Check the path."
    """
    trusted = _names(trusted)
    header = read_header(path)
    parts = read_archive(path, trusted)
    try:
        estimator = _together(header["class"], parts)
        versions = dict(header["versions"])
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(
            f"{os.fspath(path)!r} lacks parts of a model ({type(error).__name__}: {error}). It is "
            "damaged: save the model again, or copy the file again."
        ) from error
    warn_of_other_versions(os.fspath(path), versions)
    return estimator


def _names(trusted):
    if isinstance(trusted, bool):
        raise TypeError(
            f"trusted is a list of the types to trust, got {trusted}. Look at the names in the "
            "error without it, and pass those that you trust."
        )
    several = (trusted,) if isinstance(trusted, str | type) else trusted
    return [t if isinstance(t, str) else f"{t.__module__}.{t.__qualname__}" for t in several]


def _apart(estimator):
    """Return what an estimator consists of, each model once."""
    models = []

    def number(model):
        for known, other in enumerate(models):
            if other is model:
                return known
        models.append(model)
        return len(models) - 1

    members = [
        {"trial": m.trial, "weight": m.weight, "models": [number(model) for model in m.models]}
        for m in estimator.members_
    ]
    best = number(estimator.best_pipeline_)
    parameters = estimator.get_params(deep=False)
    state = {
        name: value
        for name, value in vars(estimator).items()
        if name not in parameters and name not in _MODELS
    }
    return {
        "parameters": storable_parameters(estimator),
        "state": state,
        "members": members,
        "best": best,
        "models": models,
    }


def _together(name, parts):
    """Return the estimator that consists of such parts."""
    estimator = _CLASSES[name](**parts["parameters"])
    vars(estimator).update(parts["state"])
    models = parts["models"]
    estimator.members_ = [
        Member(m["trial"], m["weight"], [models[number] for number in m["models"]])
        for m in parts["members"]
    ]
    estimator.best_pipeline_ = models[parts["best"]]
    return estimator
