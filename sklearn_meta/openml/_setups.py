"""Setups: with which parameter values a flow was run."""

import json
from xml.etree import ElementTree

from sklearn_meta.openml._cache import store
from sklearn_meta.openml._errors import NotOnServerError
from sklearn_meta.openml._xml import read_xml, text_of, xml_complaint

_BATCH = 100  # ids in one address
_URI = "http://openml.org/openml"


def fetch_setups(place, ids):
    """Return the parameter values of setups, by setup and component.

    Parameters
    ----------
    place : Place
        The server and its cache.
    ids : iterable of int
        The setups.

    Returns
    -------
    dict of int to dict of str to dict
        For each setup, from the name of a component ("sklearn.svm._classes.SVC") to its values.
        Setups that the server does not know are left out.
    """
    ids = sorted(set(ids))
    missing = [id for id in ids if not place.holds(_name(id))]
    for start in range(0, len(missing), _BATCH):
        _fetch_batch(place, missing[start : start + _BATCH])
    return {id: _values(place, id) for id in ids if place.holds(_name(id))}


def _name(id):
    return f"setups/{id}/description.xml"  # as the client keeps them


def _fetch_batch(place, ids):
    """Ask for many setups at once, and keep each in a file of its own."""
    listed = ",".join(map(str, ids))
    try:
        content = place.download(
            place.api(f"setup/list/setup/{listed}/limit/{len(ids)}/offset/0"),
            f"setups {ids[0]} to {ids[-1]}",
            check=xml_complaint("setups"),
        )
    except NotOnServerError as error:
        if not error.is_empty_list:
            raise
        return
    ElementTree.register_namespace("oml", _URI)  # the client reads names with this prefix
    for setup in ElementTree.fromstring(content):
        setup.tag = f"{{{_URI}}}setup_parameters"
        id = setup.findtext(f"{{{_URI}}}setup_id")
        store(place.folder / _name(id), ElementTree.tostring(setup))


def _values(place, id):
    content = (place.folder / _name(id)).read_bytes()
    found = {}
    for parameter in read_xml(content, "setup_parameters").findall("parameter"):
        component = found.setdefault(text_of(parameter, "flow_name", ""), {})
        component[text_of(parameter, "parameter_name")] = _decoded(text_of(parameter, "value"))
    return found


def _decoded(text):
    """Return the value that a scikit-learn flow wrote as JSON; other text as it is."""
    try:
        return json.loads(text) if text is not None else None
    except ValueError:
        return text
