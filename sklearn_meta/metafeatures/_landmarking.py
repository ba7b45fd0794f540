"""How far very simple learners get: cheap models cross-validated on a small sample."""

import numpy as np
from sklearn import config_context

from sklearn_meta.metafeatures import _landmark_learners as learners
from sklearn_meta.metafeatures._landmark_sample import LandmarkSample
from sklearn_meta.metafeatures._landmark_scores import MEASURES, class_scores, number_scores
from sklearn_meta.metafeatures._landmark_trees import tree_names, tree_predictions
from sklearn_meta.metafeatures._subset_selection import correlated_subset

_CLASSIFIERS = {
    "DecisionStump": learners.stump,
    "NaiveBayes": learners.naive_bayes,
    "kNN1N": learners.nearest_neighbour,
}
_REGRESSORS = {
    "DecisionStump": learners.stump,
    "Linear": learners.ridge,
    "kNN1N": learners.nearest_neighbour,
}


def landmarking_metafeatures(view):
    """Cross-validate stumps, shallow trees, naive Bayes, one nearest neighbour and a line.

    Three stratified folds on at most 1,000 of the sampled rows. The names are OpenML's, the
    values only close to theirs: OpenML runs WEKA's learners in two folds on all rows. The area
    under the curve is one class against the rest, averaged by class size. For regression, and
    for the linear classifier, the names are our own; those that end in RSquared say which share
    of the target's variance a learner explains.

    ========================  ==================================================================
    name                      learner
    ========================  ==================================================================
    DecisionStump             one split
    NaiveBayes                normal densities, level frequencies
    kNN1N                     nearest neighbour
    Linear                    ridge regression, for classes on their marks
    REPTreeDepth1 .. 3        tree pruned by the errors on a third of its rows
    RandomTreeDepth1 .. 3     tree whose splits choose among log2(n_columns) + 1 random columns
    J48.001. .. J48.00001.    full tree pruned by C4.5's rule at confidence .001, .0001, .00001
    CfsSubsetEval_...         stump, naive Bayes (for regression the line) or neighbour, on the
                              attributes that correlation-based selection leaves
    ========================  ==================================================================

    Parameters
    ----------
    view : TaskView
        The task.

    Returns
    -------
    dict of str to float
        The meta-features; NaN where undefined, as with fewer than six rows or one class.
    """
    found = dict.fromkeys(_names(), np.nan)
    sample = LandmarkSample(view)
    if not sample.is_usable:
        return found
    score = class_scores if view.is_classification else number_scores
    # checking tables of our own and the trees' parameters would cost a millisecond a fit
    with config_context(assume_finite=True, skip_parameter_validation=True):
        predictions = _predictions(sample)
    for name, values in predictions.items():
        found |= score(name, values, sample)
    return found


def _names():
    """Name all values: those of classification, then those of regression."""
    classifiers = (*_CLASSIFIERS, "Linear", *_selected(_CLASSIFIERS), *tree_names(True))
    regressors = (*_REGRESSORS, *_selected(_REGRESSORS), *tree_names(False))
    return [
        *(name + measure for name in classifiers for measure in MEASURES),
        *(f"{name}RSquared" for name in regressors),
    ]


def _selected(landmarks):
    return {f"CfsSubsetEval_{name}": learner for name, learner in landmarks.items()}


def _predictions(sample):
    """Predict all rows out of fold by every landmark: dict of name to predictions."""
    plain = _CLASSIFIERS | {"Linear": learners.ridge}
    if not sample.is_classification:
        plain = _REGRESSORS
    selected = _selected(_CLASSIFIERS if sample.is_classification else _REGRESSORS)
    found = {name: np.empty_like(sample.wanted) for name in (*plain, *selected)}
    for train, test in sample.splits():
        for name, learner in plain.items():
            found[name][test] = learner(sample, train, test).reshape(len(test), -1)
        attributes = correlated_subset(sample, train)
        narrow = sample.restricted_to(attributes)
        for name, learner in selected.items():
            learner = learner if attributes else learners.majority
            found[name][test] = learner(narrow, train, test).reshape(len(test), -1)
    return found | tree_predictions(sample)
