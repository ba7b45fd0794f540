"""Score out-of-fold predictions by OpenML's three measures, or by explained variance."""

import numpy as np

MEASURES = ("AUC", "ErrRate", "Kappa")


def class_scores(name, predictions, sample):
    """Score class predictions.

    Parameters
    ----------
    name : str
        The landmark, which the measures' names follow.
    predictions : ndarray of shape (n_rows, n_classes)
        Shares or scores; the largest is the guess.
    sample : LandmarkSample
        The rows.

    Returns
    -------
    dict of str to float
        Area under the ROC curve (one class against the rest, averaged by class size), error rate
        and Cohen's kappa.
    """
    guess = predictions.argmax(axis=1)
    hits = float(np.average(guess == sample.target, weights=sample.weights))
    values = (_weighted_auc(predictions, sample), 1.0 - hits, _kappa(guess, sample, hits))
    return {name + measure: value for measure, value in zip(MEASURES, values, strict=True)}


def number_scores(name, predictions, sample):
    """Compute which share of the target's variance predictions of shape (n_rows, 1) explain."""
    spread = np.average(sample.target**2, weights=sample.weights)
    squares = (predictions[:, 0] - sample.target) ** 2
    share = 1.0 - float(np.average(squares, weights=sample.weights) / spread)
    return {f"{name}RSquared": share}


def _weighted_auc(predictions, sample):
    areas, sizes = [], []
    for code in range(sample.wanted.shape[1]):
        is_class = sample.target == code
        areas.append(area_under_curve(predictions[:, code], is_class, sample.weights))
        sizes.append(sample.weights[is_class].sum())
    areas, sizes = np.array(areas), np.array(sizes)
    known = np.isfinite(areas)
    return float(np.average(areas[known], weights=sizes[known])) if known.any() else np.nan


def area_under_curve(score, is_class, weights):
    """Compute the area under the ROC curve: the share of pairs in order, ties by half."""
    _, place = np.unique(score, return_inverse=True)
    positive = np.bincount(place, weights=weights * is_class)
    negative = np.bincount(place, weights=weights * ~is_class)
    n_pairs = positive.sum() * negative.sum()
    if n_pairs <= 0:
        return np.nan
    below = np.cumsum(negative) - negative / 2
    return float((positive * below).sum() / n_pairs)


def _kappa(guess, sample, hits):
    """Compute Cohen's kappa: agreement beyond what the two marginals give by chance."""
    n_classes = sample.wanted.shape[1]
    truth_share = np.bincount(sample.target, weights=sample.weights, minlength=n_classes)
    guess_share = np.bincount(guess, weights=sample.weights, minlength=n_classes)
    chance = float(truth_share @ guess_share) / sample.weights.sum() ** 2
    return float((hits - chance) / (1 - chance)) if chance < 1 else np.nan
