"""Which packages a model was written with, and whether they are the same here."""

import platform
import warnings
from importlib.metadata import PackageNotFoundError, version

from sklearn_meta import __version__
from sklearn_meta.exceptions import SklearnMetaWarning

_ALWAYS = ("scikit-learn", "numpy", "scipy", "pandas", "skrub", "skops")
_BOOSTERS = ("lightgbm", "xgboost", "catboost")
_MATTERS = ("scikit-learn", "skrub", *_BOOSTERS)  # whose fitted objects are in the file


def versions_for(types):
    """Return the versions that matter to a file with such types.

    Parameters
    ----------
    types : list of str
        Dotted names.

    Returns
    -------
    dict of str to str
    """
    used = {name.partition(".")[0] for name in types}
    wanted = [*_ALWAYS, *(name for name in _BOOSTERS if name in used)]
    found = {name: _version(name) for name in wanted}
    own = {"sklearn-meta": __version__, "python": platform.python_version()}
    return {**own, **{name: value for name, value in found.items() if value}}


def warn_of_other_versions(path, versions):
    """Warn if a package whose objects are in the file has another version here.

    Parameters
    ----------
    path : str
        The file, for the message.
    versions : dict of str to str
        What `versions_for` said when it was written.

    Warns
    -----
    SklearnMetaWarning
        Names the packages and both versions.
    """
    here = {name: _version(name) for name in _MATTERS if name in versions}
    other = [
        f"{name} {versions[name]} (here {mine or 'none'})"
        for name, mine in here.items()
        if mine != versions[name]
    ]
    if other:
        warnings.warn(
            f"{path!r} was written with {', '.join(other)}. Predictions may differ or fail: "
            "install those versions, or fit again.",
            SklearnMetaWarning,
            stacklevel=3,
        )


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None
