"""The network: what it may see, what must not matter, and what it starts as."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot.incontext._cells import describe_cells, read_columns
from sklearn_meta.fewshot.incontext._losses import pinball_loss, table_loss
from sklearn_meta.fewshot.incontext._model import InContextModel
from sklearn_meta.fewshot.incontext._passes import answer_rows, read_context
from sklearn_meta.fewshot.incontext._settings import ModelSettings
from sklearn_meta.fewshot.incontext._smoothers import answer_smoothers, read_smoothers
from sklearn_meta.fewshot.incontext._weights import (
    Weights,
    bundled_path,
    load_weights,
    untrained_weights,
)
from sklearn_meta.fewshot.incontext.prior import PriorSettings, Shape, draw_tables

SMALL = {"cell_width": 8, "row_width": 16, "n_heads": 2, "row_layers": 2, "n_anchors": 4}
ORDERS = ["columns_first", "alternating"]


def model_of(order="columns_first", kind="classification", **changes):
    """Make a small model whose output layers are no longer zero."""
    settings = ModelSettings(kind=kind, order=order, **(SMALL | changes))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = InContextModel(settings)
        for parameter in model.head.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
    return model.eval()


def tables_of(n_classes=3, n_tables=3, n_columns=4, seed=0):
    settings = PriorSettings(missing=1.0)
    return draw_tables(settings, Shape(n_tables, 30, 12, n_columns, n_classes), [seed])


def parts(tables):
    n = tables.n_train
    return tables.X[:, :n], tables.y[:, :n], tables.X[:, n:]


@pytest.fixture(params=ORDERS)
def order(request):
    return request.param


@pytest.mark.parametrize("n_columns", [1, 30])
@pytest.mark.parametrize("n_classes", [0, 2, 7])
def test_answers_are_finite(order, n_columns, n_classes):
    kind = "classification" if n_classes else "regression"
    tables = tables_of(n_classes, n_columns=n_columns)
    output = model_of(order, kind)(*parts(tables))
    assert output.shape == (3, 12, n_classes or 32)
    assert torch.isfinite(output).all()
    assert torch.isfinite(table_loss(model_of(order, kind), tables))


@torch.no_grad()
def test_order_of_rows_and_columns_does_not_matter(order):
    model = model_of(order)
    X, y, X_new = parts(tables_of())
    straight = model(X, y, X_new)
    rows, columns = torch.randperm(30), torch.randperm(4)
    torch.testing.assert_close(model(X[:, rows], y[:, rows], X_new), straight, rtol=0, atol=1e-4)
    moved = model(X[:, :, columns], y, X_new[:, :, columns])
    torch.testing.assert_close(moved, straight, rtol=0, atol=1e-4)


@torch.no_grad()
def test_units_of_columns_do_not_matter(order):
    model = model_of(order)
    X, y, X_new = parts(tables_of())
    scale, shift = torch.tensor([2.0, 0.5, 8.0, 1.0]), torch.tensor([1.0, -2.0, 0.0, 4.0])
    scaled = model(X * scale + shift, y, X_new * scale + shift)
    torch.testing.assert_close(scaled, model(X, y, X_new), rtol=0, atol=5e-3)


@torch.no_grad()
def test_new_rows_do_not_see_each_other(order):
    model = model_of(order)
    X, y, X_new = parts(tables_of())
    alone = model(X, y, X_new[:, 3:4])
    torch.testing.assert_close(alone, model(X, y, X_new)[:, 3:4], rtol=0, atol=1e-4)


@torch.no_grad()
def test_tables_of_a_batch_do_not_see_each_other(order):
    model = model_of(order)
    X, y, X_new = parts(tables_of())
    y[1] = y[1].clamp(max=1)  # fewer classes than the others have
    alone = model(X[1:2], y[1:2], X_new[1:2])
    torch.testing.assert_close(alone, model(X, y, X_new)[1:2, :, :2], rtol=0, atol=1e-4)


def test_far_targets_are_read_as_they_are():
    model = model_of(kind="regression")
    y = torch.tensor([[-20.0, 0.0, 10.0, 30.0]])
    labels, spread = model._labels(model._targets(y))
    assert torch.equal(labels[..., 0], y) and spread.eq(1).all()


def test_every_weight_learns(order):
    model = model_of(order)
    table_loss(model, tables_of()).backward()
    still = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert still == []


@pytest.mark.parametrize("n_classes", [0, 3])
def test_half_precision_is_near(order, n_classes):
    tables = tables_of(n_classes)
    model = model_of(order, "classification" if n_classes else "regression")
    with torch.autocast("cpu", torch.bfloat16):
        half = table_loss(model, tables)
    half.backward()
    torch.testing.assert_close(half.float(), table_loss(model, tables), rtol=0.05, atol=0.02)


def test_rows_of_absent_classes_do_not_count():
    tables = tables_of(2)
    lost = replace(tables, y=tables.y.clone())
    lost.y[:, tables.n_train :] = 5
    assert table_loss(model_of(), lost) == 0


def test_absent_classes_get_nothing():
    X, y, X_new = parts(tables_of(2))
    proba = torch.softmax(model_of()(X, 2 * y, X_new), dim=2)
    assert proba.shape[2] == 3 and proba[:, :, 1].max() == 0


@torch.no_grad()
def test_numbers_of_classes_do_not_matter(order):
    model = model_of(order)
    X, y, X_new = parts(tables_of(4))
    numbers = torch.tensor([2, 0, 3, 1])
    renumbered = model(X, numbers[y], X_new)[:, :, numbers]
    torch.testing.assert_close(renumbered, model(X, y, X_new), rtol=0, atol=1e-4)


@torch.no_grad()
def test_classes_that_take_turns_get_the_same_answers(order, monkeypatch):
    model = model_of(order)
    X, y, X_new = parts(tables_of(5))
    at_once = model(X, y, X_new)
    two = 2 * X.shape[0] * X.shape[1] * (4 * 8 + 16)
    monkeypatch.setattr("sklearn_meta.fewshot.incontext._model._AT_ONCE", two)
    state = model.read(X, y)
    assert len(state["turns"]) == 3
    torch.testing.assert_close(model.answer(X_new, state), at_once, rtol=0, atol=1e-5)


@torch.no_grad()
def test_a_rare_class_is_told_from_the_others():
    """A class of one row in a hundred has labels far from zero, and they must not break it."""
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(1, 300, 3, generator=generator)
    y = torch.zeros(1, 300, dtype=torch.int64)
    y[:, :3] = 1
    X[:, :3] += 6
    model = load_weights("bundled", "classification").make_model()
    labels, _ = model._labels(model._targets(y))
    assert labels.max() == 8 and labels[0, 0, 1] > 0 > labels[0, 0, 0]
    logits = model(X, y, torch.tensor([[[6.0] * 3, [0.0] * 3]]))
    proba = torch.softmax(logits, dim=2)[0, :, 1]
    assert proba[0] > 10 * proba[1] and torch.isfinite(logits).all()


def test_quantiles_are_in_order():
    quantiles = model_of(kind="regression")(*parts(tables_of(0)))
    assert (quantiles.diff(dim=2) >= 0).all()


def test_pinball_loss_is_least_at_the_quantiles():
    target = torch.randn(4000, generator=torch.Generator().manual_seed(0))
    levels = (torch.arange(8) + 0.5) / 8
    right = torch.special.ndtri(levels)
    best = pinball_loss(right.expand(4000, -1), target)
    assert all(best < pinball_loss((right + d).expand(4000, -1), target) for d in (-0.2, 0.2))
    assert best < pinball_loss((1.3 * right).expand(4000, -1), target)


def test_statistics_come_from_the_training_rows():
    X, _, X_new = parts(tables_of())
    columns = read_columns(X)
    cells = describe_cells(X, columns)
    present = ~X.isnan()
    assert cells.shape == (*X.shape, 4)
    assert (cells[..., 3] == X.isnan()).all()
    assert abs(float(cells[..., 2][present].mean())) < 0.01
    moved = describe_cells(X_new + 100, columns)
    assert moved[..., 2].nan_to_num(1).max() == 1 and torch.isfinite(moved).all()


def test_smoothers_leave_one_out():
    X, y, _ = parts(tables_of(2, n_tables=1))
    cells = describe_cells(X, read_columns(X))
    labels = torch.nn.functional.one_hot(y, 2).float()
    scores, _ = read_smoothers(cells, labels)
    rest = [row for row in range(30) if row != 5]
    # The mean, and the weights of the columns, still know the row: the two do not quite agree.
    _, state = read_smoothers(cells[:, rest], labels[:, rest])
    left_out = answer_smoothers(cells[:, 5:6], state)
    torch.testing.assert_close(scores[:, :, 5:6], left_out, rtol=0, atol=0.08)


def test_an_untrained_model_weighs_the_smoothers_by_their_error():
    X, y, X_new = parts(tables_of(2))
    model = InContextModel(ModelSettings(**SMALL))
    output = model(X, y, X_new)
    state = model.read(X, y)
    cells = describe_cells(X_new, state["statistics"])
    scores = answer_smoothers(cells, state["smoothers"])
    weights = state["quality"] ** -2
    weights = weights / weights.sum(dim=1, keepdim=True)
    expected = 1.5 * torch.einsum("sbnk,bs->bnk", torch.log(scores.clamp(0.02, 1.5)), weights)
    torch.testing.assert_close(output, expected)


def test_without_smoothers():
    tables = tables_of()
    model = model_of(smoothers=False)
    assert torch.isfinite(table_loss(model, tables))


def test_chunks_answer_as_one_pass(monkeypatch):
    model = model_of()
    X, y, X_new = (part[0].numpy() for part in parts(tables_of(n_tables=1)))
    state = read_context(model, X, y, "cpu")
    whole = answer_rows(model, np.repeat(X_new, 4, axis=0), state, "cpu")
    monkeypatch.setattr("sklearn_meta.fewshot.incontext._passes._CHUNK", 7)
    chunked = answer_rows(model, np.repeat(X_new, 4, axis=0), state, "cpu")
    np.testing.assert_allclose(chunked, whole, atol=1e-4)


def test_size():
    for kind in ("classification", "regression"):
        arrays = untrained_weights(kind, 0).arrays
        assert sum(array.size for array in arrays.values()) < 4_000_000


def test_weights_on_disk(tmp_path):
    weights = Weights.of_model(model_of(), {"steps": 3})
    path = weights.save(tmp_path / "w.safetensors")
    assert not list(tmp_path.glob("*.part"))
    read = load_weights(path, "classification")
    assert read.settings == weights.settings and read.facts == {"steps": 3}
    X, y, X_new = parts(tables_of())
    with torch.no_grad():
        torch.testing.assert_close(
            read.make_model()(X, y, X_new), model_of()(X, y, X_new), rtol=0, atol=0.02
        )
    with pytest.raises(TableError, match="for classification, not for regression"):
        load_weights(path, "regression")
    with pytest.raises(TableError, match="no file"):
        load_weights(tmp_path / "none", "regression")
    (tmp_path / "text").write_text("no weights")
    with pytest.raises(TableError, match="not a safetensors"):
        load_weights(tmp_path / "text", "regression")


def test_newer_protocols_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("sklearn_meta.fewshot.incontext._weights.PROTOCOL", 3)
    path = untrained_weights("regression", 0, ModelSettings("regression", **SMALL)).save(
        tmp_path / "w"
    )
    monkeypatch.undo()
    with pytest.raises(TableError, match="protocol 3"):
        load_weights(path, "regression")


def test_weights_of_an_earlier_network_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("sklearn_meta.fewshot.incontext._weights.PROTOCOL", 1)
    paths = [
        untrained_weights(kind, 0, ModelSettings(kind, **SMALL)).save(tmp_path / kind)
        for kind in ("classification", "regression")
    ]
    monkeypatch.undo()
    with pytest.raises(TableError, match="protocol 1; for classification .* Train it again"):
        load_weights(paths[0], "classification")
    assert load_weights(paths[1], "regression").settings.kind == "regression"


def test_bundled_weights_are_named_or_missed():
    if bundled_path("classification").is_file():
        assert load_weights("bundled", "classification").facts["steps"] > 0
    else:
        with pytest.raises(TableError, match="pretrained=None"):
            load_weights("bundled", "classification")
