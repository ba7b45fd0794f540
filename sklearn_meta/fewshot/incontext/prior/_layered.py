"""Tables from layered random networks: any node may be a column or the target."""

import torch

from sklearn_meta.fewshot.incontext.prior._activations import activate
from sklearn_meta.fewshot.incontext.prior._draw import standardised
from sklearn_meta.fewshot.incontext.prior._roots import draw_roots


def layered_nodes(draw, shape, settings):
    """Return the nodes of a random network, of shape (n_tables, n_rows, n_nodes)."""
    n_roots = draw.whole(1, max(2, shape.n_columns))
    width = max(draw.whole(4, 32), -(-shape.n_columns // 2))
    density = draw.log_uniform(0.15, 1.0)
    noise = draw.log_uniform(settings.min_noise, settings.max_noise)
    layer = draw_roots(draw, shape.n_tables, shape.n_rows, n_roots, settings)
    nodes = [layer]
    for _ in range(draw.whole(1, 4)):
        weights = draw.normal(shape.n_tables, layer.shape[2], width)
        weights = weights * draw.mask(density, *weights.shape)
        # A unit without an input would be constant.
        weights[:, 0] += 0.1 * draw.normal(shape.n_tables, width)
        layer = activate(draw, standardised(layer @ weights), settings)
        layer = standardised(layer)
        layer = layer + noise * draw.normal(*layer.shape)
        nodes.append(layer)
    if draw.coin(0.5) and len(nodes) > 2:
        nodes = nodes[1:]  # the roots stay hidden
    return torch.cat(nodes, dim=2)
