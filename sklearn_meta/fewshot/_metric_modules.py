"""Learning by comparison: query rows are judged by their distances to support rows."""

import torch
from torch import nn
from torch.nn.functional import cosine_similarity, one_hot, relu

from sklearn_meta.fewshot._module import FewShotModule, class_means, squared_distances


class PrototypicalModule(FewShotModule):
    """Classes by the mean vectors of their support rows.

    Settings: ``distance`` ("euclidean" or "cosine").
    """

    def __init__(self, description, kind, settings):
        super().__init__(description, kind, settings)
        start = 0.0 if settings["distance"] == "euclidean" else 2.3  # e^2.3 = 10
        self.log_scale = nn.Parameter(torch.tensor(start))

    def adapt(self, support, n_classes):
        """Return the classes' means."""
        vectors = self.embed_support(support)
        return {"centres": class_means(vectors, support["targets"], n_classes)}

    def outputs(self, state, support, rows, n_classes):
        """Return scaled negative squared distances, or cosines."""
        if self.transductive:  # the support's vectors depend on the query rows too
            vectors, queries = self.embed_both(support, rows)
            return self._compare(queries, class_means(vectors, support["targets"], n_classes))
        return self._compare(self.embed(support, rows), state["centres"])

    def validation_loss(self, support, query, n_classes):
        """Return the loss; support and query rows go through the network together."""
        vectors, queries = self.embed_both(support, query["rows"])
        centres = class_means(vectors, support["targets"], n_classes)
        return self.loss(self._compare(queries, centres), query["targets"], query["weights"])

    def _compare(self, queries, centres):
        scale = self.log_scale.exp()
        if self.settings["distance"] == "cosine":
            return scale * cosine_similarity(queries.unsqueeze(1), centres.unsqueeze(0), dim=-1)
        return -scale * squared_distances(queries, centres) / self.body.n_out**0.5


class SiameseModule(FewShotModule):
    """Pairs of rows: near if of one class, at least a margin apart if not.

    Settings: ``margin``.
    """

    def __init__(self, description, kind, settings):
        super().__init__(description, kind, settings)
        self.log_scale = nn.Parameter(torch.tensor(2.3))  # e^2.3 = 10
        self.unit = self.body.n_out**-0.5  # keeps distances near 1 whatever the length

    def adapt(self, support, n_classes):
        """Return the support rows' vectors."""
        return {"vectors": self.embed_support(support)}

    def outputs(self, state, support, rows, n_classes):
        """Return, for each class, the logarithm of the sum of its rows' nearness.

        Nearness falls off exponentially with the squared distance: the nearest row decides, and
        among rows as near the class that has more of them.
        """
        if self.transductive:
            vectors, queries = self.embed_both(support, rows)
        else:
            vectors, queries = state["vectors"], self.embed(support, rows)
        distances = squared_distances(queries, vectors) * self.unit
        return self._logits(distances, support["targets"], n_classes)

    def training_loss(self, support, query, n_classes):
        """Return the contrastive loss of all pairs of a query and a support row.

        (1 - y) d^2 + y max(0, m - d)^2 with y = 1 for a pair of different classes, both kinds of
        pairs counting alike. The scale of the logits is learned beside it, from the distances as
        they are.
        """
        vectors, queries = self.embed_both(support, query["rows"])
        squared = squared_distances(queries, vectors) * self.unit
        differ = (query["targets"].unsqueeze(1) != support["targets"]).to(squared.dtype)
        weights = query["weights"].unsqueeze(1)
        apart = relu(self.settings["margin"] - (squared + 1e-8).sqrt()) ** 2
        near = _weighted_mean(squared, (1 - differ) * weights)
        far = _weighted_mean(apart, differ * weights)
        logits = self._logits(squared.detach(), support["targets"], n_classes)
        return near + far + self.loss(logits, query["targets"], query["weights"])

    def _logits(self, squared, targets, n_classes):
        foreign = one_hot(targets, n_classes).T == 0  # (n_classes, n_support)
        near = (-self.log_scale.exp() * squared).unsqueeze(1).masked_fill(foreign, -1e9)
        return near.logsumexp(-1)


class MatchingModule(FewShotModule):
    """A query row's class is the mean of the support rows' classes, weighted by attention.

    Settings: ``distance`` ("cosine" or "l2"), ``full_context``, ``processing_steps``.
    """

    def __init__(self, description, kind, settings):
        super().__init__(description, kind, settings)
        start = 2.3 if settings["distance"] == "cosine" else 0.0
        self.log_scale = nn.Parameter(torch.tensor(start))
        if settings["full_context"]:
            from sklearn_meta.fewshot._context import FullContext

            self.context = FullContext(self.body.n_out, settings["processing_steps"])

    def adapt(self, support, n_classes):
        """Return the support rows' vectors."""
        return {"vectors": self._in_context(self.embed_support(support))}

    def outputs(self, state, support, rows, n_classes):
        """Return the logarithm of the attention that each class gets."""
        if self.transductive:
            vectors, queries = self.embed_both(support, rows)
            vectors = self._in_context(vectors)
        else:
            vectors, queries = state["vectors"], self.embed(support, rows)
        return self._logits(vectors, queries, support["targets"], n_classes)

    def validation_loss(self, support, query, n_classes):
        """Return the loss; support and query rows go through the network together."""
        vectors, queries = self.embed_both(support, query["rows"])
        logits = self._logits(self._in_context(vectors), queries, support["targets"], n_classes)
        return self.loss(logits, query["targets"], query["weights"])

    def _in_context(self, vectors):
        return self.context.support(vectors) if self.settings["full_context"] else vectors

    def _logits(self, vectors, queries, targets, n_classes):
        if self.settings["full_context"]:
            queries = self.context.query(queries, vectors)
        if self.settings["distance"] == "cosine":
            alike = cosine_similarity(queries.unsqueeze(1), vectors.unsqueeze(0), dim=-1)
        else:
            alike = -squared_distances(queries, vectors) / self.body.n_out**0.5
        attention = (self.log_scale.exp() * alike).log_softmax(dim=1)
        foreign = one_hot(targets, n_classes).T == 0
        return attention.unsqueeze(1).masked_fill(foreign, -1e9).logsumexp(-1)


def _weighted_mean(values, weights):
    return (values * weights).sum() / weights.sum().clamp(min=1e-6)
