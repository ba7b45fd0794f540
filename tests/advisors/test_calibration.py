import numpy as np
import pandas as pd
import pytest

from sklearn_meta.advisors import (
    CalibrationDisplay,
    RandomAdvisor,
    calibration,
    summarise_calibration,
    validate,
)
from sklearn_meta.advisors.simulation._settled import take_tasks
from tests.contracts.advisor_contract import make_matrix


@pytest.fixture(scope="module")
def matrix():
    return make_matrix(n_tasks=40, n_configurations=24, seed=2)


@pytest.fixture(scope="module")
def predictions(matrix):
    return calibration(matrix, after=[0, 4], folds=4, per_prediction=True)


def test_every_prediction_of_every_task(matrix, predictions):
    counts = predictions.groupby(["what", "after"]).size()
    assert counts["score", 0] == counts["seconds", 0] == 40 * 24
    assert counts["score", 4] == 40 * 20
    assert predictions["probability"].between(0, 1).all()


def test_on_tasks_that_follow_the_model_promises_are_kept(predictions):
    found = summarise_calibration(predictions).set_index(["what", "after"])
    assert found.loc[("score", 0), "coverage_80"] == pytest.approx(0.8, abs=0.12)
    for what, after in (("score", 0), ("seconds", 0), ("seconds", 4)):
        row = found.loc[(what, after)]
        assert row["coverage_80"] > 0.7
        assert row["coverage_50"] < row["coverage_80"] <= row["coverage_90"]
    assert found.loc[("score", 4), "absolute_error"] < found.loc[("score", 0), "absolute_error"]
    assert found.loc[("seconds", 4), "absolute_error"] < 0.2
    assert set(found["n_tasks"]) == {40}


def test_the_same_seed_gives_the_same_figures(matrix, predictions):
    again = calibration(matrix, after=[4, 0, 0], folds=4, n_jobs=2, per_prediction=True)
    pd.testing.assert_frame_equal(again, predictions)


def test_tasks_count_the_same():
    facts = {"kind": "binary", "metric": "roc_auc", "what": "score", "after": 0}
    rows = [facts | {"task_id": 0, "group": 0, "probability": 0.5, "error": 1.0}] * 9
    rows += [facts | {"task_id": 1, "group": 1, "probability": 0.999, "error": -1.0}]
    [row] = summarise_calibration(pd.DataFrame(rows)).to_dict("records")
    assert row["coverage_90"] == 0.5
    assert row["bias"] == 0
    assert row["n_predictions"] == 10


def test_errors_say_what_to_change(matrix):
    with pytest.raises(ValueError, match="gives no forecasts.*GaussianAdvisor"):
        calibration(matrix, RandomAdvisor(), after=[1], folds=2)
    with pytest.raises(ValueError, match="none below 0"):
        calibration(matrix, after=[-1])
    with pytest.raises(ValueError, match="nothing is left to predict"):
        calibration(matrix, after=[500], folds=2)


@pytest.mark.parametrize("what", [calibration, validate])
def test_one_task_leaves_nothing_to_learn_from(what, matrix):
    with pytest.raises(ValueError, match="task 0.* one group.*at least two tasks"):
        what(take_tasks(matrix, np.array([0])))


def test_a_group_of_copies_counts_as_one(matrix):
    pair = take_tasks(matrix, np.array([0, 1]))
    with pytest.raises(ValueError, match="one group"):
        validate(pair, groups={0: "same", 1: "same"})


def test_the_figure_has_a_panel_for_scores_and_one_for_seconds(predictions):
    pytest.importorskip("matplotlib").use("agg")
    display = CalibrationDisplay(predictions).plot()
    assert display.axes_.shape == (2, 1)
    own = display.frame.query("what == 'score' and after == 0")
    np.testing.assert_allclose(display.axes_[0, 0].lines[1].get_ydata(), own["observed"])
    at_80 = own.loc[own["promised"] == 0.8, "observed"].item()
    found = summarise_calibration(predictions).query("what == 'score' and after == 0")
    assert at_80 == pytest.approx(found["coverage_80"].item())
    display.figure_.clf()
