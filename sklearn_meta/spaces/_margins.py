"""Probabilities for a classifier that only has margins."""

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.utils.validation import check_is_fitted


class MarginClassifier(ClassifierMixin, BaseEstimator):
    """Map the margins of a classifier to probabilities, class by class.

    The classifier is fitted on all rows; sigmoids are fitted on margins of rows that were held
    out [1]_. Unlike scikit-learn's calibration it bears classes with one or two members.

    Parameters
    ----------
    estimator : classifier
        Has `decision_function`; one column per class if there are more than two.
    n_folds : int, default=3
        Folds for the held-out margins.
    random_state : int, default=None
        Seed of the folds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    estimator_ : classifier
        Fitted on all rows.
    slopes_, intercepts_ : ndarray of shape (n_classes,)
        Sigmoid of each class; of the second class only if there are two.

    References
    ----------
    .. [1] J. Platt (1999). Probabilistic outputs for support vector machines and comparisons to
       regularized likelihood methods. Advances in Large Margin Classifiers.
    """

    def __init__(self, estimator, n_folds=3, random_state=None):
        self.estimator = estimator
        self.n_folds = n_folds
        self.random_state = random_state

    def fit(self, X, y):
        """Fit the classifier and its sigmoids.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Numbers.
        y : ndarray of shape (n_samples,)
            Labels.

        Returns
        -------
        MarginClassifier
            Itself.
        """
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.estimator_ = clone(self.estimator).fit(X, codes)
        margins = self._held_out_margins(X, codes)
        columns = [1] if len(self.classes_) == 2 else range(len(self.classes_))
        sigmoids = [_sigmoid(margins[:, column], codes == column) for column in columns]
        self.slopes_, self.intercepts_ = np.array(sigmoids).T
        return self

    def predict_proba(self, X):
        """Predict class probabilities.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Numbers.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Rows sum to one.
        """
        check_is_fitted(self)
        margins = self.estimator_.decision_function(X)
        if len(self.classes_) == 2:
            second = expit(self.slopes_[0] * margins + self.intercepts_[0])
            return np.column_stack([1 - second, second])
        odds = np.maximum(expit(self.slopes_ * margins + self.intercepts_), 1e-12)
        return odds / odds.sum(axis=1, keepdims=True)

    def predict(self, X):
        """Predict the most probable class.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Numbers.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels.
        """
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _held_out_margins(self, X, codes):
        """Return one margin per row and class, NaN where the class was unknown to the fold."""
        margins = np.full((len(codes), len(self.classes_)), np.nan)
        n_folds = min(self.n_folds, len(codes))
        if n_folds < 2:
            return margins
        folds = KFold(n_folds, shuffle=True, random_state=self.random_state)
        for train, held_out in folds.split(codes):
            known = np.unique(codes[train])
            if len(known) < 2:
                continue
            model = clone(self.estimator).fit(X[train], codes[train])
            found = model.decision_function(X[held_out])
            if found.ndim == 1:
                found = np.column_stack([-found, found])
            margins[np.ix_(held_out, known)] = found
        return margins


def _sigmoid(margins, is_class):
    """Fit slope and intercept of one class's sigmoid; a plain one if too little is known."""
    known = np.isfinite(margins)
    margins, is_class = margins[known], is_class[known]
    if is_class.sum() < 2 or (~is_class).sum() < 2:
        return 1.0, 0.0
    model = LogisticRegression(C=1e3).fit(margins[:, None], is_class)
    return max(float(model.coef_[0, 0]), 0.0), float(model.intercept_[0])
