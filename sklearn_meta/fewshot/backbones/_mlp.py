"""A plain multilayer perceptron on rows of numbers of one width."""

from itertools import pairwise

from torch import nn


class MLP(nn.Module):
    """Hidden layers with ReLU.

    Parameters
    ----------
    n_features : int
        Width of a row.
    hidden : sequence of int, default=(40, 40)
        Sizes of the layers; the last is the length of a row's vector.

    Examples
    --------
    >>> import torch
    >>> from sklearn_meta.fewshot.backbones import MLP
    >>> MLP(3, hidden=(8, 5))({"values": torch.zeros(2, 3)}, {}).shape
    torch.Size([2, 5])
    """

    uses_reference = False

    def __init__(self, n_features, hidden=(40, 40)):
        super().__init__()
        layers = []
        for n_in, n_out in pairwise([n_features, *hidden]):
            layers += [nn.Linear(n_in, n_out), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        self.n_out = hidden[-1]
        self.last_layers = (f"layers.{2 * len(hidden) - 2}.",)

    def forward(self, rows, context, n_reference=None):
        """Return vectors of shape (n_samples, n_out)."""
        return self.layers(rows["values"])
