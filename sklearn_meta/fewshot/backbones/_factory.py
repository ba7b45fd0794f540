"""Make the network and the encoder that a backbone's description names."""

import numpy as np

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._array_encoders import ImageEncoder, VectorEncoder
from sklearn_meta.fewshot._table_encoder import TableEncoder
from sklearn_meta.fewshot.backbones._attributes import AttributeNetwork
from sklearn_meta.fewshot.backbones._images import Conv4, SmallResNet
from sklearn_meta.fewshot.backbones._mlp import MLP
from sklearn_meta.fewshot.backbones._tokenizer import CellTokenizer

_NETWORKS = {
    "table": CellTokenizer,
    "attributes": AttributeNetwork,
    "mlp": MLP,
    "conv4": Conv4,
    "resnet": SmallResNet,
}
_ENCODERS = {
    "table": TableEncoder,
    "attributes": TableEncoder,
    "mlp": VectorEncoder,
    "conv4": ImageEncoder,
    "resnet": ImageEncoder,
}


def make_backbone(description):
    """Make a network of its description.

    Parameters
    ----------
    description : dict
        ``name`` ("table", "attributes", "mlp", "conv4" or "resnet") and the network's own
        parameters.

    Returns
    -------
    torch.nn.Module
        ``forward(rows, context, n_reference)`` returns vectors of length ``n_out``.

    Examples
    --------
    >>> from sklearn_meta.fewshot.backbones import make_backbone
    >>> make_backbone({"name": "mlp", "n_features": 1, "hidden": [40, 20]}).n_out
    20
    """
    settings = {name: value for name, value in description.items() if name != "name"}
    return _NETWORKS[description["name"]](**settings)


def make_encoder(description):
    """Make the encoder that brings rows into the form that the network takes."""
    return _ENCODERS[description["name"]]()


def complete(name, settings, X):
    """Describe a backbone fully: what the settings leave open is read off the rows `X`.

    Parameters
    ----------
    name : {"auto", "table", "attributes", "mlp", "conv4", "resnet"}
        "auto" takes a table for two-dimensional `X`, conv4 for images.
    settings : dict
        The network's own parameters.
    X : ndarray or DataFrame
        Rows as the user passed them, checked.

    Returns
    -------
    dict
        For `make_backbone`.
    """
    if name == "auto":
        name = "table" if len(X.shape) == 2 else "conv4"
    settings = {key: _plain(value) for key, value in settings.items()}
    return {"name": name, **read_off(name, settings, X), **settings}


def read_off(name, settings, X):
    """Return what a network of this name and these settings has to know of the rows `X`."""
    if name == "mlp":
        return {"n_features": int(X.shape[1])}
    if name not in ("conv4", "resnet"):
        return {}
    _, channels, height, width = ImageEncoder().transform(X[:1])["pixels"].shape
    shape = {"n_channels": int(channels)}
    if name == "conv4" or settings.get("flatten"):
        shape["size"] = [int(height), int(width)]
    return shape


def check_fits(description, X, told):
    """Refuse rows of another shape than a network takes.

    Parameters
    ----------
    description : dict
        Of the network.
    X : ndarray or DataFrame
        The rows.
    told : str
        How the network came to its shape: "meta-trained on", or "set up for".

    Raises
    ------
    ValueError
        If they are of another shape.
    """
    wanted = read_off(description["name"], description, X)
    if any(description[name] != value for name, value in wanted.items()):
        known = {name: description[name] for name in wanted}
        raise TableError(
            f"The network was {told} rows with {known}, got rows with {wanted}. Bring them into "
            "that shape, or use backbone='table' for tables of any width."
        )


def _plain(value):
    """Return a value as JSON gives it back: a file's description is then equal to the learner's."""
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value
