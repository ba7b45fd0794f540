"""From the vector of a row to an answer: scores of classes, or quantiles of a number."""

import torch
from torch import nn

from sklearn_meta.fewshot.incontext._smoothers import N_SMOOTHERS

_LEAST = 0.02
_SHARPNESS = 1.5  # a mean of shrunk probabilities is too timid


class ClassHead(nn.Module):
    """Logarithms of the smoothers' probabilities, weighed row by row, and a correction, per class.

    At the start the correction is zero, and each weighs by its leave-one-out error.
    """

    def __init__(self, settings):
        super().__init__()
        self.smoothers = settings.smoothers
        self.norm = nn.LayerNorm(settings.row_width)
        self.correction = nn.Linear(settings.row_width, 1)
        self.weights = nn.Linear(settings.row_width, N_SMOOTHERS)
        for layer in (self.correction, self.weights):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x, scores, state):
        """Return logits (n_tables, n_rows, n_classes), next to minus infinity for absent classes.

        Parameters
        ----------
        x : Tensor of shape (n_tables, n_rows, n_classes, row_width)
            What the network makes of each row and class.
        scores : Tensor of shape (N_SMOOTHERS, n_tables, n_rows, n_classes)
            The smoothers' probabilities.
        state : dict
            What was read of the training rows.
        """
        x = self.norm(x)
        logits = self.correction(x)[..., 0]
        if self.smoothers:
            shares = torch.log(scores.clamp(_LEAST, 1.5))
            first = first_shares(state["quality"])[:, None, None]
            weights = self.weights(x) + _SHARPNESS * first
            logits = logits + torch.einsum("sbnk,bnks->bnk", shares, weights)
        return logits.masked_fill(~state["present"][:, None], -1e9)


class QuantileHead(nn.Module):
    """Quantiles around the smoothers' weighed predictions, in units of their error."""

    def __init__(self, settings):
        super().__init__()
        self.smoothers = settings.smoothers
        self.norm = nn.LayerNorm(settings.row_width)
        self.weights = nn.Linear(settings.row_width, N_SMOOTHERS)
        self.place = nn.Linear(settings.row_width, 1)
        self.steps = nn.Linear(settings.row_width, settings.n_quantiles)
        for layer in (self.weights, self.place, self.steps):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        levels = quantile_levels(settings.n_quantiles)
        normal = torch.special.ndtri(levels)
        steps = torch.cat([normal[:1] * 0, normal.diff()])
        self.register_buffer("shape", torch.log(torch.expm1(steps.clamp_min(1e-6))), False)

    def forward(self, x, scores, state):
        """Return quantiles (n_tables, n_rows, n_quantiles) of the standardised target, in order.

        Parameters are those of `ClassHead`, with the target in the place of a single class.
        """
        x = self.norm(x[:, :, 0])
        steps = torch.nn.functional.softplus(self.steps(x) + self.shape)
        steps = torch.cat([torch.zeros_like(steps[..., :1]), steps[..., 1:]], dim=2)
        quantiles = steps.cumsum(dim=2)
        quantiles = quantiles - quantiles.mean(dim=2, keepdim=True) + self.place(x)
        if not self.smoothers:
            return quantiles
        first = first_shares(state["quality"])
        weights = torch.softmax(self.weights(x) + torch.log(first)[:, None], dim=2)
        center = torch.einsum("sbnk,bns->bnk", scores, weights)
        unit = (first * state["quality"]).sum(dim=1).clamp(1e-4, 1).sqrt()
        return center + unit[:, None, None] * quantiles


def first_shares(quality):
    """Return how the smoothers are weighed before anything is learned, (n_tables, N_SMOOTHERS).

    By the inverse square of the share of the labels' variance that each leaves unexplained.
    """
    precision = quality.clamp_min(0.02).pow(-2)
    return precision / precision.sum(dim=1, keepdim=True)


def quantile_levels(n_quantiles):
    """Return the probabilities of the quantiles, evenly spaced and none at the ends."""
    return (torch.arange(n_quantiles) + 0.5) / n_quantiles
