"""A controller with an external memory that is written where it was used least."""

import torch
from torch import nn
from torch.nn.functional import normalize, one_hot, softplus

from sklearn_meta.fewshot._lstm import LSTMCell

_FIRST_BIAS = -1.0  # a strength of 1.3: sharp reads of what nobody learned to write disturb
_SHARP_BIAS = 4.0  # a strength of 5: keys that are alike were made by inputs that are alike


class MANNCell(nn.Module):
    """One step of a memory-augmented network with least-recently-used access.

    Heads also say how sharply they read, as a Turing machine's do: without that, the row that fits
    best gets at most e^2 times the attention of the one that fits least, and there are many rows.

    Parameters
    ----------
    n_in : int
        Length of an input.
    hidden : int, default=200
        Size of the LSTM controller.
    memory_slots : int, default=128
        Rows of the memory; 0 leaves the memory out, which gives the LSTM baseline.
    memory_width : int, default=40
        Length of a row of the memory.
    n_reads : int, default=4
        Read heads.
    usage_decay : float, default=0.95
        How slowly a row's use is forgotten.
    late_labels : bool, default=False
        Whether the cell is built for labels that come one step after what they belong to. What is
        written is then the key of the step before, and what the controller adds to it now that it
        knows the label; keys see the input, not the controller alone, so that inputs that are
        alike find each other before anything is learned; and what is written is read at once.
        Without it the cell is that of the paper, which has to learn all of this.

    References
    ----------
    A. Santoro et al. (2016). Meta-learning with memory-augmented neural networks. ICML.

    A. Graves, G. Wayne, I. Danihelka (2014). Neural Turing machines. arXiv:1410.5401.

    Examples
    --------
    >>> import torch
    >>> from sklearn_meta.fewshot import MANNCell
    >>> cell = MANNCell(3, hidden=8, memory_slots=6, memory_width=4, n_reads=2)
    >>> output, state = cell(torch.zeros(5, 3), cell.first_state(5))
    >>> output.shape, state["memory"].shape
    (torch.Size([5, 16]), torch.Size([5, 6, 4]))
    """

    def __init__(
        self,
        n_in,
        *,
        hidden=200,
        memory_slots=128,
        memory_width=40,
        n_reads=4,
        usage_decay=0.95,
        late_labels=False,
    ):
        super().__init__()
        self.hidden = hidden
        self.slots = memory_slots
        self.width = memory_width
        self.n_reads = n_reads if memory_slots else 0
        self.usage_decay = usage_decay
        self.late_labels = late_labels
        self.n_out = hidden + self.n_reads * memory_width
        self.controller = LSTMCell(n_in + self.n_reads * memory_width, hidden)
        if self.n_reads:
            self.keys = nn.Linear(hidden, self.n_reads * memory_width)
            self.mixing = nn.Linear(hidden, self.n_reads)
            self.strengths = nn.Linear(hidden, self.n_reads)
            nn.init.constant_(self.strengths.bias, _SHARP_BIAS if late_labels else _FIRST_BIAS)
        if self.n_reads and late_labels:
            self.direct = nn.Linear(n_in, self.n_reads * memory_width, bias=False)
            self.add = nn.Linear(hidden, self.n_reads * memory_width)

    def first_state(self, n_sequences):
        """Return the state before the first step."""
        at = self.controller.gates.weight
        state = {
            "hidden": at.new_zeros(n_sequences, self.hidden),
            "cell": at.new_zeros(n_sequences, self.hidden),
        }
        if self.n_reads:
            first = torch.zeros(self.slots, device=at.device, dtype=at.dtype)
            first[0] = 1.0
            state |= {
                "memory": at.new_full((n_sequences, self.slots, self.width), 1e-6),
                "read": at.new_zeros(n_sequences, self.n_reads, self.width),
                "read_weights": first.expand(n_sequences, self.n_reads, -1),
                "usage": first.expand(n_sequences, -1),
            }
            if self.late_labels:
                state["keys"] = at.new_zeros(n_sequences, self.n_reads, self.width)
        return state

    def forward(self, x, state):
        """Return the output (n_sequences, n_out) and the new state."""
        if not self.n_reads:
            hidden, cell = self.controller(x, (state["hidden"], state["cell"]))
            return hidden, {"hidden": hidden, "cell": cell}
        seen = torch.cat([x, state["read"].flatten(1)], dim=1)
        hidden, cell = self.controller(seen, (state["hidden"], state["cell"]))
        keys = content = self._rows(self.keys(hidden))
        if self.late_labels:
            keys = self._rows(self.keys(hidden) + self.direct(x))
            content = state["keys"] + self._rows(self.add(hidden))
        least = self._least_used(state["usage"])
        share = self.mixing(hidden).sigmoid().unsqueeze(-1)
        write = share * state["read_weights"] + (1 - share) * least.unsqueeze(1)
        memory = state["memory"] * (1 - least).unsqueeze(-1)  # what was used least is forgotten
        memory = memory + write.transpose(1, 2) @ content
        strengths = 1 + softplus(self.strengths(hidden))
        weights = _attention(keys, strengths, memory if self.late_labels else state["memory"])
        read = weights @ memory
        usage = self.usage_decay * state["usage"] + weights.sum(1) + write.sum(1)
        new = {"hidden": hidden, "cell": cell, "memory": memory, "read": read}
        new |= {"read_weights": weights, "usage": usage}
        if self.late_labels:
            new["keys"] = keys
        return torch.cat([hidden, read.flatten(1)], dim=1), new

    def _rows(self, x):
        """Return rows for the memory: (n_sequences, n_reads, width) between -1 and 1."""
        return x.tanh().unflatten(1, (self.n_reads, self.width))

    def _least_used(self, usage):
        """Return one-hot rows that mark the slot with the least usage."""
        return one_hot(usage.argmin(dim=1), self.slots).to(usage.dtype)


def _attention(keys, strengths, memory):
    """Return softmax of scaled cosines: (n_sequences, n_reads, n_slots)."""
    alike = normalize(keys, dim=-1) @ normalize(memory, dim=-1).transpose(1, 2)
    return (strengths.unsqueeze(-1) * alike).softmax(dim=-1)
