"""Meta-Curvature: turn inner gradients by matrices that were learned from earlier tasks."""

import math

import torch
from torch import nn


class MetaCurvature(nn.Module):
    """Multiply the gradient of each weight by a small matrix along each of its axes.

    A convolution's axes are its filters, its channels and its pixels; a linear layer's its outputs
    and inputs; a vector is scaled number by number. All start as the identity. The output layer
    has no matrix over the classes, so there may be any number of them.

    Parameters
    ----------
    shapes : dict of tuple
        By name of the parameter, its shape; 1 for the classes' axis.

    References
    ----------
    E. Park, J. B. Oliva (2019). Meta-Curvature. NeurIPS.

    Examples
    --------
    >>> import torch
    >>> from sklearn_meta.fewshot._curvature import MetaCurvature
    >>> turn = MetaCurvature({"head.weight": (1, 5), "body.bias": (5,)})
    >>> gradient = torch.arange(10.0).reshape(2, 5)
    >>> torch.equal(turn("head.weight", gradient), gradient)
    True
    """

    def __init__(self, shapes):
        super().__init__()
        self.matrices = nn.ParameterDict()
        for name, shape in shapes.items():
            for axis, size in enumerate(_axes(shape)):
                if size > 1 or len(shape) == 1:
                    first = torch.ones(size) if len(shape) == 1 else torch.eye(size)
                    self.matrices[_key(name, axis)] = nn.Parameter(first)

    def forward(self, name, gradient):
        """Return the gradient of the parameter `name`, turned; of the same shape."""
        if gradient.ndim == 1:
            return gradient * self.matrices[_key(name, 0)]
        turned = gradient.flatten(2) if gradient.ndim > 2 else gradient
        for axis in range(turned.ndim):
            key = _key(name, axis)
            if key in self.matrices:
                moved = turned.movedim(axis, -1) @ self.matrices[key]
                turned = moved.movedim(-1, axis)
        return turned.reshape(gradient.shape)


def _axes(shape):
    """Return the sizes of a parameter's axes, those of the pixels as one."""
    return (*shape[:2], math.prod(shape[2:])) if len(shape) > 2 else tuple(shape)


def _key(name, axis):
    return f"{name.replace('.', '__')}__{axis}"
