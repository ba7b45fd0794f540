"""What a finished search predicts with."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta.search import predict_with


@dataclass
class Member:
    """A configuration of the ensemble, with its fitted models.

    Attributes
    ----------
    trial : int
        Number of the trial it comes from.
    weight : float
        Share in the ensemble.
    models : list of Pipeline
        The models of the folds, whose mean predicts, or a single one fitted on all rows.
    """

    trial: int
    weight: float
    models: list


def predict_members(members, X, n_classes, classes=None):
    """Return the weighted mean prediction of the members.

    Returns
    -------
    ndarray of shape (n_samples, n_classes) or (n_samples,)
        Probabilities that sum to one, or numbers if `n_classes` is None.
    """
    total = 0.0
    for member in members:
        answers = [predict_with(model, X, n_classes, classes) for model in member.models]
        total = total + member.weight * np.mean(answers, axis=0)
    total = total / sum(member.weight for member in members)
    if n_classes is None:
        return total
    mass = total.sum(axis=1, keepdims=True)
    return np.divide(total, mass, out=np.full_like(total, 1 / n_classes), where=mass > 0)
