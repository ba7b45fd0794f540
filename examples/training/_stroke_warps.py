"""Distort pen strokes: whole drawings, single strokes, the paper beneath, the hand."""

from dataclasses import dataclass

import torch

CENTRE = 52.0  # of the image, in pixels
N_WAVES = 3
MANY = 6  # strokes: more are seldom meant


@dataclass(frozen=True)
class Amounts:
    """How much of each distortion; standard deviations, lengths in pixels of 105.

    Attributes
    ----------
    turn : float
        Radians that the drawing is turned by.
    shear, scale : float
        Of the drawing; `scale` is of the logarithm, for each axis.
    shift : float
        Of the drawing.
    stroke_turn, stroke_scale, stroke_shift : float
        The same for each stroke about its middle.
    wave : float
        Height of long waves that bend the paper.
    wobble : float
        Height of waves along each stroke.
    pen : float
        Of the logarithm of the pen's radius.
    """

    turn: float = 0.06
    shear: float = 0.06
    scale: float = 0.05
    shift: float = 1.5
    stroke_turn: float = 0.04
    stroke_scale: float = 0.04
    stroke_shift: float = 1.0
    wave: float = 0.75
    wobble: float = 0.5
    pen: float = 0.06

    def times(self, factor):
        """Return amounts that are so many times as large."""
        return Amounts(**{name: factor * value for name, value in vars(self).items()})


def distort(points, stroke, place, amounts, generator):
    """Distort drawings, each in its own way.

    Parameters
    ----------
    points : Tensor of shape (n, n_points, 2)
        Column and row.
    stroke : Tensor of int of shape (n, n_points)
        Which stroke a point belongs to.
    place : Tensor of shape (n, n_points)
        Where on its stroke, from 0 to 1.
    amounts : Amounts
    generator : torch.Generator

    Returns
    -------
    Tensor of shape (n, n_points, 2)
    """
    points = move_strokes(points, stroke, amounts, generator)
    points = points + _wobble(stroke, place, amounts.wobble, generator)
    points = bend(points, amounts.wave, generator)
    return move_whole(points, amounts, generator)


def move_whole(points, amounts, generator):
    """Turn, shear, scale and shift each drawing about the image's centre."""
    n = len(points)
    matrix = _matrices((n,), amounts.turn, amounts.scale, generator)
    matrix[:, 0, 1] += amounts.shear * torch.randn(n, generator=generator)
    shift = amounts.shift * torch.randn(n, 1, 2, generator=generator)
    return (points - CENTRE) @ matrix.transpose(1, 2) + CENTRE + shift


def move_strokes(points, stroke, amounts, generator):
    """Turn, scale and shift each stroke about its middle.

    Where a pen that kept lifting broke a drawing into many strokes, they move less, or it would
    fall apart.
    """
    n, n_strokes = len(points), int(stroke.max()) + 1
    where = stroke.unsqueeze(-1).expand(-1, -1, 2)
    middle = torch.zeros(n, n_strokes, 2).scatter_reduce(
        1, where, points, "mean", include_self=False
    )
    matrix = _matrices((n, n_strokes), amounts.stroke_turn, amounts.stroke_scale, generator)
    shift = amounts.stroke_shift * torch.randn(n, n_strokes, 2, generator=generator)
    shift = shift * (MANY / (stroke.amax(dim=1) + 1)).clamp(max=1).reshape(-1, 1, 1)
    rows = torch.arange(n).unsqueeze(1)
    about = middle[rows, stroke]
    turned = (matrix[rows, stroke] @ (points - about).unsqueeze(-1)).squeeze(-1)
    return turned + about + shift[rows, stroke]


def bend(points, height, generator):
    """Bend the paper under each drawing by a few long waves."""
    n = len(points)
    waves = torch.randn(n, 2, N_WAVES, generator=generator) * (0.06 / 2**0.5)  # radians a pixel
    phase = 2 * torch.pi * torch.rand(n, 1, N_WAVES, generator=generator)
    tops = height * torch.randn(n, N_WAVES, 2, generator=generator)
    return points + torch.sin((points - CENTRE) @ waves + phase) @ tops


def _wobble(stroke, place, height, generator):
    """Return what a slow tremor adds along each stroke."""
    n, n_strokes = len(stroke), int(stroke.max()) + 1
    rows = torch.arange(n).unsqueeze(1)
    drawn = torch.rand(n, n_strokes, 2, 2, generator=generator)
    pace = (1 + 4 * drawn[..., 0])[rows, stroke]
    phase = (2 * torch.pi * drawn[..., 1])[rows, stroke]
    tops = height * torch.randn(n, n_strokes, 2, generator=generator)[rows, stroke]
    return tops * torch.sin(pace * place.unsqueeze(-1) + phase)


def _matrices(shape, turn, scale, generator):
    """Return matrices of shape (*shape, 2, 2) that turn and scale."""
    angle = turn * torch.randn(shape, generator=generator)
    size = (scale * torch.randn(*shape, 2, generator=generator)).exp()
    sine, cosine = angle.sin(), angle.cos()
    rows = [
        torch.stack([cosine * size[..., 0], -sine * size[..., 1]], dim=-1),
        torch.stack([sine * size[..., 0], cosine * size[..., 1]], dim=-1),
    ]
    return torch.stack(rows, dim=-2)


def flip_and_turn(points, which):
    """Return drawings under one of the eight symmetries of the square, 0 leaving them as they are.

    Parameters
    ----------
    points : Tensor of shape (n, n_points, 2)
    which : int
        From 0 to 7; from 4 on mirrored.
    """
    if which >= 4:
        points = torch.stack([2 * CENTRE - points[..., 0], points[..., 1]], dim=-1)
    for _ in range(which % 4):
        points = torch.stack([2 * CENTRE - points[..., 1], points[..., 0]], dim=-1)
    return points
