"""A trial: one configuration tried on the folds of a task, fold by fold, in a worker."""

import os
import pickle
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

import numpy as np

from sklearn_meta.search._evaluation import fit_fold
from sklearn_meta.search._metrics import evaluate_metrics

#: What a trial that takes part in the ranking is called; the others say why they do not.
OK = "ok"


@dataclass(frozen=True)
class Order:
    """What a worker is asked to do.

    Attributes
    ----------
    number : int
        The trial's number, in the order of asking.
    configuration : dict
        What to fit.
    origin : str
        Who proposed it: "opening", "experience", "surrogate", "default", "random", "promotion".
    rung : int
        Step of the ladder of training rows; -1 for an opening.
    max_rows : int or None
        Rows to train on at most.
    bar : tuple of float
        The incumbent's scores, fold by fold, when the trial was asked for; empty for no race.
    scale : float
        The incumbent's lead over a constant prediction, in units of the score.
    seconds : float or None
        Seconds after which iterative models end with what they have; None for no clock.
    predicted_seconds : float or None
        What the advisor thought a fold would take.
    """

    number: int
    configuration: dict
    origin: str
    rung: int = 0
    max_rows: int | None = None
    bar: tuple = ()
    scale: float = 0.0
    seconds: float | None = None
    predicted_seconds: float | None = None


@dataclass(frozen=True)
class FoldScore:
    """How one fold went; the predictions and the model lie in the spool folder beside it.

    Attributes
    ----------
    score : float
        By the metric of the search, greater is better.
    fit_seconds, predict_seconds : float
        Wall clock.
    rows_used : int
        Rows that the fit saw.
    fraction : float
        Share of the model's iterations that were done.
    facts : dict or None
        Where the problem is `measured`: all ``metrics`` that experience keeps, and the processor
        time of ``fit_seconds`` and ``predict_seconds``.
    """

    score: float
    fit_seconds: float
    predict_seconds: float
    rows_used: int
    fraction: float
    facts: dict | None = None


@dataclass
class Trial:
    """What became of an order.

    Attributes
    ----------
    order : Order
        What was asked.
    folds : list of FoldScore
        The folds that were finished.
    status : str
        "ok"; "raced" (clearly losing, stopped early); "timeout"; "deadline" (the budget's end);
        "memory"; "crash"; "error".
    reason : str
        Why, for people.
    seconds : float
        Wall clock from submission to the end.
    ended : float
        Seconds of the budget that were over when its result came; NaN before.
    """

    order: Order
    folds: list = field(default_factory=list)
    status: str = OK
    reason: str = ""
    seconds: float = 0.0
    ended: float = float("nan")

    @property
    def score(self):
        """Mean score over the finished folds; NaN if there is none."""
        return float(np.mean([fold.score for fold in self.folds])) if self.folds else float("nan")

    @property
    def fold_seconds(self):
        """Mean seconds of fit and predict for a fold; NaN if there is none."""
        spent = [fold.fit_seconds + fold.predict_seconds for fold in self.folds]
        return float(np.mean(spent)) if spent else float("nan")


def run_trial(problem, spool, order):
    """Fit the order's configuration on fold after fold; stop if it is clearly losing.

    Parameters
    ----------
    problem : Problem
        The task.
    spool : path-like
        Folder that takes the predictions and models of each finished fold, so that they outlive
        the worker.
    order : Order
        What to fit.

    Returns
    -------
    Trial
    """
    trial = Trial(order)
    started = perf_counter()
    try:
        for fold in range(len(problem.folds)):
            outcome = fit_fold(
                problem,
                order.configuration,
                fold,
                max_rows=order.max_rows,
                stop=_stopper(order, started, fold, len(problem.folds)),
            )
            trial.folds.append(_score_fold(problem, fold, outcome))
            spool_fold(spool, order.number, fold, outcome, trial.folds[-1])
            if fold + 1 < len(problem.folds) and is_losing(trial.folds, order, problem):
                trial.status = "raced"
                trial.reason = f"clearly behind the best after {fold + 1} of {len(problem.folds)}"
                break
    except MemoryError:
        trial.status, trial.reason = "memory", "out of memory"
    except Exception as error:  # noqa: BLE001 - a trial may fail in any way; its reason is kept
        trial.status, trial.reason = "error", f"{type(error).__name__}: {error}"[:500]
    trial.seconds = perf_counter() - started
    return trial


def is_losing(folds, order, problem):
    """Tell whether the finished folds leave no doubt that the incumbent stays ahead.

    The margin is a share of the incumbent's lead over a constant prediction, wider for the first
    fold and for few validation rows, whose scores are noisy.
    """
    if not order.bar or order.scale <= 0:
        return False
    done = len(folds)
    gap = np.mean(order.bar[:done]) - np.mean([fold.score for fold in folds])
    noise = 1 + 10 / np.sqrt(len(problem.folds[0][1]))
    margin = 0.10 if done == 1 else 0.06
    return bool(gap > margin * noise * order.scale)


def _stopper(order, started, fold, n_folds):
    """Return the question that an iterative fit asks between its iterations, or None."""
    if order.seconds is None:
        return None
    share = started + order.seconds * (fold + 1) / n_folds
    return lambda: perf_counter() > share


def _score_fold(problem, fold, outcome):
    score = problem.score_fold(fold, outcome.predictions)
    if not np.isfinite(score):
        raise ValueError(f"the score is {score}")
    return FoldScore(
        score=score,
        fit_seconds=outcome.fit_seconds,
        predict_seconds=outcome.predict_seconds,
        rows_used=outcome.rows_used,
        fraction=outcome.fraction,
        facts=_measure(problem, fold, outcome) if problem.measured else None,
    )


def _measure(problem, fold, outcome):
    """Return what an experience base stores of a fold, as the collector measures it."""
    truth = problem.y[problem.folds[fold][1]]
    return {
        "metrics": evaluate_metrics(problem.kind, truth, outcome.predictions),
        "fit_seconds": outcome.fit_cpu_seconds,
        "predict_seconds": outcome.predict_cpu_seconds,
    }


def spool_fold(spool, number, fold, outcome, fold_score):
    """Write a fold's model, then its predictions: who finds the latter finds the former."""
    _write(model_path(spool, number, fold), outcome.model)
    _write(_predictions_path(spool, number, fold), (fold_score, outcome.predictions))


def read_fold(spool, number, fold):
    """Return (FoldScore, predictions) of a finished fold, or None if it was not finished."""
    path = _predictions_path(spool, number, fold)
    if not path.exists():
        return None
    with path.open("rb") as stream:
        return pickle.load(stream)


def recover_folds(trial, spool, n_folds):
    """Return the trial with the folds that it had finished before its worker was ended."""
    found = [read_fold(spool, trial.order.number, fold) for fold in range(n_folds)]
    return replace(trial, folds=[fold[0] for fold in found if fold is not None])


def model_path(spool, number, fold):
    """Return where the model of a fold lies."""
    return Path(spool) / f"{number}-{fold}.model"


def _predictions_path(spool, number, fold):
    return Path(spool) / f"{number}-{fold}.predictions"


def _write(path, value):
    """Write so that a worker killed in between leaves no half file under the final name."""
    import cloudpickle

    temporary = path.with_suffix(path.suffix + f".{os.getpid()}")
    with temporary.open("wb") as stream:
        cloudpickle.dump(value, stream, protocol=5)
    os.replace(temporary, path)


_problems = {}  # of this process: where it lies -> the problem, the last one only


def load_problem(path):
    """Read a problem once for each worker, not once for each trial."""
    if path not in _problems:
        with open(path, "rb") as stream:
            problem = pickle.load(stream)
        _problems.clear()
        _problems[path] = problem
    return _problems[path]


def forget_problem():
    """Free the memory of the problem that was read last."""
    _problems.clear()


def run_spooled(problem_path, spool, order):
    """Run a trial of the problem that lies at `problem_path`; see `run_trial`."""
    return run_trial(load_problem(problem_path), spool, order)
