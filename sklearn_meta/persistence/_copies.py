"""Copies of fitted objects that a file can hold: no cycles, metadata requests as plain facts."""

import copy

import numpy as np
from sklearn import config_context
from sklearn.base import BaseEstimator

_CYCLE = "_metadata_request"  # holds the estimator that holds it, which no tree can
_REQUESTS = "_stored_requests"


def storable_copy(value):
    """Copy an object so that it is a tree, without touching it.

    Arrays and other leaves are shared with the original; containers and estimators are new. What
    was one object in two places is one object in the copy too. The metadata requests of estimators
    (`set_fit_request` and its like) become dictionaries, which `restore_requests` turns back.

    Parameters
    ----------
    value : object
        A fitted pipeline, or lists and dictionaries of them.

    Returns
    -------
    object
        The copy.

    Examples
    --------
    >>> from sklearn import config_context
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn_meta.persistence._copies import storable_copy
    >>> with config_context(enable_metadata_routing=True):
    ...     model = Ridge().set_fit_request(sample_weight=True)
    >>> storable_copy(model)._stored_requests["fit"]
    {'sample_weight': True}
    """
    return _Copier().copy(value)


def restore_requests(value):
    """Give the estimators in a loaded object their metadata requests back, in place.

    Parameters
    ----------
    value : object
        What was loaded.

    Returns
    -------
    object
        The same.
    """
    seen = set()
    waiting = [value]
    with config_context(enable_metadata_routing=True):
        while waiting:
            part = waiting.pop()
            if id(part) in seen:
                continue
            seen.add(id(part))
            if isinstance(part, BaseEstimator):
                for method, requests in part.__dict__.pop(_REQUESTS, {}).items():
                    getattr(part, f"set_{method}_request")(**requests)
            waiting.extend(_parts(part))
    return value


class _Copier:
    """Copies once what is met several times."""

    def __init__(self):
        self._copies = {}  # id -> (original, copy); the original is held so that its id stays its

    def copy(self, value):
        if _is_leaf(value):
            return value
        if id(value) not in self._copies:
            self._copies[id(value)] = (value, self._new(value))
        return self._copies[id(value)][1]

    def _new(self, value):
        if type(value) in (list, tuple):
            return type(value)(self.copy(item) for item in value)
        if type(value) is dict:
            return {key: self.copy(item) for key, item in value.items()}
        if isinstance(value, np.ndarray):
            new = np.empty_like(value)
            new.ravel()[:] = [self.copy(item) for item in value.ravel()]
            return new
        new = copy.copy(value)
        for name, item in list(vars(new).items()):
            if name != _CYCLE:
                new.__dict__[name] = self.copy(item)
        request = new.__dict__.pop(_CYCLE, None)
        if requests := _requests_of(request):
            new.__dict__[_REQUESTS] = requests
        return new


def _is_leaf(value):
    """Tell what is stored as it is: numbers, texts, arrays, objects with a state of their own."""
    if type(value) in (list, tuple, dict):
        return False
    if isinstance(value, np.ndarray):
        return value.dtype != object or type(value) is not np.ndarray
    return not (isinstance(value, BaseEstimator) or _has_plain_state(value))


def _has_plain_state(value):
    """Tell whether copying the attributes of an object copies the object."""
    kind = type(value)
    if not hasattr(value, "__dict__") or isinstance(value, type) or callable(value):
        return False
    return (
        kind.__reduce__ is object.__reduce__
        and kind.__reduce_ex__ is object.__reduce_ex__
        and getattr(kind, "__getstate__", None) is object.__getstate__
        and not hasattr(kind, "__setstate__")
    )


def _parts(value):
    """Return what an object is made of."""
    if _is_leaf(value):
        return ()
    if isinstance(value, np.ndarray):
        return value.ravel().tolist()
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else list(vars(value).values())


def _requests_of(request):
    """Return the explicit requests of a `MetadataRequest`: method -> {metadata: request}."""
    if request is None:
        return {}
    methods = {name: getattr(part, "requests", None) for name, part in vars(request).items()}
    return {name: dict(found) for name, found in methods.items() if found}
