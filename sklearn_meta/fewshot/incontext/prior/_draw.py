"""Seeded draws: numpy decides the structure of a table, torch fills it with numbers."""

import numpy as np
import torch


class Draw:
    """Random numbers for one group of tables.

    Parameters
    ----------
    seed : sequence of int
        Decides all that is drawn.
    device : str, default="cpu"
        Where the numbers lie.
    """

    def __init__(self, seed, device="cpu"):
        self.rng = np.random.default_rng(seed)
        self.device = torch.device(device)
        self.generator = torch.Generator(device=self.device)
        self.generator.manual_seed(int(self.rng.integers(2**62)))

    def coin(self, probability):
        """Return True with a probability."""
        return bool(self.rng.random() < probability)

    def log_uniform(self, low, high):
        """Return a float between the bounds, uniform on a logarithmic scale."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def whole(self, low, high):
        """Return an int from `low` to `high`, both possible, small ones more often."""
        return min(int(self.log_uniform(low, high + 1)), high)

    def normal(self, *shape):
        """Return standard normal numbers."""
        return torch.randn(shape, generator=self.generator, device=self.device)

    def uniform(self, *shape):
        """Return numbers uniform from 0 to 1."""
        return torch.rand(shape, generator=self.generator, device=self.device)

    def integers(self, high, *shape):
        """Return ints from 0 to `high` - 1."""
        return torch.randint(high, shape, generator=self.generator, device=self.device)

    def order(self, *shape):
        """Return a random order along the last axis."""
        return self.uniform(*shape).argsort(dim=-1)

    def mask(self, probability, *shape):
        """Return True with a probability, for each cell."""
        return self.uniform(*shape) < probability


def standardised(values):
    """Bring values of shape (tables, rows, columns) to mean 0 and variance 1 over the rows."""
    values = values - values.mean(dim=1, keepdim=True)
    spread = values.square().mean(dim=1, keepdim=True).sqrt()
    return values / spread.clamp_min(1e-6)


def chosen(values, index):
    """Return columns by number: `index` of shape (tables, k) into (tables, rows, columns)."""
    return values.gather(2, index[:, None, :].expand(-1, values.shape[1], -1))
