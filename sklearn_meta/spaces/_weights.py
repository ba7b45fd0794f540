"""Ask, in scikit-learn's metadata routing, for sample weights wherever they can be used."""

from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.feature_selection import SelectFromModel
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter


def request_weights(estimator):
    """Request `sample_weight` for each part of a pipeline whose `fit` takes it.

    Parameters
    ----------
    estimator : estimator
        A model, transformer or pipeline of them, changed in place. Metadata routing must be
        enabled.

    Returns
    -------
    estimator
        The same object.
    """
    for part in _parts(estimator):
        request_weights(part)
    if hasattr(estimator, "set_fit_request") and has_fit_parameter(estimator, "sample_weight"):
        estimator.set_fit_request(sample_weight=True)
    return estimator


def takes_weights(model):
    """Tell whether a pipeline's last step can use sample weights.

    Parameters
    ----------
    model : estimator
        The last step.

    Returns
    -------
    bool
        True if its `fit`, or that of the model within, takes `sample_weight`.
    """
    if isinstance(model, TransformedTargetRegressor):
        return takes_weights(model.regressor)
    if isinstance(model, Pipeline):
        return takes_weights(model.steps[-1][1])
    return has_fit_parameter(model, "sample_weight")


def _parts(estimator):
    """List the estimators inside one."""
    if isinstance(estimator, Pipeline):
        return [step for _, step in estimator.steps if not isinstance(step, str)]
    if isinstance(estimator, ColumnTransformer):
        return [part[1] for part in estimator.transformers if not isinstance(part[1], str)]
    if isinstance(estimator, TransformedTargetRegressor):
        return [estimator.regressor]
    if isinstance(estimator, SelectFromModel):
        return [estimator.estimator]
    return []
