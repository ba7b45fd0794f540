"""Fine-tuning: what the scores of the task at hand say about the kernel itself."""

from itertools import product

import numpy as np

from sklearn_meta.advisors.surrogate._posterior import log_evidence

#: Factors that are tried on the noise, on the amplitude and on the relevance of the second kernel.
_NOISES = (1.0, 0.3, 0.1, 0.03, 0.01)
_AMPLITUDES = (1.0, 0.5, 2.0, 4.0)
_STRETCHES = (1.0, 0.6, 1.6, 2.5)
_FACTOR_SD = 2.0  # standard deviation of the logarithm of a factor before a score is told
_FEWEST = 6
_MOST = 64  # scores that are looked at, the best ones


def adapted(kernel, points, same, scale, scores):
    """Choose noise, amplitude and relevance by the marginal likelihood of the scores told.

    What was learned over many tasks has to hold for all of them, and between all families. Within
    one family, on one task, scores may hang together more closely.

    Parameters
    ----------
    kernel : DeepKernel
        As it was trained.
    points : tuple of ndarray
        What `DeepKernel.embed` made of the configurations told, the mean in its last place.
    same : ndarray of bool of shape (n_told, n_told)
        Which pairs are of one family.
    scale : ScalePrior
        Prior of level and spread of the raw scores.
    scores : ndarray of shape (n_told,)
        Their raw scores.

    Returns
    -------
    DeepKernel
        The same one for fewer than six scores.

    References
    ----------
    Wistuba and Grabocka (2021), "Few-shot Bayesian optimization with deep kernel surrogates", ICLR,
    fine-tune all parameters, the network's too, by gradient steps.
    """
    if len(scores) < _FEWEST:
        return kernel
    best = np.argsort(-scores, kind="stable")[:_MOST]
    points, same = tuple(part[best] for part in points), same[np.ix_(best, best)]
    deep, found, most = kernel.deep_part(points, points), kernel, -np.inf
    noises = np.array(_NOISES)
    for stretch, amplitude in product(_STRETCHES, _AMPLITUDES):
        drawn = kernel.with_factors(amplitude=amplitude, stretch=stretch)
        covariance = deep + drawn.plain_part(points, points, same)
        evidence = log_evidence(points[2], covariance, scale, scores[best], scale.noise * noises)
        doubts = np.log(noises) ** 2 + np.log(amplitude) ** 2 + np.log(stretch) ** 2
        evidence -= 0.5 * doubts / _FACTOR_SD**2
        place = int(np.argmax(evidence))
        if evidence[place] > most:
            most = evidence[place]
            found = drawn.with_factors(noise=_NOISES[place])
    return found
