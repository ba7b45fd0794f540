"""What the openml client needs to run our searches on a task: flow, predictions, trace.

Its own scikit-learn extension takes any estimator, so a second one beside it can't be registered:
ours is a subclass that takes its place, when asked to. Searches are known by what they have, as
this room lies below theirs.
"""

import inspect
import json
import time
from collections import OrderedDict
from pathlib import PurePath

import numpy as np
import openml
from openml.extensions.sklearn import SklearnExtension
from openml.runs.trace import OpenMLRunTrace, OpenMLTraceIteration
from sklearn.base import clone
from sklearn.model_selection import BaseCrossValidator

from sklearn_meta.openml._errors import OpenMLError


class MetaExtension(SklearnExtension):
    """The client's scikit-learn extension, with searches of sklearn_meta in full.

    All else goes the way of `openml.extensions.sklearn.SklearnExtension`.

    Examples
    --------
    >>> from sklearn_meta import MetaAutoClassifier
    >>> from sklearn_meta.openml import MetaExtension
    >>> flow = MetaExtension().model_to_flow(MetaAutoClassifier(max_trials=3))
    >>> flow.custom_name, flow.parameters["max_trials"]
    ('sklearn_meta.MetaAutoClassifier', '3')
    """

    def _serialize_sklearn(self, o, parent_model=None):
        if _is_experience(o):
            return _experience_name(o)
        if callable(getattr(o, "submit", None)):  # an executor: where, not what
            return None
        try:
            return super()._serialize_sklearn(o, parent_model)
        except TypeError as error:
            if o is parent_model or not is_search(parent_model):
                raise
            names = [n for n, v in parent_model.get_params(deep=False).items() if v is o]
            raise OpenMLError(
                f"A flow can't hold {'/'.join(names) or 'a parameter'}={o!r}. Give what can be "
                "written down: a scorer's name, the names of families, a scikit-learn splitter."
            ) from error

    def _get_sklearn_description(self, model, char_lim=1024):
        if not is_search(model):
            return super()._get_sklearn_description(model, char_lim)
        summary = (inspect.getdoc(model) or "").partition("\n\nParameters\n")[0]
        return summary if len(summary) <= char_lim else summary[: char_lim - 3] + "..."

    def _extract_information_from_model(self, model):
        found = super()._extract_information_from_model(model)
        if is_search(model):
            parameters = found[0]
            parameters["experience"] = _without_folder(parameters["experience"])
        return found

    def obtain_parameter_values(self, flow, model=None):
        """Return the parameter settings of a flow's model, without folders of this machine.

        Parameters
        ----------
        flow : openml.flows.OpenMLFlow
            The flow, with the server's ids.
        model : estimator, default=None
            The model; None is the flow's.

        Returns
        -------
        list of dict
        """
        settings = super().obtain_parameter_values(flow, model)
        for setting in settings:
            if setting["oml:name"] == "experience":
                setting["oml:value"] = _without_folder(setting["oml:value"])
        return settings

    def seed_model(self, model, seed=None):
        """Seed what is not seeded yet; splitters that do not shuffle are left alone.

        The client seeds those too, and can't read the flow back then: scikit-learn refuses a
        splitter with a seed that has no effect.

        Parameters
        ----------
        model : estimator
            Changed in place.
        seed : int, default=None
            From which the seeds are drawn.

        Returns
        -------
        estimator
            The model.
        """
        splitters = [v for v in model.get_params().values() if isinstance(v, BaseCrossValidator)]
        unshuffled = [
            splitter
            for splitter in splitters
            if not getattr(splitter, "shuffle", True) and splitter.random_state is None
        ]
        super().seed_model(model, seed)
        for splitter in unshuffled:
            splitter.random_state = None
        return model

    def _run_model_on_fold(self, model, task, X_train, rep_no, fold_no, y_train=None, X_test=None):
        if not is_search(_last_step(model)):
            return super()._run_model_on_fold(
                model, task, X_train, rep_no, fold_no, y_train, X_test
            )
        fitted = clone(model)
        with _Clock() as fit:
            fitted.fit(X_train, y_train)
        with _Clock() as predict:
            predicted = fitted.predict(X_test)
            proba = None
            if getattr(task, "class_labels", None):
                proba = _probabilities(fitted, X_test, task.class_labels)
        trace = search_trace(_last_step(fitted), rep_no, fold_no)
        return predicted, proba, _measures(fit, predict), trace

    def instantiate_model_from_hpo_class(self, model, trace_iteration):
        """Return the model of one iteration of a trace; not for our searches.

        Parameters
        ----------
        model : estimator
            The search.
        trace_iteration : openml.runs.OpenMLTraceIteration
            The iteration.

        Returns
        -------
        estimator

        Raises
        ------
        OpenMLError
            For our searches, whose configurations are more than parameters.
        """
        if is_search(model):
            raise OpenMLError(
                "An iteration of this trace is a configuration, not parameters of an estimator: "
                "take iteration.get_parameters()['configuration'] and give it to "
                "sklearn_meta.spaces.SearchSpace.pipeline."
            )
        return super().instantiate_model_from_hpo_class(model, trace_iteration)


def is_search(model):
    """Tell whether an estimator searches as ours do, by its parameters."""
    if model is None or isinstance(model, type) or not hasattr(model, "get_params"):
        return False
    return {"max_trials", "time_budget", "experience", "advisor"} <= set(
        getattr(model, "_get_param_names", list)()
    )


def search_trace(search, repeat, fold):
    """Return the trials of a fitted search as a trace of OpenML.

    Parameters
    ----------
    search : estimator
        Fitted, with `trials_`.
    repeat, fold : int
        Where in the task it was fitted.

    Returns
    -------
    openml.runs.OpenMLRunTrace
        An iteration for each trial that has a score: `evaluation` is the score, greater is better;
        the parameters are `family` and `configuration`, in JSON as all values of a trace are.
    """
    scored = [t for t in search.trials_ if t["score"] is not None and np.isfinite(t["score"])]
    best = max(scored, key=lambda trial: trial["score"])
    trace = OrderedDict()
    for number, trial in enumerate(scored):
        trace[repeat, fold, number] = OpenMLTraceIteration(
            repeat=repeat,
            fold=fold,
            iteration=number,
            evaluation=float(trial["score"]),
            selected=trial is best,
            parameters=OrderedDict(
                parameter_family=json.dumps(trial["family"]),
                parameter_configuration=_json(trial["configuration"]),
            ),
        )
    return OpenMLRunTrace(None, trace)


def register_extension():
    """Let the openml client run and publish our searches, in place of its scikit-learn extension.

    Nothing is sent anywhere by this. `openml.runs.run_model_on_task` then gives predictions for
    each fold and the search's trials as the run's trace; other scikit-learn estimators go on as
    before.

    Examples
    --------
    >>> import openml
    >>> from sklearn_meta.openml import register_extension, unregister_extension
    >>> register_extension()
    >>> [extension.__name__ for extension in openml.extensions.extensions]
    ['MetaExtension']
    >>> unregister_extension()
    """
    _replace(SklearnExtension, MetaExtension)


def unregister_extension():
    """Give the openml client its own scikit-learn extension back."""
    _replace(MetaExtension, SklearnExtension)


def _replace(old, new):
    registered = openml.extensions.extensions
    others = [extension for extension in registered if extension not in (old, new)]
    registered[:] = [*others, new]


class _Clock:
    """Milliseconds of processor and wall clock."""

    def __enter__(self):
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *exception):
        self.cpu = (time.process_time() - self._cpu) * 1000
        self.wall = (time.perf_counter() - self._wall) * 1000


def _measures(fit, predict):
    """Return times as OpenML names them; no processor time, as trials run in other processes."""
    return OrderedDict(
        wall_clock_time_millis_training=fit.wall,
        wall_clock_time_millis_testing=predict.wall,
        wall_clock_time_millis=fit.wall + predict.wall,
    )


def _probabilities(fitted, X, labels):
    """Return a column for each class label, in OpenML's order; 0 for classes never seen."""
    import pandas as pd

    found = pd.DataFrame(fitted.predict_proba(X), columns=[str(c) for c in fitted.classes_])
    return found.reindex(columns=labels, fill_value=0.0)


def _last_step(model):
    return model.steps[-1][1] if hasattr(model, "steps") else model


def _is_experience(value):
    return all(callable(getattr(value, name, None)) for name in ("matrix", "without", "like"))


def _json(configuration):
    def plain(value):  # numpy's numbers
        return value.item() if hasattr(value, "item") else str(value)

    return json.dumps(configuration, sort_keys=True, default=plain)


def _experience_name(experience):
    return PurePath(str(getattr(experience, "location", "") or "experience")).name


def _without_folder(text):
    """Return a JSON value without the folder of a path, which is nobody else's business."""
    value = json.loads(text) if text else None
    return json.dumps(PurePath(value).name) if isinstance(value, str) else text
