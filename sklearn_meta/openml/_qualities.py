"""Qualities: what OpenML's servers computed of a data set, beside what we compute."""

import math

from sklearn_meta.openml._cache import Place, as_id
from sklearn_meta.openml._errors import NotOnServerError
from sklearn_meta.openml._options import current_options
from sklearn_meta.openml._xml import read_xml, text_of, xml_complaint

_NONE = b'<oml:data_qualities xmlns:oml="http://openml.org/openml"></oml:data_qualities>'


def fetch_qualities(dataset_id, *, offline=None):
    """Fetch what the server computed of a data set.

    Parameters
    ----------
    dataset_id : int
        The data set.
    offline : bool, default=None
        True never opens a connection.

    Returns
    -------
    dict of str to float
        Values by OpenML's names; those that the server could not compute are left out.

    Raises
    ------
    NotInCacheError, ServerError, ServerTimeoutError, DamagedFileError
        As :func:`fetch_dataset`.

    Examples
    --------
    >>> from sklearn_meta.openml import fetch_qualities
    >>> fetch_qualities(61)["NumberOfInstances"]  # doctest: +SKIP
    150.0
    """
    return qualities_at(Place.current(current_options(offline)), as_id(dataset_id, "dataset_id"))


def qualities_at(place, id):
    """Return the qualities of a data set from a server or its cache."""
    try:
        content = place.get(
            f"datasets/{id}/qualities.xml",
            place.api(f"data/qualities/{id}"),
            f"data set {id} (qualities)",
            check=xml_complaint("data_qualities"),
        )
    except NotOnServerError:  # "No qualities found": not all data sets have been described
        content = _NONE
    values = {}
    for quality in read_xml(content, "data_qualities").findall("quality"):
        number = _number(text_of(quality, "value", ""))
        if number is not None:
            values[text_of(quality, "name")] = number
    return values


def _number(text):
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def fill_qualities(served, compute, names=None):
    """Take the server's values, and our own for those that it lacks.

    Parameters
    ----------
    served : dict of str to float
        The server's.
    compute : callable
        Without arguments, returns ours; called only if a name is missing.
    names : list of str, default=None
        Which; None is all that `compute` gives.

    Returns
    -------
    dict of str to float

    Examples
    --------
    >>> from sklearn_meta.openml import fill_qualities
    >>> fill_qualities({"a": 1.0}, lambda: {"a": 9.0, "b": 2.0})
    {'a': 1.0, 'b': 2.0}
    """
    if names is not None and set(names) <= set(served):
        return {name: served[name] for name in names}
    ours = compute()
    wanted = list(ours) if names is None else names
    return {name: served[name] if name in served else ours[name] for name in wanted}


def compare_qualities(served, ours, tolerance=1e-6):
    """Lay the server's qualities and ours side by side.

    Parameters
    ----------
    served, ours : dict of str to float
        Values by name.
    tolerance : float, default=1e-6
        Relative difference up to which two values count as the same.

    Returns
    -------
    DataFrame
        A row for each name that either has: `server`, `ours`, `difference` (ours less the
        server's), and `verdict`: "same", "differs", "server only" or "ours only".

    Examples
    --------
    >>> from sklearn_meta.openml import compare_qualities
    >>> compare_qualities({"a": 1.0, "b": 2.0}, {"a": 1.0, "c": 3.0})["verdict"].to_dict()
    {'a': 'same', 'b': 'server only', 'c': 'ours only'}
    """
    import pandas as pd

    rows = {}
    for name in sorted({*served, *ours}):
        theirs, own = served.get(name), ours.get(name)
        if theirs is None or own is None:
            verdict = "ours only" if theirs is None else "server only"
        else:
            verdict = "same" if _same(theirs, own, tolerance) else "differs"
        rows[name] = {"server": theirs, "ours": own, "verdict": verdict}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["server", "ours", "verdict"])
    frame[["server", "ours"]] = frame[["server", "ours"]].astype(float)
    frame.insert(2, "difference", frame["ours"] - frame["server"])
    return frame


def _same(theirs, own, tolerance):
    if math.isnan(own):
        return False
    return math.isclose(theirs, own, rel_tol=tolerance, abs_tol=tolerance)
