"""The model of last resort: a constant prediction, for a budget too short for anything else."""

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import Pipeline

from sklearn_meta.automl._finish import Outcome
from sklearn_meta.automl._members import Member
from sklearn_meta.search import FoldScore, Order, Trial, predict_with

RAN_OUT = ("deadline", "timeout")


def may_fall_back(trials, budget):
    """Tell whether only the clock kept the trials from ending: then nothing is wrong with them."""
    return budget.has_clock and all(trial.status in RAN_OUT for trial in trials)


def constant_outcome(problem, number):
    """Return an outcome that predicts the class shares or the mean, and its trial.

    Parameters
    ----------
    problem : Problem
        The task.
    number : int
        Number for the trial.

    Returns
    -------
    Outcome
    """
    regression = problem.kind == "regression"
    dummy = DummyRegressor() if regression else DummyClassifier(strategy="prior")
    rows = np.arange(len(problem.y))
    model = Pipeline([("model", dummy)])
    model.fit(rows[:, None], problem.target(rows), model__sample_weight=problem.sample_weight)
    predictions, scores = [], []
    for fold, (_, valid) in enumerate(problem.folds):
        answer = predict_with(model, valid[:, None], problem.n_classes, problem.classes)
        predictions.append(answer)
        score = problem.score_fold(fold, answer)
        scores.append(FoldScore(score, 0.0, 0.0, len(rows), 1.0))
    trial = Trial(Order(number, {"family": "constant"}, "fallback"), scores)
    return Outcome(
        members=[Member(number, 1.0, [model])],
        score=trial.score,
        best=trial,
        best_pipeline=model,
        refitted=True,
        predictions=np.concatenate(predictions),
        rows=np.concatenate([valid for _, valid in problem.folds]),
    )
