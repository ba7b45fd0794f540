"""Synthetic tables: shapes, seeds, and that each ingredient is there and can be left out."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from sklearn_meta.fewshot.incontext._curriculum import settings_at
from sklearn_meta.fewshot.incontext.prior import PriorSettings, Shape, draw_shape, draw_tables
from sklearn_meta.fewshot.incontext.prior._draw import Draw
from sklearn_meta.fewshot.incontext.prior._filter import predictable
from sklearn_meta.fewshot.incontext.prior._trees import random_trees

NOTHING = {
    part.name: 0.0
    for part in fields(PriorSettings)
    if part.type is float and "noise" not in part.name
}
BARE = PriorSettings(
    **(NOTHING | {"layered": 1.0, "label_noise": 0.0, "mixed_roots": False, "filtered": False})
)
KINDS = ["layered", "graphs", "trees"]


def draw(settings, n_tables=8, n_train=40, n_test=20, n_columns=5, n_classes=3, seed=0):
    shape = Shape(n_tables, n_train, n_test, n_columns, n_classes)
    return draw_tables(settings, shape, [seed])


def only(kind, **changes):
    shares = {name: float(name == kind) for name in KINDS}
    return replace(PriorSettings(), **shares, **changes)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_columns", [1, 2, 50])
@pytest.mark.parametrize("n_classes", [0, 2, 10])
def test_shapes_and_ranges(kind, n_columns, n_classes):
    tables = draw(only(kind), n_tables=9, n_columns=n_columns, n_classes=n_classes)
    assert tables.X.shape == (9, 60, n_columns) and tables.X.dtype == torch.float32
    assert not torch.isinf(tables.X).any()
    assert tables.y.shape == (9, 60)
    if n_classes:
        assert tables.y.dtype == torch.int64
        assert tables.y.min() >= 0 and tables.y.max() < n_classes
    else:
        assert tables.y.dtype == torch.float32 and torch.isfinite(tables.y).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_decides_all(kind):
    first, again, other = (draw(only(kind), seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first.y, again.y)
    assert torch.equal(first.X.nan_to_num(9), again.X.nan_to_num(9))
    assert not torch.equal(first.X.nan_to_num(9), other.X.nan_to_num(9))


def test_global_random_state_is_left_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    draw(PriorSettings())
    assert torch.equal(before, torch.get_rng_state())


def share_of_tables(settings, holds, n_draws=12):
    """Share of drawn tables for which a test of one table's X holds."""
    tables = [draw(settings, seed=seed).X for seed in range(n_draws)]
    return np.mean([holds(X) for X in torch.cat(tables)])


def has_codes(X):
    return any(len(column.unique()) < 12 for column in X.T)


def has_far_cells(X):
    return bool(X.abs().max() > 12)


@pytest.mark.parametrize(
    ("part", "holds"),
    [
        ("missing", lambda X: bool(X.isnan().any())),
        ("categorical", has_codes),
        ("outliers", has_far_cells),
    ],
)
def test_ingredient_can_be_switched(part, holds):
    smooth = replace(BARE, activations=False)
    assert share_of_tables(smooth, holds) == 0
    assert share_of_tables(replace(smooth, **{part: 1.0}), holds) > 0.3


def test_repeated_columns():
    def repeats(X):
        correlation = torch.corrcoef(X.T) - torch.eye(X.shape[1])
        return bool((correlation > 0.98).any())

    plain = replace(BARE, max_noise=0.3, min_noise=0.29)
    assert share_of_tables(replace(plain, duplicates=1.0), repeats) > 2 * share_of_tables(
        plain, repeats
    )


def test_junk_hides_the_target():
    def explained(settings):
        shares = []
        for seed in range(8):
            tables = draw(settings, n_classes=0, n_train=150, seed=seed)
            X, y = tables.X - tables.X.mean(1, keepdim=True), tables.y[:, :, None]
            fitted = X @ torch.linalg.lstsq(X, y).solution
            shares.append(1 - (y - fitted).square().mean((1, 2)) / y.square().mean((1, 2)))
        return float(torch.cat(shares).mean())

    assert explained(BARE) > explained(replace(BARE, junk=1.0)) + 0.02


def test_balanced_classes_on_demand():
    def smallest(settings):
        counts = [
            torch.nn.functional.one_hot(draw(settings, seed=seed).y, 3).sum(1).min(1).values
            for seed in range(10)
        ]
        return float(torch.cat(counts).float().mean())

    assert smallest(replace(BARE, imbalanced=False)) > smallest(BARE) + 2


def test_trees_answer_in_steps():
    draws = Draw([0])
    inputs = draws.normal(3, 200, 4)
    outputs = random_trees(draws, inputs, n_outputs=1)
    assert outputs.shape == (3, 200, 1)
    assert all(len(table.unique()) < 200 for table in outputs)
    assert outputs.std() > 0


def test_the_filter_tells_noise_from_a_function():
    draws = Draw([0])
    X = draws.normal(50, 80, 2)
    y = torch.tanh(X[:, :, :1])
    noise = draws.normal(50, 80, 1)
    assert predictable(X, y, 50).float().mean() > 0.95
    assert predictable(X, noise, 50).float().mean() < 0.4


def test_filtered_tables_can_be_predicted_more_often():
    def usable(settings):
        found = []
        for seed in range(6):
            tables = draw(settings, n_classes=0, seed=seed)
            found.append(predictable(tables.X, tables.y[:, :, None], 40))
        return float(torch.cat(found).float().mean())

    noisy = replace(PriorSettings(), junk=1.0, filtered=False)
    assert usable(replace(noisy, filtered=True)) > usable(noisy) + 0.03


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_drawn_shapes_keep_to_the_limits(kind):
    settings = PriorSettings(min_train_rows=10, max_train_rows=50, max_columns=7, max_classes=4)
    shapes = [draw_shape(settings, kind, 5000, [0, step]) for step in range(200)]
    assert {s.n_columns for s in shapes} == set(range(1, 8))
    assert all(10 <= s.n_train <= 50 and s.n_tables >= 4 for s in shapes)
    classes = {s.n_classes for s in shapes}
    assert classes == ({2, 3, 4} if kind == "classification" else {0})


def test_the_curriculum_grows_to_the_settings():
    settings = PriorSettings(max_train_rows=500, max_columns=30)
    first, middle, last = (settings_at(settings, progress) for progress in (0, 0.5, 1))
    assert first.max_train_rows < middle.max_train_rows < last.max_train_rows
    assert last == settings == settings_at(settings, 7)
    small = PriorSettings(max_train_rows=20, max_columns=2)
    assert settings_at(small, 0).max_columns == 2
