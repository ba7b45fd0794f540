"""A Neural Turing Machine: memory addressed by content and by location."""

import torch
from torch import nn
from torch.nn.functional import cosine_similarity, softplus

from sklearn_meta.fewshot._lstm import LSTMCell


class NTMCell(nn.Module):
    """One step of a Neural Turing Machine with an LSTM controller.

    Parameters
    ----------
    n_in : int
        Length of an input.
    hidden : int, default=100
        Size of the controller.
    memory_slots : int, default=128
        Rows of the memory.
    memory_width : int, default=20
        Length of a row.
    n_heads : int, default=1
        Read heads, and as many write heads.

    References
    ----------
    A. Graves, G. Wayne, I. Danihelka (2014). Neural Turing machines. arXiv:1410.5401.

    Examples
    --------
    >>> import torch
    >>> from sklearn_meta.fewshot import NTMCell
    >>> cell = NTMCell(3, hidden=8, memory_slots=6, memory_width=4)
    >>> output, state = cell(torch.zeros(5, 3), cell.first_state(5))
    >>> output.shape
    torch.Size([5, 12])
    """

    def __init__(self, n_in, *, hidden=100, memory_slots=128, memory_width=20, n_heads=1):
        super().__init__()
        self.hidden = hidden
        self.slots = memory_slots
        self.width = memory_width
        self.n_heads = n_heads
        self.n_out = hidden + n_heads * memory_width
        self.controller = LSTMCell(n_in + n_heads * memory_width, hidden)
        _make_decided(self.controller.gates)
        self.first_hidden = nn.Parameter(0.05 * torch.randn(2, hidden))
        self.first_read = nn.Parameter(0.01 * torch.randn(n_heads, memory_width))
        limit = (memory_slots + memory_width) ** -0.5
        self.register_buffer(
            "first_memory", torch.empty(memory_slots, memory_width).uniform_(-limit, limit)
        )
        self.address = nn.Linear(hidden, 2 * n_heads * (memory_width + 6))
        self.change = nn.Linear(hidden, 2 * n_heads * memory_width)
        for layer in (self.address, self.change):
            nn.init.xavier_uniform_(layer.weight, gain=1.4)
            nn.init.normal_(layer.bias, std=0.01)

    def first_state(self, n_sequences):
        """Return the state before the first step; part of it is learned."""
        weights = self.first_memory.new_zeros(n_sequences, 2 * self.n_heads, self.slots)
        return {
            "hidden": self.first_hidden[0].expand(n_sequences, -1),
            "cell": self.first_hidden[1].expand(n_sequences, -1),
            "read": self.first_read.expand(n_sequences, -1, -1),
            "memory": self.first_memory.expand(n_sequences, -1, -1),
            "weights": weights,
        }

    def forward(self, x, state):
        """Return the output (n_sequences, n_out) and the new state."""
        seen = torch.cat([x, state["read"].flatten(1)], dim=1)
        hidden, cell = self.controller(seen, (state["hidden"], state["cell"]))
        orders = self.address(hidden).unflatten(1, (2 * self.n_heads, self.width + 6))
        erase, add = self.change(hidden).unflatten(1, (self.n_heads, 2, self.width)).unbind(2)
        memory, before = state["memory"], state["weights"]
        writes = self._weights(orders[:, : self.n_heads], before[:, : self.n_heads], memory)
        for head in range(self.n_heads):
            where = writes[:, head].unsqueeze(-1)
            memory = memory * (1 - where * erase[:, head].sigmoid().unsqueeze(1))
            memory = memory + where * add[:, head].unsqueeze(1)
        reads = self._weights(orders[:, self.n_heads :], before[:, self.n_heads :], memory)
        read = reads @ memory
        new = {"hidden": hidden, "cell": cell, "memory": memory, "read": read}
        new["weights"] = torch.cat([writes, reads], dim=1)
        return torch.cat([hidden, read.flatten(1)], dim=1), new

    def _weights(self, orders, before, memory):
        """Address by content, blend with the last address, shift, sharpen."""
        key, strength, gate, shift, sharpness = orders.split([self.width, 1, 1, 3, 1], dim=-1)
        alike = cosine_similarity(key.unsqueeze(2), memory.unsqueeze(1) + 1e-16, dim=-1)
        by_content = (softplus(strength) * alike).softmax(dim=-1)
        gate = gate.sigmoid()
        blended = gate * by_content + (1 - gate) * before
        back, stay, forth = shift.softmax(dim=-1).split(1, dim=-1)
        moved = back * blended.roll(-1, -1) + stay * blended + forth * blended.roll(1, -1)
        sharp = (moved + 1e-16) ** (1 + softplus(sharpness))
        return sharp / (sharp.sum(-1, keepdim=True) + 1e-16)


def _make_decided(gates):
    """Start the controller with gates that differ much from each other, none set to remember.

    With those of an ordinary LSTM the heads hardly move for thousands of sequences.
    """
    limit = 5 / gates.in_features**0.5
    nn.init.uniform_(gates.weight, -limit, limit)
    nn.init.zeros_(gates.bias)
