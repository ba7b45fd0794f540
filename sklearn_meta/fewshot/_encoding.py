"""Episodes in numbers: support and query as nested dicts of arrays."""

from dataclasses import dataclass

import numpy as np

from sklearn_meta.fewshot.backbones import make_encoder

_FARTHEST = 5.0  # of a standardised query target: a few support rows may hardly vary


@dataclass(frozen=True)
class EncodedEpisode:
    """What a network sees of an episode.

    ``support`` holds ``rows``, ``context`` and ``targets``; ``query`` holds ``rows``, ``targets``
    and ``weights`` (zero for padding).
    """

    support: dict
    query: dict
    n_classes: int | None


def encode_support(encoder, X, y, n_classes, normalize_y):
    """Fit an encoder on support rows.

    Returns
    -------
    support : dict
        ``rows``, ``context`` and ``targets``.
    location : tuple of float
        Mean and scale by which numeric targets were standardised; (0, 1) if they were not.
    """
    encoder.fit(X, y, n_classes)
    location = (0.0, 1.0)
    if n_classes is None and normalize_y:
        spread = float(np.std(y))
        location = (float(np.mean(y)), spread if spread > 0 else 1.0)
    support = {
        "rows": encoder.transform(X),
        "context": encoder.context,
        "targets": encode_targets(y, n_classes, location),
    }
    return support, location


def encode_targets(y, n_classes, location):
    """Return class numbers as int64, or standardised targets as float32."""
    if n_classes is not None:
        return np.asarray(y, dtype=np.int64)
    return ((np.asarray(y, dtype=np.float64) - location[0]) / location[1]).astype(np.float32)


def encode_episode(episode, description, normalize_y):
    """Encode an episode for the backbone that `description` names."""
    encoder = make_encoder(description)
    support, location = encode_support(
        encoder, episode.X_support, episode.y_support, episode.n_classes, normalize_y
    )
    targets = encode_targets(episode.y_query, episode.n_classes, location)
    if episode.n_classes is None and normalize_y:  # or single episodes would be the whole loss
        targets = np.clip(targets, -_FARTHEST, _FARTHEST)
    query = {
        "rows": encoder.transform(episode.X_query),
        "targets": targets,
        "weights": np.ones(len(episode.y_query), dtype=np.float32),
    }
    return EncodedEpisode(support, query, episode.n_classes)
