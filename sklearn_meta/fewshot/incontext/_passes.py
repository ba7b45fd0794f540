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
        Class numbers (int64), or standardised numbers (float32).
    device : str
        Where it is computed.
    """
    with torch.inference_mode():
        X = torch.as_tensor(np.ascontiguousarray(numbers), device=device)[None]
        return moved(model.read(X, torch.as_tensor(y, device=device)[None]), "cpu")


def answer_rows(model, numbers, state, device):
    """Return answers for new rows, float64 of shape (n_rows, n_outputs).

    Rows go through in chunks of one size, the last filled up, so that memory does not grow with
    their number. They do so in double precision where the device has it: in single precision a
    row's answer depends, in its sixth digit, on where in the chunk it stands.
    """
    dtype = torch.float32 if device.startswith("mps") else torch.float64
    model = model.to(device, dtype)
    state = moved(state, device, dtype)
    answers = []
    with torch.inference_mode():
        for first in range(0, len(numbers), _CHUNK):
            places = np.minimum(np.arange(first, first + _CHUNK), len(numbers) - 1)
            X = torch.as_tensor(numbers[places], device=device, dtype=dtype)
            answer = model.answer(X[None], state)[0, : len(numbers) - first]
            answers.append(answer.double().cpu().numpy())
    return np.concatenate(answers)


def moved(state, device, dtype=None):
    """Return nested dicts, lists and tuples of tensors on a device; floats in a precision."""
    if dtype is None:
        return _each(state, lambda tensor: tensor.to(device))
    return _each(state, lambda t: t.to(device, dtype if t.is_floating_point() else t.dtype))


def as_arrays(state):
    """Return nested dicts, lists and tuples of tensors as arrays."""
    return _each(state, lambda tensor: tensor.numpy())


def as_tensors(state):
    """Undo `as_arrays`."""
    return _each(state, lambda array: torch.as_tensor(np.array(array)))


def _each(state, change):
    """Apply a function to all leaves of nested dicts, lists and tuples."""
    if isinstance(state, dict):
        return {name: _each(value, change) for name, value in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(_each(value, change) for value in state)
    return change(state)
