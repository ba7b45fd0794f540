"""What training minimises."""

import torch
from torch.nn.functional import cross_entropy

from sklearn_meta.fewshot.incontext._heads import quantile_levels

_LIMIT = 8.0


def table_loss(model, tables):
    """Return the mean loss of the rows to predict, of a batch of tables.

    Rows of a class that its table's training rows lack are left out.
    """
    n = tables.n_train
    known, unknown = tables.y[:, :n], tables.y[:, n:]
    if not tables.n_classes:
        known, unknown = standardised_targets(known, unknown)
    output = model(tables.X[:, :n], known, tables.X[:, n:])
    if tables.n_classes:
        counted = (known[:, :, None] == unknown[:, None, :]).any(dim=1)
        target = torch.where(counted, unknown, -100)
        total = cross_entropy(
            output.flatten(0, 1), target.flatten(), ignore_index=-100, reduction="sum"
        )
        return total / counted.sum().clamp_min(1)
    return pinball_loss(output, unknown.clamp(-_LIMIT, _LIMIT))


def standardised_targets(known, unknown):
    """Return both by the mean and the standard deviation of what is known of each table."""
    mean = known.mean(dim=1, keepdim=True)
    spread = (known - mean).square().mean(dim=1, keepdim=True).sqrt()
    spread = torch.where(spread > 1e-6, spread, 1.0)
    return (known - mean) / spread, (unknown - mean) / spread


def pinball_loss(quantiles, target):
    """Return how far quantiles (..., n_quantiles) are from being those of targets (...)."""
    levels = quantile_levels(quantiles.shape[-1]).to(quantiles)
    error = target[..., None] - quantiles
    return torch.maximum(levels * error, (levels - 1) * error).mean()
