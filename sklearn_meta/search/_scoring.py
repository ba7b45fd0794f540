"""Scores from predictions: the user's metric, applied without asking a model twice."""

import inspect
import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import check_scoring, get_scorer

from sklearn_meta.exceptions import SearchWarning
from sklearn_meta.search._metrics import DEFAULT_METRIC, binary_auc, log_loss_of_codes

#: Names of scikit-learn's scorers and the metric that experience keeps for each.
STORED_METRIC = {
    "roc_auc": "roc_auc",
    "roc_auc_ovr": "roc_auc",
    "roc_auc_ovr_weighted": "roc_auc",
    "roc_auc_ovo": "roc_auc",
    "roc_auc_ovo_weighted": "roc_auc",
    "average_precision": "roc_auc",
    "neg_log_loss": "log_loss",
    "neg_brier_score": "log_loss",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced_accuracy",
    "f1": "f1_macro",
    "f1_macro": "f1_macro",
    "f1_weighted": "f1_macro",
    "f1_micro": "accuracy",
    "neg_root_mean_squared_error": "rmse",
    "neg_mean_squared_error": "rmse",
    "neg_mean_absolute_error": "mae",
    "neg_median_absolute_error": "mae",
    "r2": "r2",
    "explained_variance": "r2",
}

#: Scorers whose values are those of the stored metric itself, for each kind of task.
_SAME_AS_STORED = {
    "binary": {"roc_auc", "neg_log_loss", "accuracy", "balanced_accuracy", "f1_macro"},
    "multiclass": {
        "roc_auc_ovr_weighted",
        "neg_log_loss",
        "accuracy",
        "balanced_accuracy",
        "f1_macro",
    },
    "regression": {"neg_root_mean_squared_error", "neg_mean_absolute_error", "r2"},
}

#: What an error message names to choose from.
_FITTING = {
    "binary": ("roc_auc", "neg_log_loss", "accuracy", "balanced_accuracy", "f1_macro"),
    "multiclass": (
        "neg_log_loss",
        "roc_auc_ovr_weighted",
        "accuracy",
        "balanced_accuracy",
        "f1_macro",
    ),
    "regression": ("neg_root_mean_squared_error", "neg_mean_absolute_error", "r2"),
}
_MAX_TRIED_CLASSES = 100

_DEFAULT_SCORING = {
    "binary": "roc_auc",
    "multiclass": "neg_log_loss",
    "regression": "neg_root_mean_squared_error",
}


def default_scoring(kind, y, folds, sample_weight=None):
    """Return the name of the scorer for a task whose user named none.

    ROC AUC needs both classes among the validation rows of every fold; where a class is too rare
    for that, log loss takes its place.
    """
    if kind != "binary":
        return _DEFAULT_SCORING[kind]
    counted = np.ones(len(y), dtype=bool) if sample_weight is None else sample_weight > 0
    if all(len(np.unique(y[valid][counted[valid]])) == 2 for _, valid in folds):
        return _DEFAULT_SCORING[kind]
    warnings.warn(
        "ROC AUC is undefined for a fold whose validation rows are all of one class, so the search "
        "is scored by log loss. Name a metric with scoring=..., or give other splits with cv=...",
        SearchWarning,
        stacklevel=2,
    )
    return "neg_log_loss"


class Scoring:
    """A metric of one task: a score from predictions, greater is better.

    Parameters
    ----------
    scoring : str, callable or None
        A scorer's name, a scorer of any ``response_method``, a callable
        ``scoring(estimator, X, y)``, or None for what suits the kind: ROC AUC, log loss, RMSE.
    kind : {"binary", "multiclass", "regression"}
        The kind of task.
    classes : ndarray of shape (n_classes,), default=None
        The labels that the codes stand for.

    Attributes
    ----------
    name : str
        For messages and the leaderboard.
    metric : str
        The metric of the experience base that comes nearest.

    Raises
    ------
    ValueError
        If the name is not a scorer's, or that scorer does not fit the kind of task.
    """

    def __init__(self, scoring, kind, classes=None):
        scoring = _DEFAULT_SCORING[kind] if scoring is None else scoring
        self.kind = kind
        self.classes = classes
        self.name = scoring if isinstance(scoring, str) else _name_of(scoring)
        self.metric = STORED_METRIC.get(self.name, DEFAULT_METRIC[kind])
        self._scorer = get_scorer(scoring) if isinstance(scoring, str) else scoring
        check_scoring(self._replay(None), scoring=self._scorer)
        self._built_in = isinstance(scoring, str)  # a user's own "roc_auc" is the user's
        self._takes_weight = _takes_weight(self._scorer)
        if self._built_in:
            self._check_fit()

    @property
    def fast(self):
        """Whether a score costs little more than reading the predictions."""
        return self._built_in and self.name in _FAST[self.kind]

    def __call__(self, X, y, predictions, sample_weight=None):
        """Score predictions for the rows of `X` with targets `y` (codes or numbers)."""
        if self.fast:
            return _FAST[self.kind][self.name](y, predictions, sample_weight)
        truth = y if self.classes is None else self.classes[y]
        replay = self._replay(predictions)
        if sample_weight is not None and self._takes_weight:
            return float(self._scorer(replay, X, truth, sample_weight=sample_weight))
        return float(self._scorer(replay, X, truth))

    @property
    def told_name(self):
        """The name that says on which scale to compare scores; a user's own scorer has none."""
        if self.is_stored:
            return self.metric
        return self.name if self._built_in else "score"

    @property
    def is_stored(self):
        """Whether experience keeps this very metric, not only one that ranks alike."""
        return self._built_in and self.name in _SAME_AS_STORED[self.kind]

    @property
    def of_labels(self):
        """Whether the scorer looks at predicted labels rather than at probabilities."""
        return getattr(self._scorer, "_response_method", "predict") == "predict"

    def _check_fit(self):
        """Raise an error if a scorer of scikit-learn's can't score this kind of task."""
        module = getattr(self._scorer._score_func, "__module__", "")
        is_for_numbers = module.endswith("._regression")
        is_for_classes = module.endswith(("._classification", "._ranking"))
        reason = ""
        if is_for_numbers and self.kind != "regression":
            reason = "it scores numbers"
        elif is_for_classes and self.kind == "regression":
            reason = "it scores classes"
        elif self.kind != "regression" and self.classes is not None:
            reason = self._try_classes()
        if reason:
            n_classes = "" if self.classes is None else f" of {len(self.classes)} classes"
            raise ValueError(
                f"scoring={self.name!r} does not fit a {self.kind} task{n_classes}: "
                f"{reason.rstrip('.')}. Such as {', '.join(_FITTING[self.kind])} do."
            )

    def _try_classes(self):
        """Score a few rows of each class; return what went wrong, or an empty text."""
        n_classes = len(self.classes)
        if self.fast or not 2 <= n_classes <= _MAX_TRIED_CLASSES:
            return ""
        codes = np.tile(np.arange(n_classes), 2)
        predictions = np.full((2 * n_classes, n_classes), 0.1 / (n_classes - 1))
        predictions[np.arange(2 * n_classes), codes] = 0.9
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                score = self(None, codes, predictions)
        except ValueError as error:
            return str(error)
        return "" if np.isfinite(score) else f"it is {score} there"

    def _replay(self, predictions):
        if self.kind == "regression":
            return _ReplayRegressor(predictions)
        return _ReplayClassifier(predictions, self.classes)


class _ReplayRegressor(RegressorMixin, BaseEstimator):
    """Answers with predictions made before, so that any scorer can score them."""

    def __init__(self, predictions):
        self.predictions = predictions

    def __sklearn_is_fitted__(self):
        return True

    def fit(self, X, y):
        return self

    def predict(self, X):
        return self.predictions


class _ReplayClassifier(ClassifierMixin, BaseEstimator):
    """The same for probabilities of `classes`."""

    def __init__(self, predictions, classes):
        self.predictions = predictions
        self.classes = classes
        self.classes_ = classes

    def __sklearn_is_fitted__(self):
        return True

    def fit(self, X, y):
        return self

    def predict(self, X):
        return self.classes[self.predictions.argmax(axis=1)]

    def predict_proba(self, X):
        return self.predictions

    def decision_function(self, X):
        logits = np.log(np.clip(self.predictions, 1e-15, 1.0))
        return logits[:, 1] - logits[:, 0] if len(self.classes) == 2 else logits


def _name_of(scorer):
    """Name a scorer object by its function, or a plain callable."""
    function = getattr(scorer, "_score_func", scorer)
    return getattr(function, "__name__", type(scorer).__name__)


def _takes_weight(scorer):
    function = getattr(scorer, "_score_func", scorer)
    try:
        return "sample_weight" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # builtins without a signature
        return False


def _roc_auc(y, proba, sample_weight):
    value = binary_auc(y == 1, proba[:, 1], sample_weight)
    if np.isnan(value):
        raise ValueError("ROC AUC is undefined: only one class among the rows that are scored")
    return value


def _neg_log_loss(y, proba, sample_weight):
    return -log_loss_of_codes(y, proba, sample_weight)


def _neg_rmse(y, predictions, sample_weight):
    return -float(np.sqrt(np.average((y - predictions) ** 2, weights=sample_weight)))


_FAST = {
    "binary": {"roc_auc": _roc_auc, "neg_log_loss": _neg_log_loss},
    "multiclass": {"neg_log_loss": _neg_log_loss},
    "regression": {"neg_root_mean_squared_error": _neg_rmse},
}
