"""One face for the boosters of LightGBM, XGBoost and CatBoost."""

import time
import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

SECONDS_BETWEEN_QUESTIONS = 0.1


class _Booster(BaseEstimator):
    """Fit a booster silently, and stop it when told."""

    def __init__(self, estimator, engine):
        self.estimator = estimator
        self.engine = engine

    def fit(self, X, y, sample_weight=None):
        """Fit all rounds.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Numbers; NaN is missing.
        y : ndarray of shape (n_samples,)
            Target.
        sample_weight : ndarray of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        estimator
            Itself.
        """
        self.fit_until(X, y, sample_weight, stop=None)
        return self

    def fit_until(self, X, y, sample_weight, stop):
        """Fit rounds until all are done or `stop()` returns True.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Numbers; NaN is missing.
        y : ndarray of shape (n_samples,)
            Target.
        sample_weight : ndarray of shape (n_samples,) or None
            Weights.
        stop : callable or None
            Asked between rounds, about ten times a second.

        Returns
        -------
        float
            Share of the rounds that were fitted.
        """
        target = self._encoded(y)
        watch = _Watch(stop)
        self.n_features_in_ = X.shape[1]
        self.estimator_ = _clone_booster(self.estimator)
        fit = {"lightgbm": _fit_lightgbm, "xgboost": _fit_xgboost, "catboost": _fit_catboost}
        fit[self.engine](self.estimator_, X, target, sample_weight, watch)
        if not watch.ended:
            return 1.0
        return watch.rounds / self.estimator.get_params()[ROUNDS[self.engine]]

    def _raw(self, method, X):
        """Call a prediction method; LightGBM warns about names that it made up itself."""
        check_is_fitted(self)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="X does not have valid feature names")
            return np.asarray(getattr(self.estimator_, method)(X))


class BoostedClassifier(ClassifierMixin, _Booster):
    """A booster for classes with any labels, also if a class is missing.

    Parameters
    ----------
    estimator : classifier
        Of LightGBM, XGBoost or CatBoost.
    engine : {"lightgbm", "xgboost", "catboost"}
        Which of them.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    estimator_ : classifier
        The fitted booster, whose labels are 0 .. n_classes - 1.
    """

    def predict_proba(self, X):
        """Predict class probabilities.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Numbers; NaN is missing.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Rows sum to one.
        """
        probabilities = self._raw("predict_proba", X).astype(np.float64)
        return probabilities / probabilities.sum(axis=1, keepdims=True)

    def predict(self, X):
        """Predict the most probable class.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Numbers; NaN is missing.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels.
        """
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _encoded(self, y):
        """Give the labels that are there numbers without gaps, as XGBoost wants it."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        return codes


class BoostedRegressor(RegressorMixin, _Booster):
    """A booster for numbers.

    Parameters
    ----------
    estimator : regressor
        Of LightGBM, XGBoost or CatBoost.
    engine : {"lightgbm", "xgboost", "catboost"}
        Which of them.

    Attributes
    ----------
    estimator_ : regressor
        The fitted booster.
    """

    def predict(self, X):
        """Predict the target.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Numbers; NaN is missing.

        Returns
        -------
        ndarray of shape (n_samples,)
            Numbers.
        """
        return self._raw("predict", X).astype(np.float64)

    def _encoded(self, y):
        """Leave the target as it is."""
        return y


ROUNDS = {"lightgbm": "n_estimators", "xgboost": "n_estimators", "catboost": "iterations"}


class _Watch:
    """Counts rounds and asks, not too often, whether to stop."""

    def __init__(self, stop):
        self.stop = stop
        self.rounds = 0
        self.ended = False
        self._asked = time.monotonic()

    def round_is_over(self):
        """Count a round; True if it was the last one wanted."""
        self.rounds += 1
        now = time.monotonic()
        if self.stop is not None and now - self._asked >= SECONDS_BETWEEN_QUESTIONS:
            self._asked = now
            self.ended = bool(self.stop())
        return self.ended


def _clone_booster(estimator):
    """Clone; CatBoost is cloned by its own parameters, for it is no BaseEstimator."""
    if isinstance(estimator, BaseEstimator):
        return clone(estimator)
    return type(estimator)(**estimator.get_params())


def _fit_lightgbm(model, X, y, sample_weight, watch):
    """Fit LightGBM; raising its own exception is how a callback ends training."""
    from lightgbm.callback import EarlyStopException

    def after_round(environment):
        if watch.round_is_over():
            raise EarlyStopException(environment.iteration, [])

    callbacks = None if watch.stop is None else [after_round]
    model.fit(X, y, sample_weight=sample_weight, callbacks=callbacks)


def _fit_xgboost(model, X, y, sample_weight, watch):
    """Fit XGBoost; a callback that returns True ends training."""
    if watch.stop is None:
        model.fit(X, y, sample_weight=sample_weight)
        return
    from xgboost.callback import TrainingCallback

    class AfterRound(TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            return watch.round_is_over()

    model.set_params(callbacks=[AfterRound()]).fit(X, y, sample_weight=sample_weight)
    model.set_params(callbacks=None)  # the fitted model must pickle


def _fit_catboost(model, X, y, sample_weight, watch):
    """Fit CatBoost; a callback that returns False ends training."""

    class AfterRound:
        def after_iteration(self, info):
            return not watch.round_is_over()

    callbacks = None if watch.stop is None else [AfterRound()]
    model.fit(X, y, sample_weight=sample_weight, callbacks=callbacks)
