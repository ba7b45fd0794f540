"""The network: rows of a table in, answers for new rows out, in one pass."""

import math
from contextlib import contextmanager

import torch
from torch import nn

from sklearn_meta.fewshot.incontext._alternating import Alternating
from sklearn_meta.fewshot.incontext._attention import Block
from sklearn_meta.fewshot.incontext._cells import describe_cells, read_columns
from sklearn_meta.fewshot.incontext._columns_first import ColumnsFirst
from sklearn_meta.fewshot.incontext._heads import ClassHead, QuantileHead
from sklearn_meta.fewshot.incontext._settings import N_SLOTS
from sklearn_meta.fewshot.incontext._smoothers import (
    N_SMOOTHERS,
    answer_smoothers,
    read_smoothers,
)

_READERS = {"columns_first": ColumnsFirst, "alternating": Alternating}
_N_FACTS = 3 + N_SMOOTHERS


class InContextModel(nn.Module):
    """Predict rows of a table from other rows of it, without a step of training.

    `read` takes the training rows and returns a state, `answer` takes new rows and the state. New
    rows see the training rows only, so an answer does not depend on what else is asked.

    Parameters
    ----------
    settings : ModelSettings
        Sizes.
    """

    def __init__(self, settings):
        super().__init__()
        self.settings = settings
        width = settings.row_width
        self.reader = _READERS[settings.order](settings)
        self.label = nn.Linear(settings.n_labels, width, bias=False)
        self.facts = nn.Linear(_N_FACTS, width)
        self.scores = nn.Linear(N_SMOOTHERS * settings.n_labels, width, bias=False)
        self.thoughts = nn.Parameter(torch.randn(settings.n_thoughts, width))
        self.layers = nn.ModuleList(
            Block(width, settings.n_heads) for _ in range(settings.row_layers)
        )
        head = ClassHead if settings.kind == "classification" else QuantileHead
        self.head = head(settings)

    def forward(self, X, y, X_new):
        """Return answers for new rows; see `read` and `answer`."""
        return self.answer(X_new, self.read(X, y))

    def read(self, X, y):
        """Read training rows.

        Parameters
        ----------
        X : Tensor of shape (n_tables, n_rows, n_columns)
            float32, NaN where missing.
        y : Tensor of shape (n_tables, n_rows)
            Class numbers below ``N_SLOTS``, or standardised numbers.

        Returns
        -------
        dict
            The state: nested lists and tuples of tensors.
        """
        labels = self._labels(y)
        state = {"statistics": read_columns(X), "present": self._present(labels)}
        cells = describe_cells(X, state["statistics"])
        x, read = self.reader.read(cells, labels)
        state.update(read)
        scores = labels.new_zeros(N_SMOOTHERS, *labels.shape)
        state["quality"] = labels.new_ones(labels.shape[0], N_SMOOTHERS)
        if self.settings.smoothers:
            with _exactly(X):
                scores, state["smoothers"] = read_smoothers(cells, labels)
            state["quality"] = state["smoothers"]["quality"]
        state["facts"] = self.facts(_facts(X, state))[:, None]
        x = x + self.label(labels) + self._scored(scores, state) + state["facts"]
        x = torch.cat([self.thoughts.expand(x.shape[0], -1, -1), x], dim=1)
        state["rows"] = []
        for layer in self.layers:
            kept = layer.keep(x)
            state["rows"].append(kept)
            x = layer(x, kept)
        return state

    def answer(self, X, state):
        """Answer for new rows.

        Parameters
        ----------
        X : Tensor of shape (n_tables, n_rows, n_columns)
            New rows.
        state : dict
            From `read`.

        Returns
        -------
        Tensor of shape (n_tables, n_rows, n_outputs)
            Logits of classes, or quantiles of the standardised target.
        """
        cells = describe_cells(X, state["statistics"])
        x = self.reader.answer(cells, state)
        shape = (N_SMOOTHERS, *x.shape[:2], self.settings.n_labels)
        scores = x.new_zeros(shape)
        if self.settings.smoothers:
            with _exactly(X):
                scores = answer_smoothers(cells, state["smoothers"])
        x = x + self._scored(scores, state) + state["facts"]
        for layer, kept in zip(self.layers, state["rows"], strict=True):
            x = layer(x, kept)
        return self.head(x, scores, state)

    def _labels(self, y):
        if self.settings.kind == "regression":
            return y[:, :, None]
        return nn.functional.one_hot(y, N_SLOTS).to(self.thoughts.dtype)

    def _present(self, labels):
        """Tell which classes a table has."""
        if self.settings.kind == "regression":
            return torch.ones_like(labels[:, 0], dtype=torch.bool)
        return labels.amax(dim=1) > 0

    def _scored(self, scores, state):
        """Embed the smoothers' predictions, as differences from the mean label."""
        if not self.settings.smoothers:
            return 0.0
        scores = scores - state["smoothers"]["mean"]
        return self.scores(scores.permute(1, 2, 0, 3).flatten(2))


@contextmanager
def _exactly(X):
    """Run without gradients and in full precision what has no weights and inverts matrices."""
    with torch.no_grad(), torch.autocast(X.device.type, enabled=False):
        yield


def _facts(X, state):
    """Return sizes of tables, and how well the smoothers do: (n_tables, _N_FACTS)."""
    n_tables, n_rows, n_columns = X.shape
    sizes = torch.empty(n_tables, 3, dtype=X.dtype, device=X.device)
    sizes[:, 0] = math.log(n_rows) / 4 - 1
    sizes[:, 1] = math.log(n_columns) / 2 - 1
    sizes[:, 2] = torch.log(state["present"].sum(dim=1).to(X.dtype)) - 1
    return torch.cat([sizes, state["quality"]], dim=1)
