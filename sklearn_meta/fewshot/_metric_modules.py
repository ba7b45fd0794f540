"""Learning by comparison: query rows are judged by their distances to support rows."""

import torch
from torch import nn
from torch.nn.functional import cosine_similarity, one_hot, relu

from sklearn_meta.fewshot._local_distance import LocalDistance
from sklearn_meta.fewshot._module import FewShotModule, class_means, squared_distances

_LOG_10 = 2.3


class ComparingModule(FewShotModule):
    """Vectors that are compared by distances, whose scale is learned.

    Settings: ``distance`` ("euclidean" or "l2", "cosine", "local").
    """

    # at first: cosines are small, and so are differences of means over places
    log_scales = {"euclidean": 0.0, "l2": 0.0, "cosine": _LOG_10, "local": 2.0}

    def __init__(self, description, kind, settings):
        super().__init__(description, kind, settings)
        self.log_scale = nn.Parameter(torch.tensor(self.log_scales[settings["distance"]]))
        local = settings["distance"] == "local"
        self.local_distance = LocalDistance(self.body) if local else None

    def distances(self, left, right):
        """Return distances that do not grow with the vectors' length: (n_left, n_right)."""
        if self.local_distance is not None:
            return self.local_distance(left, right)
        return squared_distances(left, right) / self.body.n_out**0.5

    def likenesses(self, left, right):
        """Return cosines or negative distances, scaled: (n_left, n_right)."""
        if self.settings["distance"] == "cosine":
            alike = cosine_similarity(left.unsqueeze(1), right.unsqueeze(0), dim=-1)
        else:
            alike = -self.distances(left, right)
        return self.log_scale.exp() * alike

    def floats_beside(self, group):
        """Return how many numbers an episode needs for its pairs of places."""
        if self.local_distance is None:
            return 0
        n_support, n_query = (part["targets"].shape[1] for part in (group.support, group.query))
        return 3 * self.local_distance.pairs(n_support, n_query)  # beside their gradients


class PrototypicalModule(ComparingModule):
    """Classes by the mean vectors of their support rows."""

    def adapt(self, support, n_classes):
        """Return the classes' means."""
        vectors = self.embed_support(support)
        return {"centres": class_means(vectors, support["targets"], n_classes)}

    def outputs(self, state, support, rows, n_classes):
        """Return scaled negative distances, or cosines."""
        if self.transductive:  # the support's vectors depend on the query rows too
            vectors, queries = self.embed_both(support, rows)
            return self.likenesses(queries, class_means(vectors, support["targets"], n_classes))
        return self.likenesses(self.embed(support, rows), state["centres"])

    def validation_loss(self, support, query, n_classes):
        """Return the loss; support and query rows go through the network together."""
        vectors, queries = self.embed_both(support, query["rows"])
        centres = class_means(vectors, support["targets"], n_classes)
        return self.loss(self.likenesses(queries, centres), query["targets"], query["weights"])


class SiameseModule(ComparingModule):
    """Pairs of rows: near if of one class, at least a margin apart if not.

    Settings: ``margin`` beside the distance.
    """

    log_scales = {"euclidean": _LOG_10, "local": 1.5}

    def distances(self, left, right):
        """Return distances, of which that of a row to itself is zero: the margin counts from it."""
        distances = super().distances(left, right)
        if self.local_distance is None:
            return distances
        left, right = self.local_distance.of_each(left), self.local_distance.of_each(right)
        return (distances - (left.unsqueeze(1) + right) / 2).clamp(min=0)

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
        distances = self.distances(queries, vectors)
        return self._logits(distances, support["targets"], n_classes)

    def training_loss(self, support, query, n_classes):
        """Return the contrastive loss of all pairs of a query and a support row.

        (1 - y) d^2 + y max(0, m - d)^2 with y = 1 for a pair of different classes, both kinds of
        pairs counting alike. The scale of the logits is learned beside it, from the distances as
        they are.
        """
        vectors, queries = self.embed_both(support, query["rows"])
        squared = self.distances(queries, vectors)
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


class MatchingModule(ComparingModule):
    """A query row's class is the mean of the support rows' classes, weighted by attention.

    Settings: ``full_context``, ``processing_steps`` beside the distance.
    """

    def __init__(self, description, kind, settings):
        super().__init__(description, kind, settings)
        if settings["full_context"]:
            if settings["distance"] == "local":
                raise ValueError(
                    "full_context sees whole vectors and distance='local' places: take one of them."
                )
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
        attention = self.likenesses(queries, vectors).log_softmax(dim=1)
        foreign = one_hot(targets, n_classes).T == 0
        return attention.unsqueeze(1).masked_fill(foreign, -1e9).logsumexp(-1)


def _weighted_mean(values, weights):
    return (values * weights).sum() / weights.sum().clamp(min=1e-6)
