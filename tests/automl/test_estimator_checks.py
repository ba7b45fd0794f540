"""scikit-learn's own checks, all of them, with nothing expected to fail."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor


@parametrize_with_checks(
    [
        MetaAutoClassifier(max_trials=2, random_state=0),
        MetaAutoRegressor(max_trials=2, random_state=0),
    ]
)
def test_scikit_learn_check(estimator, check):
    check(estimator)
