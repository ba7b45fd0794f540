"""The cell tokenizer: rows of any table as vectors of one length."""

import torch
from torch import nn
from torch.nn.functional import gelu

from sklearn_meta.fewshot._projections import N_PROJECTIONS
from sklearn_meta.fewshot._table_encoder import N_CELL, N_COLUMN


class CellTokenizer(nn.Module):
    """Encode the cells of a row as a set and pool them into a vector.

    A cell's token joins its value with statistics of its column; attention pools the tokens of a
    row. A linear path carries the row's projections on the directions that matter most, so that
    even an untrained tokenizer places similar rows together. The result depends on neither the
    order of the columns nor the names of the classes, and one set of weights serves all tables.

    Parameters
    ----------
    width : int, default=64
        Length of a token and of a row's vector; at least 16 and a multiple of `n_heads`.
    n_heads : int, default=4
        How many weighted means over the columns are joined.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from sklearn_meta.fewshot.backbones import CellTokenizer, make_encoder
    >>> encoder = make_encoder({"name": "table"}).fit(np.eye(4), np.array([0, 0, 1, 1]), 2)
    >>> as_tensors = lambda d: {name: torch.as_tensor(a) for name, a in d.items()}
    >>> rows, context = as_tensors(encoder.transform(np.eye(4))), as_tensors(encoder.context)
    >>> CellTokenizer(width=32)(rows, context).shape
    torch.Size([4, 32])
    """

    uses_reference = False
    last_layers = ("out.", "skip.")

    def __init__(self, width=64, n_heads=4):
        super().__init__()
        self.n_heads = n_heads
        self.n_out = width
        self.column = nn.Sequential(nn.Linear(N_COLUMN, width), nn.GELU(), nn.Linear(width, width))
        self.among = nn.Sequential(nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, width))
        self.cell = nn.Linear(N_CELL, width)
        self.gate = nn.Linear(width, width)
        self.shift = nn.Linear(width, width)
        self.attention = nn.Linear(width, n_heads)
        self.value = nn.Linear(width, width)
        self.out = nn.Sequential(
            nn.Linear(2 * width + N_PROJECTIONS, width), nn.GELU(), nn.Linear(width, width)
        )
        self.skip = nn.Linear(N_PROJECTIONS, width)
        with torch.no_grad():
            self.out[2].weight.mul_(0.1)
            self.skip.weight.copy_(torch.eye(width, N_PROJECTIONS))
            self.skip.bias.zero_()

    def forward(self, rows, context, n_reference=None):
        """Return vectors of shape (n_samples, width)."""
        cells, scores = rows["cells"], rows["scores"]
        mask = context["mask"].unsqueeze(-1)
        share = mask / mask.sum()
        column = self.column(context["columns"])
        overall = (column * share).sum(0).expand_as(column)
        column = column + self.among(torch.cat([column, overall], dim=-1))
        tokens = gelu(self.cell(cells) * (1 + self.gate(column)) + self.shift(column))
        logits = self.attention(tokens).masked_fill(mask == 0, -1e9)
        weights = logits.softmax(dim=1).unsqueeze(-1)
        values = self.value(tokens).unflatten(-1, (self.n_heads, -1))
        pooled = (weights * values).sum(1).flatten(-2)
        mean = (tokens * share).sum(1)
        return self.skip(scores) + self.out(torch.cat([pooled, mean, scores], dim=-1))
