"""Distances between images whose parts may lie a little elsewhere."""

from itertools import product
from math import log

import torch
from torch import nn

_PAIRS_AT_ONCE = 2**25  # pairs of places in memory: 128 MB, and as much for their nearness
_USUAL_CHANNELS = 64  # with these, costs at first are a few units
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
        If they hold no map of places, or one of a single place.

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
        if map_shape[1:] == (1, 1):
            raise ValueError(
                "distance='local' compares places of images, but this backbone makes one place of "
                "a whole image. Halve the image less often: backbone='conv4' with backbone_params="
                "{'n_blocks': 2}, or backbone='resnet' with {'flatten': True, 'n_halving': 1}."
            )
        # a gap grows with the number of channels; so costs at first do not
        self.log_vectors = nn.Parameter(torch.tensor(-log(self.n_channels / _USUAL_CHANNELS) / 4))
        self.log_ways = nn.Parameter(torch.tensor(0.0))
        height, width = map_shape[1:]
        places = torch.tensor(list(product(range(height), range(width))), dtype=torch.float32)
        self.register_buffer("places", places - places.mean(0), persistent=False)

    def forward(self, left, right):
        """Return distances of shape (n_left, n_right) between vectors, in single precision.

        None is negative: zero are two images that hold one and the same vector at all places.
        """
        with torch.autocast(left.device.type, enabled=False):  # differences of large numbers
            ways = self._ways()
            left, right = self._points(left, ways), self._points(right, ways)
            at_once = max(1, _PAIRS_AT_ONCE // self.pairs(len(left), 1))
            costs = [_costs(left, part) for part in right.split(at_once)]
            return (torch.cat(costs, dim=1) - _own_costs(ways[None])).clamp(min=0)  # rounding

    def of_each(self, vectors):
        """Return the distance of each image to itself, of shape (n_images,).

        It is zero for a blank image alone: places have others like them, and more or fewer of them.
        """
        with torch.autocast(vectors.device.type, enabled=False):
            ways = self._ways()
            own = _own_costs(self._points(vectors, ways))
            return (own - _own_costs(ways[None])).clamp(min=0)

    def pairs(self, n_left, n_right):
        """Return how many pairs of places there are."""
        return n_left * n_right * len(self.places) ** 2

    def _ways(self):
        return 2**0.5 * self.log_ways.exp() * self.places

    def _points(self, vectors, ways):
        """Return images' places as points: half their squared distance is the cost of a pair."""
        maps = vectors.float().reshape(len(vectors), self.n_channels, -1).transpose(1, 2)
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
    near = _nearness(left.flatten(0, 1) @ right.flatten(0, 1).T)
    near = near.reshape(n_left, n_places, n_right, n_places)
    there = (near.sum(3) + _LEAST).log().mean(1)
    back = (near.sum(1) + _LEAST).log().mean(2)
    return -(there + back) / 2


def _own_costs(points):
    """Return the mean soft minimum over the places of each image itself: (n_images,)."""
    half = (points**2).sum(-1) / 2
    near = _nearness(points @ points.mT - half.unsqueeze(2) - half.unsqueeze(1))
    return -(near.sum(2) + _LEAST).log().mean(1)


def _nearness(products):
    """Return e to what is at most 0: rounding alone lifts it above, so its gradient stays."""
    products.detach().clamp_max_(0)
    return products.exp()
