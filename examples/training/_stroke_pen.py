"""Draw points along pen strokes as small images, many at once."""

import torch

SMALL = 28
CELL = 4  # pixels of the 105 x 105 image, padded to 112, that make one of 28
MARGIN = 3  # columns and rows padded on the left and above
RADIUS = 2.55  # of the pen, in pixels of the 105 x 105 image: fitted to the images
REACH = 2  # pixels around a point that its ink may touch


def draw(points, radius=RADIUS):
    """Draw drawings as images of 28 x 28.

    A pixel's grey is what its nearest point leaves of it uncovered: one for ink. Points must be
    nearer to each other than about a pixel.

    Parameters
    ----------
    points : Tensor of shape (n, n_points, 2)
        Column and row in pixels of the 105 x 105 image.
    radius : float or Tensor of shape (n,)
        Of the pen, in the same pixels.

    Returns
    -------
    Tensor of shape (n, 28, 28), float32
        From 0 (paper) to 1 (ink).
    """
    n_drawings = len(points)
    at = (points + (MARGIN + 0.5)) / CELL  # 0 is the edge of the first small pixel
    radius = torch.as_tensor(radius, dtype=at.dtype).reshape(-1, 1, 1) / CELL
    steps = torch.arange(-REACH, REACH + 1)
    down, right = (grid.flatten() for grid in torch.meshgrid(steps, steps, indexing="ij"))
    column = at[..., 0].floor().long().unsqueeze(-1) + right
    row = at[..., 1].floor().long().unsqueeze(-1) + down
    far = torch.hypot(column + 0.5 - at[..., :1], row + 0.5 - at[..., 1:])
    ink = torch.minimum((radius + 0.5 - far).clamp(0, 1), 2 * radius)
    inside = (column >= 0) & (column < SMALL) & (row >= 0) & (row < SMALL)
    ink = (ink * inside).flatten(1)
    where = (row.clamp(0, SMALL - 1) * SMALL + column.clamp(0, SMALL - 1)).flatten(1)
    canvas = torch.zeros(n_drawings, SMALL * SMALL, dtype=at.dtype)
    canvas.scatter_reduce_(1, where, ink, "amax")
    return canvas.reshape(n_drawings, SMALL, SMALL)
