"""Machines with memory: what they keep, and the tasks on which they are tried."""

import numpy as np
import pytest
import torch

from sklearn_meta.fewshot import (
    MANNCell,
    NTMCell,
    SequenceModel,
    associative_recall_task,
    copy_task,
)
from sklearn_meta.fewshot._mann_cell import _attention

CELLS = [
    lambda: MANNCell(4, hidden=6, memory_slots=5, memory_width=3, n_reads=2),
    lambda: MANNCell(4, hidden=6, memory_slots=5, memory_width=3, n_reads=2, late_labels=True),
    lambda: MANNCell(4, hidden=6, memory_slots=0),
    lambda: NTMCell(4, hidden=6, memory_slots=5, memory_width=3),
    lambda: NTMCell(4, hidden=6, memory_slots=5, memory_width=3, n_heads=2),
]


@pytest.mark.parametrize("make", CELLS)
def test_sequences_do_not_mix(make):
    torch.manual_seed(0)
    model, inputs = SequenceModel(make(), 2), torch.randn(3, 6, 4)
    torch.testing.assert_close(model(inputs)[1:2], model(inputs[1:2]), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("make", CELLS)
def test_the_state_carries_a_sequence_on(make):
    torch.manual_seed(0)
    model, inputs = SequenceModel(make(), 2), torch.randn(3, 6, 4)
    _, state = model.run(inputs[:, :4])
    later, _ = model.run(inputs[:, 4:], state)
    torch.testing.assert_close(later, model(inputs)[:, 4:], atol=1e-6, rtol=1e-5)


def test_mann_writes_where_it_used_least():
    torch.manual_seed(0)
    cell = MANNCell(4, hidden=6, memory_slots=5, memory_width=3, n_reads=1)
    with torch.no_grad():
        cell.mixing.weight.zero_()
        cell.mixing.bias.fill_(-50.0)  # never where it read last
    state = cell.first_state(1)
    state["usage"] = torch.tensor([[0.9, 0.8, 0.1, 0.7, 0.5]])
    _, new = cell(torch.randn(1, 4), state)
    changed = (new["memory"] - state["memory"]).abs().sum(-1)[0] > 1e-4
    assert changed.tolist() == [False, False, True, False, False]
    assert new["usage"][0, 2] > 1


def test_mann_reads_as_sharply_as_its_heads_say():
    keys, memory = torch.tensor([[[1.0, 0.0]]]), torch.eye(2).expand(1, 2, 2)
    for strength in (1.0, 8.0):
        weights = _attention(keys, torch.tensor([[strength]]), memory)[0, 0]
        torch.testing.assert_close(weights[0] / weights[1], torch.tensor(strength).exp())
    torch.manual_seed(0)
    cell = MANNCell(3, hidden=5, memory_slots=4, memory_width=2, n_reads=1)
    state = cell.first_state(1)
    state["memory"] = torch.randn(1, 4, 2)
    read = []
    for bias in (-9.0, 9.0):
        torch.nn.init.constant_(cell.strengths.bias, bias)
        read.append(cell(torch.ones(1, 3), state)[1]["read_weights"].max().item())
    assert read[1] > read[0] + 0.05


@torch.no_grad()
def test_mann_with_late_labels_writes_what_came_before():
    """A row is the key of the step before; an input like it finds it again."""
    torch.manual_seed(0)
    cell = MANNCell(3, hidden=5, memory_slots=4, memory_width=8, n_reads=1, late_labels=True)
    for layer in (cell.keys, cell.add):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    torch.nn.init.constant_(cell.mixing.bias, -50.0)  # write where it was used least
    torch.nn.init.constant_(cell.strengths.bias, 30.0)
    inputs = torch.eye(3)
    _, first = cell(inputs[:1], cell.first_state(1))
    _, second = cell(inputs[1:2], first)
    rows = second["memory"][0]
    written = rows[rows.abs().sum(dim=1) > 1e-3]
    torch.testing.assert_close(written, first["keys"][0], atol=1e-4, rtol=0)
    _, third = cell(inputs[:1], second)
    torch.testing.assert_close(third["read"], first["keys"], atol=0.05, rtol=0)


def test_ntm_shifts_and_sharpens():
    cell = NTMCell(2, hidden=4, memory_slots=5, memory_width=3)
    orders = torch.zeros(1, 1, 9)
    orders[..., 4] = -50.0  # keep the last address
    orders[..., 7] = 50.0  # move one slot on
    orders[..., 8] = 20.0
    before = torch.tensor([[[0.1, 0.8, 0.1, 0.0, 0.0]]])
    weights = cell._weights(orders, before, torch.randn(1, 5, 3))
    assert weights.argmax() == 2 and weights.max() > 0.99
    assert float(weights.sum()) == pytest.approx(1, abs=1e-5)


def test_copy_task():
    inputs, targets = copy_task(np.random.default_rng(0), 2, length=3, width=4, repeats=2)
    np.testing.assert_array_equal(targets[:, :3], inputs[:, :3, :4])
    np.testing.assert_array_equal(targets[:, 3:], targets[:, :3])
    assert inputs[:, 3, 4].tolist() == [1, 1] and not inputs[:, 4:].any()


def test_associative_recall_task():
    inputs, targets = associative_recall_task(np.random.default_rng(0), 3, n_items=4)
    blocks = inputs[:, :16].reshape(3, 4, 4, 8)[:, :, 1:, :6]
    asked = inputs[:, 17:20, :6]
    for row in range(3):
        (place,) = [n for n in range(4) if (blocks[row, n] == asked[row]).all()]
        np.testing.assert_array_equal(blocks[row, place + 1], targets[row])
    assert not inputs[:, -3:].any()


@pytest.mark.slow
def test_ntm_learns_to_copy_short_sequences():
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    model = SequenceModel(NTMCell(6, hidden=32, memory_slots=16, memory_width=8), n_out=4)
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(600):
        inputs, targets = map(torch.as_tensor, copy_task(rng, 16, int(rng.integers(1, 4)), 4))
        said = model(inputs)[:, -targets.shape[1] :]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(said, targets)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimiser.step()
    assert float(loss.detach()) < 0.3
