"""Find the model that experience knows inside a pipeline."""

from dataclasses import dataclass

from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_meta.spaces import plain_model_of

#: Wrappers, and the parameter that holds the estimator that they wrap.
_WRAPPED_IN = {
    "CalibratedClassifierCV": "estimator",
    "FixedThresholdClassifier": "estimator",
    "MultiOutputClassifier": "estimator",
    "MultiOutputRegressor": "estimator",
    "OneVsOneClassifier": "estimator",
    "OneVsRestClassifier": "estimator",
    "TransformedTargetRegressor": "regressor",
    "TunedThresholdClassifierCV": "estimator",
}


@dataclass(frozen=True)
class Inner:
    """The model at the end of an estimator.

    Parameters
    ----------
    model : estimator
        The innermost estimator that was reached.
    prefix : str
        What its parameters are preceded by: "" or such as "step__regressor__".
    plain : PlainModel or None
        The family it belongs to; None if experience knows none.
    is_bare : bool
        Whether nothing stands before the model that could scale the columns.
    scales_target : bool
        Whether something standardises the target before the model sees it.
    """

    model: object
    prefix: str
    plain: object
    is_bare: bool
    scales_target: bool

    @property
    def params(self):
        """The model's own parameters, a dict."""
        return self.model.get_params(deep=False)


def find_inner(estimator):
    """Walk to the last step of pipelines and into wrappers.

    Parameters
    ----------
    estimator : estimator
        A model, or pipelines and wrappers around one, in any order.

    Returns
    -------
    Inner

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn_meta.automl.search_cv._inner import find_inner
    >>> find_inner(make_pipeline(StandardScaler(), Ridge())).prefix
    'ridge__'
    """
    model, prefix, is_bare, scales_target = estimator, "", True, False
    while (step := _step_into(model)) is not None:
        if isinstance(model, TransformedTargetRegressor):
            scales_target = isinstance(model.transformer, StandardScaler)
        is_bare = is_bare and not _has_transformers(model)
        name, model = step
        prefix += f"{name}__"
    plain = plain_model_of(model) if hasattr(model, "get_params") else None
    return Inner(model, prefix, plain, is_bare, scales_target)


def _step_into(model):
    """Return the name and the estimator one level down; None at the bottom."""
    if isinstance(model, Pipeline):
        steps = [step for step in model.steps if step[1] not in (None, "passthrough")]
        return tuple(steps[-1][:2]) if steps else None
    for ancestor in type(model).__mro__:
        name = _WRAPPED_IN.get(ancestor.__name__)
        if name is not None and ancestor.__module__.startswith("sklearn."):
            wrapped = getattr(model, name, None)
            return None if wrapped is None else (name, wrapped)
    return None


def _has_transformers(model):
    return isinstance(model, Pipeline) and len(model.steps) > 1
