"""From nodes to the columns of a table: codes, junk, repeats, outliers, missing cells."""

import torch

from sklearn_meta.fewshot.incontext.prior._draw import standardised


def finish_columns(draw, columns, settings):
    """Make columns look like those of real tables.

    Parameters
    ----------
    draw : Draw
        Random numbers.
    columns : Tensor of shape (n_tables, n_rows, n_columns)
        Values of nodes.
    settings : PriorSettings
        Shares of what is done.

    Returns
    -------
    Tensor of the same shape
        NaN where missing.
    """
    columns = standardised(columns).clamp(-6, 6)
    steps = (
        (settings.junk, _with_junk),
        (settings.duplicates, _with_repeats),
        (settings.warped, _warped),
        (settings.categorical, _with_codes),
        (settings.outliers, _with_outliers),
        (settings.missing, _with_missing),
    )
    for share, step in steps:
        if draw.coin(share):
            columns = step(draw, columns)
    return columns


def _some(draw, columns, low=0.1, high=1.0):
    """Return a mask of columns, of shape (n_tables, 1, n_columns)."""
    return draw.mask(draw.log_uniform(low, high), columns.shape[0], 1, columns.shape[2])


def _with_junk(draw, columns):
    """Shuffle the rows of some columns, each for itself."""
    order = draw.order(columns.shape[0], columns.shape[2], columns.shape[1]).transpose(1, 2)
    return torch.where(_some(draw, columns, 0.1, 0.7), columns.gather(1, order), columns)


def _with_repeats(draw, columns):
    """Let some columns repeat others, nearly."""
    source = draw.integers(columns.shape[2], columns.shape[0], 1, columns.shape[2])
    repeated = columns.gather(2, source.expand_as(columns))
    repeated = repeated + draw.log_uniform(1e-3, 0.5) * draw.normal(*columns.shape)
    return torch.where(_some(draw, columns, 0.1, 0.5), repeated, columns)


def _warped(draw, columns):
    """Give some columns a heavy tail, others whole numbers."""
    heavy = torch.exp(draw.log_uniform(0.3, 1.5) * columns)
    columns = torch.where(_some(draw, columns), heavy, columns)
    whole = torch.floor(columns * draw.log_uniform(0.7, 5))
    return torch.where(_some(draw, columns), whole, columns)


def _with_codes(draw, columns):
    """Cut some columns into levels: numbered at random, or one level against the others."""
    n_tables, n_rows, n_columns = columns.shape
    n_levels = draw.whole(2, 9)
    rows = draw.integers(n_rows, n_tables, n_levels - 1, n_columns)
    borders = columns.gather(1, rows)
    level = (columns[:, :, None, :] > borders[:, None]).sum(dim=2)
    numbers = draw.order(n_tables, n_columns, n_levels).transpose(1, 2)
    codes = numbers.gather(1, level).to(columns.dtype)
    if draw.coin(0.5):
        codes = (codes == 0).to(columns.dtype)
    return torch.where(_some(draw, columns, 0.2, 1.5), codes, columns)


def _with_outliers(draw, columns):
    """Put some cells far off."""
    hit = draw.mask(draw.log_uniform(2e-3, 0.03), *columns.shape)
    return torch.where(hit, columns + 10 * draw.normal(*columns.shape), columns)


def _with_missing(draw, columns):
    """Leave out cells of some columns: at random, or more often where values are high."""
    rate = draw.log_uniform(0.01, 0.5)
    chance = torch.full_like(columns, rate)
    if draw.coin(0.3):
        chance = 2 * rate * torch.sigmoid(2 * standardised(columns))
    hit = (draw.uniform(*columns.shape) < chance) & _some(draw, columns)
    return columns.masked_fill(hit, float("nan"))
