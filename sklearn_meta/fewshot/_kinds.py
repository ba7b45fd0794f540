"""What makes a few-shot learner a classifier or a regressor."""

import numpy as np
from scipy.special import softmax
from sklearn.base import ClassifierMixin, RegressorMixin

from sklearn_meta._validation import check_classification_target, check_regression_target


class FewShotClassifierMixin(ClassifierMixin):
    """Map labels to class numbers and back."""

    _kind = "classification"

    def predict_proba(self, X):
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like or DataFrame
            Query rows, of the shape that `fit` saw.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        return softmax(self._outputs(X), axis=1)

    def predict(self, X):
        """Return the most probable label of each row.

        Parameters
        ----------
        X : array-like or DataFrame
            Query rows, of the shape that `fit` saw.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels.
        """
        best = np.argmax(self._outputs(X), axis=1)
        return self.classes_[best]

    def _check_target(self, y, n_samples):
        y, self.classes_ = check_classification_target(y, n_samples)
        return y, len(self.classes_)


class FewShotRegressorMixin(RegressorMixin):
    """Bring predictions back to the scale of the target."""

    _kind = "regression"

    def predict(self, X):
        """Return the predicted target of each row.

        Parameters
        ----------
        X : array-like or DataFrame
            Query rows, of the shape that `fit` saw.

        Returns
        -------
        ndarray of shape (n_samples,)
            Numbers in the units of `y`.
        """
        outputs = self._outputs(X)
        mean, scale = self.location_
        return outputs * scale + mean

    def _check_target(self, y, n_samples):
        return check_regression_target(y, n_samples), None
