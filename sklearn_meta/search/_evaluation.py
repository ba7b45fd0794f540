"""Fit one configuration on one fold, and say how it did."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from time import perf_counter, process_time

import numpy as np
from sklearn import config_context

from sklearn_meta._validation import n_columns, take_rows
from sklearn_meta.spaces import SearchSpace, fit_pipeline


@dataclass
class Problem:
    """Everything a worker needs to evaluate configurations on one task.

    Parameters
    ----------
    X : ndarray, DataFrame or csr matrix of shape (n_samples, n_features)
        The table, as `check_table` returns it.
    y : ndarray of shape (n_samples,)
        Class codes ``0..K-1``, or numbers.
    kind : {"binary", "multiclass", "regression"}
        The kind of task.
    n_classes : int or None
        Number of classes; None for regression.
    folds : list of (ndarray, ndarray)
        Row numbers to train on and to validate on.
    roles : ColumnRoles
        What each column is.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weights of the rows.
    families : iterable, default=None
        As `SearchSpace` takes them.
    scoring : Scoring, default=None
        How folds are scored; None where only predictions are wanted.
    classes : ndarray of shape (n_classes,), default=None
        The labels that the codes stand for; with them, pipelines learn and predict labels.
    random_state : int, default=0
        Seed of every fit.
    n_threads : int, default=1
        Threads a fit may use.
    measured : bool, default=False
        Whether trials also keep what an experience base stores of each fold.
    """

    X: object
    y: np.ndarray
    kind: str
    n_classes: int | None
    folds: list
    roles: object
    sample_weight: np.ndarray | None = None
    families: object = None
    scoring: object = None
    classes: np.ndarray | None = None
    random_state: int = 0
    n_threads: int = 1
    measured: bool = False

    def __getstate__(self):
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    @property
    def fit_rows(self):
        """Rows that the largest fold trains on."""
        return max(len(train) for train, _ in self.folds)

    @cached_property
    def space(self):
        """The search space; whether a family is too slow for the rows is the asker's business."""
        return self.space_at(None)

    def space_at(self, n_rows):
        """Return the space of what may be tried on so many rows (None: size does not matter)."""
        return SearchSpace(
            self.kind,
            self.families,
            n_rows=n_rows,
            n_columns=n_columns(self.X),
            n_classes=self.n_classes,
            weighted=self.sample_weight is not None,
            sparse=self.roles.sparse,
        )

    def pipeline(self, configuration, rows):
        """Build the unfitted pipeline of a configuration that will see so many rows."""
        return self.space.pipeline(
            configuration,
            self.roles,
            n_rows=rows,
            n_columns=n_columns(self.X),
            n_classes=self.n_classes,
            random_state=self.random_state,
            n_threads=self.n_threads,
        )

    def target(self, rows):
        """Return what a pipeline learns for these rows: labels where they are known."""
        codes = self.y[rows]
        return codes if self.classes is None else self.classes[codes]

    def score_fold(self, fold, predictions):
        """Return the score of predictions for the validation rows of a fold."""
        _, valid = self.folds[fold]
        weight = None if self.sample_weight is None else self.sample_weight[valid]
        table = None if self.scoring.fast else take_rows(self.X, valid)
        return self.scoring(table, self.y[valid], predictions, weight)

    def without_validation(self):
        """Return the same problem with a single fold that trains on all rows."""
        rows = np.arange(len(self.y))
        return replace(self, folds=[(rows, rows[:0])])


@dataclass
class FoldOutcome:
    """What one fit on one fold brought.

    Attributes
    ----------
    predictions : ndarray of shape (n_valid, n_classes) or (n_valid,)
        Probabilities or numbers for the validation rows.
    fit_seconds, predict_seconds : float
        Measured wall clock.
    fit_cpu_seconds, predict_cpu_seconds : float
        Processor time of this process, which other work on the machine does not lengthen.
    rows_used : int
        Rows the fit saw.
    fraction : float
        Share of the model's iterations that were done; below 1 if the fit was stopped.
    model : Pipeline
        The fitted pipeline.
    """

    predictions: np.ndarray
    fit_seconds: float
    predict_seconds: float
    fit_cpu_seconds: float
    predict_cpu_seconds: float
    rows_used: int
    fraction: float
    model: object = field(repr=False)


def fit_fold(problem, configuration, fold, *, max_rows=None, stop=None):
    """Fit a configuration on the training rows of one fold and predict its validation rows.

    Parameters
    ----------
    problem : Problem
        The task.
    configuration : dict
        What to fit.
    fold : int
        Which fold.
    max_rows : int, default=None
        Train on a seeded, stratified subsample of at most so many rows.
    stop : callable, default=None
        Asked between iterations; a boosting or forest that is told True ends with what it has.

    Returns
    -------
    FoldOutcome

    Raises
    ------
    ValueError
        If the predictions hold NaN or infinity.
    """
    train, valid = problem.folds[fold]
    train = subsample(train, problem.y, problem.kind, max_rows, problem.random_state + fold)
    weight = None if problem.sample_weight is None else problem.sample_weight[train]
    pipeline = problem.pipeline(configuration, len(train))

    started, cpu_started = perf_counter(), process_time()
    pipeline, fraction = fit_pipeline(
        pipeline, take_rows(problem.X, train), problem.target(train), weight, stop=stop
    )
    fitted, cpu_fitted = perf_counter(), process_time()
    if len(valid):
        table = take_rows(problem.X, valid)
        predictions = predict_with(pipeline, table, problem.n_classes, problem.classes)
        if not np.isfinite(predictions).all():
            raise ValueError("the model predicted NaN or infinity")
    else:
        predictions = np.empty(0)
    return FoldOutcome(
        predictions=predictions,
        fit_seconds=fitted - started,
        predict_seconds=perf_counter() - fitted,
        fit_cpu_seconds=cpu_fitted - cpu_started,
        predict_cpu_seconds=process_time() - cpu_fitted,
        rows_used=len(train),
        fraction=fraction,
        model=pipeline,
    )


def predict_with(model, X, n_classes, classes=None):
    """Predict probabilities of the codes ``0..K-1``, or numbers if `n_classes` is None.

    A class that the model never saw has probability zero.
    """
    with config_context(transform_output="default"):  # as in fit, whatever the caller has set
        answer = model.predict(X) if n_classes is None else model.predict_proba(X)
    if n_classes is None:
        return np.asarray(answer, dtype=float).reshape(-1)
    proba = np.asarray(answer, dtype=float)
    if proba.shape[1] == n_classes:
        return proba
    known = np.asarray(model.classes_)
    codes = known.astype(int) if classes is None else np.searchsorted(classes, known)
    full = np.zeros((proba.shape[0], n_classes))
    full[:, codes] = proba
    return full


def subsample(rows, y, kind, max_rows, seed):
    """Draw at most `max_rows` of `rows`, seeded; a row of each class stays.

    The draw is nested: a smaller one is contained in a larger one, so that scores at different
    sizes differ by size and not by luck.
    """
    if max_rows is None or len(rows) <= max_rows:
        return rows
    order = np.random.default_rng(seed).permutation(len(rows))
    if kind != "regression":
        _, first_of_class = np.unique(y[rows[order]], return_index=True)
        order = np.concatenate([order[first_of_class], np.delete(order, first_of_class)])
    return np.sort(rows[order[:max_rows]])
