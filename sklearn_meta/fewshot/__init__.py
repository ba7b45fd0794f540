"""Few-shot learners: meta-trained across tasks with `meta_fit`, adapted to one with `fit`."""

from importlib import import_module

_HOME = {
    "Episode": "_episodes",
    "EpisodeSampler": "_episodes",
    "FineTuningClassifier": "_fine_tuning",
    "FineTuningRegressor": "_fine_tuning",
    "InContextClassifier": "incontext._classifier",
    "InContextRegressor": "incontext._regressor",
    "MAMLClassifier": "_maml",
    "MAMLRegressor": "_maml",
    "MANNCell": "_mann_cell",
    "MANNClassifier": "_mann",
    "MatchingClassifier": "_matching",
    "MetaSGDClassifier": "_meta_sgd",
    "MetaSGDRegressor": "_meta_sgd",
    "MetaTraining": "_training",
    "NTMCell": "_ntm_cell",
    "NTMClassifier": "_ntm",
    "PretrainingSettings": "incontext._training_settings",
    "PrototypicalClassifier": "_prototypical",
    "ReptileClassifier": "_reptile",
    "ReptileRegressor": "_reptile",
    "SequenceModel": "_sequence",
    "SiameseClassifier": "_siamese",
    "Sinusoids": "_sinusoids",
    "Task": "_task",
    "associative_recall_task": "_sequence_tasks",
    "copy_task": "_sequence_tasks",
    "tasks_from_arrays": "_task",
    "tasks_from_folder": "_folder",
}

__all__ = [
    "Episode",
    "EpisodeSampler",
    "FineTuningClassifier",
    "FineTuningRegressor",
    "InContextClassifier",
    "InContextRegressor",
    "MAMLClassifier",
    "MAMLRegressor",
    "MANNCell",
    "MANNClassifier",
    "MatchingClassifier",
    "MetaSGDClassifier",
    "MetaSGDRegressor",
    "MetaTraining",
    "NTMCell",
    "NTMClassifier",
    "PretrainingSettings",
    "PrototypicalClassifier",
    "ReptileClassifier",
    "ReptileRegressor",
    "SequenceModel",
    "SiameseClassifier",
    "Sinusoids",
    "Task",
    "associative_recall_task",
    "copy_task",
    "tasks_from_arrays",
    "tasks_from_folder",
]


def __getattr__(name):
    """Import a name on first use: torch and skorch are loaded only by who wants a learner."""
    if name in _HOME:
        return getattr(import_module(f"sklearn_meta.fewshot.{_HOME[name]}"), name)
    raise AttributeError(f"module 'sklearn_meta.fewshot' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_HOME])
