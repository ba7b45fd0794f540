"""Where rows begin: the root variables of a table."""

import torch


def draw_roots(draw, n_tables, n_rows, n_roots, settings):
    """Draw root variables.

    Returns
    -------
    Tensor of shape (n_tables, n_rows, n_roots)
        Normal; or, column by column, normal, uniform, in steps, or by a cluster of rows.
    """
    normal = draw.normal(n_tables, n_rows, n_roots)
    if not settings.mixed_roots or draw.coin(0.3):
        return normal
    shape = (n_tables, n_rows, n_roots)
    uniform = 3.4 * draw.uniform(*shape) - 1.7
    kinds = draw.uniform(n_tables, 1, n_roots)
    roots = torch.where(kinds < 0.5, normal, uniform)
    roots = torch.where(kinds > 0.75, _steps(draw, uniform), roots)
    if draw.coin(0.4):
        roots = torch.where(draw.mask(0.6, n_tables, 1, n_roots), _clusters(draw, normal), roots)
    return roots * torch.exp(0.4 * draw.normal(n_tables, 1, n_roots))


def _steps(draw, uniform):
    """Return values of few levels, in any order, the first ones more frequent."""
    n_tables, _, n_roots = uniform.shape
    n_levels = draw.whole(2, 8)
    share = (uniform / 3.4 + 0.5).clamp(0, 1 - 1e-6)
    level = (n_levels * share ** (1 + 2 * draw.uniform(n_tables, 1, n_roots))).long()
    values = draw.normal(n_tables, n_levels, n_roots)
    return values.gather(1, level)


def _clusters(draw, normal):
    """Return values around the centre of the cluster that a row belongs to."""
    n_tables, n_rows, n_roots = normal.shape
    n_clusters = draw.whole(2, 12)
    member = draw.integers(n_clusters, n_tables, n_rows, 1).expand(-1, -1, n_roots)
    centres = draw.normal(n_tables, n_clusters, n_roots)
    return centres.gather(1, member) + draw.log_uniform(0.1, 1) * normal
