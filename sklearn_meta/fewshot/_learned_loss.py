"""A loss for the inner steps that is itself learned from earlier tasks."""

import torch
from torch import nn
from torch.nn.functional import log_softmax

N_FACTS = 4
_FAR = -1e9


class LearnedLoss(nn.Module):
    """Add to the task's own loss a small network's opinion of each support row.

    Of a class it sees the log-probability, the entropy, the highest log-probability of another
    class and their margin; of a number the error, its size, its square and the prediction. So it
    depends on neither the number nor the names of the classes. Its last layer starts at zero, and
    training with it starts from the task's own loss.

    Parameters
    ----------
    kind : {"classification", "regression"}
        What the targets are.
    hidden : int, default=16
        Size of its two hidden layers.

    References
    ----------
    S. Bechtle et al. (2021). Meta learning via learned loss. ICPR.

    S. Baik et al. (2021). Meta-learning with task-adaptive loss function for few-shot learning.
    ICCV.
    """

    def __init__(self, kind, hidden=16):
        super().__init__()
        self.facts = class_facts if kind == "classification" else number_facts
        self.layers = nn.Sequential(
            nn.Linear(N_FACTS, hidden),
            nn.SiLU(),  # smooth: what it says is differentiated twice
            nn.Linear(hidden, hidden),
            nn.SiLU(),
            nn.Linear(hidden, 1),
        )
        nn.init.zeros_(self.layers[-1].weight)
        nn.init.zeros_(self.layers[-1].bias)

    def forward(self, outputs, targets):
        """Return the mean over rows of what is added to the loss: a scalar."""
        return self.layers(self.facts(outputs, targets)).mean()


def class_facts(logits, targets):
    """Return what is said of each row's class: (n_rows, N_FACTS)."""
    said = log_softmax(logits, dim=-1)
    # not one_hot, which looks at the values: under vmap that is not allowed
    own = targets.unsqueeze(-1) == torch.arange(logits.shape[-1], device=logits.device)
    right = (said * own).sum(-1)
    other = said.masked_fill(own, _FAR).amax(-1).clamp(min=-20.0)
    entropy = -(said.exp() * said).sum(-1)
    return torch.stack([right.clamp(min=-20.0), other, right - other, entropy], dim=-1) / 3


def number_facts(predictions, targets):
    """Return what is said of each row's number: (n_rows, N_FACTS)."""
    error = predictions - targets
    size = (error**2 + 1e-6).sqrt()  # |error|, with a slope at zero
    return torch.stack([error, size, error**2, predictions], dim=-1)
