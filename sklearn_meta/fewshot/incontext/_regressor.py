"""The in-context regressor."""

import numpy as np
from sklearn.base import RegressorMixin

from sklearn_meta._validation import check_regression_target
from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot.incontext._estimator import BaseInContext
from sklearn_meta.fewshot.incontext._heads import quantile_levels


class InContextRegressor(RegressorMixin, BaseInContext):
    """Predict numbers for a new table in one pass of a small transformer.

    As `InContextClassifier`; the network answers with quantiles.

    Parameters
    ----------
    n_estimators, max_context_rows, fine_tune_steps, pretrained, training, device, random_state
        As in `InContextClassifier`.

    Attributes
    ----------
    location_ : tuple of float
        Mean and standard deviation of the training targets.
    facts_ : dict
        How the weights in use were trained; ``facts_["steps"]`` is 0 for an untrained network.

    References
    ----------
    N. Hollmann, S. Müller, K. Eggensperger, F. Hutter (2023). TabPFN: a transformer that solves
    small tabular classification problems in a second. ICLR.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.fewshot import InContextRegressor
    >>> X = np.linspace(-1, 1, 40)[:, None]
    >>> y = np.sin(3 * X[:, 0])
    >>> reg = InContextRegressor(random_state=0).fit(X, y)
    >>> bool(reg.score(X, y) > 0.9)
    True
    >>> reg.predict_quantiles(X[:2], [0.1, 0.9]).shape
    (2, 2)
    """

    _kind = "regression"
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

    def predict(self, X):
        """Return the predicted mean of each row.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            New rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Numbers in the units of `y`.
        """
        standardised = self._quantiles(X).mean(axis=1)
        mean, spread = self.location_
        return standardised * spread + mean

    def predict_quantiles(self, X, quantiles=(0.1, 0.5, 0.9)):
        """Return predicted quantiles of each row; 0.5 is the median.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            New rows.
        quantiles : array-like of shape (n_quantiles,), default=(0.1, 0.5, 0.9)
            Probabilities between 0 and 1; those beyond the outermost quantiles that the network
            knows (1.6 and 98.4 percent) get these.

        Returns
        -------
        ndarray of shape (n_samples, n_quantiles)
            Numbers in the units of `y`.

        Raises
        ------
        ValueError
            If a probability is not between 0 and 1.
        """
        wanted = np.asarray(quantiles, dtype=np.float64)
        if wanted.ndim != 1 or not ((wanted > 0) & (wanted < 1)).all():
            raise TableError(
                f"quantiles must be probabilities between 0 and 1 in a list, got {quantiles!r}."
            )
        known = self._quantiles(X)
        levels = quantile_levels(known.shape[1]).numpy()
        found = np.stack([np.interp(wanted, levels, row) for row in known])
        mean, spread = self.location_
        return found * spread + mean

    def _quantiles(self, X):
        """Return the mean of the members' quantiles of the standardised target."""
        return np.mean(self._member_outputs(X), axis=0)

    def _check_target(self, y, n_samples):
        y = check_regression_target(y, n_samples)
        size = max(float(np.abs(y).max()), 1e-300)
        unit = y / size  # a sum of squares of large numbers could overflow
        spread = float(np.std(unit)) * size
        if not spread > 1e-12 * size:
            spread = 1.0
        self.location_ = (float(np.mean(unit)) * size, spread)
        return (y - self.location_[0]) / spread

    def _n_classes(self):
        return 0

    def _read_target(self, y):
        return y.astype(np.float32)
