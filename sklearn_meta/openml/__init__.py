"""OpenML: tasks in, experience in, runs out; also without a network.

The openml package is loaded on first use; its configuration (server, cache folder, key) holds.
"""

from importlib import import_module

_HOMES = {
    "DamagedFileError": "_errors",
    "FetchedDataset": "_dataset",
    "FetchedTask": "_task",
    "MetaExtension": "_extension",
    "NotAuthorizedError": "_errors",
    "NotInCacheError": "_errors",
    "NotOnServerError": "_errors",
    "OpenMLError": "_errors",
    "PublishedEvaluation": "_evaluations",
    "ServerError": "_errors",
    "ServerTimeoutError": "_errors",
    "Suite": "_suite",
    "TaskSplits": "_splits",
    "compare_qualities": "_qualities",
    "fetch_dataset": "_dataset",
    "fetch_qualities": "_qualities",
    "fetch_splits": "_task",
    "fetch_task": "_task",
    "fill_qualities": "_qualities",
    "iter_evaluations": "_evaluations",
    "iter_suite": "_suite",
    "options": "_options",
    "protect_cache": "_protect",
    "publish_run": "_publish",
    "register_extension": "_extension",
    "run_task": "_publish",
    "unregister_extension": "_extension",
    "suite_task_ids": "_suite",
}

__all__ = sorted(_HOMES)


def __getattr__(name):
    """Load a name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
