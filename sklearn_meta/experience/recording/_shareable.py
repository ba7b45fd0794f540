"""What may leave a table: only what says nothing of a single cell."""

import json
import re

import numpy as np

# Averages and deviations in the units of a column: the mean of a constant column is its cell. All
# other meta-features are counts, shares, or stay the same when a column is rescaled.
_IN_UNITS = re.compile(r"(Means|StdDev)OfNumericAtts$")
# Of numbers it is made of the first and the last target alone.
_OF_SINGLE_TARGETS = ("AutoCorrelation",)
_ERROR_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?=:)")
DIGITS = 5


def shareable_metafeatures(metafeatures, kind):
    """Keep the meta-features that hold no number in the units of a cell, to five digits.

    Parameters
    ----------
    metafeatures : dict of str to float
        As `describe_task` gives them.
    kind : {"binary", "multiclass", "regression"}
        Kind of the task.

    Returns
    -------
    dict of str to float
        Those that are counts, shares, or the same for a table whose columns (and numeric target)
        are shifted and rescaled.
    """
    hidden = _OF_SINGLE_TARGETS if kind == "regression" else ()
    return {
        name: rounded(value)
        for name, value in metafeatures.items()
        if not _IN_UNITS.search(name) and name not in hidden
    }


def shareable_metrics(metrics):
    """Keep metric values to five digits, and leave out those that are undefined."""
    return {name: rounded(value) for name, value in metrics.items() if np.isfinite(value)}


def shareable_configuration(configuration):
    """Return a configuration as plain JSON values, or None where it is not made of such.

    Configurations of a user's own families may hold anything, such as estimators.
    """
    try:
        text = json.dumps(configuration, allow_nan=False, default=_scalar)
    except (TypeError, ValueError):
        return None
    return json.loads(text)


def shareable_reason(status, reason):
    """Return the kind of an error without its text, which may quote cells."""
    if status != "error":
        return None
    found = _ERROR_NAME.match(reason or "")
    return found.group() if found else "error"


def rounded(value):
    """Round to five significant digits."""
    return float(f"{float(value):.{DIGITS}g}")


def _scalar(value):
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError
