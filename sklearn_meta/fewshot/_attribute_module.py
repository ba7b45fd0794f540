"""Learning from the support rows by inferring vectors of attributes and responses."""

import torch
from torch import nn
from torch.nn.functional import one_hot

from sklearn_meta.fewshot._module import FewShotModule, class_means, squared_distances
from sklearn_meta.fewshot._projections import N_TARGET

_RIDGE = 1.0  # rows without a relation that the slope is shrunk by


class AttributeModule(FewShotModule):
    """An `AttributeNetwork` that is told the support rows and asked about query rows.

    With ``linear_start`` it adds to what the directions that tell the target apart say (the nearest
    class mean along them, or a line), from nothing at first.

    Settings: ``linear_start``.
    """

    def __init__(self, description, kind, settings):
        super().__init__(description, kind, settings)
        if settings["linear_start"]:
            nn.init.zeros_(self.body.answer[-1].weight)
            nn.init.zeros_(self.body.answer[-1].bias)
            self.log_scale = nn.Parameter(torch.tensor(0.0))

    def adapt(self, support, n_classes):
        """Return the vectors of attributes and responses, and the linear part."""
        values, there = _cells(support["rows"], support["context"])
        targets = support["targets"]
        if self.kind == "regression":
            told = targets.unsqueeze(-1)
        else:
            told = one_hot(targets, n_classes).to(values.dtype)
        attributes, responses = self.body.infer(values, there, told)
        state = {"attributes": attributes, "responses": responses}
        if self.settings["linear_start"]:
            state["linear"] = self._linear(support, n_classes)
        return state

    def outputs(self, state, support, rows, n_classes):
        """Return logits, or predictions."""
        values, there = _cells(rows, support["context"])
        placed = self.body.place(values, there, state["attributes"])
        outputs = self.body.respond(placed, state["responses"])
        if self.kind == "regression":
            outputs = outputs.squeeze(-1)
        if self.settings["linear_start"]:
            outputs = outputs + self.log_scale.exp() * self._said(state["linear"], rows)
        return outputs

    def _linear(self, support, n_classes):
        """Return the class means along the directions, or the line's (slope, intercept)."""
        scores, targets = support["rows"]["scores"][:, :N_TARGET], support["targets"]
        if self.kind == "classification":
            return class_means(scores, targets, n_classes)
        along, mean = scores[:, 0], targets.mean()
        slope = (along * (targets - mean)).sum() / ((along**2).sum() + _RIDGE)
        return torch.stack([slope, mean])

    def _said(self, linear, rows):
        scores = rows["scores"][:, :N_TARGET]
        if self.kind == "classification":
            return -squared_distances(scores, linear) / 2
        return scores[:, 0] * linear[0] + linear[1]


def _cells(rows, context):
    """Return standardised values and which are there: (n_rows, n_columns) each."""
    cells = rows["cells"]
    return 2 * cells[..., 0], (1 - cells[..., 3]) * context["mask"]
