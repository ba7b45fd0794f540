"""Advisors: what to try next on a task, by what was learned on earlier ones."""

from sklearn_meta.advisors._base import AdviceSession, BaseAdvisor, Proposal, TaskDescription
from sklearn_meta.advisors._gaussian import GaussianAdvisor
from sklearn_meta.advisors._random import RandomAdvisor

__all__ = [
    "AdviceSession",
    "BaseAdvisor",
    "GaussianAdvisor",
    "Proposal",
    "RandomAdvisor",
    "TaskDescription",
]
