"""Episodes within an alphabet: drawn anew by distorted pens, or from images that are held out."""

import numpy as np
import torch
from _stroke_parts import Strokes, pairs_of, put_together
from _stroke_pen import RADIUS, draw
from _stroke_warps import Amounts, bend, distort, flip_and_turn, move_whole

from sklearn_meta.fewshot import Task

N_IMAGES = 6  # of a character: one to learn from, five to be judged on
N_PARTS = (6, 14)  # characters whose parts make those of a task: few, so that many look alike
CUT = 0.7  # share of the tasks of parts where these are halves, not whole characters


class StrokeTasks:
    """Draw tasks whose images are drawn anew from distorted strokes.

    New alphabets are made of old ones: characters are put together from parts of two, each
    character is bent in a way of its own that its drawings share, and all of a task are turned or
    mirrored alike; each of these in a share of the tasks.

    Parameters
    ----------
    drawings : Drawings
        What to start from.
    n_ways : int, default=20
        Characters of a task; an alphabet with fewer gives all that it has.
    amounts : Amounts, default=Amounts()
        How much each drawing is distorted.
    new_alphabets : float, default=0.5
        Share of the tasks whose characters are turned or mirrored.
    bent : float, default=0.15
        Share of the tasks whose characters are bent.
    mixed : float, default=0.3
        Share of the tasks with characters of all alphabets.
    parts : float, default=0.5
        Share of the tasks whose characters are put together from parts of two.
    n_images : int, default=6
        Images of each character, of as many drawers.
    """

    def __init__(
        self,
        drawings,
        n_ways=20,
        amounts=None,
        new_alphabets=0.5,
        bent=0.15,
        mixed=0.3,
        parts=0.5,
        n_images=N_IMAGES,
    ):
        self.strokes = Strokes(
            torch.as_tensor(drawings.points),
            torch.as_tensor(drawings.stroke),
            torch.as_tensor(drawings.place),
        )
        self.alphabet = drawings.alphabet
        self.names = np.char.add(np.char.add(drawings.alphabet, "/"), drawings.character)
        self.rows = {name: np.flatnonzero(self.names == name) for name in np.unique(self.names)}
        self.n_drawers = min(map(len, self.rows.values()))
        self.n_ways = n_ways
        self.amounts = amounts or Amounts()
        self.new_alphabets = new_alphabets
        self.bent = bent
        self.mixed = mixed
        self.parts = parts
        self.n_images = n_images

    def __call__(self, rng):
        """Draw one task."""
        names = sorted(self.rows)
        if rng.random() >= self.mixed:
            alphabet = rng.choice(np.unique(self.alphabet))
            names = [name for name in names if name.startswith(f"{alphabet}/")]
        names = np.array(names)
        in_parts = rng.random() < self.parts
        if in_parts:
            n_parts = int(rng.integers(N_PARTS[0], N_PARTS[1] + 1))
            chosen = pairs_of(rng.permutation(names)[:n_parts], self.n_ways, rng)
        else:
            chosen = rng.permutation(names)[: self.n_ways, None]
        drawers = rng.permutation(self.n_drawers)[: self.n_images]  # the same for all characters
        y = np.repeat(np.arange(len(chosen)), self.n_images)
        strokes = [
            self.strokes.of(np.concatenate([self.rows[name][drawers] for name in column]))
            for column in chosen.T
        ]
        whole = put_together(*strokes, y, rng, rng.random() < CUT) if in_parts else strokes[0]
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        return Task(self._images(whole, y, rng, generator).numpy(), y, "strokes")

    def _images(self, strokes, y, rng, generator):
        """Draw the drawings, distorted: (n, 28, 28)."""
        points = strokes.points
        if rng.random() < self.bent:
            points = bent_alike(points, y, generator)
        if rng.random() < self.new_alphabets:
            points = flip_and_turn(points, int(rng.integers(8)))
        points = distort(points, strokes.stroke, strokes.place, self.amounts, generator)
        pen = torch.randn(len(points), generator=generator)
        return draw(points, RADIUS * (self.amounts.pen * pen).exp())


def bent_alike(points, y, generator, height=8.0, turn=0.3, scale=0.2):
    """Bend, turn and scale the drawings of each class in the same way."""
    kind = Amounts(turn=turn, shear=turn, scale=scale, shift=0.0)
    n_classes, n_images = int(y.max()) + 1, len(y) // (int(y.max()) + 1)
    together = points.reshape(n_classes, -1, 2)  # a class as one drawing, so in one way
    bent = move_whole(bend(together, height, generator), kind, generator)
    return bent.reshape(n_classes * n_images, -1, 2)


class HeldOutTasks:
    """Draw tasks from images of alphabets that are not trained on.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28)
    alphabet, character, drawer : ndarray
        What each image is of, and who drew it.
    n_ways : int, default=20
        Characters of a task.
    n_images : int, default=6
        Images of each character, of as many drawers.
    """

    def __init__(self, images, alphabet, character, drawer, n_ways=20, n_images=N_IMAGES):
        self.images = images
        self.alphabet = alphabet
        self.character = character
        self.drawer = drawer
        self.n_ways = n_ways
        self.n_images = n_images

    def __call__(self, rng):
        """Draw one task."""
        alphabet = rng.choice(np.unique(self.alphabet))
        mine = np.flatnonzero(self.alphabet == alphabet)
        chosen = rng.permutation(np.unique(self.character[mine]))[: self.n_ways]
        drawers = rng.permutation(np.unique(self.drawer[mine]))[: self.n_images]
        keep = np.isin(self.character[mine], chosen) & np.isin(self.drawer[mine], drawers)
        rows = mine[keep]
        return Task(self.images[rows], self.character[rows], f"{alphabet}, held out")
