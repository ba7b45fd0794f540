"""Tables from random trees: functions in steps, along the axes."""

import torch

from sklearn_meta.fewshot.incontext.prior._activations import activate
from sklearn_meta.fewshot.incontext.prior._draw import chosen, standardised
from sklearn_meta.fewshot.incontext.prior._roots import draw_roots


def tree_nodes(draw, shape, settings):
    """Return inputs and outputs of one or two layers of tree ensembles.

    Shape (n_tables, n_rows, n_nodes).
    """
    n_roots = max(2, draw.whole(1, shape.n_columns + 2))
    noise = draw.log_uniform(settings.min_noise, settings.max_noise)
    layer = draw_roots(draw, shape.n_tables, shape.n_rows, n_roots, settings)
    if draw.coin(0.3):
        layer = standardised(_mixed(draw, layer, settings))
    nodes = [layer]
    for _ in range(draw.whole(1, 2)):
        layer = standardised(random_trees(draw, layer, n_outputs=draw.whole(2, 8)))
        nodes.append(layer + noise * draw.normal(*layer.shape))
    return torch.cat(nodes, dim=2)


def _mixed(draw, layer, settings):
    """Correlate the inputs."""
    weights = draw.normal(layer.shape[0], layer.shape[2], layer.shape[2]) * 0.5
    weights = weights + torch.eye(layer.shape[2], device=layer.device)
    return activate(draw, standardised(layer @ weights), settings)


def random_trees(draw, inputs, n_outputs):
    """Return ensembles of random trees on inputs of shape (n_tables, n_rows, n_inputs).

    Each node of a tree asks for one input, important ones more often, and a value that a random
    row has there. Returns shape (n_tables, n_rows, n_outputs).
    """
    n_tables, n_rows, n_inputs = inputs.shape
    depth, n_trees = int(draw.rng.integers(2, 6)), draw.whole(1, 6)
    n_splits, n_all = 2**depth - 1, n_outputs * n_trees
    importance = torch.exp(1.2 * draw.normal(n_tables, n_inputs))
    asked = torch.multinomial(
        importance, n_all * n_splits, replacement=True, generator=draw.generator
    )
    row = draw.integers(n_rows, n_tables, 1, n_all * n_splits)
    thresholds = chosen(inputs, asked).gather(1, row)[:, 0].view(n_tables, n_all, n_splits)
    asked = asked.view(n_tables, n_all, n_splits)
    place = torch.zeros(n_tables, n_all, n_rows, dtype=torch.long, device=inputs.device)
    columns = inputs.transpose(1, 2)  # (n_tables, n_inputs, n_rows)
    for _ in range(depth):
        values = columns.gather(1, asked.gather(2, place))
        place = 2 * place + 1 + (values > thresholds.gather(2, place)).long()
    leaves = draw.normal(n_tables, n_all, 2**depth)
    values = leaves.gather(2, place - n_splits)
    return values.view(n_tables, n_outputs, n_trees, n_rows).sum(dim=2).transpose(1, 2)
