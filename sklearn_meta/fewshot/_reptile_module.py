"""Reptile's outer step as a loss, so that one way of training serves it too."""

import torch

from sklearn_meta.fewshot._gradient import GradientModule


class ReptileModule(GradientModule):
    """A start that moves toward each task's adapted weights.

    Settings: those of `GradientModule`, and ``inner_batch`` (rows of an inner step; None: all).
    With one episode per step it is serial Reptile, with several batched Reptile.
    """

    def training_loss(self, support, query, n_classes):
        """Return a number whose gradient is start minus end, and whose value is the end's loss.

        Query rows are training rows here: padded ones (weight zero) count for nothing.
        """
        rows = {
            name: torch.cat([support["rows"][name], query["rows"][name]]) for name in query["rows"]
        }
        targets = torch.cat([support["targets"], query["targets"]])
        weights = torch.cat(
            [
                torch.ones_like(query["weights"][:1]).expand(len(support["targets"])),
                query["weights"],
            ]
        )
        together = {"rows": rows, "context": support["context"], "targets": targets}
        start = self.start(support, n_classes)
        end = {name: value.detach() for name, value in start.items()}
        for _ in range(self.settings["inner_steps"]):
            end = self._train_step(end, together, weights)
        end = {name: value.detach() for name, value in end.items()}
        loss = self._weighted_loss(end, together, weights).detach()
        distance = self._distance(start, end)
        return loss + distance - distance.detach()

    def _train_step(self, fast, together, weights):
        if self.settings["inner_batch"] is not None:
            weights = weights * self._drawn(weights)
        gradient = torch.func.grad(lambda at: self._weighted_loss(at, together, weights))(fast)
        gradient = self._clipped(gradient)
        return {name: fast[name] - self._rate(name) * gradient[name].detach() for name in fast}

    def _weighted_loss(self, fast, together, weights):
        outputs = self.forward_fast(fast, together)
        return self.loss(outputs, together["targets"], weights)

    def _drawn(self, weights):
        """Return a mask of about `inner_batch` rows drawn at random, at least one of weight."""
        order = torch.rand_like(weights) + (weights == 0)
        last = order.sort().values[min(self.settings["inner_batch"], len(weights)) - 1]
        return (order <= last).to(weights.dtype)

    def _distance(self, start, end):
        """Return a sum whose gradient by the meta-learned start is start minus end.

        A head row that all classes share moves toward their mean; one made from class means is
        not learned.
        """
        total = 0.0
        for name, value in start.items():
            share = 1.0
            if name.startswith("head.") and self.kind == "classification":
                if self.settings["head"] == "prototype":
                    continue
                share = 1.0 / len(value)
            total = total + share * ((value.detach() - end[name]) * value).sum()
        return total
