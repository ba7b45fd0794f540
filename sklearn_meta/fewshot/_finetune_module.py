"""A network trained in the ordinary way, and trained on with the support rows."""

import torch
from torch.func import grad

from sklearn_meta.fewshot._gradient import GradientModule

_BETAS = (0.9, 0.999)
_EPS = 1e-4  # large, so that a gradient of rounding errors moves nothing


class FineTuningModule(GradientModule):
    """No inner steps in training; many steps of Adam in `adapt`.

    Settings: those of `GradientModule`, ``tune`` ("head", "last" or "all"), ``fit_steps``,
    ``fit_lr`` and ``fit_decay``.
    """

    def start(self, support, n_classes):
        """Return the parameters that are tuned."""
        fast = super().start(support, n_classes)
        if self.settings["tune"] != "last":
            return fast
        last = tuple(f"body.{prefix}" for prefix in self.body.last_layers)
        return {
            name: value
            for name, value in fast.items()
            if name.startswith("head.") or name.startswith(last)
        }

    def training_loss(self, support, query, n_classes):
        """Return the query rows' loss without adapting.

        Numbers are predicted by one output layer for all tasks, classes by their means.
        """
        fast = self.start(support, n_classes)
        outputs = self.forward_fast(fast, support, query["rows"])
        return self.loss(outputs, query["targets"], query["weights"])

    def adapt(self, support, n_classes):
        """Return the parameters after training on the support rows."""
        start = self.start(support, n_classes)
        fast = {name: value.detach().clone() for name, value in start.items()}
        first = {name: torch.zeros_like(value) for name, value in fast.items()}
        second = {name: torch.zeros_like(value) for name, value in fast.items()}

        def loss(fast):
            return self.loss(self.forward_fast(fast, support), support["targets"])

        for step in range(1, self.settings["fit_steps"] + 1):
            gradient = grad(loss)(fast)
            for name, slope in gradient.items():
                slope = slope.detach()
                first[name] = _BETAS[0] * first[name] + (1 - _BETAS[0]) * slope
                second[name] = _BETAS[1] * second[name] + (1 - _BETAS[1]) * slope**2
                move = first[name] / (1 - _BETAS[0] ** step)
                move = move / ((second[name] / (1 - _BETAS[1] ** step)).sqrt() + _EPS)
                keep = 1 - self.settings["fit_lr"] * self.settings["fit_decay"]
                fast[name] = keep * fast[name] - self.settings["fit_lr"] * move
        return fast
