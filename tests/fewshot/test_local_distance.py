"""Places of images are compared with those near them."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.base import clone

from sklearn_meta.fewshot import (
    MatchingClassifier,
    MetaTraining,
    PrototypicalClassifier,
    SiameseClassifier,
    Task,
)
from sklearn_meta.fewshot import _local_distance as module
from sklearn_meta.fewshot._batches import Group
from sklearn_meta.fewshot._local_distance import LocalDistance
from sklearn_meta.fewshot._metric_modules import PrototypicalModule, SiameseModule
from sklearn_meta.fewshot.backbones import MLP, Conv4, SmallResNet

SHAPE = (3, 4, 5)
FLAT = {"widths": [4, 4], "n_halving": 1, "flatten": True}


@pytest.fixture
def distance():
    layer = LocalDistance(SimpleNamespace(map_shape=SHAPE))
    with torch.no_grad():
        layer.log_vectors.fill_(0.3)
        layer.log_ways.fill_(-0.4)
    return layer


def by_loops(layer, left, right):
    """Return one distance, place by place, as the docstring says it."""
    learned = (layer.log_vectors, layer.log_ways)
    strength, stiffness = (float((2 * x.detach()).exp()) for x in learned)
    places = [(row, column) for row in range(SHAPE[1]) for column in range(SHAPE[2])]

    def way(a, b):
        return stiffness * ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)

    def cost(image, a, other, b):
        gap = image[:, a[0], a[1]] - other[:, b[0], b[1]]
        return strength / SHAPE[0] ** 0.5 * float((gap**2).sum()) + way(a, b)

    def soft_minimum(costs):
        return -np.log(np.exp(-np.array(costs)).sum())

    there = [soft_minimum([cost(left, a, right, b) for b in places]) for a in places]
    back = [soft_minimum([cost(right, b, left, a) for a in places]) for b in places]
    least = [soft_minimum([way(a, b) for b in places]) for a in places]
    return (np.mean(there) + np.mean(back)) / 2 - np.mean(least)


def test_distances_are_those_of_the_definition(distance):
    left, right = torch.randn(3, *SHAPE), torch.randn(2, *SHAPE)
    found = distance(left.flatten(1), right.flatten(1))
    expected = [[by_loops(distance, a, b) for b in right] for a in left]
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-4)


def test_none_is_negative_and_blank_images_are_alike(distance):
    vectors = torch.randn(6, 60) * torch.tensor([0.01, 0.1, 1, 3, 10, 100])[:, None]
    found = distance(vectors, vectors)
    assert bool((found >= 0).all()) and bool(found.isfinite().all())
    torch.testing.assert_close(found, found.T, rtol=1e-4, atol=1e-4)
    for shape, value in (((3, 4, 5), 1.0), ((64, 7, 7), 1.0), ((32, 14, 14), 10.0)):
        layer = LocalDistance(SimpleNamespace(map_shape=shape))
        blank = torch.full((1, np.prod(shape)), value)
        assert 0 <= layer(blank, blank).item() < 1e-3


def test_far_vectors_are_far_and_not_out_of_bounds(distance):
    vectors = (1e4 * torch.randn(3, 60)).requires_grad_()
    found = distance(vectors, vectors)
    found.sum().backward()
    assert bool(((found >= 0) & (found < 30)).all()) and bool(vectors.grad.isfinite().all())


def test_distances_of_each_to_itself(distance):
    vectors = torch.randn(5, 60)
    torch.testing.assert_close(distance.of_each(vectors), distance(vectors, vectors).diag())


@pytest.mark.parametrize("n_channels", [4, 64, 1024])
def test_costs_at_first_do_not_grow_with_channels(n_channels):
    layer = LocalDistance(SimpleNamespace(map_shape=(n_channels, 3, 3)))
    vectors = torch.randn(8, 9 * n_channels).requires_grad_()
    found = layer(vectors[:4], vectors[4:])
    assert 3 < found.mean() < 20
    found.sum().backward()
    assert vectors.grad.abs().mean() > 1e-3


def test_a_place_may_lie_beside_its_like(distance):
    image = torch.zeros(1, *SHAPE)
    image[0, :, 1, 1] = 3.0
    moved, far = image.roll(1, dims=3), image.roll((2, 3), dims=(2, 3))
    distances = distance(image.flatten(1), torch.cat([image, moved, far]).flatten(1))[0].tolist()
    assert distances[0] < distances[1] < distances[2]
    plain = ((image - torch.cat([moved, far])) ** 2).flatten(1).sum(1)
    assert plain[0] == plain[1]  # to whole vectors both are as far


def test_many_images_are_compared_a_few_at_a_time(distance, monkeypatch):
    left, right = torch.randn(3, 60), torch.randn(7, 60)
    whole = distance(left, right)
    monkeypatch.setattr(module, "_PAIRS_AT_ONCE", 2500)  # two images of 3 x 20 x 20 pairs
    torch.testing.assert_close(distance(left, right), whole)


def test_half_precision_does_not_reach_it(distance):
    left, right = torch.randn(3, 60), torch.randn(2, 60)
    with torch.autocast("cpu", torch.bfloat16):
        inside = distance(left, right)
        side_by_side = torch.func.vmap(distance)(left[None], right[None])[0]  # as in training
    torch.testing.assert_close(inside, distance(left, right))
    torch.testing.assert_close(side_by_side, inside)


def test_gradients_are_finite(distance):
    vectors = (20 * torch.randn(4, 60)).requires_grad_()
    distance(vectors, vectors).sum().backward()
    assert bool(vectors.grad.isfinite().all()) and bool((vectors.grad != 0).any())


def test_pairs_of_places_count_as_memory():
    described = {"name": "conv4", "n_filters": 4, "n_blocks": 2, "size": [28, 28]}
    targets = torch.zeros(2, 20, dtype=torch.long), torch.zeros(2, 100, dtype=torch.long)
    support, query = ({"rows": {"pixels": torch.zeros(2, 1)}, "targets": t} for t in targets)
    group = Group(support, query, 20, 2)
    places, whole = (
        PrototypicalModule(described, "classification", {"distance": kind})
        for kind in ("local", "euclidean")
    )
    assert places.floats_beside(group) == 3 * 20 * 100 * 49**2 and whole.floats_beside(group) == 0
    assert (
        places.tasks_at_once(group) <= 2**27 / (3 * 20 * 100 * 49**2) < whole.tasks_at_once(group)
    )


def test_networks_tell_what_their_vectors_hold():
    for network in (
        Conv4(n_filters=4, n_blocks=2),
        SmallResNet(widths=(4, 6), n_halving=1, flatten=True),
        SmallResNet(widths=(4, 6), strided_first=True, flatten=True, size=(9, 12)),
    ):
        pixels = torch.rand(2, 1, *((9, 12) if network.n_out == 6 else (28, 28)))
        vectors = network({"pixels": pixels}, {})
        assert vectors.shape == (2, network.n_out) == (2, np.prod(network.map_shape))
    for network in (SmallResNet(), MLP(n_features=3)):
        with pytest.raises(ValueError, match="backbone_params"):
            LocalDistance(network)
    for wrong in (3, 0.5, "1"):
        with pytest.raises(ValueError, match="from 0 to the number of blocks, 2, got"):
            SmallResNet(widths=(4, 6), n_halving=wrong)


def bars(rng):
    """Draw a task of images with a bar each, in two directions, shifted."""
    images = np.zeros((12, 12, 12), dtype=np.float32)
    for number, image in enumerate(images):
        place = rng.integers(3, 9)
        (image.T if number % 2 else image)[place, 2:10] = 1
    return Task(images + 0.05 * rng.random(images.shape), np.arange(12) % 2)


@pytest.mark.parametrize("kind", [PrototypicalClassifier, MatchingClassifier, SiameseClassifier])
def test_learners_that_compare_places(kind, tmp_path):
    training = MetaTraining(iterations=20, shots=2, queries=3, learning_rate=1e-2)
    learner = kind(
        distance="local",
        backbone="resnet",
        backbone_params=FLAT,
        training=training,
        random_state=0,
    )
    learner.meta_fit(bars)
    task = bars(np.random.default_rng(1))
    X, y = task.X, np.array(["lying", "standing"])[task.y]
    learner.fit(X[:4], y[:4])
    assert learner.score(X[4:], y[4:]) >= 0.75
    np.testing.assert_allclose(learner.predict_proba(X[5:6]), learner.predict_proba(X)[5:6])
    learner.save(tmp_path / "bars.safetensors")
    loaded = kind.load(tmp_path / "bars.safetensors").fit(X[:4], y[:4])
    np.testing.assert_array_equal(loaded.predict_proba(X), learner.predict_proba(X))
    with pytest.raises(ValueError, match=r"'size': \[12, 12\]}, got rows with .*\[9, 12\]"):
        loaded.fit(X[:4, 3:], y[:4])


def test_siamese_pairs_count_from_what_an_image_is_to_itself():
    described = {"name": "conv4", "n_filters": 4, "n_blocks": 2, "size": [12, 12]}
    siamese = SiameseModule(described, "classification", {"distance": "local", "margin": 2.0})
    vectors = torch.randn(3, siamese.body.n_out)
    distances = siamese.distances(vectors, vectors)
    torch.testing.assert_close(distances.diag(), torch.zeros(3), atol=1e-5, rtol=0)
    assert bool((distances[~torch.eye(3, dtype=bool)] > 0.1).all())
    blank = torch.zeros(3, siamese.body.n_out)  # a network that says the same of all images
    assert bool((siamese.distances(blank, blank) == 0).all())


def test_a_siamese_loss_is_finite_on_blank_images():
    blank = Task(np.zeros((12, 12, 12), dtype=np.float32), np.arange(12) % 2)
    training = MetaTraining(iterations=2, shots=2, queries=3)
    learner = SiameseClassifier(
        distance="local", backbone="resnet", backbone_params=FLAT, training=training, random_state=0
    ).meta_fit([blank])
    assert np.isfinite(learner.net_.history[-1, "train_loss"])


def test_places_are_compared_as_by_the_learner_that_it_begins_from():
    shape = {"distance": "local", "backbone": "resnet", "backbone_params": FLAT, "random_state": 0}
    still = MetaTraining(iterations=1, shots=2, queries=3, learning_rate=1e-30)
    fast = clone(still).set_params(iterations=5, learning_rate=1e-2)
    matching = MatchingClassifier(**shape, training=fast).meta_fit(bars)
    for kind in (SiameseClassifier, PrototypicalClassifier):
        begun = kind(**shape, training=still).meta_fit(bars, start_from=matching).start_.weights
        for name in ("local_distance.log_ways", "local_distance.log_vectors"):
            assert abs(matching.start_.weights[name]) > 1e-3 and (
                begun[name] == matching.start_.weights[name]
            )
    plain = PrototypicalClassifier(**{**shape, "distance": "euclidean"}, training=still)
    assert plain.meta_fit(bars, start_from=matching).start_.learner == "PrototypicalClassifier"


def test_images_of_one_place_have_none_to_compare():
    images = np.zeros((4, 28, 28))
    with pytest.raises(ValueError, match="Halve the image less often"):
        PrototypicalClassifier(distance="local").fit(images, [0, 1, 0, 1])


def test_images_of_another_size_are_refused():
    training = MetaTraining(iterations=2, shots=2, queries=3)
    learner = PrototypicalClassifier(
        backbone="resnet", backbone_params={**FLAT, "size": [28, 28]}, training=training
    )
    with pytest.raises(ValueError, match=r"set up for rows with .*28, 28\]}, got .*\[12, 12\]"):
        learner.meta_fit(bars)
    small = bars(np.random.default_rng(0))
    with pytest.raises(ValueError, match="set up for"):
        learner.fit(small.X, small.y)
    large = Task(np.zeros((12, 20, 20), dtype=np.float32), small.y, "large")
    with pytest.raises(ValueError, match="Task '.*' can't be learned from: .*set up for"):
        learner.set_params(backbone_params=FLAT, random_state=0).meta_fit([small, large])


def test_tables_hold_no_places():
    X, y = np.random.default_rng(0).normal(size=(8, 3)), np.arange(8) % 2
    with pytest.raises(ValueError, match="places of images"):
        PrototypicalClassifier(distance="local").fit(X, y)
    both = MatchingClassifier(
        distance="local", full_context=True, backbone="conv4", backbone_params={"n_blocks": 2}
    )
    with pytest.raises(ValueError, match="take one of them"):
        both.fit(np.zeros((4, 9, 9)), [0, 1, 0, 1])
