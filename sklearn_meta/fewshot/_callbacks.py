"""What happens between the steps of meta-training."""

import json
import math
import os
from pathlib import Path

import torch
from skorch.callbacks import Callback

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._seeding import as_arrays, as_tensors

_FILE = "checkpoint.pt"


class Decay(Callback):
    """Let the outer step size fall to zero; the place on the way is read off the history."""

    def __init__(self, shape, learning_rate, iterations, epoch_length):
        self.shape = shape
        self.learning_rate = learning_rate
        self.iterations = iterations
        self.epoch_length = epoch_length

    def on_epoch_begin(self, net, dataset_train=None, **kwargs):
        """Note how many steps the earlier epochs took."""
        self.step_ = (len(net.history) - 1) * self.epoch_length

    def on_batch_begin(self, net, batch=None, training=False, **kwargs):
        """Set the step size, and tell the module how far the training has come."""
        if not training:
            return
        progress = min(self.step_ / self.iterations, 1.0)
        net.module_.progress = progress
        factor = {
            "none": 1.0,
            "linear": 1 - progress,
            "cosine": 0.5 * (1 + math.cos(math.pi * progress)),
        }[self.shape]
        for group in net.optimizer_.param_groups:
            group["lr"] = self.learning_rate * factor
        self.step_ += 1


class KeepBest(Callback):
    """Keep the weights of the best validation."""

    def initialize(self):
        """Know of no validation."""
        self.least_, self.best_weights_, self.n_steps_ = math.inf, None, 0
        return self

    def judge(self, net, loss):
        """Keep the net's weights if none before had a lower loss."""
        if loss <= self.least_:
            weights = as_arrays(net.module_.state_dict())
            self.best_weights_ = {name: array.copy() for name, array in weights.items()}
            self.least_, self.n_steps_ = float(loss), n_steps(net)

    def on_epoch_end(self, net, **kwargs):
        """Compare this validation with the earlier ones."""
        self.judge(net, net.history[-1, "valid_loss"])

    def on_train_end(self, net, **kwargs):
        """Put the best weights in place."""
        if self.best_weights_ is not None:
            net.module_.load_state_dict(as_tensors(self.best_weights_, net.device))


class StopEarly(Callback):
    """End the training after `patience` validations without improvement."""

    def __init__(self, patience):
        self.patience = patience

    def on_epoch_end(self, net, **kwargs):
        """Count the validations since the best."""
        losses = net.history[:, "valid_loss"]
        best = min(range(len(losses)), key=losses.__getitem__)
        if len(losses) - 1 - best >= self.patience:
            raise KeyboardInterrupt  # skorch's way to end a training early


class SaveCheckpoint(Callback):
    """Write weights, optimiser state and history to one file after each epoch."""

    def __init__(self, folder):
        self.folder = folder

    def on_epoch_end(self, net, **kwargs):
        """Replace the file in one step, so that it is always whole."""
        folder = Path(self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        best = best_of(net)
        torch.save(
            {
                "module": net.module_.state_dict(),
                "optimizer": net.optimizer_.state_dict(),
                "history": json.dumps(net.history.to_list()),
                "best": _state_of(best),
            },
            folder / (_FILE + ".part"),
        )
        os.replace(folder / (_FILE + ".part"), folder / _FILE)


def has_checkpoint(folder):
    """Tell whether a folder holds a checkpoint."""
    return folder is not None and (Path(folder) / _FILE).is_file()


def load_checkpoint(net, folder):
    """Bring an initialised net to the state of a checkpoint."""
    saved = torch.load(Path(folder) / _FILE, map_location=net.device, weights_only=True)
    if saved["best"] is not None and "n_steps" not in saved["best"]:
        raise TableError(
            f"The checkpoint in {str(folder)!r} was written by an earlier version, which did not "
            "note how good its best weights were. Delete it and train anew."
        )
    net.module_.load_state_dict(saved["module"])
    net.optimizer_.load_state_dict(saved["optimizer"])
    net.history.extend(json.loads(saved["history"]))
    best = best_of(net)
    if best is not None and saved["best"] is not None:
        best.best_weights_ = as_arrays(saved["best"]["weights"])
        best.least_, best.n_steps_ = saved["best"]["loss"], saved["best"]["n_steps"]


def _state_of(best):
    """Return what a checkpoint keeps of a `KeepBest`."""
    if best is None or best.best_weights_ is None:
        return None
    weights = as_tensors(best.best_weights_)
    return {"weights": weights, "loss": best.least_, "n_steps": best.n_steps_}


def n_steps(net):
    """Return how many steps a net has taken."""
    return sum(int(epoch["train_batch_count"]) for epoch in net.history)


def best_of(net):
    """Return the callback that keeps the best weights, or None."""
    for _, callback in net.callbacks_:
        if isinstance(callback, KeepBest):
            return callback
    return None
