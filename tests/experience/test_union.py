"""Several bases advise as one; what is in more than one counts once."""

import numpy as np
import pytest

from sklearn_meta import MetaAutoClassifier
from sklearn_meta.exceptions import ExperienceError, ExperienceNotFoundError
from sklearn_meta.experience import Experience
from sklearn_meta.experience.handle._union import ExperienceUnion

QUICK = ["naive_bayes", "linear", "neighbors"]


def table(seed, n_rows=60):
    return np.random.default_rng(seed).normal(size=(n_rows, 3))


def add(base, name, X, scores, group=None, rows=None):
    task = base.add_task(
        name, "binary", n_rows=len(X), n_columns=3, n_classes=2, fingerprint=X, group=group,
        metafeatures={"NumberOfInstances": len(X), "MajorityClassSize": 40.0},
    )  # fmt: skip
    for strength, score in scores.items():
        base.add(
            task, {"family": "linear", "strength": strength}, {"roc_auc": score},
            fit_seconds=1.0, rows_used=40, max_rows=rows,
        )  # fmt: skip
    return task


@pytest.fixture
def pair():
    return Experience.empty(), Experience.empty()


def test_rows_and_columns_are_joined(pair):
    one, other = pair
    add(one, "a", table(0), {1: 0.7, 2: 0.8})
    add(other, "b", table(1), {2: 0.6, 3: 0.9})
    matrix = ExperienceUnion(pair).matrix("binary", "roc_auc")
    assert matrix.tasks["name"].tolist() == ["a", "b"]
    order = np.argsort([c["strength"] for c in matrix.configurations])
    np.testing.assert_array_equal(matrix.scores[:, order], [[0.7, 0.8, np.nan], [np.nan, 0.6, 0.9]])
    assert matrix.metafeatures.shape == (2, 2)
    np.testing.assert_array_equal(np.isfinite(matrix.seconds), np.isfinite(matrix.scores))


def test_equals_the_merged_base(pair):
    one, other = pair
    rng = np.random.default_rng(0)
    for base, seeds in zip(pair, ((0, 1, 2), (2, 3, 4)), strict=True):
        for seed in seeds:
            add(base, f"t{seed}", table(seed), {j: round(rng.random(), 3) for j in range(4)})
    union = ExperienceUnion(pair).matrix("binary", "roc_auc")
    merged = Experience.empty()
    merged.merge(one)
    merged.merge(other)
    merged = merged.matrix("binary", "roc_auc")
    assert union.tasks["id"].tolist() == merged.tasks["id"].tolist()
    columns = [union.keys.index(key) for key in merged.keys]
    np.testing.assert_array_equal(union.scores[:, columns], merged.scores)


def test_the_same_task_under_another_name_counts_once(pair):
    one, other = pair
    add(one, "mine", table(0), {1: 0.7, 2: 0.8, 3: 0.75})
    # the same order at a level of its own, and one configuration more
    add(other, "yours", table(0), {1: 0.6, 2: 0.7, 3: 0.65, 4: 0.9})
    matrix = ExperienceUnion(pair).matrix("binary", "roc_auc")
    assert matrix.tasks["name"].tolist() == ["mine"]
    by_strength = {
        c["strength"]: s for c, s in zip(matrix.configurations, matrix.scores[0], strict=True)
    }
    assert by_strength == pytest.approx({1: 0.7, 2: 0.8, 3: 0.75, 4: 1.0})


def test_with_little_in_common_the_first_alone_is_believed(pair):
    one, other = pair
    add(one, "mine", table(0), {1: 0.7})
    add(other, "yours", table(0), {1: 0.2, 4: 0.9})
    matrix = ExperienceUnion(pair).matrix("binary", "roc_auc")
    assert np.nansum(matrix.scores) == pytest.approx(0.7)


def test_tasks_that_share_rows_are_one_group(pair):
    one, other = pair
    add(one, "whole", table(0, 200), {1: 0.7})
    add(other, "half", table(0, 200)[::2], {1: 0.6})
    add(other, "else", table(5), {1: 0.6})
    tasks = ExperienceUnion(pair).matrix("binary").tasks.set_index("name")
    assert tasks.loc["whole", "group"] == tasks.loc["half", "group"]
    assert tasks.loc["else", "group"] != tasks.loc["half", "group"]


def test_another_target_is_another_task(pair):
    one, other = pair
    for base, size in zip(pair, (40.0, 55.0), strict=True):
        task = base.add_task(
            f"t{size}", "binary", n_rows=60, n_columns=3, n_classes=2, fingerprint=table(0),
            metafeatures={"MajorityClassSize": size},
        )  # fmt: skip
        base.add(task, {"family": "linear"}, {"roc_auc": 0.5})
    assert len(ExperienceUnion(pair).matrix("binary").tasks) == 2


def test_metrics_that_differ(pair):
    """What a base says by another metric than the first one's is not mixed in."""
    one, other = pair
    add(one, "a", table(0), {1: 0.7})
    task = other.add_task("b", "binary", n_rows=60, n_columns=3, n_classes=2)
    other.add(task, {"family": "linear"}, {"log_loss": 0.3})
    matrix = ExperienceUnion(pair).matrix("binary", "roc_auc")
    assert matrix.metric == "roc_auc"
    assert np.nansum(matrix.scores) == pytest.approx(0.7)
    assert ExperienceUnion(pair).matrix("regression").scores.shape == (0, 0)


def test_leaks_are_hidden_in_every_base(pair):
    one, other = pair
    ids = {add(one, "a", table(0), {1: 0.7}), add(other, "b", table(0)[::2], {1: 0.6})}
    union = ExperienceUnion(pair)
    assert set(union.like(table(0))) == ids
    assert len(union.without(ids=ids).matrix("binary").tasks) == 0


def fitted(X, y, experience):
    return MetaAutoClassifier(
        max_trials=2, families=QUICK, experience=experience, random_state=0
    ).fit(X, y)


def test_a_list_advises(path, fill, tmp_path):
    X = np.random.default_rng(9).normal(size=(80, 4))
    y = X[:, 0] > 0
    with Experience.create(tmp_path / "other.sqlite") as other:
        fill(other, n_tasks=6)  # the four of the first, and two more
    clf = fitted(X, y, [path, str(tmp_path / "other.sqlite")])
    names = {task["name"] for task in clf.similar_tasks_}
    assert names <= {f"binary_{i}" for i in range(6)} and len(names) == 5
    assert fitted(X, y, (Experience.open(path),)).similar_tasks_
    clf = fitted(table(1)[:, [2, 0, 1]], table(1)[:, 0] > 0, ["bundled", path])
    assert clf.excluded_because_ == {"binary_1": "shared rows"}


@pytest.mark.parametrize(
    "wrong, error, said",
    [
        ([], ExperienceError, "empty list"),
        (["bundled", None], ExperienceError, r"experience\[1\] is None"),
        (["bundled", ["bundled"]], ExperienceError, r"experience\[1\] is \['bundled'\]"),
        (["bundled", 3.5], ExperienceError, r"experience\[1\].*3.5"),
        (["nowhere.sqlite"], ExperienceNotFoundError, r"experience\[0\].*nowhere.sqlite"),
    ],
)
def test_bad_members_are_named(wrong, error, said):
    with pytest.raises(error, match=said):
        fitted(table(1), table(1)[:, 0] > 0, wrong)
