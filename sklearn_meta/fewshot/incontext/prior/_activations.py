"""What a node does with what comes in."""

import torch


def _random_waves(draw, x):
    """Return a sum of waves of random frequency: a draw from a Gaussian process."""
    total = torch.zeros_like(x)
    for frequency in draw.rng.gamma(1.5, 0.8, size=4):
        phase = 6.28 * draw.uniform(x.shape[0], 1, x.shape[2])
        weight = draw.normal(x.shape[0], 1, x.shape[2])
        total = total + weight * torch.sin(float(frequency) * x + phase)
    return total


PLAIN = (
    lambda draw, x: x,
    lambda draw, x: torch.tanh(x),
    lambda draw, x: torch.relu(x),
)
ALL = (
    *PLAIN,
    lambda draw, x: torch.where(x > 0, x, 0.2 * x),
    lambda draw, x: torch.abs(x),
    lambda draw, x: x.square(),
    lambda draw, x: torch.sin(2 * x),
    lambda draw, x: torch.exp(-x.square()),
    lambda draw, x: torch.sign(x),
    lambda draw, x: (x > 0.5).to(x.dtype),
    lambda draw, x: torch.log1p(torch.exp(x.clamp(max=20))),
    lambda draw, x: torch.sign(x) * torch.log1p(x.abs()),
    lambda draw, x: (x.clamp(-3, 3)) ** 3,
    lambda draw, x: torch.floor(1.5 * x),
    lambda draw, x: x.argsort(dim=1).argsort(dim=1).to(x.dtype) / x.shape[1],
    _random_waves,
)


def activate(draw, x, settings, n_kinds=3):
    """Pass columns through activations, `n_kinds` of them side by side.

    `x` has shape (n_tables, n_rows, n_columns) and mean 0, variance 1 over the rows; which column
    meets which activation is as random as the order of the columns is.
    """
    functions = ALL if settings.activations else PLAIN
    scale = torch.exp(0.6 * draw.normal(x.shape[0], 1, x.shape[2]))
    x = x * scale + 0.7 * draw.normal(x.shape[0], 1, x.shape[2])
    parts = x.tensor_split(min(n_kinds, x.shape[2]), dim=2)
    kinds = draw.rng.integers(len(functions), size=len(parts))
    return torch.cat(
        [functions[kind](draw, part) for kind, part in zip(kinds, parts, strict=True)], 2
    )
