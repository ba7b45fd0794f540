"""Full-context embeddings: a row's vector depends on the whole support set."""

import torch
from torch import nn

from sklearn_meta.fewshot._lstm import LSTMCell


class FullContext(nn.Module):
    """A bidirectional LSTM over support rows and an attentive LSTM for each query row.

    Parameters
    ----------
    size : int
        Length of a row's vector.
    n_steps : int
        How often a query's LSTM reads the support set.

    References
    ----------
    O. Vinyals et al. (2016). Matching networks for one shot learning. NeurIPS.
    """

    def __init__(self, size, n_steps):
        super().__init__()
        self.n_steps = n_steps
        self.forth = LSTMCell(size, size)
        self.back = LSTMCell(size, size)
        self.reader = LSTMCell(2 * size, size)

    def support(self, vectors):
        """Return the support rows' vectors in context: (n_support, size)."""
        return vectors + _walk(self.forth, vectors) + _walk(self.back, vectors.flip(0)).flip(0)

    def query(self, queries, vectors):
        """Return query rows' vectors after reading the support set: (n_queries, size)."""
        hidden, cell = queries, torch.zeros_like(queries)
        for _ in range(self.n_steps):
            attention = (hidden @ vectors.T).softmax(dim=-1)
            read = attention @ vectors
            hidden, cell = self.reader(torch.cat([queries, read], dim=-1), (hidden, cell))
            hidden = hidden + queries
        return hidden


def _walk(cell, vectors):
    """Run an LSTM over rows; return its output at each."""
    state = (torch.zeros_like(vectors[:1]), torch.zeros_like(vectors[:1]))
    seen = []
    for place in range(len(vectors)):
        state = cell(vectors[place : place + 1], state)
        seen.append(state[0])
    return torch.cat(seen)
