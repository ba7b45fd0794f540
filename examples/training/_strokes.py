"""Pen strokes of Omniglot as arrays: every drawing as equally many points along its ink."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

N_POINTS = 160
SIDE = 105


@dataclass(frozen=True)
class Drawings:
    """Drawings by their pen.

    Attributes
    ----------
    points : ndarray of shape (n, N_POINTS, 2), float32
        Column and row in pixels of the 105 x 105 image, along the strokes in the order drawn.
    stroke : ndarray of shape (n, N_POINTS), int64
        Which stroke of the drawing a point belongs to.
    place : ndarray of shape (n, N_POINTS), float32
        Where on its stroke, from 0 to 1.
    alphabet, character : ndarray of str
        What was drawn.
    drawer : ndarray of int
        Who drew it.
    """

    points: np.ndarray = field(repr=False)
    stroke: np.ndarray = field(repr=False)
    place: np.ndarray = field(repr=False)
    alphabet: np.ndarray = field(repr=False)
    character: np.ndarray = field(repr=False)
    drawer: np.ndarray = field(repr=False)

    def __len__(self):
        return len(self.points)

    def of(self, alphabets):
        """Return the drawings of some alphabets."""
        keep = np.isin(self.alphabet, list(alphabets))
        return Drawings(*(part[keep] for part in vars(self).values()))

    def with_others(self, others):
        """Return these and the drawings of alphabets that are not among them."""
        more = others.of(set(others.alphabet) - set(self.alphabet))
        pairs = zip(vars(self).values(), vars(more).values(), strict=True)
        return Drawings(*(np.concatenate(pair) for pair in pairs))


def read_drawings(folder, name):
    """Read the strokes of one of the background sets, "small1" or "small2".

    Returns
    -------
    Drawings
        Sorted by alphabet, character and drawer.
    """
    path = Path(folder) / f"strokes_background_{name}.zip"
    found = []
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            if not entry.endswith(".txt") or entry.startswith("__MACOSX"):
                continue
            _, alphabet, character, file = entry.split("/")
            drawer = int(file.removesuffix(".txt").split("_")[1])
            strokes = parse_strokes(archive.read(entry).decode())
            found.append((alphabet, character, drawer, *spread_points(strokes)))
    found.sort(key=lambda drawing: drawing[:3])
    alphabet, character, drawer, points, stroke, place = zip(*found, strict=True)
    return Drawings(
        np.stack(points),
        np.stack(stroke),
        np.stack(place),
        np.array(alphabet),
        np.array(character),
        np.array(drawer),
    )


def parse_strokes(text):
    r"""Read one file of strokes.

    Parameters
    ----------
    text : str
        Lines "x,y,milliseconds"; START opens the drawing, BREAK ends a stroke. y is negative.

    Returns
    -------
    list of ndarray of shape (n_points, 2)
        Column and row of each stroke that has a point.

    Examples
    --------
    >>> [stroke.tolist() for stroke in parse_strokes("START\n1,-2,0\nBREAK\n3,-4,9\nBREAK")]
    [[[1.0, 2.0]], [[3.0, 4.0]]]
    """
    strokes, now = [], []
    for line in text.split():
        if line in ("START", "BREAK"):
            if now:
                strokes.append(np.array(now))
            now = []
        else:
            x, y, _ = line.split(",")
            now.append((float(x), -float(y)))
    if now:
        strokes.append(np.array(now))
    return strokes


def spread_points(strokes, n_points=N_POINTS):
    """Spread points evenly over the ink of all strokes, at least two to a stroke.

    Returns
    -------
    points : ndarray of shape (n_points, 2), float32
    stroke : ndarray of shape (n_points,), int64
    place : ndarray of shape (n_points,), float32
    """
    lengths = np.array([_length(stroke) for stroke in strokes])
    counts = _shares(lengths, n_points)
    points, owner, place = [], [], []
    for number, (stroke, count) in enumerate(zip(strokes, counts, strict=True)):
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
        at = np.linspace(0, 1, count)
        columns = [np.interp(at * along[-1], along, stroke[:, axis]) for axis in (0, 1)]
        points.append(np.stack(columns, axis=1))
        owner.append(np.full(count, number))
        place.append(at)
    return (
        np.concatenate(points).astype(np.float32),
        np.concatenate(owner),
        np.concatenate(place).astype(np.float32),
    )


def _length(stroke):
    return float(np.hypot(*np.diff(stroke, axis=0).T).sum()) if len(stroke) > 1 else 0.0


def _shares(lengths, n_points):
    """Split points over strokes by their lengths, at least two to each; they sum to n_points."""
    free = n_points - 2 * len(lengths)
    if free < 0:
        raise ValueError(f"{len(lengths)} strokes need {2 * len(lengths)} points, not {n_points}.")
    wanted = lengths / max(lengths.sum(), 1e-9) * free
    counts = 2 + np.floor(wanted).astype(int)
    left = n_points - counts.sum()
    rest = np.argsort(np.floor(wanted) - wanted, kind="stable")
    counts[rest[: left % len(lengths)]] += 1
    counts[rest] += left // len(lengths)
    return counts
