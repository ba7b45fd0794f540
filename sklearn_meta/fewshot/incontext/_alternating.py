"""Attention over the columns of a row and over the rows of a column, by turns."""

import torch
from torch import nn

from sklearn_meta.fewshot.incontext._attention import Block, Neurons
from sklearn_meta.fewshot.incontext._cells import N_CELL


class Alternating(nn.Module):
    """Vectors of rows, by way of a table of cells with the label as one more column."""

    def __init__(self, settings):
        super().__init__()
        width = settings.cell_width
        self.cell = nn.Linear(N_CELL, width)
        self.first = Neurons(width)
        self.label = nn.Linear(1, width, bias=False)
        self.unknown = nn.Parameter(torch.zeros(width))
        self.layers = nn.ModuleList(
            TableLayer(width, settings.n_heads) for _ in range(settings.column_layers)
        )
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, settings.row_width, bias=False)

    def read(self, cells, labels):
        """Return vectors of training rows for each class, and the state; see `ColumnsFirst`."""
        x = self._with_label(cells, self.label(labels))
        state = []
        for layer in self.layers:
            x, kept = layer(x, None)
            state.append(kept)
        return self.out(self.norm(x[:, :, -1])), {"columns": state}

    def answer(self, cells, state, n_classes):
        """Return vectors of new rows, (n_tables * n_classes, n_rows, row_width)."""
        shape = (len(cells) * n_classes, cells.shape[1], -1)
        x = self._with_label(cells, self.unknown.expand(shape))
        for layer, kept in zip(self.layers, state["columns"], strict=True):
            x, _ = layer(x, kept)
        return self.out(self.norm(x[:, :, -1]))

    def _with_label(self, cells, label):
        x = self.first(self.cell(cells)).repeat_interleave(len(label) // len(cells), dim=0)
        return torch.cat([x, label[:, :, None]], dim=2)


class TableLayer(nn.Module):
    """Attention within each row, then within each column to its training cells."""

    def __init__(self, width, n_heads):
        super().__init__()
        self.across = Block(width, n_heads, expansion=1)
        self.down = Block(width, n_heads)

    def forward(self, x, kept):
        """Return new cells (n_tables, n_rows, n_columns, width), and keys and values."""
        shape = x.shape
        rows = x.flatten(0, 1)
        x = self.across(rows, self.across.keep(rows)).view(shape)
        columns = x.transpose(1, 2).flatten(0, 1)
        if kept is None:
            kept = self.down.keep(columns)
        columns = self.down(columns, kept)
        return columns.unflatten(0, (shape[0], shape[2])).transpose(1, 2), kept
