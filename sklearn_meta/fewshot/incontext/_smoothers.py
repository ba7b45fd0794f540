"""Closed-form predictions that the network starts from: four kernel ridge regressions.

They cost one matrix inverse each. The training rows get leave-one-out predictions, so that these
mean the same for them as the others mean for new rows. The network weighs them, row by row.
"""

import torch

N_SMOOTHERS = 4
_RIDGE = (0.5, 0.3, 0.3, 0.3)


def read_smoothers(cells, labels):
    """Fit the regressions on training rows.

    Parameters
    ----------
    cells : Tensor of shape (n_tables, n_rows, n_columns, N_CELL)
        From `describe_cells`.
    labels : Tensor of shape (n_tables, n_rows, n_labels)
        Indicators of classes, or standardised numbers.

    Returns
    -------
    scores : Tensor of shape (N_SMOOTHERS, n_tables, n_rows, n_labels)
        Leave-one-out predictions.
    state : dict of Tensor
        What `answer_smoothers` needs.
    """
    mean = labels.mean(dim=1, keepdim=True)
    centred = labels - mean
    state = {"cells": cells[..., :3], "mean": mean, "weights": _weights(cells, centred)}
    identity = torch.eye(cells.shape[1], dtype=cells.dtype, device=cells.device)
    scores, duals = [], []
    for kernel, ridge in zip(_kernels(state, state["cells"]), _RIDGE, strict=True):
        inverse = torch.cholesky_inverse(torch.linalg.cholesky(kernel + ridge * identity))
        dual = inverse @ centred
        residual = dual / inverse.diagonal(dim1=1, dim2=2)[:, :, None]
        scores.append(mean + (centred - residual).clamp(-3, 3))
        duals.append(dual)
    state["duals"] = torch.stack(duals)
    state["quality"] = _quality(torch.stack(scores), labels, centred)
    return torch.stack(scores), state


def answer_smoothers(cells, state):
    """Return predictions of new rows, of shape (N_SMOOTHERS, n_tables, n_rows, n_labels)."""
    kernels = _kernels(state, cells[..., :3])
    answers = [kernel @ dual for kernel, dual in zip(kernels, state["duals"], strict=True)]
    return torch.stack([state["mean"] + answer.clamp(-3, 3) for answer in answers])


def _weights(cells, centred):
    """Return how much of the labels each column explains, of shape (n_tables, 1, n_columns)."""
    covariance = torch.einsum("bnc,bnk->bck", cells[..., 2], centred) / cells.shape[1]
    variance = (
        cells[..., 2].square().mean(dim=1)[:, :, None] * centred.square().mean(dim=1)[:, None]
    )
    explained = covariance.square().sum(dim=2) / variance.sum(dim=2).clamp_min(1e-9)
    weights = explained + 1.0 / cells.shape[1]
    return (weights / weights.mean(dim=1, keepdim=True))[:, None]


def _kernels(state, cells):
    """Return the kernels between rows and the training rows, each with ones on its diagonal."""
    known = state["cells"]
    width = known.shape[2]
    Z, Z_known = 2 * cells[..., 0], 2 * known[..., 0]
    T, T_known = cells[..., 1], known[..., 1]
    R, R_known = cells[..., 2], known[..., 2]
    linear = Z @ Z_known.transpose(1, 2) / width
    smooth = torch.exp(-torch.cdist(T, T_known).square() / width)
    rough = torch.exp(-1.5 * torch.cdist(R, R_known, p=1.0) / width)
    weights = state["weights"]
    chosen = torch.exp(-1.5 * torch.cdist(R * weights, R_known * weights, p=1.0) / width)
    return linear, smooth, rough, chosen


def _quality(scores, labels, centred):
    """Return the share of the labels' variance that each leaves unexplained, from 0 to 2."""
    error = (scores - labels).square().mean(dim=(2, 3))
    return (error / centred.square().mean(dim=(1, 2)).clamp_min(1e-6)).clamp(0, 2).T
