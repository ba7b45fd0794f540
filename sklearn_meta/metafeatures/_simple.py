"""Counts and shares: what can be said of a table without arithmetic on its values."""

import numpy as np
from scipy.sparse import issparse

_CELLS_PER_CHUNK = 10_000_000


def simple_metafeatures(view):
    """Count rows, columns, classes and gaps, on the whole table.

    As on OpenML, the target counts as one of the features, booleans are nominal, and percentages
    run from 0 to 100. A date or a text is neither numeric nor symbolic (OpenML counts dates as
    numeric). The last three names are ours. Dates and texts hidden in strings, and the levels of
    strings, are found on the sampled rows if `view` has no roles.

    Parameters
    ----------
    view : TaskView
        The task.

    Returns
    -------
    dict of str to float
        The meta-features; NaN where undefined.
    """
    n_features = view.n_columns + 1
    return {
        "NumberOfInstances": view.total_weight,
        "NumberOfFeatures": float(n_features),
        "Dimensionality": _ratio(n_features, view.total_weight),
        **_missing_values(view, n_features),
        **_attribute_types(view, n_features),
        "AutoCorrelation": _auto_correlation(view),
        **_class_sizes(view),
    }


def _ratio(part, whole):
    return float(part) / float(whole) if whole > 0 else np.nan


def _missing_values(view, n_features):
    n_cells, n_incomplete = _count_missing(view.X, view.weights)
    return {
        "NumberOfMissingValues": n_cells,
        "PercentageOfMissingValues": 100 * _ratio(n_cells, view.total_weight * n_features),
        "NumberOfInstancesWithMissingValues": n_incomplete,
        "PercentageOfInstancesWithMissingValues": 100 * _ratio(n_incomplete, view.total_weight),
    }


def _count_missing(X, weights):
    """Return the weight sums of the missing cells and of the rows that have any."""
    n_cells = n_incomplete = 0.0
    step = max(1000, _CELLS_PER_CHUNK // max(1, X.shape[1]))  # bounds the memory of the mask
    for start in range(0, X.shape[0], step):
        per_row = _missing_per_row(X, start, start + step)
        if per_row is None:
            continue
        rows_count = 1.0 if weights is None else weights[start : start + step]
        n_cells += float((per_row * rows_count).sum())
        n_incomplete += float(((per_row > 0) * rows_count).sum())
    return n_cells, n_incomplete


def _missing_per_row(X, start, stop):
    """Count the gaps of some rows; None is a quick word for nowhere any."""
    if issparse(X):
        chunk = X[start:stop]
        gaps = np.isnan(chunk.data)
        rows = np.repeat(np.arange(chunk.shape[0]), np.diff(chunk.indptr))
        return np.bincount(rows[gaps], minlength=chunk.shape[0]) if gaps.any() else None
    if hasattr(X, "to_pandas"):  # polars
        gaps = X[start:stop].to_pandas().isna().to_numpy()
    elif hasattr(X, "iloc"):
        gaps = X.iloc[start:stop].isna().to_numpy()
    else:
        gaps = np.isnan(X[start:stop])
    return gaps.sum(axis=1) if gaps.any() else None


def _attribute_types(view, n_features):
    types = view.attribute_types
    n_numeric = np.count_nonzero(types == "numeric") + (not view.is_classification)
    n_symbolic = np.count_nonzero(types == "nominal") + view.is_classification
    n_binary = view.n_binary + (view.n_classes == 2)
    others = {
        "HighCardinality": view.n_high_cardinality,
        "Text": np.count_nonzero(types == "text"),
        "Date": np.count_nonzero(types == "date"),
    }
    counts = {"Numeric": n_numeric, "Symbolic": n_symbolic, "Binary": n_binary}
    return {
        **{f"NumberOf{name}Features": float(count) for name, count in counts.items()},
        **{
            f"PercentageOf{name}Features": 100 * _ratio(count, n_features)
            for name, count in (counts | others).items()
        },
    }


def _auto_correlation(view):
    """Measure how alike neighbouring targets are, as OpenML does.

    For classes the share of neighbours of the same class; for numbers OpenML sums signed steps,
    which leaves the first and the last target only. A weight counts as so many rows in a row.
    """
    y = view.y if view.weights is None else view.y[view.weights > 0]
    if len(y) == 0 or view.total_weight <= 1:
        return np.nan
    changes = np.count_nonzero(y[1:] != y[:-1]) if view.is_classification else y[0] - y[-1]
    return 1.0 - float(changes) / (view.total_weight - 1)


def _class_sizes(view):
    sizes = view.class_sizes[view.class_sizes > 0]
    largest, smallest = (sizes.max(), sizes.min()) if len(sizes) else (np.nan, np.nan)
    return {
        "NumberOfClasses": float(view.n_classes),
        "MajorityClassSize": float(largest),
        "MajorityClassPercentage": 100 * _ratio(largest, view.total_weight),
        "MinorityClassSize": float(smallest),
        "MinorityClassPercentage": 100 * _ratio(smallest, view.total_weight),
    }
