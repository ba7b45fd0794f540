"""On a machine that is busy otherwise, preparing the advice must not eat up the budget."""

import numpy as np
import pytest

from sklearn_meta import MetaAutoClassifier
from sklearn_meta.automl import _advice, _haste
from sklearn_meta.automl._haste import Haste
from sklearn_meta.exceptions import RecordingWarning
from sklearn_meta.search import Budget, _budget

ALL = ["experience", "simple meta-features", "statistical meta-features"]
ALL += ["information meta-features"]


@pytest.fixture
def starved(monkeypatch):
    """Let this process look as if it got a hundredth of a core."""
    monkeypatch.setattr(_budget, "process_time", lambda: _budget.perf_counter() / 100)


def test_without_time_there_is_a_model_without_advice(starved, binary):
    clf = MetaAutoClassifier(time_budget=20, max_trials=3, random_state=0).fit(*binary)
    assert clf.skipped_ == ALL
    assert clf.metafeatures_ == {} and clf.similar_tasks_ == []
    assert clf.score(*binary) > 0.6
    assert clf.leaderboard_["origin"].tolist().count("opening") >= 1
    said = "no time, on a machine this busy, for: experience, simple meta-features"
    assert said in clf.report() and said in clf._repr_html_()


def test_meta_features_go_before_the_experience_does(monkeypatch, binary):
    allowed = {"experience": True, "simple meta-features": True}

    class Choosy(Haste):
        def _allows(self, what, processor_seconds):
            if not allowed.get(what, False):
                self.skipped.append(what)
            return allowed.get(what, False)

    monkeypatch.setattr(_advice, "Haste", Choosy)
    clf = MetaAutoClassifier(max_trials=6, random_state=0).fit(*binary)
    assert clf.skipped_ == ALL[2:]
    assert "NumberOfFeatures" in clf.metafeatures_ and "ClassEntropy" not in clf.metafeatures_
    assert clf.leaderboard_["advised"].any()


def test_without_a_clock_nothing_is_left_out(starved, binary):
    clf = MetaAutoClassifier(max_trials=3, random_state=0).fit(*binary)
    assert clf.skipped_ == [] and len(clf.metafeatures_) > 50
    assert "no time" not in clf.report()


def test_what_can_not_be_recognised_later_is_not_recorded(starved, monkeypatch, binary, tmp_path):
    monkeypatch.setattr(_haste, "_HASHED_CELL", 1e-3)
    clf = MetaAutoClassifier(
        time_budget=20, max_trials=2, experience=None, record_to=tmp_path / "mine.sqlite"
    )
    with pytest.warns(RecordingWarning, match="no time to hash the rows"):
        clf.fit(*binary)
    assert clf.skipped_[0] == "simple meta-features" and "row hashes" in clf.skipped_
    assert clf.recorded_["evaluations"] == 0


def test_a_machine_at_ease_has_time_for_all(binary):
    haste = Haste(Budget(60), binary[0])
    assert haste.allows_experience() and haste.allows_group("simple")
    assert haste.allows_fingerprint() and haste.skipped == []
    late = Haste(Budget(0.01), np.zeros((10**6, 100)))
    assert not late.allows_experience() and late.skipped == ["experience"]
