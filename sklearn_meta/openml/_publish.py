"""Run a model on a task, and publish the run: two steps, the second only with a key in hand."""

from contextlib import contextmanager

from sklearn_meta.openml._errors import (
    NotAuthorizedError,
    OpenMLError,
    ServerError,
    ServerTimeoutError,
)
from sklearn_meta.openml._options import current_options
from sklearn_meta.openml._patience import client_gives_up_after
from sklearn_meta.openml._protect import protect_cache
from sklearn_meta.openml._task import FetchedTask, fetch_task


def run_task(model, task, *, seed=None, n_jobs=None):
    """Fit a model on each split of a task and predict; nothing is sent anywhere.

    Registers our extension with the openml client (:func:`register_extension`) and calls
    `openml.runs.run_model_on_task`.

    Parameters
    ----------
    model : estimator
        Unfitted, of sklearn_meta or scikit-learn.
    task : int or FetchedTask
        The task.
    seed : int, default=None
        For the model's random states that are None.
    n_jobs : int, default=None
        Splits at the same time; None is 1.

    Returns
    -------
    openml.runs.OpenMLRun
        Predictions, local measures and, for a search, the trace; see :func:`publish_run`.

    Raises
    ------
    OpenMLError
        As :func:`fetch_task`; also if the model has parameters that can't be written down.

    Examples
    --------
    >>> from sklearn_meta import MetaAutoClassifier
    >>> from sklearn_meta.openml import run_task
    >>> run = run_task(MetaAutoClassifier(max_trials=3, random_state=0), 59)  # doctest: +SKIP
    >>> run.get_metric_fn(accuracy_score).mean()  # doctest: +SKIP
    """
    import openml

    from sklearn_meta.openml._extension import register_extension

    if not isinstance(task, FetchedTask):
        task = fetch_task(task)
    register_extension()
    with protect_cache(datasets=[task.openml_id], tasks=[task.task_id]):
        return openml.runs.run_model_on_task(
            model, task.to_openml(), avoid_duplicate_runs=False, seed=seed, n_jobs=n_jobs
        )


def publish_run(run, *, api_key):
    """Send a run to the server: its flow if that is new there, predictions and trace.

    Everyone can see it there, under the name that the key belongs to. Nothing else in this package
    sends anything.

    Parameters
    ----------
    run : openml.runs.OpenMLRun
        As :func:`run_task` returns it.
    api_key : str
        Your key; it is used for this call only. There is no default on purpose.

    Returns
    -------
    str
        The run's address; its number is `run.run_id`.

    Raises
    ------
    NotAuthorizedError
        If the key is missing or not the server's.
    ServerTimeoutError
        If the server is silent for longer than ``options(timeout=...)``. Whether it has the run is
        then not known.
    ServerError
        If the server fails; the run can be published again.
    OpenMLError
        If we are offline, or the server refuses the run.

    Examples
    --------
    >>> from sklearn_meta.openml import publish_run
    >>> publish_run(run, api_key="your key")  # doctest: +SKIP
    'https://www.openml.org/r/10594321'
    """
    import openml

    if current_options().is_offline:
        raise OpenMLError("sklearn_meta.openml is offline; a run can't be published.")
    if not isinstance(api_key, str) or not api_key.strip():
        raise NotAuthorizedError(
            "Publishing wants your API key: publish_run(run, api_key=...). It is on your profile "
            f"at {openml.config.get_server_base_url()}."
        )
    key, patience = api_key.strip(), current_options().timeout
    with _key_in_force(key), _as_our_errors(key, patience), client_gives_up_after(patience):
        run.publish()
    return f"{openml.config.get_server_base_url()}/r/{run.run_id}"


@contextmanager
def _key_in_force(key):
    import openml

    before = openml.config.apikey
    openml.config.apikey = key
    try:
        yield
    finally:
        openml.config.apikey = before


@contextmanager
def _as_our_errors(key, patience):
    """Raise the client's errors as ours, without the key in them."""
    import requests
    from openml import exceptions

    try:
        yield
    except exceptions.OpenMLNotAuthorizedError as error:
        raise NotAuthorizedError(
            f"OpenML does not take the run under this API key ({_clean(error, key)})."
        ) from None
    except exceptions.OpenMLServerException as error:
        raise OpenMLError(f"OpenML refused the run: {_clean(error, key)}") from None
    except requests.Timeout as error:
        raise ServerTimeoutError(
            f"OpenML said nothing for {patience:g} s while the run was sent "
            f"({_clean(error, key)}). It may have arrived: look at your runs there before you "
            "publish it again, with more patience by sklearn_meta.openml.options(timeout=...)."
        ) from None
    except (exceptions.OpenMLServerError, requests.RequestException) as error:
        raise ServerError(
            f"OpenML failed while the run was sent; it can be published again "
            f"({type(error).__name__}: {_clean(error, key)})."
        ) from None


def _clean(error, key):
    return str(error).replace(key, "***").partition("\n")[0]
