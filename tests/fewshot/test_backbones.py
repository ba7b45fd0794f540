"""Networks: rows to vectors, alone, padded or side by side."""

import json

import numpy as np
import pytest
import torch
from torch.func import vmap

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._array_encoders import VectorEncoder, as_images
from sklearn_meta.fewshot._batches import collate
from sklearn_meta.fewshot._encoding import EncodedEpisode, encode_episode
from sklearn_meta.fewshot._episodes import EpisodeSampler
from sklearn_meta.fewshot._seeding import as_tensors
from sklearn_meta.fewshot.backbones import Conv4, SmallResNet, make_backbone
from sklearn_meta.fewshot.backbones._factory import complete
from sklearn_meta.fewshot.backbones._images import ImageNorm, ReferenceNorm

TABLE = {"name": "table", "width": 16}


def episode_of(width, seed=0):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(30, width)), np.arange(30) % 3
    return encode_episode(EpisodeSampler(shots=4, queries=3).draw((X, y), rng), TABLE, False)


def test_padding_with_columns_changes_nothing():
    torch.manual_seed(0)
    network = make_backbone(TABLE)
    narrow, wide = episode_of(5), episode_of(8)
    _, (group,) = collate([narrow, wide])
    together = vmap(network)(group.support["rows"], group.support["context"])
    for place, episode in enumerate((narrow, wide)):
        rows, context = (as_tensors(episode.support[name]) for name in ("rows", "context"))
        torch.testing.assert_close(together[place], network(rows, context), atol=1e-5, rtol=1e-4)


def test_padded_query_rows_have_no_weight():
    short, full = episode_of(5), episode_of(5, seed=1)
    cut = {name: array[:4] for name, array in short.query["rows"].items()}
    query = {"rows": cut, "targets": short.query["targets"][:4], "weights": np.ones(4, np.float32)}
    _, (group,) = collate([EncodedEpisode(short.support, query, 3), full])
    assert group.query["weights"].sum(1).tolist() == [4, 9]


def test_episodes_of_unlike_shape_are_kept_apart():
    _, groups = collate([episode_of(5), episode_of(100), episode_of(6)])
    assert sorted(group.n_tasks for group in groups) == [1, 2]
    assert [chunk.n_tasks for chunk in max(groups, key=lambda g: g.n_tasks).chunks(1)] == [1, 1]


@pytest.mark.parametrize("norm", [ReferenceNorm, ImageNorm])
def test_pooling_may_come_before_normalising(norm):
    torch.manual_seed(0)
    layer, x = norm(4), torch.randn(6, 4, 8, 8)
    layer.weight.data = torch.tensor([0.5, -2.0, 1.0, 3.0])
    layer.bias.data = torch.randn(4)
    expected = torch.nn.functional.max_pool2d(layer(x, 3), 2)
    torch.testing.assert_close(layer(x, 3, halved=True), expected)


@pytest.mark.parametrize(
    "network", [Conv4(n_filters=4), Conv4(strided_first=True), SmallResNet(widths=(4, 6))]
)
def test_convolutions_are_computed_in_the_precision_asked_for(network):
    pixels = torch.rand(2, 3, 1, 28, 28)
    plain = vmap(lambda x: network({"pixels": x}, {}))(pixels)
    with torch.autocast("cpu", torch.bfloat16):
        fast = vmap(lambda x: network({"pixels": x}, {}))(pixels)
    assert fast.dtype == torch.bfloat16
    torch.testing.assert_close(fast.float(), plain, atol=0.1, rtol=0.05)


@pytest.mark.parametrize(
    "network",
    [
        Conv4(n_filters=4, size=(12, 12)),
        Conv4(n_filters=4, size=(12, 12), strided_first=True),
        SmallResNet(widths=(4, 6)),
        SmallResNet(widths=(4, 6), strided_first=True),
    ],
)
def test_reference_statistics_make_rows_independent(network):
    pixels = torch.rand(8, 1, 12, 12)
    inductive = network({"pixels": pixels}, {}, 5)
    fewer = network({"pixels": pixels[:7]}, {}, 5)
    torch.testing.assert_close(inductive[:7], fewer, atol=1e-5, rtol=1e-4)
    transductive = network({"pixels": pixels}, {})
    assert inductive.shape == (8, network.n_out)
    assert not torch.allclose(transductive[:7], network({"pixels": pixels[:7]}, {}))


def test_images_that_are_normalised_by_themselves():
    network, pixels = Conv4(n_filters=4, size=(12, 12), norm="image"), torch.rand(8, 1, 12, 12)
    vectors = network({"pixels": pixels}, {})
    torch.testing.assert_close(vectors[2:3], network({"pixels": pixels[2:3]}, {}))
    with pytest.raises(ValueError, match="'image', 'reference'"):
        Conv4(norm="batch")


def test_blocks_of_their_own_widths():
    network = Conv4(n_filters=(3, 4, 5), n_blocks=3, size=(16, 16), strided_first=True)
    assert network({"pixels": torch.rand(2, 1, 16, 16)}, {}).shape == (2, network.n_out) == (2, 20)
    assert Conv4(n_filters=np.int64(3), n_blocks=2).n_out == 3 * 7 * 7
    with pytest.raises(ValueError, match="3 numbers for n_blocks=4 blocks"):
        Conv4(n_filters=(3, 4, 5))


def test_images_too_small_for_a_stride():
    with pytest.raises(ValueError, match="at least 2 x 2 pixels"):
        Conv4(strided_first=True, size=(1, 5))
    with pytest.raises(ValueError, match="at least 2 x 2 pixels"):
        SmallResNet(widths=(4,), strided_first=True)({"pixels": torch.rand(2, 1, 1, 5)}, {}, 1)


def test_descriptions_are_as_json_gives_them_back():
    described = complete("resnet", {"widths": (np.int64(4), 6)}, np.zeros((2, 9, 9)))
    assert json.loads(json.dumps(described)) == described
    assert type(described["widths"][0]) is int


def test_shapes_are_read_off_the_rows():
    assert complete("auto", {}, np.zeros((2, 5))) == {"name": "table"}
    assert complete("auto", {}, np.zeros((2, 9, 7)))["size"] == [9, 7]
    assert complete("resnet", {"widths": [4]}, np.zeros((2, 9, 9, 3)))["n_channels"] == 3
    assert complete("mlp", {}, np.zeros((2, 5)))["n_features"] == 5


def test_images_in_every_form():
    assert as_images(np.zeros((2, 16))).shape == (2, 1, 4, 4)
    assert as_images(np.zeros((2, 4, 5, 3))).shape == (2, 3, 4, 5)
    assert as_images(np.full((1, 4, 4), 255, np.uint8)).max() == 1
    with pytest.raises(TableError, match="no square images"):
        as_images(np.zeros((2, 15)))


def test_vectors_can_not_be_missing():
    with pytest.raises(TableError, match="backbone='table'"):
        VectorEncoder().transform(np.array([[np.nan]]))
