import copy
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience import Experience
from sklearn_meta.experience.records._transfer import write_facts


def names(base):
    return list(base.tasks()["name"])


def test_round_trip_through_a_file(path, base):
    with Experience.open(path) as reopened:
        for verb in ("tasks", "configurations", "evaluations"):
            ours, theirs = getattr(reopened, verb)(), getattr(base, verb)()
            assert ours.equals(theirs)
        assert list(reopened.evaluations()["fold_metrics"][0]["first"]) == [0.1, 0.2]
        assert "scikit-learn" in reopened.evaluations()["versions"][0]


def test_adding_a_task_twice_keeps_one(base):
    facts = {"n_rows": 5, "n_columns": 2, "n_classes": 2}
    assert base.add_task("t", "binary", **facts) == base.add_task("t", "binary", **facts)
    assert names(base).count("t") == 1
    assert base.add_task("t", "multiclass", **facts) not in (None, base.tasks()["id"][0])


def test_a_task_has_the_same_id_in_every_base(base, path):
    assert set(base.tasks()["id"]) == set(Experience.open(path).tasks()["id"])


def test_adding_an_evaluation_again_replaces_it(base):
    task = base.tasks()["id"][0]
    n_before = len(base.evaluations())
    configuration = {"family": "linear", "strength": 1}
    base.add_evaluation(task, configuration, {"roc_auc": 0.99})
    matrix = base.matrix("binary", "roc_auc")
    assert len(base.evaluations()) == n_before
    assert matrix.scores[0, matrix.configurations.index(configuration)] == 0.99


def test_numpy_values_and_nan_are_stored(base):
    task = base.tasks()["id"][0]
    key = base.add_configuration({"family": "svm", "C": 1.0})
    base.add_evaluation(task, key, {"accuracy": np.float32(0.5), "r2": np.nan}, seed=np.int64(3))
    row = base.evaluations().query("seed == 3").iloc[0]
    assert row["accuracy"] == 0.5
    assert np.isnan(row["r2"])


def test_metafeatures_come_as_columns(base):
    frame = base.tasks(metafeatures=True)
    assert frame["Dimensionality"].isna().sum() == 3
    assert (frame["NumberOfInstances"] == 60).all()


def test_without_hides_by_name_group_id_and_rows(base):
    table = np.random.default_rng(2).normal(size=(60, 3))
    assert names(base.without(names="binary_0")) == ["binary_1", "binary_2", "binary_3"]
    assert names(base.without(groups=["group_0"])) == ["binary_2", "binary_3"]
    assert names(base.without(ids=base.tasks()["id"][:3])) == ["binary_3"]
    for known in (table, [table], table[:30, [2, 0, 1]]):
        assert "binary_2" not in names(base.without(fingerprints=known))
    assert names(base.without(names=["nowhere"])) == names(base)
    assert len(names(base)) == 4


def test_views_stack_and_hide_everywhere(base):
    view = base.without(names=["binary_0"]).without(names=["binary_1"])
    assert names(view) == ["binary_2", "binary_3"]
    assert len(view.evaluations()) == 6
    assert view.matrix("binary").shape == (2, 3)
    assert view.describe()["tasks"] == {"classification": 2}
    assert view.describe()["hidden"] == 2
    assert view.like(np.random.default_rng(0).normal(size=(60, 3))) == []
    with pytest.raises(ExperienceError, match="view of the .* reading only"):
        view.add_configuration({"family": "linear"})


def test_like_finds_a_part_of_a_table(base):
    table = np.random.default_rng(1).normal(size=(60, 3))
    expected = base.tasks().query("name == 'binary_1'")["id"].tolist()
    assert base.like(table[::2, ::-1]) == expected
    assert base.like(np.random.default_rng(9).normal(size=(60, 3))) == []


def test_like_takes_a_sketch(base):
    from sklearn_meta.experience import row_sketch

    sketch = row_sketch(np.random.default_rng(1).normal(size=(60, 3))[:40])
    assert len(base.like(sketch)) == 1


def test_merge_adds_what_is_new(path, fill):
    other = fill(Experience.empty(), n_tasks=6)
    ours = Experience.open(path)
    view = other.without(names=["binary_5"])
    assert ours.merge(view) == {"tasks": 1, "configurations": 0, "evaluations": 3}
    assert ours.merge(view) == {"tasks": 0, "configurations": 0, "evaluations": 0}
    assert ours.merge(ours)["evaluations"] == 0
    assert len(names(ours)) == 5


def test_merge_takes_the_log_of_collections_over(path, tmp_path):
    ours, other = Experience.open(path), Experience.create(tmp_path / "other.sqlite")
    for base, key in ((ours, "collection 1"), (other, "collection 2")):
        with base._writing() as connection:
            write_facts(connection, {"collection": base.location, key: key})
    ours.merge(other)
    facts = ours.describe()["facts"]
    assert (facts["collection 1"], facts["collection 2"]) == ("collection 1", "collection 2")
    assert facts["collection"] == ours.location


def test_describe_counts(base):
    task = base.tasks()["id"][0]
    base.add_evaluation(task, {"family": "mlp"}, {}, status="timeout", reason="20 s")
    counts = base.describe()
    assert counts["tasks"] == {"classification": 4}
    assert counts["task_types"] == {"binary": 4}
    assert counts["configurations"] == {"classification": 4}
    assert (counts["n_tasks"], counts["n_configurations"]) == (4, 4)
    assert counts["families"] == {"linear": 1, "mlp": 1, "naive_bayes": 1, "random_forest": 1}
    assert counts["evaluations"] == 13
    assert counts["failures"] == {"timeout": 1}
    assert counts["size"] > 0
    assert counts["facts"]["schema_version"] == "2"


def test_repr_says_what_is_in_it(base, path):
    assert repr(base) == ("<Experience ':memory:': 4 tasks, 3 configurations, 12 evaluations>")
    assert "; 1 task hidden>" in repr(base.without(names=["binary_0"]))
    assert str(path) in repr(Experience.open(path))


def test_closed_handle_says_so(path):
    with Experience.open(path) as base:
        pass
    assert repr(base) == "<Experience, closed>"
    with pytest.raises(ExperienceError, match="was closed"):
        base.tasks()


@pytest.mark.parametrize("place", ["file", "memory"])
def test_pickle_keeps_location_view_and_content(place, path, base):
    original = Experience.open(path, read_only=True) if place == "file" else base
    original = original.without(names=["binary_0"])
    text = pickle.dumps(original)
    copied = pickle.loads(text)
    assert names(copied) == names(original)
    assert copied.location == original.location
    assert copied.read_only
    if place == "file":
        assert len(text) < 1000


def test_pickle_of_a_lost_file_says_so(path):
    text = pickle.dumps(Experience.open(path))
    path.unlink()
    with pytest.raises(FileNotFoundError, match="does not exist"):
        pickle.loads(text)


def test_copies_are_handles_on_the_same_base(base):
    twin = copy.deepcopy(base)
    base.add_task("new", "binary", n_rows=1, n_columns=1, n_classes=2)
    assert "new" in names(twin)


class Holder(BaseEstimator):
    def __init__(self, experience=None):
        self.experience = experience


def test_estimators_that_hold_one_can_be_cloned(path, base):
    for experience in (Experience.open(path), base, base.without(names=["binary_0"])):
        cloned = clone(Holder(experience)).experience
        assert cloned is not experience
        assert names(cloned) == names(experience)


def test_concurrent_writers_lose_nothing(path):
    def write(worker):
        base = Experience.open(path)
        for i in range(15):
            base.add_task(f"w{worker}_{i}", "binary", n_rows=1, n_columns=1, n_classes=2)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(Experience.open(path))) == 4 + 45


def test_a_base_in_memory_serves_threads(base):
    def write(worker):
        for i in range(10):
            base.add_task(f"w{worker}_{i}", "binary", n_rows=1, n_columns=1, n_classes=2)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(base)) == 34


def test_package_loads_neither_sqlalchemy_nor_pandas():
    code = (
        "import sys, sklearn_meta.experience as e; assert 'Experience' in dir(e); "
        "assert not {'sqlalchemy', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_bundled_base_opens_for_reading():
    from sklearn_meta.experience.handle._location import BUNDLED

    if not BUNDLED.exists():
        pytest.skip("this source tree has no bundled base")
    base = Experience.bundled()
    assert base.read_only
    assert base.matrix("binary").scores.size > 0
    assert base.matrix("regression").scores.size > 0
    assert pickle.loads(pickle.dumps(base)).location == str(BUNDLED)


def test_subset_shows_only_what_was_asked_for(base, fill):
    fill(base, kind="regression", n_tasks=3)
    assert names(base.subset(kinds="classification", max_tasks=2)) == ["binary_0", "binary_2"]
    assert names(base.subset(kinds=["regression"], groups="group_1")) == ["regression_2"]
    assert names(base.subset(ids=base.tasks()["id"][:2], min_rows=61)) == []
    assert names(base.subset(openml_ids=3)) == []
    part = base.subset(families="linear", names=["binary_1", "regression_1"])
    assert part.matrix("binary").shape == part.matrix("regression").shape == (1, 1)
    assert part.describe()["configurations"] == {"classification": 1, "regression": 1}
    assert part.describe()["hidden"] == 5
    assert len(part.evaluations()) == len(part.configurations()) == 2
    assert names(part.without("binary_1")) == ["regression_1"]
    assert names(part.subset(kinds="binary")) == ["binary_1"]
    assert names(pickle.loads(pickle.dumps(part))) == names(part)
    base.add_task("binary_1b", "binary", n_rows=1, n_columns=1)
    assert len(names(part)) == 2
    with pytest.raises(ExperienceError, match="reading only"):
        part.add_task("t", "binary", n_rows=1, n_columns=1)
    with pytest.raises(ExperienceError, match="got 'ranking'"):
        base.subset(kinds="ranking")


def test_without_takes_a_task_or_a_table(base):
    table = np.random.default_rng(2).normal(size=(60, 3))
    for task in ("binary_2", ["binary_2"], base.tasks()["id"][2], base.tasks()["id"][2:3], table):
        assert names(base.without(task)) == ["binary_0", "binary_1", "binary_3"]
    assert "binary_2" not in names(base.without(table[:40], np.zeros(40)))
    with pytest.raises(ExperienceError, match="'nowhere'"):
        base.without("nowhere")


def test_a_call_adds_task_configuration_and_evaluation(base):
    facts = {"name": "new", "kind": "multiclass", "n_rows": 9, "n_columns": 2, "n_classes": 3}
    id = base.add(facts, {"family": "mlp"}, {"accuracy": 0.5, "brier": 0.2}, max_rows=5)
    assert base.add(facts, {"family": "mlp"}, {"accuracy": 0.6}, max_rows=5) == id
    row = base.evaluations().set_index("task").loc[id]
    assert (row["accuracy"], row["max_rows"], row["status"]) == (0.6, 5, "ok")
    assert "brier" not in row  # the second call replaced the first
    runs = [{"configuration": {"family": "mlp", "n": n}, "metrics": {}} for n in range(3)]
    base.add_evaluations(id, runs)
    assert (base.evaluations()["task"] == id).sum() == 4
    with pytest.raises(ExperienceError, match="'speed' is none of them"):
        base.add_evaluations(id, [*runs, {"configuration": "k", "speed": 1}])
    with pytest.raises(ExperienceError, match="'n_columns' is missing"):
        base.add({"name": "x", "kind": "binary", "n_rows": 1}, {"family": "mlp"}, {})
    with pytest.raises(ExperienceError, match="dict from names to numbers"):
        base.add(id, {"family": "mlp"}, {"accuracy": "high"})


def test_configurations_have_a_row_for_each_kind(base, fill):
    fill(base, kind="regression", n_tasks=1)
    base.add_configuration({"family": "catboost"})
    frame = base.configurations().set_index(["family", "kind"])
    assert frame.loc[("linear", "classification"), "n_evaluations"] == 4
    assert frame.loc[("linear", "regression"), "n_evaluations"] == 1
    assert frame["extra"].to_dict()[("linear", "regression")] == ""
    lonely = base.configurations().query("family == 'catboost'").iloc[0]
    assert (lonely["n_evaluations"], lonely["extra"]) == (0, "boost")
    assert lonely["kind"] != lonely["kind"] or lonely["kind"] is None


def test_merging_keeps_versions_that_are_said_once(base, tmp_path):
    from sklearn_meta.experience import export

    export(base, tmp_path / "small.sqlite")
    copy = Experience.empty()
    copy.merge(Experience.open(tmp_path / "small.sqlite"))
    assert copy.evaluations()["versions"].tolist() == base.evaluations()["versions"].tolist()


def test_a_misspelt_task_is_not_silently_let_in():
    base = Experience.bundled()
    with pytest.raises(ExperienceError, match="'wyne'.*mean 'wine'"):
        base.without("wyne")
    assert len(base.without(names=["wyne"]).tasks()) == len(base.tasks())
    assert len(base.without("wine").without("wine").tasks()) == len(base.tasks()) - 1
