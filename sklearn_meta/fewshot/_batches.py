"""Episodes of one shape side by side, so that a network takes them all at once."""

from dataclasses import dataclass

import numpy as np
import torch

from sklearn_meta.fewshot._seeding import as_tensors


@dataclass(frozen=True)
class Group:
    """Episodes with equally many support rows and classes; every array has a leading task axis."""

    support: dict
    query: dict
    n_classes: int | None
    n_tasks: int

    def chunks(self, size):
        """Split into groups of at most `size` episodes."""
        for start in range(0, self.n_tasks, size):
            part = slice(start, min(start + size, self.n_tasks))
            yield Group(
                _map(lambda tensor, part=part: tensor[part], self.support),
                _map(lambda tensor, part=part: tensor[part], self.query),
                self.n_classes,
                part.stop - part.start,
            )

    def episodes(self):
        """Take the group apart: yield support and query of each episode, without the task axis."""
        for place in range(self.n_tasks):
            support, query = (
                _map(lambda tensor, place=place: tensor[place], tree)
                for tree in (self.support, self.query)
            )
            yield support, query

    def to(self, device):
        """Move to a device."""
        if str(device) == "cpu":
            return self
        support, query = (
            _map(lambda tensor: tensor.to(device), tree) for tree in (self.support, self.query)
        )
        return Group(support, query, self.n_classes, self.n_tasks)


def collate(episodes):
    """Group encoded episodes by shape.

    Parameters
    ----------
    episodes : list of EncodedEpisode or of Group
        Groups are passed on.

    Returns
    -------
    tuple (places, groups)
        The episodes' places, whose number skorch takes for the batch's size, and the groups.
    """
    if episodes and isinstance(episodes[0], Group):
        return list(range(sum(group.n_tasks for group in episodes))), episodes
    alike = {}
    for episode in episodes:
        alike.setdefault(_shape_key(episode), []).append(episode)
    groups = [
        Group(
            as_tensors(_stack([episode.support for episode in members])),
            as_tensors(_stack([episode.query for episode in members])),
            members[0].n_classes,
            len(members),
        )
        for members in alike.values()
    ]
    return list(range(len(episodes))), groups


def single(encoded):
    """Return one support (or any nested dict of arrays) with a leading axis of length 1."""
    return as_tensors(_stack([encoded]))


def _shape_key(episode):
    """Return what episodes of a group share: support rows, classes, the width's power of 2."""
    mask = episode.support["context"].get("mask")
    width = 0 if mask is None else int(np.ceil(np.log2(len(mask))))
    return len(episode.support["targets"]), episode.n_classes, width


def _stack(trees):
    """Stack nested dicts of arrays, padding with zeros where sizes differ."""
    first = trees[0]
    if isinstance(first, dict):
        return {name: _stack([tree[name] for tree in trees]) for name in first}
    shapes = {array.shape for array in trees}
    if len(shapes) == 1:
        return np.stack(trees)
    largest = tuple(max(sizes) for sizes in zip(*shapes, strict=True))
    stacked = np.zeros((len(trees), *largest), dtype=first.dtype)
    for place, array in enumerate(trees):
        stacked[(place, *(slice(size) for size in array.shape))] = array
    return stacked


def _map(function, tree):
    if isinstance(tree, dict):
        return {name: _map(function, value) for name, value in tree.items()}
    return function(tree)


def floats_in(tree):
    """Count the numbers in a nested dict of tensors."""
    if isinstance(tree, dict):
        return sum(floats_in(value) for value in tree.values())
    return tree.numel() if isinstance(tree, torch.Tensor) else np.size(tree)
