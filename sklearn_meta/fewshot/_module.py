"""What all learners' modules share: a backbone, and a loss over many episodes at once."""

from abc import abstractmethod

import torch
from torch import nn
from torch.func import functional_call, vmap
from torch.nn.functional import cross_entropy

from sklearn_meta.fewshot._batches import floats_in
from sklearn_meta.fewshot.backbones import make_backbone

_FLOATS_AT_ONCE = 2**27  # numbers in memory at once: 512 MB


class FewShotModule(nn.Module):
    """A backbone with a way to learn from support rows.

    A leaf says what is learned from the support rows of one task (`adapt`) and how query rows are
    judged by it (`outputs`); tasks are put side by side by ``torch.func.vmap``, so neither speaks
    of several tasks.

    Parameters
    ----------
    description : dict
        Of the backbone.
    kind : {"classification", "regression"}
        What the targets are.
    settings : dict
        The learner's own, of plain values.
    """

    def __init__(self, description, kind, settings):
        super().__init__()
        self.description = description
        self.body = make_backbone(description)
        self.kind = kind
        self.settings = settings
        self.transductive = bool(settings.get("transductive", False))
        self.progress = 0.0  # how much of the meta-training is over, from 0 to 1
        self.max_tasks = None

    @abstractmethod
    def adapt(self, support, n_classes):
        """Return what is learned from support rows, as a dict of tensors."""

    @abstractmethod
    def outputs(self, state, support, rows, n_classes):
        """Return logits of shape (n_rows, n_classes), or predictions of shape (n_rows,)."""

    def training_loss(self, support, query, n_classes):
        """Return what an episode costs in meta-training."""
        return self.validation_loss(support, query, n_classes)

    def validation_loss(self, support, query, n_classes):
        """Return the loss on query rows after adapting to support rows."""
        state = self.adapt(support, n_classes)
        outputs = self.outputs(state, support, query["rows"], n_classes)
        return self.loss(outputs, query["targets"], query["weights"])

    def mean_loss(self, group, training):
        """Return the mean loss over the episodes of a group."""
        one = self.training_loss if training else self.validation_loss

        def loss(support, query):
            return one(support, query, group.n_classes)

        return vmap(loss, randomness="different")(group.support, group.query).mean()

    def embed(self, support, rows, parameters=None):
        """Return the vectors of query rows; `parameters` replace the body's own.

        Where the backbone normalises, the support rows are the reference, or with `transductive`
        the query rows too.
        """
        if not self.body.uses_reference:
            return self._body(rows, support["context"], None, parameters)
        n_support = len(support["targets"])
        joined = {name: torch.cat([support["rows"][name], rows[name]]) for name in rows}
        n_reference = None if self.transductive else n_support
        return self._body(joined, support["context"], n_reference, parameters)[n_support:]

    def embed_support(self, support, parameters=None):
        """Return the vectors of the support rows."""
        return self._body(support["rows"], support["context"], None, parameters)

    def embed_both(self, support, rows):
        """Return the vectors of support rows and of query rows, computed once."""
        if not self.body.uses_reference:
            return self.embed_support(support), self.embed(support, rows)
        n_support = len(support["targets"])
        joined = {name: torch.cat([support["rows"][name], rows[name]]) for name in rows}
        n_reference = None if self.transductive else n_support
        vectors = self._body(joined, support["context"], n_reference, None)
        return vectors[:n_support], vectors[n_support:]

    def loss(self, outputs, targets, weights=None):
        """Return cross-entropy or mean squared error, by weights where there are some.

        Where all weights are zero, so is the loss.
        """
        if self.kind == "classification":
            losses = cross_entropy(outputs, targets, reduction="none")
        else:
            losses = (outputs - targets) ** 2
        if weights is None:
            return losses.mean()
        return (losses * weights).sum() / weights.sum().clamp(min=1e-6)

    def tasks_at_once(self, group):
        """Return how many episodes fit into memory side by side."""
        if self.max_tasks is not None:
            return self.max_tasks
        numbers = floats_in(group.support) * self.passes + floats_in(group.query)
        width = 8 * getattr(self.body, "n_out", 1)
        each = numbers / group.n_tasks * width + self.floats_beside(group)
        return max(1, int(_FLOATS_AT_ONCE / max(each, 1)))

    def floats_beside(self, group):
        """Return how many numbers an episode needs in memory beside its rows and vectors."""
        return 0

    @property
    def passes(self):
        """How often the support rows go through the network in an episode."""
        return 1

    def _body(self, rows, context, n_reference, parameters):
        if parameters is None:
            return self.body(rows, context, n_reference)
        return functional_call(self.body, parameters, (rows, context, n_reference))


def class_means(vectors, targets, n_classes):
    """Return the mean vector of each class: (n_classes, n_out)."""
    member = torch.nn.functional.one_hot(targets, n_classes).to(vectors.dtype)
    return (member.T @ vectors) / member.sum(0).clamp(min=1).unsqueeze(1)


def squared_distances(left, right):
    """Return squared Euclidean distances: (n_left, n_right)."""
    return ((left.unsqueeze(1) - right.unsqueeze(0)) ** 2).sum(-1)
