"""A budget too short for any trial still gives a model, and says what it is."""

import numpy as np
import pytest

from sklearn_meta.exceptions import SearchWarning


def test_constant_classifier(quick_classifier, binary):
    X, y = binary
    clf = quick_classifier(time_budget=0.05, families=["mlp"])
    with pytest.warns(SearchWarning, match="constant prediction"):
        clf.fit(X, np.where(y == 1, "yes", "no"))
    shares = [np.mean(y == 0), np.mean(y == 1)]
    np.testing.assert_allclose(clf.predict_proba(X[:3]), [shares] * 3)
    assert clf.leaderboard_["family"].tolist()[0] == "constant"
    assert set(clf.best_pipeline_.predict(X)) <= {"yes", "no"}
    assert "constant" in clf.report()


def test_constant_regressor(quick_regressor, numbers):
    X, y = numbers
    weights = np.arange(len(y), dtype=float)
    reg = quick_regressor(time_budget=0.05, families=["extra_trees"])
    with pytest.warns(SearchWarning, match="Grant more time"):
        reg.fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(reg.predict(X[:2]), np.average(y, weights=weights))
