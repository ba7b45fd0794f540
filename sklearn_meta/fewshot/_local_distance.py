"""Distances between images whose parts may lie a little elsewhere."""

from itertools import product

import torch
from torch import nn

_PAIRS_AT_ONCE = 2**25  # pairs of places in memory: 128 MB
_LEAST = 1e-12  # nearness: what fits nowhere costs as much as this and no more


class LocalDistance(nn.Module):
    """Compare images place by place: each finds its like near where it is in the other image.

    A place costs the soft minimum, over the places of the other image, of the squared distance of
    the two vectors and of the squared way between the places; an image costs the mean over its
    places and over those of the other image. How vectors and ways weigh is learned. What a place
    holds, a bend or a crossing, is shared by characters that were never seen, so fewer of them have
    to be learned from than where a vector must know a whole character.

    Parameters
    ----------
    network : Module
        Whose vectors are compared; its ``map_shape``, (n_channels, height, width), says what they
        hold.

    Raises
    ------
    ValueError
        If they hold no map of places.

    References
    ----------
    W. Li et al. (2019). Revisiting local descriptor based image-to-class measure for few-shot
    learning. CVPR. There, the k nearest places count, wherever they are.
    """

    def __init__(self, network):
        super().__init__()
        map_shape = getattr(network, "map_shape", None)
        if map_shape is None:
            raise ValueError(
                "distance='local' compares places of images, but the vectors of this backbone hold "
                "none. Give images and backbone='conv4', or backbone='resnet' with "
                "backbone_params={'flatten': True}."
            )
        self.n_channels = map_shape[0]
        self.log_vectors = nn.Parameter(torch.tensor(0.0))
        self.log_ways = nn.Parameter(torch.tensor(0.0))
        height, width = map_shape[1:]
        places = torch.tensor(list(product(range(height), range(width))), dtype=torch.float32)
        self.register_buffer("places", places - places.mean(0), persistent=False)

    def forward(self, left, right):
        """Return distances of shape (n_left, n_right) between vectors, in single precision.

        None is negative: zero are two images that hold one and the same vector at all places.
        """
        with torch.autocast(left.device.type, enabled=False):  # differences of large numbers
            ways = 2**0.5 * self.log_ways.exp() * self.places
            left, right = self._points(left.float(), ways), self._points(right.float(), ways)
            at_once = max(1, _PAIRS_AT_ONCE // self.pairs(len(left), 1))
            costs = [_costs(left, part) for part in right.split(at_once)]
            return torch.cat(costs, dim=1) - _costs(ways[None], ways[None])

    def pairs(self, n_left, n_right):
        """Return how many pairs of places there are."""
        return n_left * n_right * len(self.places) ** 2

    def _points(self, vectors, ways):
        """Return images' places as points: half their squared distance is the cost of a pair."""
        maps = vectors.reshape(len(vectors), self.n_channels, -1).transpose(1, 2)
        unit = (2 / self.n_channels**0.5) ** 0.5
        ways = ways.expand(len(vectors), -1, -1)
        return torch.cat([unit * self.log_vectors.exp() * maps, ways], dim=-1)


def _costs(left, right):
    """Return the mean soft minimum over places, both ways: (n_left, n_right).

    `left` and `right` have shape (n_images, n_places, n_coordinates).
    """
    (n_left, n_places, _), n_right = left.shape, len(right)
    left_half, right_half = ((x**2).sum(-1, keepdim=True) / 2 for x in (left, right))
    # one product gives a.b - |a|^2 / 2 - |b|^2 / 2
    left = torch.cat([left, -left_half, torch.ones_like(left_half)], dim=-1)
    right = torch.cat([right, torch.ones_like(right_half), -right_half], dim=-1)
    near = (left.flatten(0, 1) @ right.flatten(0, 1).T).exp()
    near = near.reshape(n_left, n_places, n_right, n_places)
    there = (near.sum(3) + _LEAST).log().mean(1)
    back = (near.sum(1) + _LEAST).log().mean(2)
    return -(there + back) / 2
