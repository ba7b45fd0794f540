"""Batches of synthetic tables."""

from dataclasses import dataclass, replace

import torch

from sklearn_meta.fewshot.incontext.prior._columns import finish_columns
from sklearn_meta.fewshot.incontext.prior._draw import Draw, chosen
from sklearn_meta.fewshot.incontext.prior._filter import predictable
from sklearn_meta.fewshot.incontext.prior._graphs import graph_nodes
from sklearn_meta.fewshot.incontext.prior._layered import layered_nodes
from sklearn_meta.fewshot.incontext.prior._targets import class_target, numeric_target
from sklearn_meta.fewshot.incontext.prior._trees import tree_nodes

_GROUP = 8  # tables that share a structure, so that their numbers come from one call
_SPARE = 1.4
_MAKERS = {"layered": layered_nodes, "graphs": graph_nodes, "trees": tree_nodes}


@dataclass(frozen=True)
class Tables:
    """Tables of equal shape.

    Attributes
    ----------
    X : Tensor of shape (n_tables, n_rows, n_columns)
        float32, NaN where missing; in random order.
    y : Tensor of shape (n_tables, n_rows)
        Class numbers (int64), or numbers (float32).
    n_train : int
        The first rows are to learn from, the others to predict.
    n_classes : int
        Number of classes, of which a table may lack some; 0 for regression.
    """

    X: torch.Tensor
    y: torch.Tensor
    n_train: int
    n_classes: int

    def to(self, device):
        """Return the tables on a device."""
        return replace(self, X=self.X.to(device), y=self.y.to(device))


def draw_tables(settings, shape, seed, device="cpu"):
    """Draw a batch of tables.

    Parameters
    ----------
    settings : PriorSettings
        What tables are made of.
    shape : Shape
        Their size.
    seed : sequence of int
        The same seed gives the same tables on one device.
    device : str, default="cpu"
        Where they are computed.

    Returns
    -------
    Tables
        The batch.

    Examples
    --------
    >>> from sklearn_meta.fewshot.incontext.prior import PriorSettings, Shape, draw_tables
    >>> tables = draw_tables(PriorSettings(), Shape(4, 20, 10, 3, 2), seed=[0])
    >>> tables.X.shape, sorted(tables.y.unique().tolist())
    (torch.Size([4, 30, 3]), [0, 1])
    """
    draw = Draw([*seed, 0], device)
    wanted = shape.n_tables
    drawn = int(wanted * _SPARE) + 1 if settings.filtered else wanted
    groups = []
    for first in range(0, drawn, _GROUP):
        part = replace(shape, n_tables=min(_GROUP, drawn - first))
        groups.append(_draw_group(Draw([*seed, 1, first], device), part, settings))
    X, y = (torch.cat(parts) for parts in zip(*groups, strict=True))
    if settings.filtered:
        keep = _usable(X, y, shape).int().argsort(descending=True, stable=True)[:wanted]
        keep = keep[draw.order(wanted)]
        X, y = X[keep], y[keep]
    return Tables(X, y, shape.n_train, shape.n_classes)


def _draw_group(draw, shape, settings):
    """Draw tables that share a structure."""
    shares = [settings.layered, settings.graphs, settings.trees]
    kind = draw.rng.choice(list(_MAKERS), p=[share / sum(shares) for share in shares])
    nodes = _MAKERS[str(kind)](draw, shape, settings)
    nodes = torch.nan_to_num(nodes).clamp(-1e4, 1e4)
    order = draw.order(shape.n_tables, nodes.shape[2])
    hidden = nodes.shape[2] > shape.n_columns + 1
    order = order[:, : shape.n_columns + hidden]
    if hidden:  # the target is a node that is not a column, nor are its copies
        columns = chosen(nodes, order[:, 1:])
        outputs = nodes if draw.coin(0.2) else chosen(nodes, _not_columns(draw, nodes, order))
    else:
        columns = chosen(nodes, order[:, torch.arange(shape.n_columns) % order.shape[1]])
        outputs = nodes
    if shape.n_classes:
        y = class_target(draw, outputs, shape.n_classes, settings)
    else:
        y = numeric_target(draw, outputs)
    return finish_columns(draw, columns, settings), y


def _not_columns(draw, nodes, order):
    """Return the numbers of the nodes that are no columns, of shape (n_tables, k)."""
    taken = torch.zeros(nodes.shape[0], nodes.shape[2], device=nodes.device)
    taken.scatter_(1, order[:, 1:], 1.0)
    taken = taken + 0.5 * draw.uniform(*taken.shape)
    return taken.argsort(dim=1)[:, : nodes.shape[2] - order.shape[1] + 1]


def _usable(X, y, shape):
    """Tell which tables have a target that varies, and that can be predicted."""
    targets = y[:, :, None].float()
    if shape.n_classes:
        targets = torch.nn.functional.one_hot(y, shape.n_classes).float()
    varies = targets[:, : shape.n_train].amax(1) > targets[:, : shape.n_train].amin(1)
    return varies.any(dim=1) & predictable(X, targets, shape.n_train)
