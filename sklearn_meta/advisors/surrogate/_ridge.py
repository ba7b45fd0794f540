"""Ridge regression from rank-scaled meta-features, judged by grouped cross-validation."""

from dataclasses import dataclass

import numpy as np

_ALPHAS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, np.inf)
_N_FOLDS = 10


@dataclass(frozen=True)
class Ridge:
    """A linear map with many targets.

    Parameters
    ----------
    center : ndarray of shape (n_features,)
        Mean of the inputs.
    intercept : ndarray of shape (n_targets,)
        Mean of the targets.
    weights : ndarray of shape (n_features, n_targets)
        Slopes.
    alpha : float, default=inf
        The strength that they were fitted with.
    """

    center: np.ndarray
    intercept: np.ndarray
    weights: np.ndarray
    alpha: float = np.inf

    def predict(self, x):
        """Predict for inputs of shape (n_features,) or (n, n_features)."""
        return self.intercept + (x - self.center) @ self.weights

    def shares(self, x, fitted):
        """Write the prediction as a weighted sum of the targets that the ridge was fitted on.

        Parameters
        ----------
        x : ndarray of shape (n_features,)
            What to predict for.
        fitted : ndarray of shape (n_tasks, n_features)
            The inputs that it was fitted on.

        Returns
        -------
        ndarray of shape (n_tasks,)
            Weights, some negative, that sum to one: ``shares @ targets`` is the prediction.
        """
        shares = np.full(len(fitted), 1.0 / len(fitted))
        if np.isfinite(self.alpha):
            centred = fitted - self.center
            gram = centred.T @ centred + self.alpha * np.eye(centred.shape[1])
            shares += centred @ np.linalg.solve(gram, x - self.center)
        return shares


def fit_ridge(x, targets, groups):
    """Fit a ridge whose strength and residuals come from grouped cross-validation.

    The strongest ridge is taken whose squared error is not worse than that of the best one by more
    than a standard error over tasks: where meta-features have hardly proved to help, they are
    hardly used.

    Parameters
    ----------
    x : ndarray of shape (n_tasks, n_features)
        Scaled meta-features.
    targets : ndarray of shape (n_tasks, n_targets)
        What to predict, no missing values.
    groups : ndarray of shape (n_tasks,)
        Tasks of one group (near-duplicates) are held out together.

    Returns
    -------
    ridge : Ridge
        Fitted on all tasks.
    residuals : ndarray of shape (n_tasks, n_targets)
        Cross-validated residuals at the chosen strength.

    References
    ----------
    Breiman, Friedman, Olshen and Stone (1984), "Classification and regression trees", section
    3.4.3, for the rule of one standard error.
    """
    folds = _grouped_folds(groups)
    if folds.max(initial=0) < 1:
        flat = np.zeros((x.shape[1], targets.shape[1]))
        return Ridge(x.mean(axis=0), targets.mean(axis=0), flat), np.zeros_like(targets)
    residuals = np.empty((len(_ALPHAS), *targets.shape))
    for fold in range(folds.max() + 1):
        held = folds == fold
        for number, ridge in enumerate(_ridge_path(x[~held], targets[~held])):
            residuals[number][held] = targets[held] - ridge.predict(x[held])
    chosen = _within_an_error((residuals**2).mean(axis=2), len(np.unique(groups)))
    return _ridge_path(x, targets, _ALPHAS[chosen : chosen + 1])[0], residuals[chosen]


def _within_an_error(losses, n_groups):
    """Pick the last of some models, shape (n_models, n_tasks), that is not clearly worse."""
    best = int(np.argmin(losses.mean(axis=1)))
    excess = losses[best:] - losses[best]
    error = excess.std(axis=1, ddof=1) / np.sqrt(n_groups)
    return best + int(np.flatnonzero(excess.mean(axis=1) <= error)[-1])


def _ridge_path(x, targets, alphas=_ALPHAS):
    """Ridges for several strengths by one singular value decomposition."""
    center, intercept = x.mean(axis=0), targets.mean(axis=0)
    left, singular, right = np.linalg.svd(x - center, full_matrices=False)
    projected = left.T @ (targets - intercept)
    shrunk = [singular / (singular**2 + alpha) for alpha in alphas]
    return [
        Ridge(center, intercept, right.T @ (factors[:, None] * projected), alpha)
        for alpha, factors in zip(alphas, shrunk, strict=True)
    ]


def _grouped_folds(groups):
    """Assign a fold to each task; large groups first, each to the emptiest fold."""
    names, members, counts = np.unique(groups, return_inverse=True, return_counts=True)
    n_folds = min(_N_FOLDS, len(names))
    load = np.zeros(max(n_folds, 1))
    fold_of = np.zeros(len(names), dtype=int)
    for group in np.argsort(-counts, kind="stable"):
        fold_of[group] = int(np.argmin(load))
        load[fold_of[group]] += counts[group]
    return fold_of[members]
