"""How a budget is spent: evaluation of one candidate, worker slots, the ask/tell loop."""

from sklearn_meta.search._budget import Budget
from sklearn_meta.search._crew import Crew
from sklearn_meta.search._evaluation import FoldOutcome, Problem, fit_fold, predict_with, subsample
from sklearn_meta.search._foreign import ForeignSlot, foreign_workers
from sklearn_meta.search._loop import KEPT_TRIALS, SearchLoop
from sklearn_meta.search._metrics import DEFAULT_METRIC, GREATER_IS_BETTER, evaluate_metrics
from sklearn_meta.search._progress import Progress
from sklearn_meta.search._schedule import Schedule
from sklearn_meta.search._scoring import STORED_METRIC, Scoring, default_scoring
from sklearn_meta.search._slots import InlineSlot, WorkerSlot, release_slot, take_slot
from sklearn_meta.search._splits import make_folds, make_rungs
from sklearn_meta.search._stoppable import StoppableBackend, TasksEndedError
from sklearn_meta.search._trial import (
    OK,
    FoldScore,
    Order,
    Trial,
    model_path,
    read_fold,
    run_trial,
)

__all__ = [
    "DEFAULT_METRIC",
    "GREATER_IS_BETTER",
    "KEPT_TRIALS",
    "OK",
    "STORED_METRIC",
    "Budget",
    "Crew",
    "FoldOutcome",
    "FoldScore",
    "ForeignSlot",
    "InlineSlot",
    "Order",
    "Problem",
    "Progress",
    "Schedule",
    "Scoring",
    "SearchLoop",
    "StoppableBackend",
    "TasksEndedError",
    "Trial",
    "WorkerSlot",
    "default_scoring",
    "evaluate_metrics",
    "fit_fold",
    "foreign_workers",
    "make_folds",
    "make_rungs",
    "model_path",
    "predict_with",
    "read_fold",
    "release_slot",
    "run_trial",
    "subsample",
    "take_slot",
]
