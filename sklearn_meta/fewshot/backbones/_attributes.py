"""Attributes and responses as vectors inferred from the support rows: tables of any width."""

import torch
from torch import nn


class AttributeNetwork(nn.Module):
    """Deep sets over the cells of the support rows, as Iwata and Kumagai set them up.

    First each attribute and each response gets a vector from its own values; with these, each
    support row gets one from its cells; with those, the attributes and responses get their final
    vectors. A query row is the mean over its cells, each joined with its attribute's vector, and is
    told apart by the responses' vectors.

    Parameters
    ----------
    width : int, default=32
        Length of all vectors, and size of the hidden layers.

    References
    ----------
    T. Iwata, A. Kumagai (2020). Meta-learning from tasks with heterogeneous attribute spaces.
    NeurIPS.

    Examples
    --------
    >>> import torch
    >>> from sklearn_meta.fewshot.backbones import AttributeNetwork
    >>> network, X = AttributeNetwork(width=8), torch.randn(6, 3)
    >>> there, responses = torch.ones(6, 3), torch.eye(2).repeat(3, 1)
    >>> attributes, classes = network.infer(X, there, responses)
    >>> network.respond(network.place(X, there, attributes), classes).shape
    torch.Size([6, 2])
    """

    uses_reference = False
    last_layers = ("answer.",)

    def __init__(self, width=32):
        super().__init__()
        self.n_out = width
        self.value, self.value_after = _layers(1, width), _layers(width, width)
        self.response, self.response_after = _layers(1, width), _layers(width, width)
        self.cell, self.told = _layers(width + 1, width), _layers(width + 1, width)
        self.row_after = _layers(width, width)
        self.attribute, self.attribute_after = _layers(width + 1, width), _layers(width, width)
        self.answered, self.answered_after = _layers(width + 1, width), _layers(width, width)
        self.placed, self.placed_after = _layers(width + 1, width), _layers(width, width)
        self.answer = _layers(2 * width, 1, width)

    def infer(self, values, there, responses):
        """Return the vectors of attributes and of responses.

        Parameters
        ----------
        values, there : Tensor of shape (n_rows, n_attributes)
            Standardised cells, and 1 where there is one, else 0.
        responses : Tensor of shape (n_rows, n_responses)
            One column per class, or the targets as one column.

        Returns
        -------
        attributes : Tensor of shape (n_attributes, width)
        responses : Tensor of shape (n_responses, width)
        """
        cells, told = values.unsqueeze(-1), responses.unsqueeze(-1)
        first = self.value_after(_mean(self.value(cells), there, 0))
        said = self.response_after(self.response(told).mean(0))
        row = _mean(self.cell(_joined(cells, first.unsqueeze(0))), there, 1)
        row = row + self.told(_joined(told, said.unsqueeze(0))).mean(1)
        row = self.row_after(row).unsqueeze(1)
        attributes = _mean(self.attribute(_joined(cells, row)), there, 0)
        answered = self.answered(_joined(told, row)).mean(0)
        return self.attribute_after(attributes), self.answered_after(answered)

    def place(self, values, there, attributes):
        """Return the vectors of rows whose responses are not known: (n_rows, width)."""
        cells = _joined(values.unsqueeze(-1), attributes.unsqueeze(0))
        return self.placed_after(_mean(self.placed(cells), there, 1))

    def respond(self, rows, responses):
        """Return what is said of each row and response: (n_rows, n_responses)."""
        return self.answer(_joined(rows.unsqueeze(1), responses.unsqueeze(0))).squeeze(-1)


def _layers(n_in, n_out, hidden=None):
    hidden = hidden or n_out
    return nn.Sequential(nn.Linear(n_in, hidden), nn.SiLU(), nn.Linear(hidden, n_out))


def _joined(left, right):
    """Join two tensors along the last axis after bringing the others to one shape."""
    shape = torch.broadcast_shapes(left.shape[:-1], right.shape[:-1])
    return torch.cat([left.expand(*shape, -1), right.expand(*shape, -1)], dim=-1)


def _mean(vectors, there, axis):
    """Return the mean over an axis of the vectors of cells that are there."""
    weights = there.unsqueeze(-1)
    return (vectors * weights).sum(axis) / weights.sum(axis).clamp(min=1)
