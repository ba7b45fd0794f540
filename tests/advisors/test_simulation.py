import numpy as np
import pytest

from sklearn_meta.advisors import AdviceSession, BaseAdvisor, Proposal, TaskDescription
from sklearn_meta.advisors.simulation._simulation import Curve, ListedSpace, SettledTask, simulate


class ScriptedSession(AdviceSession):
    def __init__(self, task, space, script):
        super().__init__(task, space, random_state=0)
        self.script, self.heard = list(script), []

    def _propose(self, seconds_left):
        self.heard.append(seconds_left)
        if not self.script:
            return None
        return Proposal({"family": "f", "n": self.script.pop(0)}, "experience")


class ScriptedAdvisor(BaseAdvisor):
    """Proposes configurations by their number, and keeps its last session."""

    def __init__(self, script=()):
        self.script = script

    def start(self, task, space, *, random_state=None):
        self.session_ = ScriptedSession(task, space, self.script)
        return self.session_


def settled(scores, seconds, has_clock=False, n_folds=1, **settings):
    space = ListedSpace([{"family": "f", "n": n} for n in range(len(scores))])
    task = TaskDescription("binary", "roc_auc", 10, 2, 2, n_folds=n_folds, has_clock=has_clock)
    return SettledTask(task, space, np.array(scores), np.array(seconds, dtype=float), **settings)


def test_regret_is_the_share_of_the_way_from_best_to_worst():
    task = settled([0.5, 0.9, 0.8, np.nan], [1, 1, 1, 1])
    np.testing.assert_allclose(task.regret, [1.0, 0.0, 0.25, 1.0])
    half = settled([0.5, 0.9, 0.8, np.nan], [1, 1, 1, 1], reference="median")
    np.testing.assert_allclose(half.regret, [1.0, 0.0, 1.0, 1.0])
    assert settled([0.7, 0.7, np.nan], [1, 1, 1]).regret.tolist() == [0, 0, 1]


def test_failures_cost_their_seconds_and_give_nothing():
    task = settled([np.nan, 0.5, 0.7, 0.9], [4.0, 1.0, 2.0, 3.0])
    advisor = ScriptedAdvisor([0, 2, 1, 3])
    curve = simulate(advisor, task, max_trials=10)
    assert curve.spent.tolist() == [4, 6, 7, 10]
    np.testing.assert_allclose(curve.regret, [1.0, 0.5, 0.5, 0.0])
    told = list(advisor.session_.told.values())
    assert [trial.status for trial in told] == ["error", "ok", "ok", "ok"]
    assert told[0].seconds == 4


def test_the_search_ends_with_the_best_or_the_budget():
    scores, seconds = [0.5, 0.6, 0.9, 0.7], [1.0] * 4
    assert len(simulate(ScriptedAdvisor([0, 2, 1]), settled(scores, seconds)).regret) == 2
    assert (
        len(simulate(ScriptedAdvisor([0, 1, 2]), settled(scores, seconds), max_trials=2).regret)
        == 2
    )
    assert len(simulate(ScriptedAdvisor([0]), settled(scores, seconds)).regret) == 1
    clocked = settled(scores, [3.0] * 4, has_clock=True)
    advisor = ScriptedAdvisor([0, 1, 3])
    assert len(simulate(advisor, clocked, max_seconds=7.0, delay=2.0).regret) == 2
    assert advisor.session_.heard == [5.0, 2.0]


def test_advisors_hear_the_seconds_of_one_fold():
    advisor = ScriptedAdvisor([0, 1])
    curve = simulate(advisor, settled([0.5, 0.6], [6.0, 3.0], n_folds=3))
    assert [trial.seconds for trial in advisor.session_.told.values()] == [2.0, 1.0]
    assert curve.spent.tolist() == [6, 9]


@pytest.mark.parametrize(
    ("seconds", "regret"), [(0.5, 1.0), (1.0, 0.6), (2.9, 0.6), (3.0, 0.1), (99, 0.1)]
)
def test_regret_by_seconds(seconds, regret):
    assert Curve(np.array([1.0, 3.0]), np.array([0.6, 0.1])).after_seconds(seconds) == regret


def test_regret_by_trials_lasts():
    curve = Curve(np.array([1.0, 3.0]), np.array([0.6, 0.1]))
    assert [curve.after_trials(k) for k in (1, 2, 3)] == [0.6, 0.1, 0.1]
    assert Curve(np.zeros(0), np.zeros(0)).after_trials(3) == 1.0
