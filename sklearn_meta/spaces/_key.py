"""A short name for a configuration."""

import hashlib
import json

import numpy as np


def configuration_key(configuration):
    """Name a configuration by its content.

    Parameters
    ----------
    configuration : dict
        A configuration: strings, numbers, booleans.

    Returns
    -------
    str
        16 hexadecimal digits, the same for the same content in any order.

    Examples
    --------
    >>> from sklearn_meta.spaces import configuration_key
    >>> first = configuration_key({"family": "linear", "C": 1.0})
    >>> first == configuration_key({"C": 1, "family": "linear"}), len(first)
    (True, 16)
    """
    plain = {name: _plain(value) for name, value in configuration.items()}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:16]


def _plain(value):
    """Write 1.0 and numpy's 1 as 1, so that what is equal has one name."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
