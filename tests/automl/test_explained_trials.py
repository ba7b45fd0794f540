"""Why each trial was tried, after the search."""

import numpy as np
import pytest

from sklearn_meta.advisors import RandomAdvisor
from sklearn_meta.inspection import AdviceDisplay
from sklearn_meta.persistence import load, save

QUICK = ["naive_bayes", "linear", "neighbors", "discriminant"]


@pytest.fixture(scope="module")
def searched():
    from sklearn.datasets import make_classification

    from sklearn_meta import MetaAutoClassifier

    X, y = make_classification(200, 6, n_informative=4, random_state=0)
    return MetaAutoClassifier(max_trials=15, families=QUICK, random_state=0).fit(X, y)


def test_the_leaderboard_sets_predictions_beside_what_came(searched):
    board = searched.leaderboard_.sort_values("trial")
    asked = ~board["origin"].isin(["opening", "promotion"])
    assert board.loc[asked, "predicted_score"].between(0, 1).all()
    assert (board.loc[asked, "predicted_seconds"] > 0).all()
    assert board.loc[~asked, "predicted_score"].isna().all()
    assert (board["fold_seconds"] > 0).all()
    assert board["ended"].is_monotonic_increasing


def test_a_trial_is_explained_by_what_was_known_when_it_was_proposed(searched):
    board = searched.leaderboard_.set_index("trial")
    for trial in (2, 9, 14):
        why = searched.explain_trial(trial)
        total = why.level + why.tasks["moved"].sum() + why.trials["moved"].sum()
        assert total == pytest.approx(why.predicted_score)
        assert why.predicted_score == pytest.approx(board.loc[trial, "predicted_score"])
        assert why.configuration == board.loc[trial, "configuration"]
        named = why.trials[why.trials["trial"] >= 0]
        assert (named["trial"] < trial).all()
        observed = board.loc[named["trial"], "score"]
        np.testing.assert_allclose(named["observed"], observed, atol=0.2)  # raced ones: estimates
        assert len(why.tasks) == 11
        assert why.tasks["task"].iloc[-1].endswith("others")


def test_the_best_that_can_be_explained_by_default(searched):
    board = searched.leaderboard_
    asked = board[board["predicted_score"].notna()]
    best = asked.loc[asked["score"].idxmax()]
    assert searched.explain_trial().configuration == best["configuration"]


@pytest.mark.parametrize(
    "trial, told",
    [(0, "opening.*Explained are the trials \\[2, 3"), (99, "no trial 99.*15 trials")],
)
def test_what_cannot_be_explained(searched, trial, told):
    with pytest.raises(ValueError, match=told):
        searched.explain_trial(trial)


def test_an_advisor_without_expectations(quick_classifier, binary):
    clf = quick_classifier(advisor=RandomAdvisor(), families=QUICK).fit(*binary)
    assert clf.leaderboard_["predicted_score"].isna().all()
    with pytest.raises(ValueError, match="No trial is explained"):
        clf.explain_trial()


def test_an_advisor_of_ones_own_needs_no_explain(quick_classifier, binary):
    clf = quick_classifier(advisor=OneConfiguration(), max_trials=1).fit(*binary)
    assert clf.best_configuration_["family"] == "naive_bayes"
    with pytest.raises(ValueError, match="No trial is explained"):
        clf.explain_trial()


class OneConfiguration:
    """Proposes naive Bayes, once; has nothing but what a search needs."""

    def get_params(self, deep=True):
        return {}

    def fit(self, experience=None):
        return self

    def start(self, task, space, *, random_state=None):
        self._space = space
        return self

    def ask(self, *, seconds_left=None):
        from sklearn_meta.advisors import Proposal

        return Proposal(self._space.complete({"family": "naive_bayes"}), "default")

    def tell(self, configuration, score, seconds=None, status="ok"):
        pass

    def similar_tasks(self):
        return []


def test_explanations_survive_saving(searched, tmp_path):
    save(searched, tmp_path / "m.skops")
    loaded = load(tmp_path / "m.skops")
    for trial in (2, 14):
        left, right = searched.explain_trial(trial), loaded.explain_trial(trial)
        assert left.tasks.equals(right.tasks)
        assert left.reason == right.reason
        assert left.interval == right.interval
    assert AdviceDisplay.from_estimator(loaded).frame.equals(
        AdviceDisplay.from_estimator(searched).frame
    )


def test_the_figure_draws_what_was_computed(searched):
    pytest.importorskip("matplotlib").use("agg")
    display = AdviceDisplay.from_estimator(searched, 14, n_parts=3).plot()
    frame = display.frame
    assert frame["part"].tolist()[0] == "level"
    assert frame["part"].tolist()[-1] == "total"
    assert frame["moved"].iloc[:-1].sum() == pytest.approx(frame["moved"].iloc[-1])
    assert (frame["part"] == "task").sum() == (frame["part"] == "trial").sum() == 4
    assert len(display.axes_[0].patches) == len(frame)
    points = sum(len(line.get_xdata()) for line in display.axes_[1].lines[:-1])
    assert points == len(display.predictions) == 13
    display.figure_.clf()


def test_the_figure_of_advice_has_one_panel(searched):
    pytest.importorskip("matplotlib").use("agg")
    display = AdviceDisplay(searched.explain_trial(2)).plot()
    assert display.predictions is None
    assert len(display.axes_) == 1
    display.figure_.clf()
