"""Inner steps whose loss and preconditioner are learned."""

import pytest
import torch

from sklearn_meta.fewshot import MAMLRegressor, MetaTraining, Sinusoids
from sklearn_meta.fewshot._curvature import MetaCurvature
from sklearn_meta.fewshot._learned_loss import LearnedLoss


@pytest.mark.parametrize("shape", [(4, 3, 3, 3), (6, 5), (1, 5), (5,), (1,)])
def test_curvature_starts_as_the_identity(shape):
    turn, gradient = MetaCurvature({"w": shape}), torch.randn(shape)
    torch.testing.assert_close(turn("w", gradient), gradient)


def test_curvature_is_a_product_of_matrices():
    torch.manual_seed(0)
    turn, gradient = MetaCurvature({"w": (4, 3, 2, 2)}), torch.randn(4, 3, 2, 2)
    matrices = [torch.randn(size, size) for size in (4, 3, 4)]
    for axis, matrix in enumerate(matrices):
        turn.matrices[f"w__{axis}"].data = matrix
    expected = torch.einsum("oip,oa,ib,pc->abc", gradient.flatten(2), *matrices)
    torch.testing.assert_close(turn("w", gradient), expected.reshape(4, 3, 2, 2))


def test_curvature_takes_any_number_of_classes():
    turn = MetaCurvature({"head.weight": (1, 5)})
    turn.matrices["head__weight__1"].data = 2 * torch.eye(5)
    gradient = torch.randn(7, 5)
    torch.testing.assert_close(turn("head.weight", gradient), 2 * gradient)


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_a_learned_loss_starts_at_nothing(kind):
    loss = LearnedLoss(kind)
    outputs = torch.randn(6, 3) if kind == "classification" else torch.randn(6)
    targets = torch.arange(6) % 3 if kind == "classification" else torch.randn(6)
    assert float(loss(outputs, targets).detach()) == 0


def test_a_learned_loss_does_not_know_the_classes_names():
    torch.manual_seed(0)
    loss, logits, targets = LearnedLoss("classification"), torch.randn(6, 3), torch.arange(6) % 3
    torch.nn.init.normal_(loss.layers[-1].weight)
    order = torch.tensor([2, 0, 1])
    renamed = loss(logits[:, order], order.argsort()[targets])
    torch.testing.assert_close(renamed, loss(logits, targets))
    few, many = loss(logits, targets), loss(torch.cat([logits, logits], 1), targets)
    assert torch.isfinite(few) and torch.isfinite(many)


@pytest.mark.parametrize("option", [{"inner_loss": "learned"}, {"preconditioner": "curvature"}])
def test_what_is_learned_moves(option):
    training = MetaTraining(iterations=3, shots=5, queries=5, meta_batch_size=4, learning_rate=0.01)
    reg = MAMLRegressor(
        backbone="mlp", inner_steps=2, training=training, random_state=0, **option
    ).meta_fit(Sinusoids(n_points=10))
    fresh = MAMLRegressor(
        backbone="mlp", inner_steps=2, training=training, random_state=0, **option
    )
    fresh.set_params(training=MetaTraining(iterations=1, shots=5, queries=5, learning_rate=1e-12))
    before = fresh.meta_fit(Sinusoids(n_points=10)).start_.weights
    changed = {
        name
        for name, weights in reg.start_.weights.items()
        if abs(weights - before[name]).max() > 1e-4
    }
    assert any(name.startswith(("learned_loss.layers.4", "curvature.")) for name in changed)
