"""The members of an ensemble: what each changes in the table before the network reads it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Member:
    """One pass of the network.

    Attributes
    ----------
    rows : ndarray
        Numbers of the training rows that it reads.
    squashed : bool
        Whether far values are drawn in before.
    """

    rows: np.ndarray
    squashed: bool

    def numbers(self, numbers):
        """Return numbers as this member reads them."""
        return np.sign(numbers) * np.log1p(np.abs(numbers)) if self.squashed else numbers


def make_members(n_members, classes, n_rows, max_rows, rng):
    """Return the members for training rows: at most as many as are wanted, no two alike.

    Parameters
    ----------
    n_members : int
        How many are wanted.
    classes : ndarray of shape (n_rows,) or None
        Class numbers; None for regression.
    n_rows : int
        Training rows.
    max_rows : int
        Rows that a member reads at most; drawn anew for each, classes in their shares.
    rng : numpy Generator
        Draws.
    """
    members = {}
    for number in range(n_members):
        member = Member(draw_context(classes, n_rows, max_rows, rng), number % 2 == 1)
        members.setdefault((member.squashed, member.rows.tobytes()), member)
    return list(members.values())


def draw_context(classes, n_rows, max_rows, rng):
    """Return at most `max_rows` row numbers; every class keeps at least one row.

    The share of a class in what is drawn is its share in all rows, as near as whole rows allow.
    """
    if n_rows <= max_rows:
        return np.arange(n_rows)
    order = rng.permutation(n_rows)
    if classes is None:
        return np.sort(order[:max_rows])
    # Rows of a class are spread evenly over the order of drawing, its first one in front.
    place = np.empty(n_rows)
    for label in np.unique(classes):
        own = order[classes[order] == label]
        place[own] = np.arange(len(own)) / len(own)
    return np.sort(np.argsort(place, kind="stable")[:max_rows])
