"""Draw tables of the prior: ``python docs/make_prior_figure.py`` (needs the extra "plot")."""

from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import torch

from sklearn_meta.fewshot.incontext.prior import PriorSettings, Shape, draw_tables

FIGURE = Path(__file__).parent / "figures" / "incontext_prior.svg"
KINDS = ("layered", "graphs", "trees")
N_EACH, N_ROWS = 6, 250


def main():
    """Write the figure."""
    plt.switch_backend("svg")
    plt.rcParams["svg.hashsalt"] = "sklearn_meta"  # the same prior gives the same file
    figure, axes = plt.subplots(len(KINDS), N_EACH, figsize=(12, 6.2))
    for kind, line in zip(KINDS, axes, strict=True):
        shares = {name: float(name == kind) for name in KINDS}
        settings = replace(PriorSettings(), missing=0.0, outliers=0.0, junk=0.0, **shares)
        for seed, axis in enumerate(line):
            n_classes = 0 if seed >= N_EACH - 2 else 2 + seed
            tables = draw_tables(settings, Shape(4, N_ROWS - 50, 50, 2, n_classes), [seed])
            draw_table(axis, tables.X[0], tables.y[0], n_classes)
        line[0].set_ylabel(kind)
    figure.tight_layout()
    figure.savefig(FIGURE, metadata={"Date": None})


def draw_table(axis, X, y, n_classes):
    """Draw the rows of a table with two columns, coloured by the target."""
    colours = "tab10" if n_classes else "viridis"
    limits = {"vmin": 0, "vmax": 9} if n_classes else {"vmin": -2, "vmax": 2}
    jitter = 0.02 * torch.randn(X.shape, generator=torch.Generator().manual_seed(0))
    points = X + jitter * X.std(dim=0)
    axis.scatter(*points.T, c=y, cmap=colours, s=5, rasterized=True, **limits)
    axis.set(xticks=[], yticks=[], title=f"{n_classes} classes" if n_classes else "numbers")
    axis.title.set_fontsize(8)


if __name__ == "__main__":
    main()
