"""Muon for the matrices, AdamW for the rest."""

import torch


def make_optimizers(model, settings):
    """Return the two optimizers of a model.

    Muon orthogonalises a matrix's momentum before it steps; embeddings, output layers, biases and
    gains are left to AdamW.

    References
    ----------
    K. Jordan et al. (2024). Muon: an optimizer for hidden layers in neural networks.
    """
    matrices, others = [], []
    for name, parameter in model.named_parameters():
        (matrices if _is_hidden(name, parameter) else others).append(parameter)
    rate, decay = settings.learning_rate, settings.weight_decay
    return [
        torch.optim.Muon(matrices, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=rate, weight_decay=decay, betas=(0.9, 0.98)),
    ]


def _is_hidden(name, parameter):
    inside = "layers." in name or "gather." in name or "first." in name
    return parameter.ndim == 2 and inside and min(parameter.shape) > 8
