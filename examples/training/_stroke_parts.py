"""New characters put together from parts of two old ones.

A few characters make many: hundreds of pairs, cut at any angle. How drawings of a character differ
from each other stays in the parts: each new drawing is made of two real ones.
"""

from typing import NamedTuple

import numpy as np
import torch
from _stroke_warps import CENTRE

OFFSET = (16.0, 22.0)  # of a part's middle from the image's, in pixels of 105
ALONG = (0.45, 0.65)  # a part's size in the direction in which it is moved
ACROSS = (0.65, 1.0)  # and in the other


class Strokes(NamedTuple):
    """Drawings as points along their strokes, in tensors.

    Attributes
    ----------
    points : Tensor of shape (n, n_points, 2)
    stroke : Tensor of int of shape (n, n_points)
    place : Tensor of shape (n, n_points)
    """

    points: torch.Tensor
    stroke: torch.Tensor
    place: torch.Tensor

    def of(self, rows):
        """Return some of the drawings."""
        return Strokes(*(part[rows] for part in self))

    def at(self, which):
        """Return the points at `which`, (n, n_fewer), of each drawing."""
        pairs = which.unsqueeze(-1).expand(-1, -1, 2)
        return Strokes(
            self.points.gather(1, pairs), self.stroke.gather(1, which), self.place.gather(1, which)
        )

    def with_strokes_of(self, others):
        """Return drawings that hold the strokes of both."""
        stroke = torch.cat([self.stroke, others.stroke + int(self.stroke.max()) + 1], dim=1)
        numbered = [torch.unique(row, return_inverse=True)[1] for row in stroke]
        return Strokes(
            torch.cat([self.points, others.points], dim=1),
            torch.stack(numbered),
            torch.cat([self.place, others.place], dim=1),
        )


def pairs_of(parts, n_pairs, rng):
    """Draw ordered pairs of different parts, none twice: (n_pairs, 2), fewer if there are fewer."""
    n_parts = len(parts)
    first, second = np.divmod(rng.permutation(n_parts * (n_parts - 1)), n_parts - 1)
    second = second + (second >= first)
    return parts[np.stack([first, second], axis=1)[:n_pairs]]


def cut_and_joined(first, second, angle):
    """Join a half of each first drawing to the other half of the second.

    Parameters
    ----------
    first, second : Strokes of n drawings
    angle : Tensor of shape (n,)
        Radians; the cut goes through the middle of each drawing, at a right angle to it. Drawings
        of a class share theirs.

    Returns
    -------
    Strokes
        With as many points.
    """
    towards = torch.stack([angle.cos(), angle.sin()], dim=1)
    return _half(first, towards).with_strokes_of(_half(second, -towards))


def side_by_side(first, second, direction, size, offset):
    """Put each first drawing beside the second one, or above, both made smaller.

    Parameters
    ----------
    first, second : Strokes of n drawings
    direction : Tensor of int of shape (n,)
        Where the first is: 0 right, 1 below, 2 left, 3 above.
    size : Tensor of shape (2, n, 2)
        Of both parts: factors along that direction and across it.
    offset : Tensor of shape (2, n)
        Of the middles of both parts from the image's.

    Returns
    -------
    Strokes
        With as many points.
    """
    angle = direction * (torch.pi / 2)
    towards = torch.stack([angle.cos(), angle.sin()], dim=1).round()
    parts = []
    for strokes, sign, factors, far in zip((first, second), (1, -1), size, offset, strict=True):
        every_second = torch.arange(0, strokes.points.shape[1], 2)
        thinned = strokes.at(every_second.expand(len(strokes.points), -1))
        flipped = factors.flip(-1)
        scale = torch.where(towards[:, :1].abs() > 0.5, factors, flipped).unsqueeze(1)
        shift = (sign * towards * far.unsqueeze(-1)).unsqueeze(1)
        moved = (thinned.points - CENTRE) * scale + CENTRE + shift
        parts.append(thinned._replace(points=moved))
    return parts[0].with_strokes_of(parts[1])


def _half(strokes, towards):
    """Return half as many points, all of them on one side of each drawing's middle."""
    n_points = strokes.points.shape[1]
    about = strokes.points - strokes.points.mean(dim=1, keepdim=True)
    kept = (about @ towards.unsqueeze(-1)).squeeze(-1) >= 0
    counts = kept.sum(dim=1, keepdim=True)
    order = kept.logical_not().to(torch.uint8).argsort(dim=1, stable=True)  # the kept ones first
    steps = torch.linspace(0, 1, n_points // 2)
    last = (counts - 1).clamp(min=0)  # of a dot nothing may be on that side
    return strokes.at(order.gather(1, (steps * last).long()))


def put_together(first, second, y, rng, cut):
    """Put each first drawing together with the second one, alike within a class.

    Parameters
    ----------
    first, second : Strokes of n drawings
    y : ndarray of int of shape (n,)
        Classes, from 0.
    rng : numpy Generator
    cut : bool
        Whether they are cut and joined; else they are put side by side.

    Returns
    -------
    Strokes
    """
    n_classes = int(y.max()) + 1

    def drawn(low, high, *shape):
        values = torch.from_numpy(rng.uniform(low, high, (*shape, n_classes)))
        return values.to(torch.float32)[..., torch.as_tensor(y)]

    if cut:
        return cut_and_joined(first, second, drawn(0, 2 * np.pi))
    size = torch.stack([drawn(*ALONG, 2), drawn(*ACROSS, 2)], dim=-1)
    direction = torch.from_numpy(rng.integers(4, size=n_classes))[torch.as_tensor(y)]
    return side_by_side(first, second, direction, size, drawn(*OFFSET, 2))
