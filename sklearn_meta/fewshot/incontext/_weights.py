"""Weights on disk: half-precision safetensors, with JSON in the header.

The header's key ``sklearn_meta`` holds ``protocol``, ``model`` (its settings) and ``facts`` (how it
was trained). Rule for the protocol number: raise it when a reader of the old number would misread
a new file; keep a reader for every number that was ever released.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._seeding import seeded
from sklearn_meta.fewshot.incontext._model import InContextModel
from sklearn_meta.fewshot.incontext._settings import ModelSettings

PROTOCOL = 2
OLDEST = {"classification": 2, "regression": 1}  # that can be read; none older was released
FOLDER = Path(__file__).resolve().parents[1] / "weights"


@dataclass(frozen=True)
class Weights:
    """Weights of an `InContextModel`.

    Attributes
    ----------
    settings : ModelSettings
        Sizes of the model.
    arrays : dict of ndarray
        By the model's names.
    facts : dict
        How it was trained: ``steps``, ``tables``, ``seconds`` and the like; plain values.
    """

    settings: ModelSettings
    arrays: dict = field(repr=False)
    facts: dict

    @classmethod
    def of_model(cls, model, facts):
        """Copy the weights of a model."""
        arrays = {n: p.detach().cpu().numpy().copy() for n, p in model.named_parameters()}
        return cls(model.settings, arrays, facts)

    def make_model(self):
        """Return a model with these weights, ready to predict."""
        with seeded(0, "cpu"):
            model = InContextModel(self.settings)
        tensors = {n: torch.as_tensor(a.astype(np.float32)) for n, a in self.arrays.items()}
        model.load_state_dict(tensors)
        return model.eval()

    def save(self, path):
        """Write the file in one step; return its path."""
        from safetensors.numpy import save_file

        path = Path(path)
        header = {
            "protocol": PROTOCOL,
            "model": self.settings.to_dict(),
            "facts": self.facts,
        }
        part = path.with_name(path.name + ".part")
        arrays = {n: np.ascontiguousarray(a, dtype=np.float16) for n, a in self.arrays.items()}
        save_file(arrays, part, metadata={"sklearn_meta": json.dumps(header)})
        os.replace(part, path)
        return path


def untrained_weights(kind, seed, settings=None):
    """Return the weights with which a model begins."""
    settings = ModelSettings(kind=kind) if settings is None else settings
    with seeded(seed, "cpu"):
        return Weights.of_model(InContextModel(settings), {"steps": 0, "tables": 0})


def load_weights(path, kind, *others):
    """Read weights for a kind of task.

    Parameters
    ----------
    path : str or PathLike
        The file; "bundled" stands for the one in the package.
    kind : {"classification", "regression"}
        Kind of task.
    *others : str
        Kinds that a file may be for instead.

    Raises
    ------
    ValueError
        If there is no such file, it is of a newer protocol or of one too old, or for another kind
        of task.
    """
    from safetensors import SafetensorError, safe_open

    path = bundled_path(kind) if path == "bundled" else Path(path)
    if not path.is_file():
        raise TableError(
            f"There is no file {str(path)!r} with weights. Write one with python -m "
            "sklearn_meta.fewshot.pretrain, or set pretrained=None."
        )
    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get("sklearn_meta", "null"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise TableError(f"{str(path)!r} is not a safetensors file ({error}).") from error
    if header is None or "model" not in header:
        raise TableError(f"{str(path)!r} holds no weights of an in-context learner.")
    if header["protocol"] > PROTOCOL:
        raise TableError(
            f"{str(path)!r} has protocol {header['protocol']}, this version reads up to "
            f"{PROTOCOL}. Install a newer sklearn_meta."
        )
    settings = ModelSettings(**header["model"])
    if header["protocol"] < OLDEST[settings.kind]:
        raise TableError(
            f"{str(path)!r} has protocol {header['protocol']}; for {settings.kind} this version "
            f"reads {OLDEST[settings.kind]} to {PROTOCOL}: its network is another one. Train it "
            "again with python -m sklearn_meta.fewshot.pretrain."
        )
    if settings.kind not in (kind, *others):
        raise TableError(f"{str(path)!r} holds weights for {settings.kind}, not for {kind}.")
    return Weights(settings, arrays, header["facts"])


def bundled_path(kind):
    """Return where the package keeps its weights for a kind of task."""
    return FOLDER / f"incontext_{kind}.safetensors"
