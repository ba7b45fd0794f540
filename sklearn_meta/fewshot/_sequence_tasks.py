"""Tasks on which machines with memory are tried: copy, repeat copy, associative recall."""

import numpy as np


def copy_task(rng, n_sequences, length, width=8, repeats=1):
    """Draw sequences of random bits that are to be said again after an end mark.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the randomness comes from.
    n_sequences, length, width : int
        Shape of the bits.
    repeats : int, default=1
        How often they are to be said; with more than 1 the number stands beside the end mark.

    Returns
    -------
    inputs : ndarray of shape (n_sequences, length + 1 + repeats * length, width + 2)
        The bits, the end mark and the number of repeats, then zeros.
    targets : ndarray of shape (n_sequences, repeats * length, width)
        What is to come at the last ``repeats * length`` steps.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.fewshot import copy_task
    >>> inputs, targets = copy_task(np.random.default_rng(0), 2, length=5)
    >>> inputs.shape, targets.shape
    ((2, 11, 10), (2, 5, 8))
    """
    bits = rng.integers(0, 2, size=(n_sequences, length, width)).astype(np.float32)
    n_steps = length + 1 + repeats * length
    inputs = np.zeros((n_sequences, n_steps, width + 2), dtype=np.float32)
    inputs[:, :length, :width] = bits
    inputs[:, length, width] = 1
    inputs[:, length, width + 1] = repeats / 10 if repeats > 1 else 0
    return inputs, np.tile(bits, (1, repeats, 1))


def associative_recall_task(rng, n_sequences, n_items, item_length=3, width=6):
    """Draw lists of items of random bits; asked with one, the next is to be said.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the randomness comes from.
    n_sequences, n_items, item_length, width : int
        Shape of the bits; at least two items.

    Returns
    -------
    inputs : ndarray of shape (n_sequences, n_steps, width + 2)
        Each item after a mark, the item asked for between marks of another kind, then zeros.
    targets : ndarray of shape (n_sequences, item_length, width)
        What is to come at the last `item_length` steps.
    """
    items = rng.integers(0, 2, size=(n_sequences, n_items, item_length, width)).astype(np.float32)
    asked = rng.integers(0, n_items - 1, size=n_sequences)
    block = item_length + 1
    n_steps = n_items * block + item_length + 2 + item_length
    inputs = np.zeros((n_sequences, n_steps, width + 2), dtype=np.float32)
    for item in range(n_items):
        inputs[:, item * block, width] = 1
        inputs[:, item * block + 1 : (item + 1) * block, :width] = items[:, item]
    ask = n_items * block
    everyone = np.arange(n_sequences)
    inputs[:, ask, width + 1] = 1
    inputs[:, ask + 1 : ask + 1 + item_length, :width] = items[everyone, asked]
    inputs[:, ask + 1 + item_length, width + 1] = 1
    return inputs, items[everyone, asked + 1]
