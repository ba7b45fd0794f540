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
from sklearn_meta.fewshot.incontext._smoothers import (
    N_SMOOTHERS,
    answer_smoothers,
    read_smoothers,
)

READERS = {"columns_first": ColumnsFirst, "alternating": Alternating}
_N_FACTS = 3 + N_SMOOTHERS
_AT_ONCE = 12_000_000  # numbers of a layer that goes through at once; of more, classes take turns
_LIMIT = 8.0  # of the label of a rare class


class InContextModel(nn.Module):
    """Predict rows of a table from other rows of it, without a step of training.

    `read` takes the training rows and returns a state, `answer` takes new rows and the state. New
    rows see the training rows only, so an answer does not depend on what else is asked.

    A number is predicted by reading the rows with it as their label. Classes are predicted by
    reading the rows once for each class, with whether they are of it as their label: all classes
    share all weights, so that neither their order nor their number matters.

    Parameters
    ----------
    settings : ModelSettings
        Sizes.
    """

    def __init__(self, settings):
        super().__init__()
        self.settings = settings
        width = settings.row_width
        self.reader = READERS[settings.order](settings)
        self.label = nn.Linear(1, width, bias=False)
        self.facts = nn.Linear(_N_FACTS, width)
        self.scores = nn.Linear(N_SMOOTHERS, width, bias=False)
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
            Class numbers, or standardised numbers.

        Returns
        -------
        dict
            The state: nested dicts, lists and tuples of tensors.
        """
        targets = self._targets(y)
        state = {"statistics": read_columns(X), "present": self._present(targets)}
        cells = describe_cells(X, state["statistics"])
        scores = targets.new_zeros(N_SMOOTHERS, *targets.shape)
        state["quality"] = targets.new_ones(len(X), N_SMOOTHERS)
        if self.settings.smoothers:
            with _exactly(X):
                scores, state["smoothers"] = read_smoothers(cells, targets)
            state["quality"] = state["smoothers"]["quality"]
        labels, state["spread"] = self._labels(targets)
        facts = self.facts(_facts(X, state))[:, None]
        state["turns"] = [
            self._read(cells, labels[..., part], self._scored(scores, state, part), facts)
            for part in self._turns(targets.shape, X.shape[2])
        ]
        return state

    def _read(self, cells, labels, scored, facts):
        """Read training rows once for each class."""
        n_classes = labels.shape[2]
        labels = _apart(labels[..., None])
        x, state = self.reader.read(cells, labels)
        state["facts"] = facts = facts.repeat_interleave(n_classes, dim=0)
        x = x + self.label(labels) + scored + facts
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
        scores = cells.new_zeros(N_SMOOTHERS, *cells.shape[:2], state["present"].shape[1])
        if self.settings.smoothers:
            with _exactly(X):
                scores = answer_smoothers(cells, state["smoothers"])
        rows, first = [], 0
        for kept in state["turns"]:
            part = slice(first, first + len(kept["facts"]) // len(X))
            answer = self._answer(cells, kept, self._scored(scores, state, part))
            rows.append(answer.unflatten(0, (len(X), -1)).transpose(1, 2))
            first = part.stop
        return self.head(torch.cat(rows, dim=2), scores, state)

    def _answer(self, cells, state, scored):
        """Return the vectors of new rows, for each class."""
        n_classes = len(state["facts"]) // len(cells)
        x = self.reader.answer(cells, state, n_classes) + scored + state["facts"]
        for layer, kept in zip(self.layers, state["rows"], strict=True):
            x = layer(x, kept)
        return x

    def _targets(self, y):
        """Return what is predicted: indicators of the classes, or one number."""
        if self.settings.kind == "regression":
            return y[:, :, None]
        return nn.functional.one_hot(y).to(self.thoughts.dtype)

    def _present(self, targets):
        """Tell which classes a table has; a number is always there."""
        if self.settings.kind == "regression":
            return torch.ones_like(targets[:, 0], dtype=torch.bool)
        return targets.amax(dim=1) > 0

    def _labels(self, targets):
        """Return standardised targets, and their deviations (n_tables, 1, n_targets)."""
        mean = targets.mean(dim=1, keepdim=True)
        if self.settings.kind == "regression":  # standardised before
            return targets, torch.ones_like(mean)
        spread = (mean * (1 - mean)).sqrt()
        spread = torch.where(spread > 1e-6, spread, 1.0)
        return ((targets - mean) / spread).clamp(-_LIMIT, _LIMIT), spread

    def _turns(self, shape, n_columns):
        """Return the classes that are read at once: of many, so many that memory stays bounded.

        Only where no gradients are wanted: these keep what all turns need.
        """
        n_tables, n_rows, n_classes = shape
        width = n_columns * self.settings.cell_width + self.settings.row_width
        at_once = max(1, _AT_ONCE // (n_tables * n_rows * width))
        return [slice(first, first + at_once) for first in range(0, n_classes, at_once)]

    def _scored(self, scores, state, part):
        """Embed the smoothers' predictions, as differences from the mean label."""
        if not self.settings.smoothers:
            return 0.0
        mean, spread = state["smoothers"]["mean"], state["spread"]
        scores = (scores[..., part] - mean[..., part]) / spread[..., part]
        return self.scores(_apart(scores.permute(1, 2, 3, 0)))


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


def _apart(x):
    """Make a table of each class: (n_tables, n_rows, n_classes, width) to (.., n_rows, width)."""
    return x.transpose(1, 2).flatten(0, 1)
