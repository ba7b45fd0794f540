"""scikit-learn's own checks, all of them, with nothing expected to fail."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_meta.fewshot import (
    AttributeClassifier,
    AttributeRegressor,
    FineTuningClassifier,
    FineTuningRegressor,
    MAMLClassifier,
    MAMLRegressor,
    MANNClassifier,
    MatchingClassifier,
    MetaSGDClassifier,
    MetaSGDRegressor,
    NTMClassifier,
    PrototypicalClassifier,
    ReptileClassifier,
    ReptileRegressor,
    SiameseClassifier,
)

CHEAP = {"random_state": 0, "scratch_iterations": 1, "backbone_params": {"width": 16}}
MEMORY = {**CHEAP, "hidden": 16, "memory_slots": 8}
PLAIN = {"random_state": 0, "scratch_iterations": 1, "latent_size": 8}
LEARNERS = [
    AttributeClassifier(**PLAIN),
    AttributeRegressor(**PLAIN),
    FineTuningClassifier(fit_steps=5, **CHEAP),
    FineTuningRegressor(fit_steps=15, fit_lr=0.1, tune="head", **CHEAP),
    MAMLClassifier(inner_steps=2, **CHEAP),
    MAMLRegressor(inner_steps=5, inner_lr=0.1, **CHEAP),
    MANNClassifier(n_orders=1, **MEMORY),
    MatchingClassifier(**CHEAP),
    MetaSGDClassifier(**CHEAP),
    MetaSGDRegressor(fit_steps=5, inner_lr=0.1, **CHEAP),
    NTMClassifier(n_orders=1, **MEMORY),
    PrototypicalClassifier(**CHEAP),
    ReptileClassifier(fit_steps=20, inner_lr=0.2, **CHEAP),
    ReptileRegressor(inner_lr=0.1, **CHEAP),
    SiameseClassifier(**CHEAP),
]


@parametrize_with_checks(LEARNERS)
def test_scikit_learn_check(estimator, check):
    check(estimator)
