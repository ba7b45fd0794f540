"""Advisors: what to try next on a task, by what was learned on earlier ones."""

from importlib import import_module

from sklearn_meta.advisors.baselines._nearest import NearestTasksAdvisor
from sklearn_meta.advisors.baselines._portfolio import PortfolioAdvisor
from sklearn_meta.advisors.baselines._random import RandomAdvisor
from sklearn_meta.advisors.contract._advisor import BaseAdvisor
from sklearn_meta.advisors.contract._explanation import Explanation
from sklearn_meta.advisors.contract._forecast import Forecast
from sklearn_meta.advisors.contract._session import AdviceSession, Proposal
from sklearn_meta.advisors.contract._task import TaskDescription
from sklearn_meta.advisors.deep_kernel._advisor import DeepKernelAdvisor
from sklearn_meta.advisors.gaussian._advisor import GaussianAdvisor
from sklearn_meta.advisors.optuna._enqueue import enqueue
from sklearn_meta.advisors.validation._advisors import default_advisors, named_advisors
from sklearn_meta.advisors.validation._calibration import calibration, summarise_calibration
from sklearn_meta.advisors.validation._calibration_display import CalibrationDisplay
from sklearn_meta.advisors.validation._comparison import Comparison, compare_advisors
from sklearn_meta.advisors.validation._regret_display import RegretDisplay
from sklearn_meta.advisors.validation._summary import regret_table, summarise_regret
from sklearn_meta.advisors.validation._validate import validate

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

_HOMES = {"OptunaSampler": "optuna._sampler"}


def __getattr__(name):
    """Load what needs Optuna when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
