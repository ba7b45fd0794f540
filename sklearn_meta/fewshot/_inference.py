"""Judge query rows, so that what is said of one does not depend on the others beside it."""

import numpy as np
import torch

from sklearn_meta.fewshot._seeding import as_tensors

_CHUNK = 64


def query_outputs(module, state, support, rows, n_classes, device):
    """Return a module's outputs for encoded query rows.

    Rows go through in chunks of one size, the last filled up: floating-point sums then take the
    same path for a row whichever rows come with it. A transductive module takes all at once.

    Returns
    -------
    ndarray of shape (n_rows, n_classes) or (n_rows,)
        float64.
    """
    state, support = as_tensors(state, device), as_tensors(support, device)
    n_rows = len(next(iter(rows.values())))
    size = n_rows if module.transductive else _CHUNK
    parts = []
    with torch.no_grad():
        for start in range(0, n_rows, size):
            places = np.minimum(np.arange(start, start + size), n_rows - 1)
            chunk = as_tensors({name: array[places] for name, array in rows.items()}, device)
            outputs = module.outputs(state, support, chunk, n_classes)
            parts.append(outputs[: min(size, n_rows - start)].cpu().numpy())
    return np.concatenate(parts).astype(np.float64)
