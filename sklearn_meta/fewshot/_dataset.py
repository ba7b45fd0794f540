"""Encoded episodes as the items of a torch dataset."""

import numpy as np
from torch.utils.data import Dataset

from sklearn_meta._validation import (
    check_classification_target,
    check_regression_target,
    check_table,
)
from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._batches import Group
from sklearn_meta.fewshot._encoding import encode_episode
from sklearn_meta.fewshot._rows import dense
from sklearn_meta.fewshot._seeding import as_tensors
from sklearn_meta.fewshot._table_columns import CodedTable
from sklearn_meta.fewshot._task import Task
from sklearn_meta.fewshot.backbones._factory import check_fits


class EpisodeDataset(Dataset):
    """Episodes by number; the same number in the same epoch is always the same episode.

    Parameters
    ----------
    source : TaskList or TaskFunction
        Where tasks are drawn.
    sampler : EpisodeSampler
        Draws their episodes.
    description : dict
        Of the backbone, which decides how rows are encoded.
    normalize_y : bool
        Whether numeric targets are standardised by the support's.
    n_episodes : int
        Length of an epoch.
    meta_batch_size : int
        Episodes of one batch share the numbers of classes and shots.
    seed : int
        Decides all draws.
    resample : bool, default=True
        Whether each epoch draws anew.
    """

    def __init__(
        self,
        source,
        sampler,
        description,
        *,
        normalize_y,
        n_episodes,
        meta_batch_size,
        seed,
        resample=True,
    ):
        self.source = source
        self.sampler = sampler
        self.description = description
        self.normalize_y = normalize_y
        self.n_episodes = n_episodes
        self.meta_batch_size = meta_batch_size
        self.seed = seed
        self.resample = resample
        self.epoch = 0
        self._checked = {}

    def __len__(self):
        return self.n_episodes

    def __getitem__(self, index):
        """Return the encoded episode of a number."""
        rng = self._rng(0, index)
        task = self._checked_task(self.source.draw(rng))
        shape = self.sampler.draw_shape(self._rng(1, index // self.meta_batch_size))
        return encode_episode(
            self.sampler.draw(task, rng, shape), self.description, self.normalize_y
        )

    def __getitems__(self, indices):
        """Return a batch; a family that draws many tasks at once is asked to."""
        draw_many = getattr(getattr(self.source, "function", None), "draw_many", None)
        plain = self.description["name"] == "mlp" and self.sampler.kind == "regression"
        if draw_many is None or not plain or self.normalize_y:
            return [self[index] for index in indices]
        rng = self._rng(0, indices[0])
        _, shots = self.sampler.draw_shape(rng)
        X, y = (array.astype(np.float32) for array in draw_many(rng, len(indices)))
        if X.shape[1] <= shots:
            raise TableError(
                f"The family draws tasks of {X.shape[1]} points; shots={shots} leaves no query "
                "rows. Set n_points to shots + queries."
            )
        stop = None if self.sampler.queries is None else shots + self.sampler.queries
        support = {"rows": {"values": X[:, :shots]}, "context": {}, "targets": y[:, :shots]}
        query = {"rows": {"values": X[:, shots:stop]}, "targets": y[:, shots:stop]}
        query["weights"] = np.ones_like(query["targets"])
        return [Group(as_tensors(support), as_tensors(query), None, len(indices))]

    def _rng(self, use, number):
        epoch = self.epoch if self.resample else 0
        return np.random.default_rng([self.seed, epoch, number, use])

    def _checked_task(self, task):
        """Check a task once."""
        known = self._checked.get(id(task))
        if known is not None and known[0] is task:
            return known[1]
        checked = check_task(task, self.description, self.sampler.kind)
        if hasattr(self.source, "tasks"):  # a function's tasks never come again
            self._checked[id(task)] = (task, checked)
        return checked


def check_task(task, description, kind):
    """Check a task's rows and targets for a backbone.

    Raises
    ------
    ValueError
        That names the task.
    """
    try:
        if description["name"] in ("table", "attributes", "mlp"):
            X = dense(check_table(None, task.X, reset=True))
        else:
            X = np.asarray(task.X)
        check_fits(description, X, "set up for")
        if description["name"] in ("table", "attributes"):
            X = CodedTable.of(X)  # once, not in each of its episodes
        if kind == "regression":
            y = check_regression_target(task.y, X.shape[0])
        else:
            y, _ = check_classification_target(task.y, X.shape[0])
    except ValueError as error:
        raise TableError(f"Task {task.name!r} can't be learned from: {error}") from error
    return Task(X, y, task.name)
