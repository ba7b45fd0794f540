"""Checkpoints and logs of a training that may be killed at any moment."""

import json
import os
from pathlib import Path

import torch

from sklearn_meta.exceptions import TableError

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"


def save_checkpoint(folder, state):
    """Write a checkpoint in one step: the old one stays until the new one is whole."""
    path = Path(folder) / CHECKPOINT
    part = path.with_name(path.name + ".part")
    with open(part, "wb") as stream:
        torch.save(state, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, path)


def load_checkpoint(folder, settings):
    """Return the last checkpoint of a folder, or None; refuse one of other settings.

    Parameters
    ----------
    folder : str or PathLike
        Where the training writes.
    settings : dict
        Plain values that must be those with which the training began.
    """
    path = Path(folder) / CHECKPOINT
    if not path.is_file():
        return None
    state = torch.load(path, weights_only=True, map_location="cpu")
    if state["settings"] != settings:
        differing = sorted(
            name for name in settings if state["settings"].get(name) != settings[name]
        )
        raise TableError(
            f"The training in {str(folder)!r} began with other settings (they differ in "
            f"{differing}). Give the same ones, or another folder."
        )
    return state


def append_log(folder, **entry):
    """Add one line of JSON to the log."""
    with open(Path(folder) / LOG, "a", encoding="utf-8") as stream:
        stream.write(json.dumps(entry) + "\n")


def shorten_log(folder, step):
    """Drop what was logged after a step: it will be done again."""
    path = Path(folder) / LOG
    if not path.is_file():
        return
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue  # the line that was being written when the process was killed
        if entry["step"] <= step:
            kept.append(line)
    part = path.with_name(path.name + ".part")
    part.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
    os.replace(part, path)
