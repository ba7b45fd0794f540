"""An encoder's statistics as arrays and plain values, and back."""

import numpy as np

from sklearn_meta.fewshot._table_columns import TableColumns
from sklearn_meta.fewshot._table_encoder import TableEncoder
from sklearn_meta.fewshot.backbones import make_encoder

_ARRAYS = ("keep", "center", "scale", "ordered", "loadings")


def encoder_to_arrays(encoder, arrays):
    """Add an encoder's arrays to `arrays`; return its plain values."""
    if not isinstance(encoder, TableEncoder):
        return {}
    for name in _ARRAYS:
        arrays[f"encoder/{name}"] = np.asarray(getattr(encoder, name))
    return {"levels": encoder.columns.levels}


def encoder_from_arrays(description, plain, arrays):
    """Make the encoder again."""
    encoder = make_encoder(description)
    if isinstance(encoder, TableEncoder):
        encoder.columns = TableColumns()
        encoder.columns.levels = plain["levels"]
        for name in _ARRAYS:
            setattr(encoder, name, arrays[f"encoder/{name}"])
    return encoder
