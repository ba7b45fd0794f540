"""The skorch net that meta-trains a learner's module on episodes."""

from dataclasses import dataclass

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import EpochTimer, GradientNormClipping, PassthroughScoring, PrintLog

from sklearn_meta.exceptions import TrainingDivergedError
from sklearn_meta.fewshot._batches import collate
from sklearn_meta.fewshot._callbacks import (
    Decay,
    KeepBest,
    SaveCheckpoint,
    StopEarly,
    best_of,
    has_checkpoint,
    load_checkpoint,
    n_steps,
)
from sklearn_meta.fewshot._dataset import EpisodeDataset
from sklearn_meta.fewshot._precision import has_bfloat16_units
from sklearn_meta.fewshot._seeding import seed_torch
from sklearn_meta.fewshot._start import start_of

_OPTIMIZERS = {"adam": torch.optim.AdamW, "sgd": torch.optim.SGD}


@dataclass
class EpisodeSplit:
    """Episodes to train on, and others (or None) to validate on."""

    train: EpisodeDataset
    valid: EpisodeDataset | None

    def __len__(self):
        return len(self.train)


class EpisodeNet(NeuralNet):
    """A net whose batches are groups of episodes and whose module says what an episode costs.

    skorch keeps the loop, the history, the callbacks and the optimiser; the module's ``mean_loss``
    takes all episodes of a group at once.
    """

    mixed_precision = False

    @property
    def _default_callbacks(self):
        """Return none: `make_net` names all."""
        return []

    def get_split_datasets(self, X, y=None, **fit_params):
        """Return the two datasets of an `EpisodeSplit`."""
        return X.train, X.valid

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Tell the dataset the epoch; seed torch, so that a resumed training goes on alike."""
        super().on_epoch_begin(net, dataset_train, dataset_valid, **kwargs)
        dataset_train.epoch = len(self.history)
        seed_torch(dataset_train.seed + len(self.history), self.device)

    def train_step_single(self, batch, **fit_params):
        """Add up the gradients of a batch, a chunk of episodes at a time."""
        self._set_training(True)
        loss = 0.0
        for chunk, share in self._chunks(batch):
            with self._precision():
                part = self.module_.mean_loss(chunk, training=True) * share
            part.backward()
            loss = loss + part.detach()
        if not torch.isfinite(loss):
            raise TrainingDivergedError(
                f"The meta-training loss became {float(loss)} in epoch {len(self.history)}. "
                "Lower learning_rate or inner_lr, or set gradient_clip or inner_clip."
            )
        return {"loss": loss, "y_pred": None}

    def validation_step(self, batch, **fit_params):
        """Adapt to the support rows of each episode and judge by its query rows."""
        self._set_training(False)
        loss = 0.0
        with torch.no_grad():  # inner gradients are torch.func's, which this does not switch off
            for chunk, share in self._chunks(batch):
                loss = loss + self.module_.mean_loss(chunk, training=False) * share
        return {"loss": loss, "y_pred": None}

    def validate(self, dataset):
        """Return the mean loss on a dataset's episodes, batch for batch as an epoch counts it."""
        losses, sizes = [], []
        for batch in self.get_iterator(dataset, training=False):
            losses.append(float(self.validation_step(batch)["loss"]))
            sizes.append(len(batch[0]))
        return float(np.average(losses, weights=sizes))

    def _precision(self):
        """Return the context in which losses are computed."""
        wanted = self.mixed_precision
        halved = has_bfloat16_units(self.device) if wanted == "auto" else wanted
        kind = torch.device(self.device).type
        return torch.autocast(kind, dtype=torch.bfloat16, enabled=halved)

    def _chunks(self, batch):
        _, groups = batch
        n_tasks = sum(group.n_tasks for group in groups)
        for group in groups:
            for chunk in group.chunks(self.module_.tasks_at_once(group)):
                yield chunk.to(self.device), chunk.n_tasks / n_tasks


def make_net(module_class, module_params, training, device, has_validation, verbose):
    """Make the net for a learner's module and its settings of training.

    Parameters
    ----------
    module_class : type
        A `FewShotModule`.
    module_params : dict
        Its arguments.
    training : MetaTraining
        How to train.
    device : str
        Where.
    has_validation : bool
        Whether the weights of the best validation are kept.
    verbose : int
        0 is silent; else a line per epoch.

    Returns
    -------
    EpisodeNet
        Not initialised.
    """
    callbacks = [
        ("epoch_timer", EpochTimer()),
        ("train_loss", PassthroughScoring("train_loss", on_train=True)),
        ("decay", _decay(training)),
    ]
    if training.gradient_clip is not None:
        callbacks.append(("clip", GradientNormClipping(training.gradient_clip)))
    if has_validation:
        callbacks.append(("valid_loss", PassthroughScoring("valid_loss")))
        callbacks.append(("best", KeepBest()))
    if training.checkpoint is not None:
        callbacks.append(("checkpoint", SaveCheckpoint(training.checkpoint)))
    if verbose:
        callbacks.append(("progress", PrintLog()))
    callbacks += [(f"user_{n}", callback) for n, callback in enumerate(training.callbacks or [])]
    if has_validation and training.patience is not None:
        callbacks.append(("stop", StopEarly(training.patience)))  # last: it may end the epoch
    settings = {f"module__{name}": value for name, value in module_params.items()}
    settings["optimizer"] = _OPTIMIZERS[training.optimizer]
    settings["optimizer__weight_decay"] = training.weight_decay
    settings.update(training.net_params or {})
    return EpisodeNet(
        module_class,
        criterion=torch.nn.MSELoss,  # never called: the module knows its loss
        lr=training.learning_rate,
        max_epochs=training.n_epochs,
        batch_size=training.meta_batch_size,
        iterator_train__collate_fn=collate,
        iterator_valid__collate_fn=collate,
        train_split=None,
        callbacks=callbacks,
        device=device,
        verbose=verbose,
        **settings,
    )


def train(net, split, training, resume, first=None):
    """Train a net from the start, or on from where it or its checkpoint is.

    A new net's backbone gets the weights of the learner, or file, `first`, unless that is None.
    """
    anew = not net.initialized_
    if anew:
        net.initialize()
    net.module_.max_tasks = training.tasks_per_chunk
    net.mixed_precision = training.mixed_precision
    if anew and resume and has_checkpoint(training.checkpoint):
        load_checkpoint(net, training.checkpoint)
    elif anew and first is not None:
        start_of(first).fill_backbone(net.module_)
        if split.valid is not None:  # a training that only harms leaves the start as it was
            best_of(net).judge(net, net.validate(split.valid))
    left = training.n_epochs - len(net.history)
    if left > 0:
        net.partial_fit(split, epochs=left)
        if not len(net.history) or "dur" not in net.history[-1]:
            del net.history[-1:]
            raise KeyboardInterrupt  # on Ctrl-C skorch ends without a word
    else:
        net.notify("on_train_end", X=split, y=None)  # puts the best weights in place
    return net


def steps_behind(net):
    """Return how many steps of a net's training are behind the weights that it kept."""
    best = best_of(net)
    return n_steps(net) if best is None else best.n_steps_


def _decay(training):
    return Decay(training.decay, training.learning_rate, training.iterations, training.epoch_length)
