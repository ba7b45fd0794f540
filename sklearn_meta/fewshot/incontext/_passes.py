"""Passes of the network over the training rows and over new rows, in chunks."""

import numpy as np
import torch

_CHUNK = 64


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

    Rows go through in chunks of one size, the last filled up: memory does not grow with their
    number, and floating-point sums take the same path for a row whichever rows come with it.
    """
    state = moved(state, device)
    answers = []
    with torch.inference_mode():
        for first in range(0, len(numbers), _CHUNK):
            places = np.minimum(np.arange(first, first + _CHUNK), len(numbers) - 1)
            X = torch.as_tensor(numbers[places], device=device)
            answer = model.answer(X[None], state)[0, : len(numbers) - first]
            answers.append(answer.double().cpu().numpy())
    return np.concatenate(answers)


def moved(state, device):
    """Return nested dicts, lists and tuples of tensors on a device."""
    if isinstance(state, dict):
        return {name: moved(value, device) for name, value in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(moved(value, device) for value in state)
    return state.to(device)
