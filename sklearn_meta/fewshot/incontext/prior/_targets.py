"""From nodes to a target: numbers, or classes by thresholds, bins and contests."""

import torch

from sklearn_meta.fewshot.incontext.prior._draw import chosen, standardised


def numeric_target(draw, nodes):
    """Return one node per table as a number, of shape (n_tables, n_rows), sometimes skewed."""
    node = draw.integers(nodes.shape[2], nodes.shape[0], 1)
    target = standardised(chosen(nodes, node))
    if draw.coin(0.2):
        target = standardised(torch.exp(draw.log_uniform(0.2, 1.0) * target.clamp(-5, 5)))
    return target[:, :, 0]


def class_target(draw, nodes, n_classes, settings):
    """Return class numbers, int64 of shape (n_tables, n_rows)."""
    if n_classes > 2 and draw.coin(0.4):
        classes = _contest(draw, nodes, n_classes, settings)
    else:
        classes = _bins(draw, nodes, n_classes, settings)
    classes = draw.order(nodes.shape[0], n_classes).gather(1, classes)  # numbered anew
    if draw.coin(settings.label_noise):
        other = draw.integers(n_classes, *classes.shape)
        exchanged = draw.mask(draw.log_uniform(0.01, 0.3), *classes.shape)
        classes = torch.where(exchanged, other, classes)
    return classes


def _contest(draw, nodes, n_classes, settings):
    """Give a row to the class whose node is highest."""
    node = draw.integers(nodes.shape[2], nodes.shape[0], n_classes)
    votes = standardised(chosen(nodes, node))
    votes = votes + 0.05 * draw.normal(*votes.shape)  # decides between equal nodes
    if settings.imbalanced:
        votes = votes + 0.5 * draw.normal(nodes.shape[0], 1, n_classes)
    return votes.argmax(dim=2)


def _bins(draw, nodes, n_classes, settings):
    """Cut one node at values that rows have; neighbouring bins may belong to any class."""
    n_tables, n_rows, n_nodes = nodes.shape
    value = standardised(chosen(nodes, draw.integers(n_nodes, n_tables, 1)))[:, :, 0]
    value = value + 1e-4 * draw.normal(n_tables, n_rows)
    n_bins = n_classes if draw.coin(0.7) else int(draw.rng.integers(n_classes, 2 * n_classes + 2))
    share = draw.uniform(n_tables, n_bins - 1)
    if not settings.imbalanced:
        share = torch.arange(1, n_bins, device=nodes.device).expand(n_tables, -1) / n_bins
    elif draw.coin(0.5):  # borders apart from each other: no class is tiny
        steps = torch.arange(n_bins - 1, device=nodes.device)
        share = (steps + 0.3 + 0.7 * share) / n_bins
    ordered = value.sort(dim=1).values
    borders = ordered.gather(1, (share * (n_rows - 1)).long())
    bins = (value[:, :, None] > borders[:, None]).sum(dim=2)
    return bins % n_classes
