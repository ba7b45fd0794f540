"""Sequences through a cell with memory, and episodes as such sequences."""

import torch
from torch import nn
from torch.nn.functional import one_hot

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._mann_cell import MANNCell
from sklearn_meta.fewshot._module import FewShotModule, squared_distances
from sklearn_meta.fewshot._ntm_cell import NTMCell

_CELLS = {"mann": MANNCell, "ntm": NTMCell}
_NOT_OF_CELL = ("codes", "last", "vectors")
_FLOOR = 0.01  # of attention: a class that was not seen yet is unlikely, not impossible


class SequenceModel(nn.Module):
    """A cell with memory and a linear output at every step.

    Parameters
    ----------
    cell : MANNCell or NTMCell
        Takes an input and a state, returns an output and a state.
    n_out : int
        Length of an output.

    Examples
    --------
    >>> import torch
    >>> from sklearn_meta.fewshot import NTMCell, SequenceModel
    >>> model = SequenceModel(NTMCell(3, hidden=8, memory_slots=6, memory_width=4), n_out=2)
    >>> model(torch.zeros(5, 7, 3)).shape
    torch.Size([5, 7, 2])
    """

    def __init__(self, cell, n_out):
        super().__init__()
        self.cell = cell
        self.output = nn.Linear(cell.n_out, n_out)

    def forward(self, inputs, state=None):
        """Return outputs (n_sequences, n_steps, n_out) of inputs (n_sequences, n_steps, n_in)."""
        return self.run(inputs, state)[0]

    def run(self, inputs, state=None):
        """Return the outputs and the state after the last step."""
        state = self.cell.first_state(len(inputs)) if state is None else state
        seen = []
        for step in range(inputs.shape[1]):
            output, state = self.cell(inputs[:, step], state)
            seen.append(self.output(output))
        return torch.stack(seen, dim=1), state


class SequenceModule(FewShotModule):
    """Support rows as a sequence, each with the label of the row before; then one query row.

    A class is written as a code of ``code_length`` digits up to ``code_base``, drawn anew for each
    sequence, so that the network can't learn what a digit stands for except from the support rows.
    In `adapt`, several orders of the support rows are read side by side.

    With ``recall`` the classes of the rows read so far, weighted by their nearness, count as well;
    the memory then learns what to add, from nothing at first.

    Settings: ``cell`` ("mann" or "ntm"), ``cell_params``, ``code_base``, ``code_length``,
    ``n_orders``, ``recall``.
    """

    def __init__(self, description, kind, settings):
        super().__init__(description, kind, settings)
        self.n_code = settings["code_base"] * settings["code_length"]
        cell = _CELLS[settings["cell"]](self.body.n_out + self.n_code, **settings["cell_params"])
        self.model = SequenceModel(cell, self.n_code)
        if settings["recall"]:
            self.log_scale = nn.Parameter(torch.tensor(0.0))
            nn.init.zeros_(self.model.output.weight)
            nn.init.zeros_(self.model.output.bias)

    def adapt(self, support, n_classes):
        """Return the memory after each of several orders of the support rows, and their codes."""
        vectors = self.embed_support(support)
        state, _ = self._read(vectors, support["targets"], n_classes, self.settings["n_orders"])
        return state

    def outputs(self, state, support, rows, n_classes):
        """Return the mean, over the orders, of the classes' log-probabilities."""
        queries = self.embed(support, rows)
        return self._ask(state, queries, support["targets"], n_classes)

    def validation_loss(self, support, query, n_classes):
        """Return the loss of query rows after one order of the support rows."""
        vectors, queries = self.embed_both(support, query["rows"])
        state, _ = self._read(vectors, support["targets"], n_classes, 1)
        return self.loss(
            self._ask(state, queries, support["targets"], n_classes),
            query["targets"],
            query["weights"],
        )

    def training_loss(self, support, query, n_classes):
        """Return the loss of query rows, and of support rows whose class was read before them.

        The first row of a class comes without a label that could be known.
        """
        vectors, queries = self.embed_both(support, query["rows"])
        state, (logits, labels) = self._read(vectors, support["targets"], n_classes, 1)
        known = (labels.unsqueeze(1) == labels).tril(-1).any(dim=1).to(logits.dtype)
        loss = self.loss(
            self._ask(state, queries, support["targets"], n_classes),
            query["targets"],
            query["weights"],
        )
        return loss + self.loss(logits, labels, known)

    def sequence_outputs(self, support, n_classes):
        """Return the classes' log-probabilities at each support row, read in the order given.

        What is said of a row rests on the rows before it: (n_support, n_classes).
        """
        vectors = self.embed_support(support)
        _, (logits, _) = self._read(vectors, support["targets"], n_classes, 1, shuffle=False)
        return logits

    def _read(self, vectors, targets, n_classes, n_orders, shuffle=True):
        """Run support rows through the network; return its state and what it said of each row."""
        n_rows = len(vectors)
        noise = torch.rand(n_orders, n_rows, device=vectors.device)
        order = noise.argsort(dim=1) if shuffle else noise.argsort(dim=1).sort(dim=1).values
        codes = self._draw_codes(n_orders, n_classes, vectors)
        labels = targets[order]
        written = torch.gather(codes, 1, labels.unsqueeze(-1).expand(-1, -1, self.n_code))
        shifted = torch.cat([torch.zeros_like(written[:, :1]), written[:, :-1]], dim=1)
        outputs, state = self.model.run(torch.cat([vectors[order], shifted], dim=2))
        logits = self._class_logits(outputs, codes)
        if self.settings["recall"]:
            logits = logits + self._recall_so_far(vectors[order[0]], labels[0], n_classes)
        state = {**state, "codes": codes, "last": written[:, -1], "vectors": vectors}
        return state, (logits[0], labels[0])

    def _ask(self, state, queries, targets, n_classes):
        """Judge each query row by itself, from the state after the support rows."""
        codes, last = state["codes"], state["last"]
        memory = {name: value for name, value in state.items() if name not in _NOT_OF_CELL}
        n_orders, n_rows = len(codes), len(queries)
        repeated = {
            name: value.unsqueeze(1).expand(-1, n_rows, *value.shape[1:]).flatten(0, 1)
            for name, value in memory.items()
        }
        rows = queries.unsqueeze(0).expand(n_orders, -1, -1)
        inputs = torch.cat([rows, last.unsqueeze(1).expand(-1, n_rows, -1)], dim=2).flatten(0, 1)
        outputs, _ = self.model.run(inputs.unsqueeze(1), repeated)
        outputs = outputs.unflatten(0, (n_orders, n_rows)).squeeze(2)
        said = self._class_logits(outputs, codes).log_softmax(-1).mean(0)
        if self.settings["recall"]:
            said = said + self._recall(queries, state["vectors"], targets, n_classes)
        return said

    def _recall(self, queries, vectors, targets, n_classes, known=None):
        """Return the logarithm of the attention that each class's rows get, if only a little."""
        near = -squared_distances(queries, vectors) / self.body.n_out**0.5
        near = self.log_scale.exp() * near
        if known is not None:
            near = near.masked_fill(~known, -1e9)
        attention = near.softmax(dim=1) @ one_hot(targets, n_classes).to(near.dtype)
        return (attention + _FLOOR).log()

    def _recall_so_far(self, vectors, targets, n_classes):
        """Return, for each support row, what the rows before it recall; nothing for the first."""
        places = torch.arange(len(vectors), device=vectors.device)
        known = places.unsqueeze(1) > places
        recalled = self._recall(vectors, vectors, targets, n_classes, known)
        return torch.where((places > 0).unsqueeze(1), recalled, 0.0)

    def _draw_codes(self, n_orders, n_classes, like):
        """Draw distinct codes for the classes: (n_orders, n_classes, n_code), one-hot digits."""
        base, length = self.settings["code_base"], self.settings["code_length"]
        if n_classes > base**length:
            raise TableError(
                f"An episode has {n_classes} classes, but code_length={length} digits of "
                f"code_base={base} name {base**length}. Raise code_length, or set ways."
            )
        drawn = torch.rand(n_orders, base**length, device=like.device).argsort(dim=1)
        numbers = drawn[:, :n_classes]
        digits = torch.stack([numbers // base**place % base for place in range(length)], dim=2)
        choices = torch.arange(base, device=like.device)
        return (digits.unsqueeze(-1) == choices).flatten(2).to(like.dtype)

    def _class_logits(self, outputs, codes):
        """Add up the log-probabilities of each class's digits: (n_orders, n_rows, n_classes)."""
        shape = (self.settings["code_length"], self.settings["code_base"])
        digits = outputs.unflatten(-1, shape).log_softmax(-1).flatten(-2)
        return digits @ codes.transpose(1, 2)
