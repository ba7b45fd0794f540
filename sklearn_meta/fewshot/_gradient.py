"""Learning by a few steps of gradient descent from a meta-learned start.

The one code path behind MAML, ANIL, Meta-SGD and Reptile. The start, the step sizes, the loss and
the preconditioner can each be learned.
"""

import torch
from torch import nn
from torch.func import grad
from torch.nn.functional import linear

from sklearn_meta.fewshot._curvature import MetaCurvature
from sklearn_meta.fewshot._learned_loss import LearnedLoss
from sklearn_meta.fewshot._module import FewShotModule, class_means


class GradientModule(FewShotModule):
    """A network and head that are adapted by gradient steps on the support rows.

    Settings: ``inner_steps``, ``fit_steps`` (None: the same), ``inner_lr``, ``rates`` ("fixed",
    "layer" or "weight"), ``first_order``, ``inner_clip``, ``multi_step_loss``, ``adapt_body``,
    for classification ``head`` ("prototype" or "shared") and, where they are wanted,
    ``inner_loss`` ("learned") and ``preconditioner`` ("curvature").
    """

    def __init__(self, description, kind, settings):
        super().__init__(description, kind, settings)
        n_out = self.body.n_out
        if kind == "classification" and settings["head"] == "prototype":
            self.log_scale = nn.Parameter(torch.tensor(-0.5 * torch.tensor(n_out).log().item()))
        else:
            self.head_weight = nn.Parameter(torch.randn(1, n_out) / n_out**0.5)
            self.head_bias = nn.Parameter(torch.zeros(1))
        if settings["rates"] != "fixed":
            self.rates = nn.ParameterDict(self._first_rates())
        if settings.get("inner_loss") == "learned":
            self.learned_loss = LearnedLoss(kind)
        if settings.get("preconditioner") == "curvature":
            self.curvature = MetaCurvature(self._adapted_shapes())

    def _adapted_shapes(self):
        """Return the shapes of what the inner steps change; the head's classes share one row."""
        shapes = {"head.weight": (1, self.body.n_out), "head.bias": (1,)}
        if self.settings["adapt_body"]:
            for name, parameter in self.body.named_parameters():
                shapes[f"body.{name}"] = tuple(parameter.shape)
        return shapes

    def _first_rates(self):
        """Return a rate per layer or per weight; a head's is shared by its classes."""
        value = float(self.settings["inner_lr"])
        per_weight = self.settings["rates"] == "weight"
        return {
            name.replace(".", "__"): nn.Parameter(torch.full(shape if per_weight else (), value))
            for name, shape in self._adapted_shapes().items()
        }

    def start(self, support, n_classes):
        """Return the parameters from which a task's adaptation sets out."""
        fast = {}
        if self.settings["adapt_body"]:
            fast = {"body." + name: value for name, value in self.body.named_parameters()}
        if self.kind == "regression":
            return {**fast, "head.weight": self.head_weight, "head.bias": self.head_bias}
        if self.settings["head"] == "shared":
            weight = self.head_weight.expand(n_classes, -1)
            return {**fast, "head.weight": weight, "head.bias": self.head_bias.expand(n_classes)}
        centres = class_means(self.embed_support(support), support["targets"], n_classes)
        scale = self.log_scale.exp()
        bias = -scale * (centres**2).sum(1)
        return {**fast, "head.weight": 2 * scale * centres, "head.bias": bias}

    def forward_fast(self, fast, support, rows=None):
        """Return outputs of support rows (`rows` None) or query rows by adapted parameters."""
        body = {name[5:]: value for name, value in fast.items() if name.startswith("body.")}
        parameters = body or None
        if rows is None:
            vectors = self.embed_support(support, parameters)
        else:
            vectors = self.embed(support, rows, parameters)
        outputs = linear(vectors, fast["head.weight"], fast["head.bias"])
        return outputs.squeeze(-1) if self.kind == "regression" else outputs

    def step(self, fast, support):
        """Take one step downhill on the support rows."""

        def loss(fast):
            return self._inner_loss(self.forward_fast(fast, support), support["targets"])

        if self.settings["first_order"]:
            at = {name: value.detach() for name, value in fast.items()}
            gradient = {name: value.detach() for name, value in grad(loss)(at).items()}
        else:
            gradient = grad(loss)(fast)
        gradient = self._turned(self._clipped(gradient))
        return {name: fast[name] - self._rate(name) * gradient[name] for name in fast}

    def _inner_loss(self, outputs, targets):
        """Return the loss whose gradient the inner steps follow."""
        loss = self.loss(outputs, targets)
        if self.settings.get("inner_loss") == "learned":
            loss = loss + self.learned_loss(outputs, targets)
        return loss

    def _turned(self, gradient):
        """Apply the learned preconditioner, where there is one."""
        if self.settings.get("preconditioner") != "curvature":
            return gradient
        return {name: self.curvature(name, value) for name, value in gradient.items()}

    def _rate(self, name):
        if self.settings["rates"] == "fixed":
            return self.settings["inner_lr"]
        return self.rates[name.replace(".", "__")]

    def _clipped(self, gradient):
        limit = self.settings["inner_clip"]
        if limit is None:
            return gradient
        norm = sum((value**2).sum() for value in gradient.values()).clamp(min=1e-12).sqrt()
        factor = (limit / norm).clamp(max=1.0)
        return {name: value * factor for name, value in gradient.items()}

    def adapt(self, support, n_classes):
        """Return the parameters after the steps that `fit` takes."""
        fast = self.start(support, n_classes)
        steps = self.settings["fit_steps"]
        for _ in range(self.settings["inner_steps"] if steps is None else steps):
            fast = self.step(fast, support)
        return fast

    def outputs(self, state, support, rows, n_classes):
        """Return logits or predictions of query rows."""
        return self.forward_fast(state, support, rows)

    def training_loss(self, support, query, n_classes):
        """Return the query rows' loss after the inner steps (or, if asked, after each)."""
        fast = self.start(support, n_classes)
        steps = self.settings["inner_steps"]
        total = 0.0
        for number in range(1, steps + 1):
            fast = self.step(fast, support)
            weight = self._step_weight(number, steps)
            if weight:
                outputs = self.forward_fast(fast, support, query["rows"])
                total = total + weight * self.loss(outputs, query["targets"], query["weights"])
        return total

    def _step_weight(self, number, steps):
        """Return the weight of a step's loss: all on the last, or moving there in training."""
        last = float(number == steps)
        if not self.settings["multi_step_loss"]:
            return last
        return (1 - self.progress) / steps + self.progress * last

    @property
    def passes(self):
        """How often the support rows go through the network in an episode."""
        return 1 + 2 * self.settings["inner_steps"] * (1 if self.settings["first_order"] else 2)
