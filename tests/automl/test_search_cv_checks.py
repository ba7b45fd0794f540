"""scikit-learn's own checks of the search, all of them, with nothing expected to fail."""

from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_meta import MetaSearchCV


@parametrize_with_checks(
    [
        MetaSearchCV(LogisticRegression(), n_iter=2, cv=2, random_state=0),
        MetaSearchCV(Ridge(), n_iter=2, cv=2, random_state=0),
    ]
)
def test_scikit_learn_check(estimator, check):
    check(estimator)
