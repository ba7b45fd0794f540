"""What every place that an experience base may live in has to do alike.

A test class inherits it and names a fixture ``place``: a function without arguments that returns a
new, empty base.
"""

import pickle
import threading

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience import Experience

FAMILIES = ("naive_bayes", "linear", "svm")


def table(seed, n_rows=60):
    return np.random.default_rng(seed).normal(size=(n_rows, 3))


def task_facts(i, kind="binary"):
    return {
        "name": f"{kind} {i} é",
        "kind": kind,
        "n_rows": 60,
        "n_columns": 3,
        "n_classes": 0 if kind == "regression" else 2,
        "fingerprint": table(i),
        "metafeatures": {"NumberOfInstances": 60.0, "Skew": np.nan if i else 0.1 + 0.2},
        "group": f"group {i // 2}",
        "openml_id": i or None,
    }


def fill(base, n_tasks=3, kind="binary"):
    metric = "rmse" if kind == "regression" else "roc_auc"
    for i in range(n_tasks):
        for j, family in enumerate(FAMILIES):
            base.add(
                task_facts(i, kind),
                {"family": family, "C": j / 3},
                {metric: 0.5 + i / 7 + j / 70, "own": 1e-300},
                fold_metrics={metric: [0.1, 0.2]},
                fit_seconds=1e-5,
                rows_used=40,
                n_folds=3,
                max_rows=2000,
                machine_speed=0.9,
            )
    return base


def names(base):
    return base.tasks()["name"].tolist()


class ExperienceContract:
    """Inherit, and write a fixture ``place``."""

    @pytest.fixture
    def base(self, place):
        return fill(place())

    def test_says_what_a_base_in_memory_says(self, base):
        twin = fill(Experience.empty())
        for verb in ("tasks", "configurations", "evaluations"):
            ours, theirs = getattr(base, verb)(), getattr(twin, verb)()
            pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
        pd.testing.assert_frame_equal(base.tasks(metafeatures=True), twin.tasks(metafeatures=True))
        for metric in ("roc_auc", "own"):
            ours, theirs = base.matrix("binary", metric), twin.matrix("binary", metric)
            np.testing.assert_array_equal(ours.scores, theirs.scores)
            np.testing.assert_array_equal(ours.seconds, theirs.seconds)
            pd.testing.assert_frame_equal(ours.tasks, theirs.tasks)
        pd.testing.assert_frame_equal(base.score_matrix("roc_auc"), twin.score_matrix("roc_auc"))
        counts = base.describe()
        assert counts["evaluations"] == 9
        assert counts["facts"] == twin.describe()["facts"]
        assert f"{counts['n_tasks']} tasks, 3 configurations" in repr(base)

    def test_an_empty_base_answers(self, place):
        base = place()
        assert base.tasks().empty
        assert base.configurations().empty
        assert base.evaluations().empty
        assert base.matrix("regression").shape == (0, 0)
        assert base.like(table(0)) == []

    def test_replaces_evaluations_and_keeps_the_rest(self, base):
        id = base.add_task(**task_facts(0))
        assert id == base.add_task(**{**task_facts(0), "openml_id": 99})
        key = base.add_configuration({"family": "svm", "C": 2 / 3})
        base.add_evaluation(id, key, {"roc_auc": 0.9}, max_rows=2000)
        base.add_evaluation(id, key, {}, status="memory", reason="x" * 500, max_rows=500, seed=7)
        runs = base.evaluations()
        assert len(runs) == 10
        run = runs.query(f"task == '{id}' and configuration == '{key}'").set_index("seed")
        assert run.loc[0, "roc_auc"] == 0.9
        assert run.loc[0, "fold_metrics"] == {}
        assert run.loc[7, "reason"] == "x" * 500
        assert base.tasks()["openml_id"].isna().sum() == 1
        assert base.describe()["failures"] == {"memory": 1}

    def test_views(self, base):
        fill(base, kind="regression", n_tasks=1)
        assert len(base.without("binary 1 é").tasks()) == 3
        assert names(base.without(table(0)[::2, ::-1])) == ["binary 1 é", "binary 2 é"]
        part = base.subset(kinds="classification", families="linear", openml_ids=[1, 2])
        assert part.matrix("binary").shape == (2, 1)
        with pytest.raises(ExperienceError, match="reading only"):
            part.add_configuration({"family": "linear"})

    def test_merge_and_exchange(self, base, place, tmp_path):
        other = fill(Experience.empty(), n_tasks=5)
        assert base.merge(other) == {"tasks": 2, "configurations": 0, "evaluations": 6}
        assert base.merge(other)["evaluations"] == 0
        for name in ("base.json.gz", "base.sqlite"):
            base.export(tmp_path / name)
            copy = Experience.empty()
            assert copy.import_(tmp_path / name)["evaluations"] == 15
            pd.testing.assert_frame_equal(copy.evaluations(), base.evaluations(), check_exact=True)
        scores = pd.DataFrame(np.eye(3), list("abc"), list("xyz"))
        base.merge(Experience.from_matrix(scores, metric="loss", greater_is_better=False))
        assert base.score_matrix("loss").to_numpy().min() == -1

    def test_a_refused_record_leaves_nothing(self, base):
        with pytest.raises(ExperienceError, match="Add the task"):
            base.add_evaluation("0" * 16, {"family": "brand_new"}, {})
        assert "brand_new" not in set(base.configurations()["family"])

    def test_nothing_is_mistaken_for_a_command(self, base):
        name = "'; DROP TABLE tasks; -- %s %(x)s :y ?"
        base.add({**task_facts(9), "name": name}, {"family": name}, {name: 0.5}, reason=name)
        assert name in names(base)
        assert name in base.evaluations()["reason"].tolist()
        assert name not in names(base.without(name))
        assert base.evaluations()[name].max() == 0.5

    def test_pickles_find_it_again(self, base):
        copied = pickle.loads(pickle.dumps(base.without("binary 0 é")))
        assert names(copied) == ["binary 1 é", "binary 2 é"]
        assert copied.location == base.location

    def test_check_finds_nothing(self, base):
        assert base.check() == []

    def test_threads_lose_nothing(self, base):
        errors = []

        def write(worker):
            try:
                for i in range(6):
                    shared = {"family": "shared", "n": i}
                    base.add(task_facts(20 + i), shared, {"own": worker}, seed=worker)
                    base.add(task_facts(20 + i), shared, {"own": worker}, seed=99)
                    assert len(base.evaluations()) > 9
            except Exception as error:  # noqa: BLE001 - shown below
                errors.append(error)

        threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert len(base.evaluations()) == 9 + 6 * 5
        assert len(base.tasks()) == 9
