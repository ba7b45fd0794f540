"""The encoder, what it is trained for, and a training that can be stopped at any time.

A deep set of deep sets, after Jomaa, Schmidt-Thieme and Grabocka (2021), "Dataset2Vec: learning
dataset meta-features", Data Mining and Knowledge Discovery 35: f looks at one cell beside its row's
target, g at a column (mean and deviation of f over the rows), h at the table (mean and deviation of
g over columns, mean over targets). So the order of rows and columns cannot matter.

Training shows two samples of each of some tables. The loss has two parts: whether two samples are
of one table, told from the distance of their embeddings; and how alike two tables rank
configurations, told from the angle between linear images of their embeddings.
"""

import os
import time
from dataclasses import dataclass

import numpy as np
import torch
from _embedding_samples import (
    N_CELL_CHANNELS,
    N_COLUMN_MARKS,
    SampleSize,
    draw_sample,
    stack_samples,
)
from skorch import NeuralNet
from skorch.callbacks import Callback
from skorch.history import History
from torch import nn
from torch.nn import functional

_N_INPUTS = N_CELL_CHANNELS + N_COLUMN_MARKS + 1 + 3  # the target, and it times place and rank


@dataclass(frozen=True)
class Settings:
    """All that decides what a training comes to, but for the tables and the scores.

    Parameters
    ----------
    width : int
        Width of hidden layers.
    n_out : int
        Length of the embedding.
    n_angles : int
        Length of the image that ranks are told from.
    epochs, steps : int
        Epochs, and steps in each.
    n_tables : int
        Tables in a step, two samples of each.
    rate, decay : float
        Learning rate at the start (it falls along a cosine) and weight decay of AdamW.
    ranking_weight : float
        Weight of the second part of the loss.
    """

    width: int = 32
    n_out: int = 16
    n_angles: int = 8
    epochs: int = 15
    steps: int = 40
    n_tables: int = 16
    rate: float = 3e-3
    decay: float = 1e-3
    ranking_weight: float = 2.0
    size: SampleSize = SampleSize()


class TableEncoder(nn.Module):
    """Embeds samples of tables.

    Parameters
    ----------
    width, n_out, n_angles : int
        See :class:`Settings`.
    """

    def __init__(self, width=32, n_out=16, n_angles=8):
        super().__init__()
        self.cell = _two_layers(_N_INPUTS, width, width)
        self.column = _two_layers(2 * width, width, width)
        self.table = _two_layers(2 * width, width, n_out)
        self.angles = nn.Linear(n_out, n_angles)
        self.sharpness = nn.Parameter(torch.tensor([2.0, 0.0]))

    def embed(self, cells, target, has_column, has_target):
        """Embed a batch, shape (n_samples, n_out); for the inputs see ``draw_sample``."""
        y = target[:, :, None, :, None]
        x = cells[:, :, :, None, :].expand(*cells.shape[:3], target.shape[2], cells.shape[3])
        y = y.expand(*x.shape[:4], 1)
        seen = self.cell(torch.cat([x, y, x[..., :2] * y], dim=-1))
        ones = torch.ones_like(seen[:1, :, :1, :1, :1])
        columns = self.column(_pool(seen, ones, 1))
        tables = _pool(columns, has_column[:, :, None, None], 1)
        weights = has_target[:, :, None]
        mean = (tables * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
        return self.table(mean)

    def forward(self, cells, target, has_column, has_target):
        """Return embeddings, unit vectors whose angles tell ranks, and two constants."""
        embedding = self.embed(cells, target, has_column, has_target)
        return embedding, functional.normalize(self.angles(embedding), dim=1), self.sharpness


class TwoQuestions(nn.Module):
    """The loss: same table? how alike are the rankings?

    Parameters
    ----------
    similarity : tensor of shape (n_tables, n_tables)
        Correlation of rankings, NaN where unknown.
    groups : tensor of int of shape (n_tables,)
        Near-duplicates share a number; two of them are neither same nor different.
    ranking_weight : float
        Weight of the second part.
    """

    def __init__(self, similarity, groups, ranking_weight):
        super().__init__()
        self.similarity, self.groups = similarity, groups
        self.ranking_weight = ranking_weight

    def forward(self, output, number):
        """Loss of a batch whose samples are of the tables with these numbers."""
        embedding, direction, sharpness = output
        first, second = torch.triu_indices(len(number), len(number), offset=1)
        a, b = number[first], number[second]
        same = a == b
        distance = (embedding[first] - embedding[second]).square().sum(dim=1)
        logit = sharpness[0] - functional.softplus(sharpness[1]) * distance
        told_apart = functional.binary_cross_entropy_with_logits(
            logit, same.float(), reduction="none"
        )
        differ = self.groups[a] != self.groups[b]
        loss = (told_apart[same].mean() + told_apart[differ].mean()) / 2
        wanted = self.similarity[a, b]
        known = ~torch.isnan(wanted) & ~same
        if self.ranking_weight and known.any():
            found = (direction[first] * direction[second]).sum(dim=1)
            loss = loss + self.ranking_weight * (found - wanted)[known].square().mean()
        return loss


class Steps(torch.utils.data.Dataset):
    """The batches of an epoch: a function of seed, epoch and step alone.

    Parameters
    ----------
    tables : list of EncodedTable
        What may be seen.
    settings : Settings
        How many steps, of how many tables.
    seed : int
        Seed.
    """

    def __init__(self, tables, settings, seed):
        self.tables, self.settings, self.seed = tables, settings, seed
        self.epoch = 0

    def __len__(self):
        return self.settings.steps

    def __getitem__(self, step):
        if step >= len(self):
            raise IndexError(step)
        rng = np.random.default_rng([self.seed, self.epoch, step])
        chosen = rng.permutation(len(self.tables))[: self.settings.n_tables]
        numbers = np.repeat(chosen, 2)
        samples = [draw_sample(self.tables[n], self.settings.size, rng) for n in numbers]
        batch = {name: torch.from_numpy(part) for name, part in stack_samples(samples).items()}
        return batch, torch.from_numpy(numbers)


class _Course(Callback):
    """Tells the data which epoch it is, lets the learning rate fall, writes the file."""

    def __init__(self, settings, path, every=5):
        self.settings, self.path, self.every = settings, path, every

    def on_epoch_begin(self, net, dataset_train=None, **_):
        epoch = len(net.history) - 1
        dataset_train.epoch = epoch
        rate = self.settings.rate * (1 + np.cos(np.pi * epoch / self.settings.epochs)) / 2
        for group in net.optimizer_.param_groups:
            group["lr"] = float(rate)  # a numpy number could not be read back

    def on_epoch_end(self, net, **_):
        done = len(net.history)
        if done % self.every == 0 or done == self.settings.epochs:
            save_net(net, self.path)


def save_net(net, path):
    """Write weights, optimizer and history; a kill leaves the old file or the new one."""
    state = {
        "module": net.module_.state_dict(),
        "optimizer": net.optimizer_.state_dict(),
        "history": [
            {"epoch": row["epoch"], "train_loss": float(row["train_loss"]), "dur": row["dur"]}
            for row in net.history
        ],
    }
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def train_encoder(tables, similarity, groups, settings, path, seed):
    """Train an encoder, or go on where the file says.

    Parameters
    ----------
    tables : list of EncodedTable
        What to learn from.
    similarity : ndarray of shape (n_tables, n_tables)
        Correlation of rankings, NaN where unknown.
    groups : ndarray of int of shape (n_tables,)
        Near-duplicates share a number.
    settings : Settings
        How.
    path : Path
        Where the state is kept.
    seed : int
        Seed of weights and samples.

    Returns
    -------
    TableEncoder
        Trained.
    history : list of dict
        ``epoch``, ``train_loss`` and ``dur`` (seconds) of each epoch.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = NeuralNet(
            TableEncoder,
            TwoQuestions,
            module__width=settings.width,
            module__n_out=settings.n_out,
            module__n_angles=settings.n_angles,
            criterion__similarity=torch.tensor(similarity, dtype=torch.float32),
            criterion__groups=torch.tensor(groups),
            criterion__ranking_weight=settings.ranking_weight,
            optimizer=torch.optim.AdamW,
            optimizer__weight_decay=settings.decay,
            lr=settings.rate,
            iterator_train__batch_size=None,
            train_split=None,
            callbacks=[("course", _Course(settings, path))],
            callbacks__print_log=None,
        ).initialize()
        if path.exists():
            state = torch.load(path, weights_only=True)
            net.module_.load_state_dict(state["module"])
            net.optimizer_.load_state_dict(state["optimizer"])
            net.history = History(state["history"])
        left = settings.epochs - len(net.history)
        if left > 0:
            net.partial_fit(Steps(tables, settings, seed), epochs=left)
    keys = ("epoch", "train_loss", "dur")
    return net.module_.eval(), [{key: row[key] for key in keys} for row in net.history]


def embed_tables(encoder, tables, size, *, n_samples=16, seed=0):
    """Embed tables: the mean over some samples of each.

    Parameters
    ----------
    encoder : TableEncoder
        Trained or not.
    tables : list of EncodedTable
        What to embed.
    size : SampleSize
        How large a sample is.
    n_samples : int
        Samples of each table.
    seed : int
        Seed of the samples.

    Returns
    -------
    ndarray of shape (n_tables, n_out)
    """
    found = []
    for table in tables:
        rng = np.random.default_rng(seed)
        batch = stack_samples([draw_sample(table, size, rng) for _ in range(n_samples)])
        with torch.no_grad():
            parts = {name: torch.from_numpy(part) for name, part in batch.items()}
            found.append(encoder.embed(**parts).mean(dim=0).numpy())
    return np.stack(found)


def time_embedding(encoder, encode, size, n_repeats=5):
    """Seconds for one table from its cells to its embedding, the best of some tries."""
    seconds = []
    for _ in range(n_repeats):
        started = time.perf_counter()
        embed_tables(encoder, [encode()], size)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _two_layers(n_in, width, n_out):
    return nn.Sequential(nn.Linear(n_in, width), nn.ReLU(), nn.Linear(width, n_out))


def _pool(values, weights, axis):
    """Weighted mean and deviation along an axis, side by side."""
    weights = weights.expand(*values.shape[:-1], 1)
    total = weights.sum(dim=axis).clamp(min=1)
    mean = (values * weights).sum(dim=axis) / total
    around = ((values - mean.unsqueeze(axis)).square() * weights).sum(dim=axis) / total
    return torch.cat([mean, (around + 1e-6).sqrt()], dim=-1)
