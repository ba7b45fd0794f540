"""How well a model predicts real tables, while it is trained."""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.metrics import r2_score, roc_auc_score

from sklearn_meta._validation import check_table
from sklearn_meta.fewshot._rows import dense
from sklearn_meta.fewshot.incontext._numbers import TableNumbers

_MAX_TEST = 200


@dataclass(frozen=True)
class RealSplit:
    """A split of a real table, in numbers; targets are class numbers, or standardised."""

    name: str
    n_train: int
    X: np.ndarray
    y: np.ndarray
    X_new: np.ndarray
    y_new: np.ndarray
    n_classes: int


def real_splits(tasks, kind, sizes=(50, 200), max_classes=10, max_columns=100):
    """Split tables at given numbers of training rows, in a seeded way.

    Parameters
    ----------
    tasks : iterable of objects with X, y and name
        Tables; those too wide, too short for a size or with too many classes are left out.
    kind : {"classification", "regression"}
        Kind of task.
    sizes : tuple of int, default=(50, 200)
        Numbers of training rows.
    max_classes, max_columns : int
        Limits.

    Returns
    -------
    list of RealSplit
        Classes that the training rows lack are left out of the test rows.
    """
    splits = []
    for task in tasks:
        X, y = task.X, np.asarray(task.y)
        if X.shape[1] > max_columns:
            continue
        for size in sizes:
            split = _split(task.name, X, y, kind, size, max_classes)
            if split is not None:
                splits.append(split)
    return splits


def draw_rows(y, size, seed=0, max_test=_MAX_TEST):
    """Return numbers of training and of test rows, the former without replacement."""
    order = np.random.default_rng([seed, size, len(y)]).permutation(len(y))
    return order[:size], order[size : size + max_test]


def _split(name, X, y, kind, size, max_classes):
    if len(y) < size + 30:
        return None
    train, test = draw_rows(y, size)
    if kind == "classification":
        classes, codes = np.unique(y[train], return_inverse=True)
        if not 2 <= len(classes) <= max_classes:
            return None
        test = test[np.isin(y[test], classes)]
        target, unknown = codes, np.searchsorted(classes, y[test])
        n_classes = len(classes)
    else:
        mean, spread = y[train].mean(), y[train].std()
        target, unknown = (y[train] - mean) / spread, (y[test] - mean) / spread
        n_classes = 0
    take = X.iloc if hasattr(X, "iloc") else X
    table = dense(check_table(None, take[train], reset=True))
    numbers = TableNumbers().fit(table, target, n_classes)
    new = numbers.transform(dense(check_table(None, take[test], reset=True)))
    return RealSplit(name, size, numbers.transform(table), target, new, unknown, n_classes)


def validation_scores(model, splits):
    """Return the score of each split: ROC AUC (one against one for many classes), or R2."""
    model.eval()
    scores = []
    with torch.inference_mode():
        for split in splits:
            y = torch.as_tensor(split.y)
            y = y.long() if split.n_classes else y.float()
            output = model(
                torch.as_tensor(split.X)[None], y[None], torch.as_tensor(split.X_new)[None]
            )[0]
            scores.append(_score(split, output))
    return np.array(scores)


def _score(split, output):
    if not split.n_classes:
        return r2_score(split.y_new, output.mean(dim=1).numpy())
    proba = torch.softmax(output.double(), dim=1).numpy()
    return auc(split.y_new, proba)


def auc(y, proba):
    """Return the mean ROC AUC over the pairs of classes that `y` holds; NaN if there is one."""
    present = np.unique(y)
    if len(present) < 2:
        return float("nan")
    if proba.shape[1] == 2:
        return roc_auc_score(y, proba[:, 1])
    proba = proba[:, present] + 1e-12
    proba = proba / proba.sum(axis=1, keepdims=True)
    y = np.searchsorted(present, y)
    if len(present) == 2:
        return roc_auc_score(y, proba[:, 1])
    return roc_auc_score(y, proba, multi_class="ovo", labels=np.arange(len(present)))
