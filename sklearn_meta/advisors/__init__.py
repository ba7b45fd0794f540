"""Advisors: what to try next on a task, by what was learned on earlier ones."""

from importlib import import_module

from sklearn_meta.advisors._base import AdviceSession, BaseAdvisor, Proposal, TaskDescription
from sklearn_meta.advisors._calibration import calibration, summarise_calibration
from sklearn_meta.advisors._calibration_display import CalibrationDisplay
from sklearn_meta.advisors._comparison import Comparison, compare_advisors
from sklearn_meta.advisors._deep_kernel import DeepKernelAdvisor
from sklearn_meta.advisors._display import RegretDisplay
from sklearn_meta.advisors._enqueue import enqueue
from sklearn_meta.advisors._explanation import Explanation
from sklearn_meta.advisors._forecast import Forecast
from sklearn_meta.advisors._gaussian import GaussianAdvisor
from sklearn_meta.advisors._named import named_advisors
from sklearn_meta.advisors._nearest import NearestTasksAdvisor
from sklearn_meta.advisors._portfolio import PortfolioAdvisor
from sklearn_meta.advisors._random import RandomAdvisor
from sklearn_meta.advisors._summary import regret_table, summarise_regret
from sklearn_meta.advisors._validate import default_advisors, validate

__all__ = [
    "AdviceSession",
    "BaseAdvisor",
    "CalibrationDisplay",
    "Comparison",
    "DeepKernelAdvisor",
    "Explanation",
    "Forecast",
    "GaussianAdvisor",
    "NearestTasksAdvisor",
    "OptunaSampler",
    "PortfolioAdvisor",
    "Proposal",
    "RandomAdvisor",
    "RegretDisplay",
    "TaskDescription",
    "calibration",
    "compare_advisors",
    "default_advisors",
    "enqueue",
    "named_advisors",
    "regret_table",
    "summarise_calibration",
    "summarise_regret",
    "validate",
]

_HOMES = {"OptunaSampler": "_optuna_sampler"}


def __getattr__(name):
    """Load what needs Optuna when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
