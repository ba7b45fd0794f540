"""scikit-learn's own checks, all of them, with nothing expected to fail."""

import warnings

import pytest
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor
from sklearn_meta.exceptions import RecordingWarning
from sklearn_meta.experience import Experience


@parametrize_with_checks(
    [
        MetaAutoClassifier(max_trials=2, random_state=0),
        MetaAutoRegressor(max_trials=2, random_state=0),
    ]
)
def test_scikit_learn_check(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", [MetaAutoClassifier, MetaAutoRegressor])
def test_scikit_learn_checks_while_recording(estimator, tmp_path):
    """Every fit of every check is written, and none is the worse for it."""
    place = tmp_path / "checks.sqlite"
    Experience.create(place).close()
    model = estimator(max_trials=2, random_state=0, record_to=place)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RecordingWarning)
        check_estimator(model, on_skip=None)
    assert len(Experience.open(place).tasks()) > 20
