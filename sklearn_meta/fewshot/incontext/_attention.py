"""Layers of attention in which what is read first is kept for those who ask later."""

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention


class Attention(nn.Module):
    """Multi-head attention; keys and values can be computed once and kept."""

    def __init__(self, width, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def keep(self, known):
        """Return keys and values of vectors of shape (n, length, width)."""
        return self._split(self.key(known)), self._split(self.value(known))

    def forward(self, asking, kept):
        """Return what vectors of shape (n, length, width) find among kept keys and values."""
        found = scaled_dot_product_attention(self._split(self.query(asking)), *kept)
        return self.out(found.transpose(1, 2).flatten(2))

    def _split(self, x):
        return x.unflatten(2, (self.n_heads, -1)).transpose(1, 2)


class Block(nn.Module):
    """Attention to kept vectors, then two layers of neurons; each added to what came in."""

    def __init__(self, width, n_heads, expansion=2):
        super().__init__()
        self.norm_known = nn.LayerNorm(width)
        self.norm_asking = nn.LayerNorm(width)
        self.attention = Attention(width, n_heads)
        self.neurons = Neurons(width, expansion)

    def keep(self, known):
        """Return keys and values of what later rows attend to."""
        return self.attention.keep(self.norm_known(known))

    def forward(self, asking, kept):
        """Return new vectors for those that ask."""
        asking = asking + self.attention(self.norm_asking(asking), kept)
        return self.neurons(asking)


class Neurons(nn.Module):
    """Two layers of neurons, added to what came in."""

    def __init__(self, width, expansion=2):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, expansion * width)
        self.down = nn.Linear(expansion * width, width)

    def forward(self, x):
        """Return vectors of the same shape."""
        return x + self.down(torch.nn.functional.gelu(self.up(self.norm(x))))
