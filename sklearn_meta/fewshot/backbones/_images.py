"""Networks for images: four convolutions, and a small residual network."""

from abc import abstractmethod
from math import prod
from numbers import Integral

import torch
from torch import nn
from torch.nn.functional import conv2d, max_pool2d, relu


class ChannelNorm(nn.Module):
    """Shift and scale channels by statistics that a leaf takes, then by what is learned.

    A channel is only ever scaled upwards: which way is up is its filter's to learn, so nothing is
    lost, and pooling by the maximum may come first, which leaves a quarter of the pixels to scale.
    """

    def __init__(self, n_channels, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(n_channels))
        self.bias = nn.Parameter(torch.zeros(n_channels))

    def forward(self, x, n_reference=None, halved=False):
        """Return normalised images, of half the size if `halved`."""
        variance, mean = self.statistics(x, n_reference)
        scale = self.weight.abs()[:, None, None] * torch.rsqrt(
            variance.to(self.weight.dtype) + self.eps
        )
        shift = self.bias[:, None, None] - mean * scale
        # one pass over the images: they are large, the channels' numbers are not
        x = _halve(x) if halved else x
        return torch.addcmul(shift.to(x.dtype), x, scale.to(x.dtype))

    @abstractmethod
    def statistics(self, x, n_reference):
        """Return variances and means that fit beside `x`."""


class ReferenceNorm(ChannelNorm):
    """Normalise channels by the statistics of the first `n_reference` images of a task.

    With the support images as reference, what is said of a query image depends on no other query
    image; with all images as reference (None) it is batch normalisation, and transductive.
    """

    def statistics(self, x, n_reference):
        """Return those of the reference images, for each channel."""
        reference = x if n_reference is None else x[:n_reference]
        return torch.var_mean(reference, dim=(0, 2, 3), correction=0, keepdim=True)


class ImageNorm(ChannelNorm):
    """Normalise each image by its own statistics, so that none depends on another."""

    def statistics(self, x, n_reference):
        """Return those of each image, over all channels."""
        return torch.var_mean(x, dim=(1, 2, 3), correction=0, keepdim=True)


_NORMS = {"reference": ReferenceNorm, "image": ImageNorm}


class Conv4(nn.Module):
    """Blocks of 3x3 convolution, normalisation, ReLU and 2x2 pooling.

    Parameters
    ----------
    n_channels : int, default=1
        Channels of an image.
    size : tuple (height, width), default=(28, 28)
        Size of an image in pixels.
    n_filters : int or sequence of int, default=64
        Filters of each block.
    n_blocks : int, default=4
        How many blocks; each halves the size.
    norm : {"reference", "image"}, default="reference"
        Whether images are normalised by the statistics of the support images, or each by its own,
        as where images come one after the other.
    strided_first : bool, default=False
        Whether the first block halves the size by a stride of its convolution, of 4x4 then, instead
        of by pooling: the first block's large images are costly, and a step of training takes a
        third less time.

    References
    ----------
    J. Snell, K. Swersky, R. Zemel (2017). Prototypical networks for few-shot learning. NeurIPS.

    Examples
    --------
    >>> import torch
    >>> from sklearn_meta.fewshot.backbones import Conv4
    >>> Conv4(n_filters=8)({"pixels": torch.zeros(2, 1, 28, 28)}, {}).shape
    torch.Size([2, 8])
    """

    def __init__(
        self,
        n_channels=1,
        size=(28, 28),
        n_filters=64,
        n_blocks=4,
        norm="reference",
        strided_first=False,
    ):
        super().__init__()
        if norm not in _NORMS:
            raise ValueError(f"norm must be one of {sorted(_NORMS)}, got {norm!r}.")
        self.uses_reference = norm == "reference"
        widths = [n_filters] * n_blocks if isinstance(n_filters, Integral) else list(n_filters)
        if len(widths) != n_blocks:
            raise ValueError(
                f"n_filters gives {len(widths)} numbers for n_blocks={n_blocks} blocks. Give one "
                "for each block, or one number for all."
            )
        if strided_first:
            _check_sides(size)
        channels = [n_channels, *widths]
        self.strided_first = strided_first
        self.convolutions = nn.ModuleList(
            _strided(channels[n], channels[n + 1])
            if strided_first and n == 0
            else nn.Conv2d(channels[n], channels[n + 1], 3, padding=1, bias=False)
            for n in range(n_blocks)
        )
        self.norms = nn.ModuleList(_NORMS[norm](width) for width in widths)
        height, width = (max(side, 1) for side in size)
        for _ in range(n_blocks):
            height, width = max(height // 2, 1), max(width // 2, 1)
        self.map_shape = (widths[-1], height, width)
        self.n_out = prod(self.map_shape)
        self.last_layers = (f"convolutions.{n_blocks - 1}.", f"norms.{n_blocks - 1}.")

    def forward(self, rows, context, n_reference=None):
        """Return vectors of shape (n_samples, n_out)."""
        x = rows["pixels"]
        halved = not self.strided_first
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = relu(norm(_convolved(x, convolution), n_reference, halved=halved))
            halved = True
        return x.flatten(1)


class SmallResNet(nn.Module):
    """Residual blocks of two 3x3 convolutions; a vector is the mean of the last map, or all of it.

    Parameters
    ----------
    n_channels : int, default=1
        Channels of an image.
    widths : sequence of int, default=(32, 64, 128)
        Filters of the blocks; the last is the length of an image's vector, or of each place's.
    strided_first : bool, default=False
        Whether a 4x4 convolution with a stride of two comes before the blocks, with as many filters
        as the first of them: it saves time, since images are half as large then.
    n_halving : int, optional
        How many blocks, from the first on, halve the size; all if not given.
    flatten : bool, default=False
        Whether an image's vector is what all places of its last map hold, not their mean: it knows
        what is where.
    size : tuple (height, width), default=(28, 28)
        Size of an image in pixels, which `flatten` needs.

    Raises
    ------
    ValueError
        If `n_halving` is no number of blocks.

    Examples
    --------
    >>> import torch
    >>> from sklearn_meta.fewshot.backbones import SmallResNet
    >>> SmallResNet(widths=(4, 6))({"pixels": torch.zeros(2, 1, 28, 28)}, {}).shape
    torch.Size([2, 6])
    """

    uses_reference = True

    def __init__(
        self,
        n_channels=1,
        widths=(32, 64, 128),
        strided_first=False,
        n_halving=None,
        flatten=False,
        size=(28, 28),
    ):
        super().__init__()
        n_halving = len(widths) if n_halving is None else n_halving
        if not (isinstance(n_halving, Integral) and 0 <= n_halving <= len(widths)):
            raise ValueError(
                "n_halving must be a whole number from 0 to the number of blocks, "
                f"{len(widths)}, got {n_halving!r}."
            )
        self.stem = Stem(n_channels, widths[0]) if strided_first else None
        channels = [widths[0] if strided_first else n_channels, *widths]
        self.blocks = nn.ModuleList(
            ResidualBlock(channels[n], channels[n + 1], halving=n < n_halving)
            for n in range(len(widths))
        )
        self.map_shape = None
        if flatten:
            times = n_halving + strided_first
            self.map_shape = (widths[-1], *(max(side // 2**times, 1) for side in size))
        self.n_out = prod(self.map_shape) if flatten else widths[-1]
        self.last_layers = (f"blocks.{len(widths) - 1}.",)

    def forward(self, rows, context, n_reference=None):
        """Return vectors of shape (n_samples, n_out)."""
        x = rows["pixels"]
        if self.stem is not None:
            x = self.stem(x, n_reference)
        for block in self.blocks:
            x = block(x, n_reference)
        return x.mean(dim=(2, 3)) if self.map_shape is None else x.flatten(1)


class Stem(nn.Module):
    """A convolution that halves the size by its stride."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.convolution = _strided(n_in, n_out)
        self.norm = ReferenceNorm(n_out)

    def forward(self, x, n_reference):
        """Return images of half the size."""
        _check_sides(x.shape[-2:])
        return relu(self.norm(_convolved(x, self.convolution), n_reference))


class ResidualBlock(nn.Module):
    """Two convolutions beside a 1x1 one, then pooling if `halving`."""

    def __init__(self, n_in, n_out, halving=True):
        super().__init__()
        self.halving = halving
        self.first = nn.Conv2d(n_in, n_out, 3, padding=1, bias=False)
        self.second = nn.Conv2d(n_out, n_out, 3, padding=1, bias=False)
        self.beside = nn.Conv2d(n_in, n_out, 1, bias=False)
        self.norms = nn.ModuleList(ReferenceNorm(n_out) for _ in range(3))

    def forward(self, x, n_reference):
        """Return images, of half the size if `halving`."""
        inner = relu(self.norms[0](_convolved(x, self.first), n_reference))
        inner = self.norms[1](_convolved(inner, self.second), n_reference)
        beside = self.norms[2](_convolved(x, self.beside), n_reference)
        x = inner + beside
        return relu(_halve(x) if self.halving else x)


def _strided(n_in, n_out):
    """Return a convolution that halves the size."""
    return nn.Conv2d(n_in, n_out, 4, stride=2, padding=1, bias=False)


def _check_sides(size):
    if min(size) < 2:
        raise ValueError(
            f"strided_first needs images of at least 2 x 2 pixels, got {tuple(size)}. Leave it out."
        )


def _halve(x):
    """Pool 2x2 where there is something to pool."""
    return max_pool2d(x, (min(2, x.shape[-2]), min(2, x.shape[-1])))


def _convolved(x, convolution):
    """Convolve, in the precision that autocast asks for: beneath vmap it forgets convolutions."""
    device = x.device.type
    if not torch.is_autocast_enabled(device):
        return convolution(x)
    dtype = torch.get_autocast_dtype(device)
    return conv2d(
        x.to(dtype),
        convolution.weight.to(dtype),
        stride=convolution.stride,
        padding=convolution.padding,
    )
