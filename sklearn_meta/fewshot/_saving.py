"""Learners on disk: one safetensors file, with JSON in its header.

The header's key ``sklearn_meta`` holds ``protocol``, ``learner``, ``parameters``, ``start`` and
``fitted``. Rule for the protocol number: raise it when a reader of the old number would misread a
new file; keep a reader for every number that was ever released.
"""

import json
import os
from pathlib import Path

import numpy as np

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._start import Start
from sklearn_meta.fewshot._training import MetaTraining

PROTOCOL = 1
_PLAIN = (str, int, float, bool, type(None))


def save_learner(learner, path, half=False):
    """Write a learner; see `BaseFewShotLearner.save`."""
    from safetensors.numpy import save_file

    path = Path(path)
    header = {
        "protocol": PROTOCOL,
        "learner": type(learner).__name__,
        "parameters": _parameters_to_json(learner),
        "start": None,
        "fitted": None,
    }
    arrays = {}
    start = getattr(learner, "start_", None) or getattr(learner, "fitted_start_", None)
    if start is None:
        raise TableError(
            f"This {type(learner).__name__} has learned nothing that could be saved. "
            "Call meta_fit or fit first."
        )
    header["start"] = {
        "learner": start.learner,
        "description": start.description,
        "n_iterations": start.n_iterations,
        "meta_trained": hasattr(learner, "start_"),
    }
    weights = _halved(start.weights) if half else start.weights
    arrays.update({f"start/{name}": array for name, array in weights.items()})
    if hasattr(learner, "state_"):
        header["fitted"] = _fitted_to_json(learner, arrays)
    arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    part = path.with_name(path.name + ".part")
    save_file(arrays, part, metadata={"sklearn_meta": json.dumps(header)})
    os.replace(part, path)
    return path


def _halved(weights):
    """Return weights in half precision, integers as they are.

    Raises
    ------
    ValueError
        If a weight is too large for that.
    """
    halved = {}
    for name, array in weights.items():
        if array.dtype.kind != "f":
            halved[name] = array
            continue
        with np.errstate(over="ignore"):
            halved[name] = array.astype(np.float16)
        if not np.isfinite(halved[name]).all():
            raise TableError(
                f"The weight {name!r} reaches {np.abs(array).max():.3g}, which half precision "
                "can't hold. Save with half=False."
            )
    return halved


def load_learner(cls, path):
    """Read a learner; see `BaseFewShotLearner.load`."""
    header, arrays = _read(path)
    if header["learner"] != cls.__name__:
        raise TableError(
            f"{str(path)!r} holds a {header['learner']}; load it with {header['learner']}.load."
        )
    learner = cls(**_parameters_from_json(header["parameters"]))
    start = _start_of(header, arrays)
    if header["start"]["meta_trained"]:
        learner.start_ = start
    if header["fitted"] is not None:
        learner.fitted_start_ = start
        _fitted_from_json(learner, header["fitted"], arrays)
    return learner


def load_start(path, learner=None):
    """Read the meta-learned weights for a learner, by its class's name; None takes any."""
    header, arrays = _read(path)
    start = _start_of(header, arrays)
    if learner is not None and start.learner != learner:
        raise TableError(
            f"{str(path)!r} holds weights of {start.learner}, but {learner} was to use them."
        )
    return start


def _read(path):
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    if not path.is_file():
        raise TableError(f"There is no file {str(path)!r} with a saved few-shot learner.")
    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get("sklearn_meta", "null"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise TableError(f"{str(path)!r} is not a safetensors file ({error}).") from error
    if header is None:
        raise TableError(f"{str(path)!r} was not written by a learner of sklearn_meta.fewshot.")
    if header["protocol"] > PROTOCOL:
        raise TableError(
            f"{str(path)!r} has protocol {header['protocol']}, this version reads up to "
            f"{PROTOCOL}. Install a newer sklearn_meta."
        )
    return header, arrays


def _start_of(header, arrays):
    described = header["start"]
    weights = {
        name: array.astype(np.float32) if array.dtype == np.float16 else array
        for name, array in _branch(arrays, "start/").items()
    }
    return Start(
        described["learner"],
        described["description"],
        weights,
        described["n_iterations"],
    )


def _parameters_to_json(learner):
    parameters = {}
    for name, value in learner.get_params(deep=False).items():
        if isinstance(value, MetaTraining):
            plain = value.get_params(deep=False)
            parameters[name] = {"MetaTraining": {k: _plain(v) for k, v in plain.items()}}
        else:
            parameters[name] = {"value": _plain(value)}
    return parameters


def _plain(value):
    """Return a value that JSON keeps, or None: paths, callbacks and generators stay behind."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return value if isinstance(value, _PLAIN) else None


def _parameters_from_json(parameters):
    result = {}
    for name, stored in parameters.items():
        if "MetaTraining" in stored:
            result[name] = MetaTraining(**stored["MetaTraining"])
        else:
            result[name] = stored["value"]
    return result


def _fitted_to_json(learner, arrays):
    """Put what `fit` learned into arrays and a dict of plain values."""
    from sklearn_meta.fewshot._encoder_state import encoder_to_arrays

    _flatten(learner.state_, "state", arrays)
    _flatten(learner.support_, "support", arrays)
    fitted = {
        "location": list(learner.location_),
        "n_features_in": learner.n_features_in_,
        "encoder": encoder_to_arrays(learner.encoder_, arrays),
        "feature_names_in": None,
        "image_shape": getattr(learner, "image_shape_", None),
        "layout": getattr(learner, "_table_layout", None),
    }
    if hasattr(learner, "feature_names_in_"):
        fitted["feature_names_in"] = [str(name) for name in learner.feature_names_in_]
    if hasattr(learner, "classes_"):
        classes = learner.classes_
        fitted["classes"] = classes.tolist()
        fitted["classes_dtype"] = "object" if classes.dtype == object else str(classes.dtype)
    return fitted


def _fitted_from_json(learner, fitted, arrays):
    from sklearn_meta.fewshot._encoder_state import encoder_from_arrays

    learner.state_ = _nested(arrays, "state", split=False)
    learner.support_ = _nested(arrays, "support", split=True)
    learner.support_.setdefault("context", {})
    learner.location_ = tuple(fitted["location"])
    learner.n_features_in_ = fitted["n_features_in"]
    learner.encoder_ = encoder_from_arrays(
        learner.fitted_start_.description, fitted["encoder"], arrays
    )
    learner.encoder_.context = learner.support_["context"]
    if fitted["feature_names_in"] is not None:
        learner.feature_names_in_ = np.array(fitted["feature_names_in"], dtype=object)
    if fitted["image_shape"] is not None:
        learner.image_shape_ = tuple(fitted["image_shape"])
    if fitted["layout"] is not None:
        layout = fitted["layout"]
        learner._table_layout = layout if isinstance(layout, str) else tuple(map(tuple, layout))
    if "classes" in fitted:
        learner.classes_ = np.array(fitted["classes"], dtype=fitted["classes_dtype"])


def _flatten(tree, prefix, arrays):
    """Put a nested dict's arrays under names with slashes."""
    for name, value in tree.items():
        if isinstance(value, dict):
            _flatten(value, f"{prefix}/{name}", arrays)
        else:
            arrays[f"{prefix}/{name}"] = np.asarray(value)


def _branch(arrays, prefix):
    return {name[len(prefix) :]: a for name, a in arrays.items() if name.startswith(prefix)}


def _nested(arrays, prefix, split):
    tree = {}
    for name, array in _branch(arrays, prefix + "/").items():
        *above, leaf = name.split("/") if split else [name]
        place = tree
        for part in above:
            place = place.setdefault(part, {})
        place[leaf] = array
    return tree
