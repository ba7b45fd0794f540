"""One configuration, fold after fold: racing, spooling, failing."""

from dataclasses import replace

import numpy as np
import pytest

from sklearn_meta.search import Order, read_fold, run_trial
from sklearn_meta.search._trial import FoldScore, is_losing, recover_folds


def order(number=0, trouble="none", level=0.8, **kwargs):
    return Order(number, {"family": "actor", "trouble": trouble, "level": level}, "test", **kwargs)


def fold(score):
    return FoldScore(score, 0.1, 0.1, 50, 1.0)


def test_files_of_a_trial(problem, tmp_path):
    trial = run_trial(problem, tmp_path, order())
    assert trial.status == "ok"
    for number, (_, valid) in enumerate(problem.folds):
        score, predictions = read_fold(tmp_path, 0, number)
        assert score == trial.folds[number]
        np.testing.assert_allclose(predictions, [[0.2, 0.8]] * len(valid))
    assert read_fold(tmp_path, 0, 3) is None
    assert read_fold(tmp_path, 1, 0) is None
    recovered = recover_folds(replace(trial, folds=[]), tmp_path, 3)
    assert recovered.folds == trial.folds


def test_clear_loser_is_stopped_after_a_fold(problem, tmp_path):
    bar = (0.99, 0.99, 0.99)
    trial = run_trial(problem, tmp_path, order(bar=bar, scale=0.1))
    assert trial.status == "raced"
    assert len(trial.folds) == 1
    assert "after 1 of 3" in trial.reason


def test_winner_is_not_stopped(problem, tmp_path):
    trial = run_trial(problem, tmp_path, order(bar=(0.4, 0.4, 0.4), scale=0.1))
    assert trial.status == "ok"
    assert len(trial.folds) == 3


def test_losing_needs_a_bar_and_a_lead(problem):
    far = [fold(0.0)]
    assert is_losing(far, order(bar=(0.9, 0.9, 0.9), scale=0.4), problem)
    assert not is_losing(far, order(), problem)
    assert not is_losing(far, order(bar=(0.9, 0.9, 0.9), scale=0.0), problem)


def test_margin_shrinks_with_folds_and_rows(problem):
    raced = order(bar=(0.9, 0.9, 0.9), scale=1.0)
    noise = 1 + 10 / np.sqrt(30)  # each of the three folds has 30 rows to validate on
    behind = 0.08 * noise
    assert not is_losing([fold(0.9 - behind)], raced, problem)
    assert is_losing([fold(0.9 - behind)] * 2, raced, problem)
    rows = np.arange(3_000)
    many = replace(problem, folds=[(rows, rows)] * 3)
    assert is_losing([fold(0.9 - 0.15)], raced, many)
    assert not is_losing([fold(0.9 - 0.15)], raced, problem)


@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_score_must_be_finite(problem, tmp_path, score):
    strange = replace(problem, scoring=_Fixed(score))
    trial = run_trial(strange, tmp_path, order())
    assert trial.status == "error"
    assert trial.reason == f"ValueError: the score is {score}"


class _Fixed:
    fast = True

    def __init__(self, score):
        self.score = score

    def __call__(self, X, y, predictions, weight):
        return self.score


def test_out_of_memory_has_its_own_status(problem, tmp_path):
    class Greedy:
        fast = True

        def __call__(self, *args):
            raise MemoryError

    trial = run_trial(replace(problem, scoring=Greedy()), tmp_path, order())
    assert trial.status == "memory"


def test_fewer_rows(problem, tmp_path):
    trial = run_trial(problem, tmp_path, order(max_rows=20))
    assert [fold.rows_used for fold in trial.folds] == [20, 20, 20]


def test_iterative_models_stop_in_time(tmp_path, problem):
    configuration = {"family": "hist_gradient_boosting", "max_iter": 500}
    slow = replace(problem, families=["hist_gradient_boosting"])
    known = slow.space.default_configurations()[0]
    hurried = run_trial(
        slow,
        tmp_path,
        Order(
            0,
            {**known, **{k: v for k, v in configuration.items() if k in known}},
            "test",
            seconds=0.01,
        ),
    )
    assert hurried.status == "ok"
    assert len(hurried.folds) == 3
    assert max(fold.fraction for fold in hurried.folds) < 1
