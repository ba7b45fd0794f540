"""The in-context classifier."""

import numpy as np
from scipy.special import log_softmax, softmax
from sklearn.base import ClassifierMixin

from sklearn_meta._validation import check_classification_target
from sklearn_meta.fewshot.incontext._estimator import BaseInContext


class InContextClassifier(ClassifierMixin, BaseInContext):
    """Predict classes of a new table in one pass of a small transformer.

    The network was trained on other tables to predict rows from other rows of the same table.
    `fit` keeps the training rows as its context; nothing is trained, unless `fine_tune_steps` says
    so.

    Parameters
    ----------
    n_estimators : int, default=4
        Passes whose answers are averaged. They differ in how values are scaled, and in the rows
        read where there are too many; where all are read, there are two passes at most.
    max_context_rows : int, default=1000
        Training rows that a pass reads at most. Of more, each pass draws its own, by
        `random_state`, with the classes in their shares.
    fine_tune_steps : int, default=0
        Steps of training on random splits of the training rows.
    pretrained : str or PathLike, default="bundled"
        Weights: those of the package ("bundled"), or a file of them, from `save` or from
        ``python -m sklearn_meta.fewshot.pretrain``. None is
        the untrained network, which answers with four kernel ridge regressions weighed by their
        leave-one-out error; unless `meta_fit` was called.
    training : PretrainingSettings, default=None
        How `meta_fit` trains.
    device : str, default="auto"
        A device of torch; "auto" takes a GPU where there is one.
    random_state : int, RandomState instance or None, default=None
        Decides all draws.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    facts_ : dict
        How the weights in use were trained; ``facts_["steps"]`` is 0 for an untrained network.

    References
    ----------
    N. Hollmann, S. Müller, K. Eggensperger, F. Hutter (2023). TabPFN: a transformer that solves
    small tabular classification problems in a second. ICLR.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_meta.fewshot import InContextClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = InContextClassifier(random_state=0).fit(X[::5], y[::5])
    >>> bool(clf.score(X, y) > 0.9)
    True
    """

    _kind = "classification"
    _parameter_constraints: dict = {**BaseInContext._parameter_constraints}

    def __init__(
        self,
        *,
        n_estimators=4,
        max_context_rows=1000,
        fine_tune_steps=0,
        pretrained="bundled",
        training=None,
        device="auto",
        random_state=None,
    ):
        self.n_estimators = n_estimators
        self.max_context_rows = max_context_rows
        self.fine_tune_steps = fine_tune_steps
        self.pretrained = pretrained
        self.training = training
        self.device = device
        self.random_state = random_state

    def predict_proba(self, X):
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            New rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        outputs = self._member_outputs(X)
        return softmax(np.mean([log_softmax(output, axis=1) for output in outputs], axis=0), axis=1)

    def predict(self, X):
        """Return the most probable label of each row.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            New rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels.
        """
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]

    def _check_target(self, y, n_samples):
        y, self.classes_ = check_classification_target(y, n_samples)
        return y

    def _n_classes(self):
        return len(self.classes_)

    def _read_target(self, y):
        return y
