"""Training, step by step; what it is at a step depends on the settings alone."""

import torch

from sklearn_meta.exceptions import TrainingDivergedError
from sklearn_meta.fewshot._seeding import seeded
from sklearn_meta.fewshot.incontext._losses import table_loss
from sklearn_meta.fewshot.incontext._model import InContextModel
from sklearn_meta.fewshot.incontext._optimizers import make_optimizers


class Pretraining:
    """A model, its optimizers, and the running average of its weights.

    Parameters
    ----------
    model_settings : ModelSettings
        Sizes of the model.
    settings : PretrainingSettings
        How it is trained.
    source : callable
        ``source(step)`` returns a list of `Tables`.
    device : str, default="cpu"
        Where it is trained; on a GPU that can, in bfloat16.
    """

    def __init__(self, model_settings, settings, source, device="cpu"):
        self.settings = settings
        self.source = source
        self.device = device
        with seeded(settings.seed, "cpu"):
            self.model = InContextModel(model_settings).to(device)
        self.optimizers = make_optimizers(self.model, settings)
        self.average = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        self.step = 0
        self.tables_seen = 0

    def start_from(self, model):
        """Begin with the weights of a model; of one for another kind of task, all but its head."""
        same = model.settings.kind == self.model.settings.kind
        weights = {n: w for n, w in model.state_dict().items() if same or n.split(".")[0] != "head"}
        self.model.load_state_dict(self.model.state_dict() | weights)
        self.average = {name: p.detach().clone() for name, p in self.model.named_parameters()}

    def advance(self):
        """Take one step; return its loss.

        Raises
        ------
        TrainingDivergedError
            If the loss is not finite.
        """
        self.model.train()
        batches = self.source(self.step)
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
            for group in optimizer.param_groups:
                group["lr"] = self.settings.learning_rate * self.settings.rate_at(self.step)
        total = 0.0
        for tables in batches:
            tables = tables.to(self.device)
            half = self.device.startswith("cuda") and torch.cuda.is_bf16_supported()
            with torch.autocast("cuda", torch.bfloat16, enabled=half):
                loss = table_loss(self.model, tables) / len(batches)
            loss.backward()
            total += float(loss.detach())
            self.tables_seen += len(tables.y)
        self._check_finite(total)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        self._update_average()
        return total

    def averaged_model(self):
        """Return a model with the averaged weights, on the CPU."""
        with seeded(0, "cpu"):
            model = InContextModel(self.model.settings)
        model.load_state_dict({name: value.cpu() for name, value in self.average.items()})
        return model.eval()

    def state(self):
        """Return what a checkpoint keeps: nested dicts and lists of tensors and plain values."""
        return {
            "step": self.step,
            "tables_seen": self.tables_seen,
            "model": self.model.state_dict(),
            "average": self.average,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }

    def load_state(self, state):
        """Go on from a checkpoint."""
        self.step, self.tables_seen = state["step"], state["tables_seen"]
        self.model.load_state_dict(state["model"])
        self.average = {n: value.to(self.device) for n, value in state["average"].items()}
        for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)

    def _check_finite(self, loss):
        if not loss < float("inf"):
            raise TrainingDivergedError(
                f"The loss at step {self.step} is {loss}. Lower the learning rate "
                f"({self.settings.learning_rate})."
            )

    def _update_average(self):
        decay = min(self.settings.average, self.step / (self.step + 9))
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                self.average[name].lerp_(parameter, 1 - decay)
