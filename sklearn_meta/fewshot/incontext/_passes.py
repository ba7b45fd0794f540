"""Passes of the network over the training rows and over new rows, in chunks."""

import numpy as np
import torch

_CELLS = 400_000  # of new rows at once
_PAIRS = 4_000_000  # of new and training rows at once


def read_context(model, numbers, y, device):
    """Return the state of training rows, on the CPU.

    Parameters
    ----------
    model : InContextModel
        On `device`.
    numbers : ndarray of shape (n_rows, n_columns)
        float32.
    y : ndarray of shape (n_rows,)
        Slots (int64), or standardised numbers (float32).
    device : str
        Where it is computed.
    """
    with torch.inference_mode():
        X = torch.as_tensor(np.ascontiguousarray(numbers), device=device)[None]
        return moved(model.read(X, torch.as_tensor(y, device=device)[None]), "cpu")


def answer_rows(model, numbers, state, device):
    """Return answers for new rows, float64 of shape (n_rows, n_outputs).

    Memory does not grow with the number of rows: they go through in chunks.
    """
    state = moved(state, device)
    n_context = state["statistics"]["ordered"].shape[2]
    size = min(_CELLS // numbers.shape[1], _PAIRS // n_context)
    size = max(16, size)
    answers = []
    with torch.inference_mode():
        for first in range(0, len(numbers), size):
            X = torch.as_tensor(np.ascontiguousarray(numbers[first : first + size]), device=device)
            answers.append(model.answer(X[None], state)[0].double().cpu().numpy())
    return np.concatenate(answers)


def moved(state, device):
    """Return nested dicts, lists and tuples of tensors on a device."""
    if isinstance(state, dict):
        return {name: moved(value, device) for name, value in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(moved(value, device) for value in state)
    return state.to(device)
