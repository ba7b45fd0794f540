"""Predictions of all known configurations on a table: what a search is replayed from."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from _one_run import read_parts

from sklearn_meta._validation import check_table, n_columns
from sklearn_meta.automl._selection import Validation
from sklearn_meta.metafeatures import TaskView, column_roles, describe_task
from sklearn_meta.metafeatures._describe import CHEAP
from sklearn_meta.search import Problem, fit_fold
from sklearn_meta.search._evaluation import predict_with
from sklearn_meta.search._scoring import Scoring
from sklearn_meta.search._splits import make_folds
from sklearn_meta.spaces import candidate_configurations

MAX_TEST = 2000
MOST_SECONDS = 3.0  # of a first fold: slower configurations are left out
SEED = 0


@dataclass
class EnsembleTable:
    """A table, and what every configuration predicted on it.

    Attributes
    ----------
    entry : dict
        Of the index.
    problem : Problem
        The rows that are searched on, with their folds.
    y_test : ndarray
        Targets of the others.
    configurations : list of dict
        What was fitted.
    held_out, test : ndarray of shape (n_configurations, n_rows) or (.., n_rows, n_classes)
        Out-of-fold predictions in fold order, and the mean of the fold models' on the test rows.
    seconds, scores : ndarray of shape (n_configurations, n_folds)
        Of fit and predict, and the validation score.
    """

    entry: dict
    problem: Problem = field(repr=False)
    y_test: np.ndarray = field(repr=False)
    configurations: list = field(default_factory=list, repr=False)
    held_out: np.ndarray = field(default=None, repr=False)
    test: np.ndarray = field(default=None, repr=False)
    seconds: np.ndarray = field(default=None, repr=False)
    scores: np.ndarray = field(default=None, repr=False)

    def __post_init__(self):
        self.validation = Validation(self.problem)

    def score(self, place, weights):
        """Return the score of a weighted mean of configurations' predictions on the test rows."""
        chosen = np.flatnonzero(weights)
        mean = sum(weights[n] * self.test[place[n]].astype(float) for n in chosen)
        return float(self.problem.scoring(None, self.y_test, mean, None))

    def constant_scores(self):
        """Return the scores of a constant prediction on validation and on test rows."""
        y, n_classes = self.problem.y, self.problem.n_classes
        one = np.array([y.mean()]) if n_classes is None else np.bincount(y)[None] / len(y)
        targets = (y, self.y_test)
        return [
            float(self.problem.scoring(None, truth, np.repeat(one, len(truth), axis=0), None))
            for truth in targets
        ]

    def metafeatures(self):
        """Return the table's cheap meta-features."""
        problem = self.problem
        view = TaskView(problem.X, problem.y, problem.kind, roles=problem.roles, random_state=SEED)
        return {k: v for g in CHEAP for k, v in describe_task(view, groups=[g]).items()}


def read_table(entry, max_rows):
    """Read a table, half of it to search on, at most so many rows; the other half to score."""
    job = {name: entry[name] for name in ("path", "target", "task")}
    X, y, X_test, y_test = read_parts(job | {"seed": SEED, "every": 2, "train_rows": max_rows})
    known = np.flatnonzero(y_test >= 0) if entry["task"] != "regression" else np.arange(len(y_test))
    known = known[:MAX_TEST]
    X = check_table(None, X, reset=True)
    X_test = check_table(None, X_test.iloc[known].reset_index(drop=True), reset=True)
    n_classes = None if entry["task"] == "regression" else int(y.max()) + 1
    kind = "binary" if n_classes == 2 else entry["task"]
    folds = make_folds(X, y, kind, time_budget=30, n_columns=n_columns(X), seed=SEED)
    problem = Problem(
        X,
        y,
        kind,
        n_classes,
        folds,
        column_roles(X),
        scoring=Scoring(None, kind),
        random_state=SEED,
    )
    return EnsembleTable(entry, problem, y_test[known]), X_test


def collect(entry, max_rows, path):
    """Fit all configurations on a table, and write what they predicted."""
    table, X_test = read_table(entry, max_rows)
    space = table.problem.space_at(table.problem.fit_rows)
    found = []
    for configuration in candidate_configurations(table.problem.kind):
        if configuration["family"] in space.families:
            parts = _fitted(table.problem, configuration, X_test)
            if parts is not None:
                found.append((json.dumps(configuration), *parts))
    texts, held_out, test, seconds, scores = zip(*found, strict=True)
    part = Path(path).with_suffix(".part.npz")
    np.savez_compressed(
        part,
        configurations=np.array(texts),
        held_out=np.stack(held_out),
        test=np.stack(test),
        seconds=np.array(seconds),
        scores=np.array(scores),
    )
    part.replace(path)


def _fitted(problem, configuration, X_test):
    """Return predictions, seconds and scores of a configuration; None if it fails or is slow."""
    held_out, test, seconds, scores = [], [], [], []
    for fold in range(len(problem.folds)):
        try:
            outcome = fit_fold(problem, configuration, fold)
        except Exception:  # noqa: BLE001 - a configuration may fail in any way
            return None
        seconds.append(outcome.fit_seconds + outcome.predict_seconds)
        if seconds[0] > MOST_SECONDS:
            return None
        held_out.append(outcome.predictions.astype(np.float32))
        scores.append(problem.score_fold(fold, outcome.predictions))
        test.append(predict_with(outcome.model, X_test, problem.n_classes))
    return np.concatenate(held_out), np.mean(test, axis=0).astype(np.float32), seconds, scores


def load(entry, max_rows, path):
    """Read what `collect` wrote."""
    table, _ = read_table(entry, max_rows)
    with np.load(path) as file:
        table.configurations = [json.loads(text) for text in file["configurations"]]
        for name in ("held_out", "test", "seconds", "scores"):
            setattr(table, name, file[name])
    return table
