"""The members of an ensemble: what each changes in the table before the network reads it."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta.fewshot.incontext._settings import N_SLOTS


@dataclass(frozen=True)
class Member:
    """One pass of the network.

    Attributes
    ----------
    rows : ndarray
        Numbers of the training rows that it reads.
    squashed : bool
        Whether far values are drawn in before.
    code : ndarray of shape (n_classes,) or None
        The slot of the network that stands for each class; several classes may share one.
    """

    rows: np.ndarray
    squashed: bool
    code: np.ndarray | None

    def numbers(self, numbers):
        """Return numbers as this member reads them."""
        return np.sign(numbers) * np.log1p(np.abs(numbers)) if self.squashed else numbers


def make_members(n_members, y, rank, max_rows, rng):
    """Return the members for training rows.

    Parameters
    ----------
    n_members : int
        How many are wanted; more classes than ``N_SLOTS`` need more.
    y : ndarray of shape (n_rows,)
        Class numbers, or numbers.
    rank : ndarray of shape (n_classes,) or None
        A number for each class that does not depend on its name; None for regression.
    max_rows : int
        Rows that a member reads at most; drawn anew for each, classes in their shares.
    rng : numpy Generator
        Draws.
    """
    n_classes = 0 if rank is None else len(rank)
    if n_classes > N_SLOTS:
        n_members = max(n_members, 4 * int(np.ceil(np.log(n_classes) / np.log(N_SLOTS))))
    members = []
    for number in range(n_members):
        rows = draw_context(y if n_classes else None, len(y), max_rows, rng)
        code = None if rank is None else _code(n_classes, number, rng)[rank]
        members.append(Member(rows, number % 2 == 1, code))
    return members


def _code(n_classes, number, rng):
    """Return a slot for each class: a rotation of all, or a random even share of them."""
    if n_classes <= N_SLOTS:
        if number == 0:
            return np.arange(n_classes)
        return rng.permutation(n_classes)
    return rng.permutation(np.arange(n_classes) % N_SLOTS)


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


def class_scores(logits, members, n_classes):
    """Return logarithms of the classes' probabilities, up to a constant.

    Parameters
    ----------
    logits : list of ndarray of shape (n_rows, n_slots)
        Of each member.
    members : list of Member
        The members.
    n_classes : int
        Number of classes. With more than ``N_SLOTS`` a class is known by the slots that it has in
        all members (error-correcting output codes; Dietterich and Bakiri, 1995).
    """
    total = np.zeros((len(logits[0]), n_classes))
    for values, member in zip(logits, members, strict=True):
        values = values - values.max(axis=1, keepdims=True)
        values = values - np.log(np.exp(values).sum(axis=1, keepdims=True))
        sharing = np.bincount(member.code, minlength=values.shape[1])[member.code]
        total += values[:, member.code] - np.log(sharing)
    # A pass tells N_SLOTS apart; naming one of more classes takes the knowledge of several passes.
    return total / len(members) * max(1.0, np.log(n_classes) / np.log(N_SLOTS))


def class_ranks(numbers, y, n_classes):
    """Return a number for each class by its size and by its rows, not by its name."""
    counts = np.bincount(y, minlength=n_classes)
    means = [np.bincount(y, column, n_classes) / counts for column in np.nan_to_num(numbers).T[:3]]
    order = np.lexsort(np.round([*means[::-1], -counts], 4))
    rank = np.empty(n_classes, dtype=np.int64)
    rank[order] = np.arange(n_classes)
    return rank
