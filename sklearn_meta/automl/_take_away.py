"""The best pipeline, for use without the search."""

from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_meta._validation import plain_table


def to_take_away(pipeline, given, checked):
    """Return a pipeline that predicts from a table as the user gave it.

    Pipelines see tables whose columns are plain: durations are seconds, nullable numbers are
    floats. A table that came otherwise is brought into that form by a first step; any other is
    left to the pipeline, which then needs nothing of this package.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted on a checked table.
    given : array-like, DataFrame or sparse matrix of shape (n_samples, n_features)
        The table that `fit` was given.
    checked : ndarray, DataFrame or CSR matrix of shape (n_samples, n_features)
        What `check_table` made of it.

    Returns
    -------
    Pipeline
    """
    if not hasattr(checked, "iloc") or _looks_alike(given, checked):
        return pipeline
    return Pipeline([("plain", FunctionTransformer(plain_table)), *pipeline.steps])


def _looks_alike(given, checked):
    """Tell whether a pandas frame has the dtypes that the check would give it."""
    return hasattr(given, "iloc") and list(given.dtypes) == list(checked.dtypes)
