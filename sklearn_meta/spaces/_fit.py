"""Fit a pipeline: with weights for all its parts, and only as long as allowed."""

import warnings
from contextlib import contextmanager

import numpy as np
from sklearn import config_context
from sklearn.base import is_classifier
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from sklearn_meta._validation import take_rows
from sklearn_meta.spaces._stopping import can_stop, fit_until
from sklearn_meta.spaces._weights import request_weights, takes_weights

# Small or odd folds make scikit-learn and skrub say these; the result is usable all the same.
EXPECTED_WARNINGS = (
    "Features .* are constant",
    "class_weight presets",
    "The matrix shape is",
    "Variables are collinear",
    "n_quantiles .* is greater",
    "The number of unique classes is greater than 50%",
    "The least populated class",
    "n_components > n_samples",
    "Only one sample available",
    "k=.* is greater than n_features",
)


def fit_pipeline(pipeline, X, y, sample_weight=None, stop=None):
    """Fit a pipeline of `SearchSpace.pipeline` in place.

    Parameters
    ----------
    pipeline : Pipeline
        The pipeline; its last step is the model.
    X : ndarray, DataFrame or CSR matrix of shape (n_samples, n_features)
        A table from `check_table`.
    y : ndarray of shape (n_samples,)
        Encoded labels or numbers. If only one class is among them, the model is replaced by
        one that always predicts it.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weights; they reach every step that can use them. Rows of weight zero are left out.
    stop : callable, default=None
        ``stop()`` is asked between rounds of an ensemble that grows; once it returns True, the
        model as it is then is kept. None fits in one go.

    Returns
    -------
    pipeline : Pipeline
        The fitted pipeline.
    fraction_done : float
        Share of the model's rounds that were fitted, 1.0 if it was not stopped.

    Raises
    ------
    ValueError
        If there are weights and the model can't use any.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.metafeatures._columns import column_roles
    >>> from sklearn_meta.spaces import SearchSpace, fit_pipeline
    >>> X = np.arange(20.0).reshape(-1, 1)
    >>> space = SearchSpace("regression", ["linear"])
    >>> pipeline = space.pipeline(
    ...     {"family": "linear", "C": 1000.0}, column_roles(X),
    ...     n_rows=20, n_columns=1, n_classes=0, random_state=0,
    ... )
    >>> pipeline, fraction_done = fit_pipeline(pipeline, X, 2 * X.ravel())
    >>> pipeline.predict([[3.0]]).round(2).tolist(), fraction_done
    ([6.0], 1.0)
    """
    if sample_weight is not None and not np.all(sample_weight):
        # A row without weight is no row: else it would add levels, medians and empty classes.
        counted = np.flatnonzero(sample_weight)
        X, y, sample_weight = take_rows(X, counted), y[counted], sample_weight[counted]
    _suit_to_classes(pipeline, y)
    model = pipeline.steps[-1][1]
    if sample_weight is not None and not takes_weights(model):
        raise ValueError(
            f"{type(model).__name__} can't use sample_weight; "
            "choose families with SearchSpace(..., weighted=True)."
        )
    routed = {} if sample_weight is None else {"sample_weight": sample_weight}
    # Frames between the steps, which a user may have asked for globally, would only cost time.
    settings = config_context(enable_metadata_routing=bool(routed), transform_output="default")
    with _quiet(), settings:
        if stop is None or not can_stop(model):
            pipeline.fit(X, y, **routed)
            return pipeline, 1.0
        if len(pipeline.steps) > 1:
            head = Pipeline(pipeline.steps[:-1])
            X = head.fit_transform(X, y, **routed)
            pipeline.steps[:-1] = head.steps
        return pipeline, fit_until(model, X, y, sample_weight, stop)


def _suit_to_classes(pipeline, y):
    """Change the model where the classes among these rows allow no other."""
    name, model = pipeline.steps[-1]
    if not is_classifier(model):
        return
    _, counts = np.unique(y, return_counts=True)
    if len(counts) == 1:
        with config_context(enable_metadata_routing=True):
            pipeline.steps[-1] = (name, request_weights(DummyClassifier(strategy="prior")))
        return
    # Early stopping holds out a stratified tenth, which needs a place for every class.
    if getattr(model, "early_stopping", False) is True and (
        counts.min() < 2 or len(y) < 20 * len(counts)
    ):
        model.set_params(early_stopping=False)


@contextmanager
def _quiet():
    """Silence what is expected when many models are tried: iterations are bounded on purpose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)  # 0 / 0 of constant columns and the like
        for message in EXPECTED_WARNINGS:
            warnings.filterwarnings("ignore", message=message)
        yield
