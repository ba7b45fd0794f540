"""Read each column once, then gather the cells of a row into one vector."""

import torch
from torch import nn

from sklearn_meta.fewshot.incontext._attention import Block, Neurons
from sklearn_meta.fewshot.incontext._cells import N_CELL


class ColumnsFirst(nn.Module):
    """Vectors of rows, by way of anchors that sum up the training cells of each column.

    The order of the columns does not matter.
    """

    def __init__(self, settings):
        super().__init__()
        width = settings.cell_width
        self.cell = nn.Linear(N_CELL, width)
        self.first = Neurons(width)
        self.label = nn.Linear(1, width, bias=False)
        self.anchors = nn.Parameter(torch.randn(settings.n_anchors, width))
        self.layers = nn.ModuleList(
            ColumnLayer(width, settings.n_heads) for _ in range(settings.column_layers)
        )
        self.gather = Gather(width, settings.n_queries, settings.row_width)

    def read(self, cells, labels):
        """Return vectors of training rows for each class, and the state.

        Parameters
        ----------
        cells : Tensor of shape (n_tables, n_rows, n_columns, N_CELL)
            From `describe_cells`.
        labels : Tensor of shape (n_tables * n_classes, n_rows, 1)
            Of each class of each table.
        """
        x = self.first(self.cell(cells)).repeat_interleave(len(labels) // len(cells), dim=0)
        label = self.label(labels)[:, :, None]
        state = []
        for layer in self.layers:
            # Anchors see a cell with its label; the cell itself must look as it would in a new row.
            kept = layer.read(_by_column(x + label), self.anchors)
            x = _by_row(layer(_by_column(x), kept), x)
            state.append(kept)
        return self.gather(x), {"columns": state}

    def answer(self, cells, state, n_classes):
        """Return vectors of new rows, (n_tables * n_classes, n_rows, row_width)."""
        x = self.first(self.cell(cells)).repeat_interleave(n_classes, dim=0)
        for layer, kept in zip(self.layers, state["columns"], strict=True):
            x = _by_row(layer(_by_column(x), kept), x)
        return self.gather(x)


class ColumnLayer(nn.Module):
    """Anchors read the training cells of a column; all its cells read the anchors."""

    def __init__(self, width, n_heads):
        super().__init__()
        self.collect = Block(width, n_heads)
        self.spread = Block(width, n_heads)

    def read(self, x, anchors):
        """Return keys and values of the anchors of columns, from cells (n, n_rows, width)."""
        anchors = anchors.expand(x.shape[0], -1, -1)
        return self.spread.keep(self.collect(anchors, self.collect.keep(x)))

    def forward(self, x, kept):
        """Return new vectors of cells."""
        return self.spread(x, kept)


class Gather(nn.Module):
    """Gather the cells of a row: each query weighs the columns in its own way."""

    def __init__(self, width, n_queries, row_width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.weigh = nn.Linear(width, n_queries, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(n_queries * width, row_width, bias=False)

    def forward(self, x):
        """Return (n_tables, n_rows, row_width) for cells (n_tables, n_rows, n_columns, width)."""
        x = self.norm(x)
        weights = torch.softmax(self.weigh(x), dim=2)
        gathered = torch.einsum("bncq,bncw->bnqw", weights, self.value(x))
        return self.out(gathered.flatten(2))


def _by_column(x):
    """Turn (n_tables, n_rows, n_columns, width) into (n_tables * n_columns, n_rows, width)."""
    return x.transpose(1, 2).flatten(0, 1)


def _by_row(x, like):
    """Undo `_by_column`; `like` has the shape wanted."""
    return x.unflatten(0, (like.shape[0], like.shape[2])).transpose(1, 2)
