"""Tables from causal graphs that grow node by node."""

import torch

from sklearn_meta.fewshot.incontext.prior._activations import activate
from sklearn_meta.fewshot.incontext.prior._draw import standardised
from sklearn_meta.fewshot.incontext.prior._roots import draw_roots


def graph_nodes(draw, shape, settings):
    """Return the nodes of a growing graph, of shape (n_tables, n_rows, n_nodes).

    A new node has up to three parents among the older ones; a parent is exchanged for one of its
    own parents with probability a half. Tables of one draw share the graph, not its weights.
    """
    n_roots = draw.whole(1, 8)
    n_nodes = max(draw.whole(6, settings.n_nodes), shape.n_columns + 2)
    noise = draw.log_uniform(settings.min_noise, settings.max_noise)
    roots = draw_roots(draw, shape.n_tables, shape.n_rows, n_roots, settings)
    nodes = list(roots.unbind(dim=2))
    parents = [[] for _ in nodes]
    while len(nodes) < n_nodes:
        chosen = _draw_parents(draw, parents)
        parents.append(chosen)
        inputs = torch.stack([nodes[parent] for parent in chosen], dim=2)
        value = _combined(draw, inputs)
        value = standardised(activate(draw, standardised(value), settings))[:, :, 0]
        nodes.append(value + noise * draw.normal(*value.shape))
    return torch.stack(nodes, dim=2)


def _draw_parents(draw, parents):
    """Return numbers of older nodes, each once."""
    chosen = set()
    for _ in range(int(draw.rng.integers(1, 4))):
        parent = int(draw.rng.integers(len(parents)))
        if parents[parent] and draw.coin(0.5):
            parent = int(draw.rng.choice(parents[parent]))
        chosen.add(parent)
    return sorted(chosen)


def _combined(draw, inputs):
    """Return a weighted sum of the inputs, or a product of two weighted sums."""
    weights = draw.normal(inputs.shape[0], 1, inputs.shape[2])
    value = (inputs * weights).sum(dim=2, keepdim=True)
    if inputs.shape[2] > 1 and draw.coin(0.25):
        weights = draw.normal(inputs.shape[0], 1, inputs.shape[2])
        value = value * (inputs * weights).sum(dim=2, keepdim=True)
    return value
