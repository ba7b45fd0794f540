"""What the advice may know of the table: its looks, what it is recognised by, its size."""

import warnings
from dataclasses import dataclass, field

import numpy as np
from sklearn.base import is_classifier, is_regressor

from sklearn_meta._validation import (
    check_classification_target,
    check_regression_target,
    check_table,
    n_columns,
    n_rows,
)
from sklearn_meta.experience.identity._fingerprint import Fingerprint
from sklearn_meta.experience.identity._near import Description
from sklearn_meta.metafeatures import TaskView, describe_task
from sklearn_meta.spaces import PlainContext

_UNKNOWN_WIDTH = 100


@dataclass
class Look:
    """A table as the advice sees it.

    Parameters
    ----------
    kind : {"binary", "multiclass", "regression"} or None
        None for an estimator that is neither a classifier nor a regressor.
    n_rows, n_columns, n_classes : int
        Size.
    X : ndarray, DataFrame, CSR matrix or None
        The checked table; None if it is none that experience could speak of.
    metafeatures : dict
        Empty without a table.
    fingerprint : Fingerprint or None
        What rows are recognised by.
    reason : str
        Why there is no table.
    """

    kind: str | None
    n_rows: int
    n_columns: int
    n_classes: int = 0
    X: object = None
    target_scale: float = 1.0
    metafeatures: dict = field(default_factory=dict)
    fingerprint: object = None
    reason: str = ""

    @property
    def description(self):
        """Return what near-duplicates are recognised by."""
        return Description(
            self.kind, self.n_rows, self.n_columns, self.n_classes, self.metafeatures
        )

    def context(self, inner, n_fit_rows, random_state):
        """Return what translations may know; None if the estimator predicts nothing.

        Parameters
        ----------
        inner : Inner
            The model.
        n_fit_rows : int
            Rows that a fold trains on.
        random_state : int
            Seed for a model that has none of its own but comes to need one.

        Returns
        -------
        PlainContext or None
        """
        if self.kind is None:
            return None
        variance = 1.0
        if inner.is_bare and isinstance(self.X, np.ndarray):
            variance = float(np.nanvar(self.X)) or 1.0
        own_seed = inner.params.get("random_state")
        return PlainContext(
            kind=self.kind,
            random_state=random_state if own_seed is None else own_seed,
            n_rows=n_fit_rows,
            n_classes=self.n_classes,
            width=max(self.n_columns, 1),
            target_scale=1.0 if inner.scales_target else self.target_scale,
            column_variance=variance,
        )


def look_at(estimator, X, y, random_state):
    """Describe a table and its target, as far as it is one.

    Parameters
    ----------
    estimator : estimator
        Whether it classifies or regresses says what the target is.
    X, y : object
        As scikit-learn's `fit` takes them; also what is no table at all.
    random_state : int
        Seed of the samples that are looked at.

    Returns
    -------
    Look
        Without a table where `X` or `y` can't be read; the model will say what is wrong with
        them, if anything is.
    """
    kind = _kind_of(estimator)
    shape = X.shape if hasattr(X, "shape") else (len(X),)
    width = shape[1] if len(shape) > 1 else _UNKNOWN_WIDTH
    blind = Look(kind, shape[0], width)
    if kind is None:
        blind.reason = "the estimator is neither a classifier nor a regressor"
        return blind
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the model gives them again
            return _described(kind, X, y, random_state)
    except (TypeError, ValueError, RuntimeError) as error:
        blind.reason = f"the table can't be described: {error}".split("\n")[0][:300]
        return blind


def _kind_of(estimator):
    if is_classifier(estimator):
        return "multiclass"
    return "regression" if is_regressor(estimator) else None


def _described(kind, X, y, random_state):
    X = check_table(None, X, reset=True)
    n_classes, scale = 0, 1.0
    if kind == "regression":
        y = check_regression_target(y, n_rows(X))
        scale = float(y.std()) or 1.0
    else:
        y, classes = check_classification_target(y, n_rows(X))
        n_classes = len(classes)
        kind = "binary" if n_classes == 2 else "multiclass"
    view = TaskView(X, y, kind, random_state=random_state)
    return Look(
        kind,
        n_rows(X),
        n_columns(X),
        n_classes,
        X,
        scale,
        describe_task(view),
        Fingerprint.of(X),
    )
