"""Grow an ensemble in chunks and stop in between."""

import time

from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

SECONDS_PER_CHUNK = 0.2
FIRST_CHUNK = 8
MAX_GROWTH = 4

_BOOSTING = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
_FORESTS = (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)


def can_stop(model):
    """Tell whether a model grows in rounds and is usable after each.

    Parameters
    ----------
    model : estimator
        The unfitted model.

    Returns
    -------
    bool
        Whether :func:`fit_until` accepts it.
    """
    return isinstance(model, _BOOSTING + _FORESTS) or hasattr(model, "fit_until")


def fit_until(model, X, y, sample_weight, stop):
    """Fit a growing ensemble until it is complete or told to stop.

    Parameters
    ----------
    model : estimator
        A model for which :func:`can_stop` is true; fitted in place.
    X : array-like of shape (n_samples, n_features)
        Preprocessed table.
    y : ndarray of shape (n_samples,)
        Target.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights.
    stop : callable
        ``stop()`` is asked after every chunk of rounds; True ends the fit.

    Returns
    -------
    float
        Share of the rounds that were fitted, in (0, 1].
    """
    if hasattr(model, "fit_until"):
        return model.fit_until(X, y, sample_weight, stop)
    rounds = "max_iter" if isinstance(model, _BOOSTING) else "n_estimators"
    total = model.get_params()[rounds]
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    done, chunk = 0, FIRST_CHUNK
    model.set_params(warm_start=True)
    while done < total and not (done and stop()):
        begin = time.perf_counter()
        model.set_params(**{rounds: min(total, done + chunk)}).fit(X, y, **weights)
        seconds = time.perf_counter() - begin
        done = min(total, done + chunk)
        chunk = next_chunk(chunk, seconds)
    model.set_params(warm_start=False)
    return done / total


def next_chunk(chunk, seconds):
    """Choose the next number of rounds from how long the last ones took.

    Parameters
    ----------
    chunk : int
        Rounds just fitted.
    seconds : float
        Seconds that they took.

    Returns
    -------
    int
        About as many as fit into a fifth of a second, at most four times as many as before.
    """
    fitting = chunk * SECONDS_PER_CHUNK / max(seconds, 1e-6)
    return max(1, int(min(fitting, chunk * MAX_GROWTH)))
