"""An LSTM cell of plain operations, which `torch.func.vmap` can put side by side."""

import torch
from torch import nn


class LSTMCell(nn.Module):
    """One step of a long short-term memory.

    Parameters
    ----------
    n_in, n_out : int
        Sizes of the input and of the output.
    """

    def __init__(self, n_in, n_out):
        super().__init__()
        self.gates = nn.Linear(n_in + n_out, 4 * n_out)
        with torch.no_grad():
            self.gates.bias[n_out : 2 * n_out] += 1.0  # remember, at first

    def forward(self, x, state):
        """Return the new (output, cell), each of shape (n_rows, n_out)."""
        hidden, cell = state
        enter, keep, leave, fresh = self.gates(torch.cat([x, hidden], dim=-1)).chunk(4, dim=-1)
        cell = keep.sigmoid() * cell + enter.sigmoid() * fresh.tanh()
        return leave.sigmoid() * cell.tanh(), cell
