"""The metrics that are kept with every evaluation, computed from predictions alone."""

import numpy as np

#: Metrics stored for each kind of task, and whether more of it is better.
GREATER_IS_BETTER = {
    "roc_auc": True,
    "log_loss": False,
    "accuracy": True,
    "balanced_accuracy": True,
    "f1_macro": True,
    "rmse": False,
    "mae": False,
    "r2": True,
}

#: What a kind of task is scored by unless the user says otherwise, as in the AutoML Benchmark.
DEFAULT_METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def evaluate_metrics(kind, y_true, predictions):
    """Score predictions by all metrics that experience keeps.

    Parameters
    ----------
    kind : {"binary", "multiclass", "regression"}
        The kind of task.
    y_true : ndarray of shape (n_samples,)
        Class codes ``0..K-1``, or numbers.
    predictions : ndarray of shape (n_samples, n_classes) or (n_samples,)
        Class probabilities, or predicted numbers.

    Returns
    -------
    dict of str to float
        Losses are positive, as scikit-learn's metric functions return them; a metric that is
        undefined on these rows (ROC AUC with one class present) is NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.search import evaluate_metrics
    >>> evaluate_metrics("regression", np.array([1.0, 3.0]), np.array([1.0, 1.0]))["mae"]
    1.0
    """
    if kind == "regression":
        return _regression_metrics(y_true, predictions)
    return _classification_metrics(y_true, predictions)


def _regression_metrics(y_true, predictions):
    residuals = y_true - predictions
    spread = float(((y_true - y_true.mean()) ** 2).sum())
    squared = float((residuals**2).sum())
    return {
        "rmse": float(np.sqrt(squared / len(y_true))),
        "mae": float(np.abs(residuals).mean()),
        "r2": 1 - squared / spread if spread > 0 else float("nan"),
    }


def _classification_metrics(codes, proba):
    from sklearn.metrics import balanced_accuracy_score, f1_score

    predicted = proba.argmax(axis=1)
    present = np.unique(codes)
    return {
        "roc_auc": _one_vs_rest_auc(codes, proba),
        "log_loss": log_loss_of_codes(codes, proba),
        "accuracy": float((predicted == codes).mean()),
        "balanced_accuracy": float(
            np.mean([(predicted[codes == code] == code).mean() for code in present])
            if len(np.setdiff1d(predicted, present))
            else balanced_accuracy_score(codes, predicted)
        ),
        "f1_macro": float(f1_score(codes, predicted, average="macro", zero_division=0.0)),
    }


def _one_vs_rest_auc(codes, proba):
    """ROC AUC of the second class, or the mean over classes weighted by their frequency."""
    n_classes = proba.shape[1]
    columns = [1] if n_classes == 2 else range(n_classes)
    values, weights = [], []
    for column in columns:
        positive = codes == column
        if 0 < positive.sum() < len(codes):
            values.append(binary_auc(positive, proba[:, column]))
            weights.append(positive.sum())
    return float(np.average(values, weights=weights)) if values else float("nan")


def binary_auc(positive, scores, sample_weight=None):
    """Area under the ROC curve, ties counted half; an order of magnitude faster than the curve.

    The Mann-Whitney statistic (Hanley & McNeil 1982), weighted if weights are given.
    """
    weights = np.ones(len(scores)) if sample_weight is None else sample_weight
    order = np.argsort(scores, kind="stable")
    sorted_scores = scores[order]
    weight_positive = np.where(positive, weights, 0.0)[order]
    weight_negative = np.where(positive, 0.0, weights)[order]
    starts = np.r_[0, np.flatnonzero(np.diff(sorted_scores)) + 1]
    positives = np.add.reduceat(weight_positive, starts)
    negatives = np.add.reduceat(weight_negative, starts)
    below = np.cumsum(negatives) - negatives
    total = positives.sum() * negatives.sum()
    return float((positives * (below + negatives / 2)).sum() / total) if total > 0 else float("nan")


def log_loss_of_codes(codes, proba, sample_weight=None):
    """Mean negative log probability of the true class, probabilities clipped at 1e-15."""
    total = proba.sum(axis=1)
    chosen = proba[np.arange(len(codes)), codes] / np.where(total > 0, total, 1.0)
    return float(np.average(-np.log(np.clip(chosen, 1e-15, 1.0)), weights=sample_weight))
