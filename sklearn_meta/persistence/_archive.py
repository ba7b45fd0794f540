"""The file itself: a skops archive with a header that can be read before anything is built."""

import json
import pickle
import warnings
import zlib
from importlib import import_module
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sklearn_meta.persistence._atomic import atomic_path
from sklearn_meta.persistence._copies import restore_requests, storable_copy
from sklearn_meta.persistence._errors import (
    ModelFileError,
    ModelFileNotFoundError,
    UntrustedTypeError,
)
from sklearn_meta.persistence._trusted import TRUSTED_TYPES

FORMAT = "sklearn_meta model"
PROTOCOL = 1
HEADER = "sklearn_meta.json"

_CANT_STORE = (TypeError, ValueError, AttributeError, RecursionError, pickle.PicklingError)
_DAMAGE = (
    BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    AttributeError,
    NotImplementedError,
    RecursionError,
)


def write_archive(path, value, header):
    """Write a value and a header; return the types that `read_archive` will want to be trusted.

    Parameters
    ----------
    path : str or path-like
        Where; its folder exists.
    value : object
        Fitted estimators, arrays and plain values in lists and dictionaries.
    header : callable
        ``header(types)`` returns facts as a dictionary of JSON values, from the names of the types
        in the file that skops itself does not know.

    Returns
    -------
    list of str
        Type names that are not on this package's list.

    Raises
    ------
    ModelFileError
        If something in the value can't be stored, or there is no such folder.
    """
    folder = Path(path).absolute().parent
    if not folder.is_dir():
        raise ModelFileError(f"There is no folder {str(folder)!r} to save to. Make it first.")
    if Path(path).is_dir():
        raise ModelFileError(f"{str(path)!r} is a folder. Give the name of a file.")
    try:
        data, types = _packed(value)
    except _CANT_STORE as error:
        raise ModelFileError(
            f"The model has a part that can't be stored without pickle ({error}). If it comes from "
            "a family of your own, keep its fitted state to arrays, numbers and texts."
        ) from error
    foreign = sorted(set(types) - set(TRUSTED_TYPES))
    if missing := [name for name in foreign if not _can_be_found(name)]:
        raise ModelFileError(
            f"The model uses {missing}, which can't be found by these names again. Define such "
            "functions and classes at the top level of a module."
        )
    facts = {"format": FORMAT, "protocol": PROTOCOL, **header(types)}
    with ZipFile(data, "a", ZIP_DEFLATED) as archive:
        archive.writestr(HEADER, json.dumps(facts, indent=2))
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.getbuffer())
    return foreign


def is_storable(value):
    """Tell whether a value can be written, and read without trusting anybody."""
    try:
        return set(_packed(value)[1]) <= set(TRUSTED_TYPES)
    except _CANT_STORE:
        return False


def _packed(value):
    """Return a value as an archive in memory, and the types in it that skops does not know."""
    import skops.io

    data = BytesIO()
    skops.io.dump(storable_copy(value), data, compression=ZIP_DEFLATED, compresslevel=4)
    return data, skops.io.get_untrusted_types(file=data)


def _can_be_found(name):
    """Tell whether a type's or function's name leads to it."""
    module, _, own = name.rpartition(".")
    try:
        return hasattr(import_module(module), own)
    except (ImportError, ValueError):
        return False


def read_header(path):
    """Read what a file says of itself, after checking that it is a model file for this version.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    dict

    Raises
    ------
    ModelFileNotFoundError
        If there is no file.
    ModelFileError
        If it is no model file, damaged, or of a newer protocol.
    """
    path = Path(path)
    if path.is_dir():
        raise ModelFileError(f"{str(path)!r} is a folder. Give the file that was saved.")
    if not path.exists():
        raise ModelFileNotFoundError(f"There is no model file at {str(path)!r}. Check the path.")
    try:
        with ZipFile(path) as archive:
            if HEADER not in archive.namelist():
                raise ModelFileError(
                    f"{str(path)!r} was not written by sklearn_meta.persistence.save. A file "
                    "written by skops itself is read by skops.io.load."
                )
            header = json.loads(archive.read(HEADER))
    except (BadZipFile, zlib.error, EOFError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _damaged(path, error) from error
    _check_protocol(path, header)
    return header


def _check_protocol(path, header):
    known = isinstance(header, dict) and header.get("format") == FORMAT
    protocol = header.get("protocol") if known else None
    if type(protocol) is not int or protocol < 1:
        raise _damaged(path, f"its protocol reads {protocol!r}")
    if protocol > PROTOCOL:
        versions = header.get("versions")
        by = versions.get("sklearn-meta") if isinstance(versions, dict) else None
        raise ModelFileError(
            f"{str(path)!r} has protocol {protocol} (written by sklearn_meta {by}), but this "
            f"sklearn_meta reads protocols up to {PROTOCOL}. Upgrade it: "
            "pip install --upgrade sklearn-meta"
        )


def read_archive(path, trusted):
    """Build what a file holds, if all its types are known or trusted.

    Parameters
    ----------
    path : str or path-like
        A file whose header was checked.
    trusted : list of str
        Names of types to allow besides our own list.

    Returns
    -------
    object

    Raises
    ------
    UntrustedTypeError
        If other types are in the file; nothing was built then.
    ModelFileError
        If the file is damaged or needs a package that is not there.
    """
    import skops.io
    from sklearn.exceptions import InconsistentVersionWarning
    from skops.io.exceptions import UntrustedTypesFoundException

    allowed = [*TRUSTED_TYPES, *trusted]
    try:
        with warnings.catch_warnings():
            # of each estimator in each model; the header's versions are compared once instead
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            return restore_requests(skops.io.load(path, trusted=allowed))
    except UntrustedTypesFoundException as error:
        unknown = sorted(set(skops.io.get_untrusted_types(file=path)) - set(allowed))
        raise UntrustedTypeError(
            f"{str(path)!r} holds types that are not loaded unasked: {', '.join(unknown)}. Loading "
            "them may run their code. If you know them and trust whoever wrote the file, pass "
            f"trusted={[*trusted, *unknown]}."
        ) from error
    except ImportError as error:
        raise ModelFileError(
            f"{str(path)!r} needs something that can't be imported here ({error}). Install the "
            "packages that it was written with."
        ) from error
    except _DAMAGE as error:
        raise _damaged(path, error) from error


def _damaged(path, why):
    reason = f"{type(why).__name__}: {why}" if isinstance(why, Exception) else why
    return ModelFileError(
        f"{str(path)!r} can't be read as a model file ({reason}). It is damaged or of another "
        "format: save the model again, or copy the file again."
    )
