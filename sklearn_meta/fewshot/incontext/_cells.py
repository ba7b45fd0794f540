"""Cells in numbers that mean the same for every column: all statistics are the training rows'."""

import torch

N_CELL = 4
_LIMIT = 5.0


def read_columns(X):
    """Return the statistics of training rows of shape (n_tables, n_rows, n_columns).

    Returns
    -------
    dict of Tensor
        ``center`` and ``scale`` (n_tables, 1, n_columns), ``ordered`` (n_tables, n_columns, n_rows)
        with missing cells last, and ``counts`` (n_tables, n_columns).
    """
    present = ~X.isnan()
    counts = present.sum(dim=1, keepdim=True).clamp_min(1)
    center = torch.where(present, X, 0).sum(dim=1, keepdim=True) / counts
    deviation = torch.where(present, X - center, 0)
    scale = (deviation.square().sum(dim=1, keepdim=True) / counts).sqrt()
    ordered = torch.where(present, X, float("inf")).transpose(1, 2).sort(dim=2).values
    return {
        "center": center,
        "scale": torch.where(scale > 1e-6, scale, 1.0),
        "ordered": ordered.contiguous(),
        "counts": counts[:, 0],
    }


def describe_cells(X, columns):
    """Return what is known of cells.

    Returns
    -------
    Tensor of shape (n_tables, n_rows, n_columns, N_CELL)
        Standardised, the same squashed, place among the training rows' from -1 to 1, and whether
        missing; 0 where missing.
    """
    missing = X.isnan()
    Z = ((X - columns["center"]) / columns["scale"]).clamp(-_LIMIT, _LIMIT).masked_fill(missing, 0)
    values = torch.where(missing, 0, X).transpose(1, 2).contiguous()
    below = torch.searchsorted(columns["ordered"], values)
    upto = torch.searchsorted(columns["ordered"], values, right=True)
    ranks = (below + upto).to(X.dtype) / columns["counts"][:, :, None] - 1
    ranks = ranks.transpose(1, 2).clamp(-1, 1).masked_fill(missing, 0)
    return torch.stack([Z / 2, torch.tanh(Z), ranks, missing.to(X.dtype)], dim=3)
