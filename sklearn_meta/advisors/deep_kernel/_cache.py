"""Trained kernels on disk, beside the experience that they were trained on."""

import hashlib
import json
import logging
import os
from contextlib import suppress
from pathlib import Path

import numpy as np

logger = logging.getLogger("sklearn_meta")

_PROTOCOL = "1"  # raise it when a training of the same data would give something else


def cache_folder(experience, cache):
    """Find the folder in which trained kernels are kept.

    Parameters
    ----------
    experience : object
        What was learned from.
    cache : "auto", path or None
        "auto" is the folder of the experience's file, or the user's cache folder where that can't
        be written; nothing is kept for an experience that has no file.

    Returns
    -------
    Path or None
    """
    if cache != "auto":
        return None if cache is None else Path(cache)
    database = getattr(experience, "_database", None)
    if database is None or not database.is_file:
        return None
    folder = Path(database.location).parent
    if not database.immutable and os.access(folder, os.W_OK):
        return folder
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "sklearn_meta"


def content_hash(arrays, facts):
    """Name a training by what goes into it.

    Parameters
    ----------
    arrays : iterable of ndarray
        Data.
    facts : dict
        Anything that JSON can hold: settings, keys.

    Returns
    -------
    str
        24 hexadecimal digits.
    """
    digest = hashlib.sha256(_PROTOCOL.encode())
    digest.update(json.dumps(facts, sort_keys=True).encode())
    for array in arrays:
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(np.nan_to_num(array, nan=-9.25e9)).tobytes())
    return digest.hexdigest()[:24]


def cached(folder, name, shapes, make):
    """Read trained arrays, or make and keep them.

    Parameters
    ----------
    folder : Path or None
        Where to look; None only makes them.
    name : str
        Of `content_hash`.
    shapes : dict of str to tuple of int
        Arrays that have to be there, with their shapes; -1 is any length.
    make : callable
        Returns the arrays.

    Returns
    -------
    dict of str to ndarray
        A file that is damaged or lacks something is made anew; a folder that can't be written is no
        error.
    """
    if folder is None:
        return make()
    path = folder / f"deep_kernel_{name}.safetensors"
    arrays = _read(path, shapes)
    if arrays is None:
        arrays = make()
        _write(path, arrays)
    return arrays


def _read(path, shapes):
    """Read a file; None if there is none that is whole."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not path.exists():
        return None
    try:
        arrays = load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        logger.warning("%s is damaged (%s) and is made anew.", path, error)
        return None
    whole = all(name in arrays and _fits(arrays[name], shape) for name, shape in shapes.items())
    if not whole:
        logger.warning("%s lacks something and is made anew.", path)
    return arrays if whole else None


def _fits(array, shape):
    """Tell whether an array has a shape and no NaN."""
    same = len(array.shape) == len(shape)
    same = same and all(b in (-1, a) for a, b in zip(array.shape, shape, strict=True))
    return same and bool(np.isfinite(array).all())


def _write(path, arrays):
    """Write a file in one go, so that no reader sees half of it."""
    from safetensors.numpy import save_file

    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({name: np.array(array, order="C") for name, array in arrays.items()}, draft)
        os.replace(draft, path)
    except OSError as error:
        logger.info("the trained kernel is not kept: %s", error)
        with suppress(OSError):
            draft.unlink(missing_ok=True)
