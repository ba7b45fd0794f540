"""Omniglot's minimal background sets, and one-shot runs within an alphabet."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

SIDE = 105
SETS = ("small1", "small2")
WAYS = 20
SMALL = 28


@dataclass(frozen=True)
class Images:
    """Drawn characters.

    Attributes
    ----------
    ink : ndarray of shape (n, 105, 105), bool
        True where there is ink.
    alphabet, character : ndarray of str
        What was drawn.
    drawer : ndarray of int
        Who drew it.
    """

    ink: np.ndarray = field(repr=False)
    alphabet: np.ndarray = field(repr=False)
    character: np.ndarray = field(repr=False)
    drawer: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class Run:
    """One one-shot task: support images of a class each, and query images.

    Attributes
    ----------
    support : ndarray of shape (n_ways, 105, 105), bool
    query : ndarray of shape (n_queries, 105, 105), bool
    label : ndarray of int, shape (n_queries,)
        Which support image is of the query image's class.
    """

    support: np.ndarray = field(repr=False)
    query: np.ndarray = field(repr=False)
    label: np.ndarray = field(repr=False)


def unpack(packed):
    """Return ink as bool of shape (..., 105, 105), from bits packed along the last axis."""
    return np.unpackbits(packed, axis=-1)[..., :SIDE].astype(bool)


def pack(ink):
    """Pack ink along the last axis."""
    return np.packbits(ink, axis=-1)


def read_images(folder, name):
    """Read one of the background sets, "small1" or "small2"."""
    with np.load(Path(folder) / f"background_{name}.npz") as file:
        return Images(
            unpack(file["images"]), file["alphabet"], file["character"], file["drawer"].astype(int)
        )


def own_alphabets(images, other):
    """Return the alphabets that only the first of two sets has."""
    return sorted(set(images.alphabet) - set(other.alphabet))


def read_runs(path):
    """Read runs from a file with arrays `support`, `query` and `label`.

    Raises
    ------
    ValueError
        If an array is missing, of another shape, or a label names no support image.
    """
    with np.load(path) as file:
        missing = {"support", "query", "label"} - set(file.files)
        if missing:
            raise ValueError(f"{path} has no array {', '.join(sorted(missing))}.")
        support, query, label = (file[name] for name in ("support", "query", "label"))
    for name, packed in (("support", support), ("query", query)):
        if packed.ndim != 4 or packed.shape[2:] != (SIDE, -(-SIDE // 8)):
            raise ValueError(
                f"{path}: {name} must have shape (n_runs, n_images, 105, 14), bits packed along "
                f"the last axis, got {packed.shape}."
            )
    if label.shape != query.shape[:2] or label.min() < 0 or label.max() >= support.shape[1]:
        raise ValueError(f"{path}: label must hold an index into support[r] for each query[r, q].")
    parts = zip(support, query, label, strict=True)
    return [Run(unpack(images), unpack(asked), np.asarray(at)) for images, asked, at in parts]


def write_runs(path, runs):
    """Write runs of one shape in the form that `read_runs` reads."""
    np.savez_compressed(
        path,
        support=np.stack([pack(run.support) for run in runs]),
        query=np.stack([pack(run.query) for run in runs]),
        label=np.stack([run.label for run in runs]),
    )


def make_runs(images, alphabets, n_runs, seed, n_ways=WAYS):
    """Draw runs from alphabets in turn: all support images by one drawer, all queries by another.

    An alphabet with fewer than `n_ways` characters gives runs of all that it has.
    """
    rng = np.random.default_rng(seed)
    place = {
        key: n
        for n, key in enumerate(
            zip(images.alphabet, images.character, images.drawer.tolist(), strict=True)
        )
    }
    runs = []
    for number in range(n_runs):
        alphabet = alphabets[number % len(alphabets)]
        characters = np.unique(images.character[images.alphabet == alphabet])
        chosen = rng.permutation(characters)[:n_ways]
        drawers = np.unique(images.drawer[images.alphabet == alphabet])
        first, second = rng.permutation(drawers)[:2].tolist()
        order = rng.permutation(len(chosen))
        support = [place[alphabet, character, first] for character in chosen]
        query = [place[alphabet, character, second] for character in chosen[order]]
        runs.append(Run(images.ink[support], images.ink[query], order))
    return runs


def shrink(ink):
    """Return the share of ink in blocks of 4 x 4 pixels: (n, 28, 28), float32."""
    padded = np.pad(ink, ((0, 0), (3, 4), (3, 4)))
    blocks = padded.reshape(len(ink), SMALL, 4, SMALL, 4)
    return blocks.mean(axis=(2, 4), dtype=np.float32)
