"""Episodes: right ways and shots, no row twice, labels renamed; whatever the task."""

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot import EpisodeSampler

N_DRAWS = 40


def random_task(rng):
    """A task of 2 to 8 classes of 3 to 20 rows, whose X is the row's number."""
    counts = rng.integers(3, 21, size=rng.integers(2, 9))
    y = rng.permutation(np.repeat([f"class {n}" for n in range(len(counts))], counts))
    return np.arange(len(y))[:, None], y


@pytest.mark.parametrize("seed", range(N_DRAWS))
def test_properties_of_classification_episodes(seed):
    rng = np.random.default_rng(seed)
    X, y = random_task(rng)
    ways, shots, queries = int(rng.integers(2, len(set(y)) + 1)), int(rng.integers(1, 3)), 4
    episode = EpisodeSampler(ways=ways, shots=shots, queries=queries).draw((X, y), rng)
    assert episode.n_classes == ways
    np.testing.assert_array_equal(np.bincount(episode.y_support), [shots] * ways)
    in_query = np.bincount(episode.y_query, minlength=ways)
    assert in_query.min() >= 1 and in_query.max() <= queries
    assert not set(episode.X_support[:, 0]) & set(episode.X_query[:, 0])
    assert len(set(episode.X_query[:, 0])) == len(episode.X_query)
    label_of = {}
    for rows, targets in (
        (episode.X_support, episode.y_support),
        (episode.X_query, episode.y_query),
    ):
        for row, target in zip(rows[:, 0], targets, strict=True):
            assert label_of.setdefault(target, y[row]) == y[row]
    assert len(set(label_of.values())) == ways
    np.testing.assert_array_equal(X[episode.support_rows], episode.X_support)


@pytest.mark.parametrize("seed", range(10))
def test_ranges_give_way_to_small_tasks(seed):
    rng = np.random.default_rng(seed)
    X, y = random_task(rng)
    sampler = EpisodeSampler(ways=(2, 10), shots=(1, 16), queries=3)
    episode = sampler.draw((X, y), rng)
    assert 2 <= episode.n_classes <= len(set(y))
    assert len(set(np.bincount(episode.y_support))) == 1


def test_aligned_classes_share_the_places_of_their_rows():
    drawer = np.tile(np.arange(9), 5)  # nine drawers each drew five characters
    X, y = drawer[:, None], np.repeat(np.arange(5), 9)
    keep = (y != 4) | (drawer < 6)  # one has fewer drawings
    rng = np.random.default_rng(0)
    for aligned in (True, False):
        sampler = EpisodeSampler(shots=1, queries=4, aligned=aligned)
        draws = [sampler.draw((X[keep], y[keep]), rng) for _ in range(30)]
        same = [len(set(episode.X_support[episode.y_support < 5, 0])) == 1 for episode in draws]
        assert (np.mean(same) > 0.5) == aligned
        for episode in draws:
            assert np.bincount(episode.y_query).tolist() == [4] * 5
            assert not set(episode.support_rows) & set(episode.query_rows)


def test_regression_episodes():
    X, y = np.arange(30)[:, None], np.arange(30) / 7
    episode = EpisodeSampler("regression", shots=10, queries=5).draw(
        (X, y), np.random.default_rng(0)
    )
    assert (len(episode.y_support), len(episode.y_query), episode.n_classes) == (10, 5, None)
    rows = np.concatenate([episode.support_rows, episode.query_rows])
    assert len(set(rows)) == 15
    np.testing.assert_allclose(episode.y_query, y[episode.query_rows])
    everything = EpisodeSampler("regression", shots=10, queries=None)
    assert len(everything.draw((X, y), np.random.default_rng(0)).y_query) == 20


def test_episodes_differ_by_default_and_repeat_by_seed():
    tasks = [random_task(np.random.default_rng(n)) for n in range(3)]
    sampler = EpisodeSampler(shots=1, queries=1)

    def drawn(seed):
        return [episode.X_support.tolist() for episode in sampler.episodes(tasks, 6, seed)]

    assert drawn(0) == drawn(0) != drawn(1)
    assert len({str(rows) for rows in drawn(0)}) > 3


def test_class_numbers_are_drawn_anew():
    X, y = np.arange(20)[:, None], np.repeat(["a", "b"], 10)
    sampler = EpisodeSampler(shots=1, queries=1)
    first = {
        y[sampler.draw((X, y), np.random.default_rng(seed)).support_rows[0]] for seed in range(20)
    }
    assert first == {"a", "b"}


def test_frames_keep_their_columns():
    X = pd.DataFrame({"a": np.arange(8), "b": list("ppqqppqq")})
    episode = EpisodeSampler(shots=1, queries=2).draw((X, [0, 1] * 4), np.random.default_rng(0))
    assert list(episode.X_query.columns) == ["a", "b"]


@pytest.mark.parametrize(
    "sampler, match",
    [
        (EpisodeSampler(ways=3, shots=1), "ways=3"),
        (EpisodeSampler(ways=2, shots=5), "0 classes with more than 5 rows"),
        (EpisodeSampler("regression", shots=8), "has 8 rows"),
    ],
)
def test_tasks_that_are_too_small(sampler, match):
    with pytest.raises(TableError, match=match):
        sampler.draw((np.eye(8), [0, 1] * 4), np.random.default_rng(0))


@pytest.mark.parametrize(
    "settings, match",
    [
        ({"ways": 1}, "ways"),
        ({"shots": (3, 2)}, "shots"),
        ({"shots": None}, "shots"),
        ({"queries": 0}, "queries"),
        ({"kind": "ranking"}, "kind"),
    ],
)
def test_bad_settings(settings, match):
    with pytest.raises(TableError, match=match):
        EpisodeSampler(**settings)
