"""Meta-training: chunks, side by side or one by one, divergence, settings."""

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback
from torch.func import grad

from sklearn_meta.exceptions import TrainingDivergedError
from sklearn_meta.fewshot import (
    EpisodeSampler,
    MAMLRegressor,
    MetaTraining,
    Sinusoids,
    _net,
    _precision,
)
from sklearn_meta.fewshot._batches import collate
from sklearn_meta.fewshot._dataset import EpisodeDataset
from sklearn_meta.fewshot._encoding import encode_episode
from sklearn_meta.fewshot._episodes import Episode
from sklearn_meta.fewshot._gradient import GradientModule
from sklearn_meta.fewshot._net import EpisodeNet
from sklearn_meta.fewshot._reptile_module import ReptileModule
from sklearn_meta.fewshot._seeding import choose_device, seeded
from sklearn_meta.fewshot._task import as_task_source

MLP = {"name": "mlp", "n_features": 1, "hidden": [8, 8]}
SETTINGS = {
    "inner_steps": 2,
    "fit_steps": None,
    "inner_lr": 0.05,
    "inner_clip": None,
    "rates": "fixed",
    "first_order": False,
    "multi_step_loss": False,
    "adapt_body": True,
    "transductive": False,
}


def module_of(module_class=GradientModule, **changes):
    torch.manual_seed(0)
    return module_class(MLP, "regression", {**SETTINGS, **changes})


def sinusoid_group(n_tasks=6):
    dataset = EpisodeDataset(
        as_task_source(Sinusoids(n_points=10)),
        EpisodeSampler("regression", shots=5, queries=5),
        MLP,
        normalize_y=False,
        n_episodes=n_tasks,
        meta_batch_size=n_tasks,
        seed=0,
    )
    return collate(dataset.__getitems__(range(n_tasks)))[1][0]


def gradients(module, loss):
    module.zero_grad()
    loss.backward()
    return torch.cat([p.grad.flatten() for p in module.parameters()])


def test_side_by_side_equals_one_by_one():
    module, group = module_of(), sinusoid_group()
    together = gradients(module, module.mean_loss(group, training=True))
    losses = [module.training_loss(*episode, None) for episode in group.episodes()]
    assert len(losses) == group.n_tasks
    alone = gradients(module, torch.stack(losses).mean())
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


def test_second_order_gradient_is_the_true_one():
    module, group = module_of().double(), sinusoid_group(1)
    group = next(group.chunks(1))
    for tree in (group.support, group.query):
        tree["rows"]["values"] = tree["rows"]["values"].double()
        tree["targets"] = tree["targets"].double()
    analytic = gradients(module, module.mean_loss(group, training=True))
    first_order = module_of(first_order=True).double()
    assert not torch.allclose(
        analytic, gradients(first_order, first_order.mean_loss(group, training=True)), rtol=1e-3
    )
    flat = torch.nn.utils.parameters_to_vector(module.parameters()).detach()
    numeric = []
    for place in range(0, len(flat), 17):
        moved = []
        for sign in (1, -1):
            shifted = flat.clone()
            shifted[place] += sign * 1e-6
            torch.nn.utils.vector_to_parameters(shifted, module.parameters())
            moved.append(float(module.mean_loss(group, training=True).detach()))
        numeric.append((moved[0] - moved[1]) / 2e-6)
    np.testing.assert_allclose(analytic[::17].numpy(), numeric, atol=1e-5, rtol=1e-4)


def test_reptile_moves_toward_the_adapted_weights():
    module = module_of(ReptileModule, inner_batch=None, first_order=True, inner_steps=3)
    group = sinusoid_group(1)
    step = gradients(module, module.mean_loss(group, training=True))
    support = {name: group.support["rows"][name][0] for name in ("values",)}
    rows = torch.cat([support["values"], group.query["rows"]["values"][0]])
    targets = torch.cat([group.support["targets"][0], group.query["targets"][0]])
    fast = {name: value.detach() for name, value in module.start({}, None).items()}
    together = {"rows": {"values": rows}, "context": {}, "targets": targets}
    for _ in range(3):
        slope = grad(lambda at: ((module.forward_fast(at, together) - targets) ** 2).mean())(fast)
        fast = {name: fast[name] - 0.05 * slope[name] for name in fast}
    moved = {name: value - fast[name] for name, value in module.start({}, None).items()}
    names = {name: n for n, (name, _) in enumerate(module.named_parameters())}
    by_parameter = {"head.weight": "head_weight", "head.bias": "head_bias"}
    parts = step.split([p.numel() for p in module.parameters()])
    for name, difference in moved.items():
        part = parts[names[by_parameter.get(name, name)]]
        torch.testing.assert_close(part, difference.flatten(), atol=1e-6, rtol=1e-4)


def test_inner_gradients_are_clipped():
    module, group = module_of(inner_clip=0.1, inner_lr=1.0, inner_steps=1), sinusoid_group(1)
    support = {
        "rows": {"values": group.support["rows"]["values"][0]},
        "context": {},
        "targets": group.support["targets"][0],
    }
    start, end = module.start(support, None), module.adapt(support, None)
    moved = torch.cat([(start[name] - end[name]).flatten() for name in start])
    assert float(moved.detach().norm()) == pytest.approx(0.1, rel=1e-4)


@pytest.mark.parametrize("size", [1, 3])
def test_chunks_do_not_change_the_training(size):
    def weights(tasks_per_chunk):
        training = MetaTraining(
            iterations=3, shots=5, queries=5, meta_batch_size=6, tasks_per_chunk=tasks_per_chunk
        )
        learner = MAMLRegressor(
            inner_steps=1, backbone="mlp", normalize_y=False, training=training, random_state=0
        )
        return learner.meta_fit(Sinusoids(n_points=10)).start_.weights

    whole, chunked = weights(None), weights(size)
    for name, values in whole.items():
        np.testing.assert_allclose(chunked[name], values, atol=1e-4)


def test_maml_learns_sinusoids():
    training = MetaTraining(
        iterations=200, shots=5, queries=10, meta_batch_size=25, learning_rate=5e-3
    )
    learner = MAMLRegressor(
        inner_steps=1,
        fit_steps=5,
        inner_lr=0.01,
        backbone="mlp",
        normalize_y=False,
        training=training,
        random_state=0,
    ).meta_fit(Sinusoids(n_points=15))
    untrained = MAMLRegressor(
        inner_steps=1,
        fit_steps=5,
        inner_lr=0.01,
        backbone="mlp",
        normalize_y=False,
        scratch_iterations=0,
        random_state=0,
    )
    X, y = Sinusoids(n_points=60).draw_many(np.random.default_rng(9), 20)

    def error(reg):
        errors = [
            np.mean((reg.fit(X[n][:5], y[n][:5]).predict(X[n][5:]) - y[n][5:]) ** 2)
            for n in range(20)
        ]
        return np.mean(errors)

    assert error(learner) < 0.8 * error(untrained)


def test_divergence_is_said():
    training = MetaTraining(iterations=20, shots=5, queries=5, optimizer="sgd", learning_rate=1e9)
    learner = MAMLRegressor(
        inner_lr=1e6, inner_clip=None, backbone="mlp", normalize_y=False, training=training
    )
    with pytest.raises(TrainingDivergedError, match="Lower learning_rate or inner_lr"):
        learner.meta_fit(Sinusoids(n_points=10))


def test_decay_reaches_the_optimiser():
    training = MetaTraining(iterations=4, epoch_length=2, shots=5, queries=5, decay="linear")
    learner = MAMLRegressor(backbone="mlp", training=training).meta_fit(Sinusoids(n_points=10))
    assert learner.net_.optimizer_.param_groups[0]["lr"] == pytest.approx(1e-3 / 4)
    assert learner.net_.module_.progress == 0.75


def test_seeded_restores_the_state():
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    with seeded(7):
        inside = torch.rand(1)
    torch.testing.assert_close(torch.rand(2), expected)
    with seeded(7):
        torch.testing.assert_close(torch.rand(1), inside)


def test_device():
    assert choose_device("auto") in ("cpu", "cuda")
    assert choose_device("cpu") == "cpu"


def test_a_family_with_too_few_points_is_refused():
    with pytest.raises(ValueError, match="no query rows"):
        MAMLRegressor(
            backbone="mlp", normalize_y=False, training=MetaTraining(iterations=1, shots=10)
        ).meta_fit(Sinusoids(n_points=10))


def test_other_widths_are_refused_by_a_plain_network():
    training = MetaTraining(iterations=1, shots=5, queries=5)
    learner = MAMLRegressor(backbone="mlp", training=training).meta_fit(Sinusoids(n_points=10))
    with pytest.raises(ValueError, match="n_features"):
        learner.fit(np.eye(3), [1.0, 2, 3])


class Interrupting(Callback):
    """Press Ctrl-C within an epoch, or ask for the end after one."""

    def __init__(self, where, epoch):
        self.where = where
        self.epoch = epoch

    def on_batch_end(self, net, **kwargs):
        if self.where == "batch" and len(net.history) == self.epoch:
            raise KeyboardInterrupt

    def on_epoch_end(self, net, **kwargs):
        if self.where == "epoch" and len(net.history) == self.epoch:
            raise KeyboardInterrupt


def interrupted(where, checkpoint, learning_rate=1e-3):
    training = MetaTraining(
        learning_rate=learning_rate,
        iterations=6,
        epoch_length=2,
        shots=5,
        queries=5,
        meta_batch_size=2,
        checkpoint=checkpoint,
        callbacks=[] if where is None else [Interrupting(where, 2)],
    )
    return MAMLRegressor(backbone="mlp", training=training, random_state=0)


def test_ctrl_c_is_passed_on_and_the_training_resumes(tmp_path):
    tasks = Sinusoids(n_points=10)
    learner = interrupted("batch", tmp_path / "c")
    with pytest.raises(KeyboardInterrupt):
        learner.meta_fit(tasks)
    assert not hasattr(learner, "net_")
    resumed = interrupted(None, tmp_path / "c").meta_fit(tasks, resume=True)
    whole = interrupted(None, None).meta_fit(tasks)
    assert len(resumed.net_.history) == 3
    for name, weight in whole.net_.module_.state_dict().items():
        torch.testing.assert_close(weight, resumed.net_.module_.state_dict()[name])


def test_ctrl_c_before_the_first_epoch(monkeypatch):
    def pressed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(EpisodeNet, "get_split_datasets", pressed)
    with pytest.raises(KeyboardInterrupt):
        interrupted(None, None).meta_fit(Sinusoids(n_points=10))


def test_a_callback_may_end_the_training_early():
    learner = interrupted("epoch", None).meta_fit(Sinusoids(n_points=10))
    assert len(learner.net_.history) == 2


def test_a_finished_training_resumes_with_its_best_weights(tmp_path):
    tasks, valid = Sinusoids(n_points=10), Sinusoids(n_points=10)
    first = interrupted(None, tmp_path, 0.5).meta_fit(tasks, validation_tasks=valid)
    losses = first.net_.history[:, "valid_loss"]
    assert losses[-1] > min(losses)  # or the last weights would be the best ones anyway
    again = interrupted(None, tmp_path, 0.5).meta_fit(tasks, validation_tasks=valid, resume=True)
    for name, weight in first.net_.module_.state_dict().items():
        torch.testing.assert_close(weight, again.net_.module_.state_dict()[name])


def test_far_query_targets_are_drawn_in_where_targets_are_standardised():
    y = np.array([0.0, 1.0, 2.0, 1000.0])
    episode = Episode(
        np.arange(3.0)[:, None], y[:3], np.array([[3.0]]), y[3:], None, np.arange(3), np.array([3])
    )
    assert encode_episode(episode, MLP, True).query["targets"].tolist() == [5.0]
    assert encode_episode(episode, MLP, False).query["targets"].tolist() == [1000.0]


@pytest.mark.parametrize(
    ("wanted", "has_units", "halved"),
    [("auto", True, True), ("auto", False, False), (True, False, True), (False, True, False)],
)
def test_half_precision_where_it_is_wanted(monkeypatch, wanted, has_units, halved):
    seen = set()
    plain = GradientModule.training_loss

    def watched(self, support, query, n_classes):
        seen.add(torch.is_autocast_enabled("cpu"))
        return plain(self, support, query, n_classes)

    monkeypatch.setattr(GradientModule, "training_loss", watched)
    monkeypatch.setattr(_net, "has_bfloat16_units", lambda device: has_units)
    training = MetaTraining(iterations=1, shots=3, queries=3, mixed_precision=wanted)
    learner = MAMLRegressor(backbone="mlp", training=training, random_state=0, device="cpu")
    learner.meta_fit(Sinusoids(n_points=6))
    assert seen == {halved}


@pytest.mark.parametrize("unit", ["amx_bf16", "avx512_bf16", "bf16", None])
def test_units_of_the_processor(monkeypatch, unit):
    known = {"amx_bf16": False, "avx512_bf16": False, "avx2": True} | ({unit: True} if unit else {})
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known)
    assert _precision.has_bfloat16_units("cpu") is (unit is not None)
    assert _precision.has_bfloat16_units("meta") is False
