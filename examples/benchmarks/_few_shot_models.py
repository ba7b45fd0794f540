"""Models that are compared on a few rows of a table: plain ones and meta-trained ones."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from sklearn_meta.fewshot._shipped import FOLDER


class PlainPrototypes(ClassifierMixin, BaseEstimator):
    """Classes by the means of their standardised rows, with probabilities."""

    def fit(self, X, y):
        """Learn the means."""
        X, y = validate_data(self, X, y)
        self.centres_ = NearestCentroid().fit(X, y)
        self.classes_ = self.centres_.classes_
        return self

    def predict_proba(self, X):
        """Return the softmax of negative squared distances, per column."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        far = ((X[:, None] - self.centres_.centroids_) ** 2).mean(-1)
        near = np.exp(far.min(axis=1, keepdims=True) - far)
        return near / near.sum(axis=1, keepdims=True)

    def predict(self, X):
        """Return the class of the nearest mean."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@dataclass(frozen=True)
class Model:
    """How a model is made.

    Attributes
    ----------
    make : callable
        ``make(seed)`` returns an unfitted estimator.
    raw : bool
        Whether it takes the table as it is; else the table is imputed, scaled and one-hot encoded.
    """

    make: callable
    raw: bool = False


CLASSIFIERS = {
    "logistic_regression": Model(lambda seed: LogisticRegression(max_iter=1000)),
    "random_forest": Model(lambda seed: RandomForestClassifier(random_state=seed)),
    "shrunk_lda": Model(lambda seed: LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.5)),
    "3_nn": Model(lambda seed: KNeighborsClassifier(3)),
    "hist_gradient_boosting": Model(lambda seed: HistGradientBoostingClassifier(random_state=seed)),
    "plain_prototypes": Model(lambda seed: PlainPrototypes()),
}
REGRESSORS = {
    "ridge": Model(lambda seed: RidgeCV(np.logspace(-3, 3, 13))),
    "random_forest": Model(lambda seed: RandomForestRegressor(random_state=seed)),
    "hist_gradient_boosting": Model(lambda seed: HistGradientBoostingRegressor(random_state=seed)),
}


def plain_models(kind):
    """Return the models that know no other task."""
    return REGRESSORS if kind == "regression" else CLASSIFIERS


def shipped_models(kind, folder=FOLDER):
    """Return the in-context learner, and the meta-trained ones whose weights lie in a folder."""
    from sklearn_meta import fewshot

    ending = "Regressor" if kind == "regression" else "Classifier"
    in_context = getattr(fewshot, f"InContext{ending}")

    def make_in_context(seed):
        return in_context(device="cpu", random_state=seed)

    models = {in_context.__name__: Model(make_in_context, raw=True)}
    for path in sorted(folder.glob(f"*{ending}.safetensors")):
        learner = getattr(fewshot, path.stem)

        def make(seed, learner=learner, path=path):
            return learner(pretrained=str(path), device="cpu", random_state=seed)

        models[path.stem] = Model(make, raw=True)
    return models


def whole(model, seed):
    """Return the estimator, with preprocessing where it needs it."""
    if model.raw:
        return model.make(seed)
    numbers = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()
    )
    levels = make_pipeline(
        SimpleImputer(strategy="most_frequent", keep_empty_features=True),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
    )
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (levels, make_column_selector(dtype_exclude="number")),
    )
    return make_pipeline(columns, model.make(seed))
