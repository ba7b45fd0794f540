import io

import numpy as np
import pandas as pd

from sklearn_meta.experience import Experience, collect
from sklearn_meta.experience.collector import _collect
from sklearn_meta.experience.collector._progress import Progress
from sklearn_meta.experience.collector._task import prepare_task

QUICK = [{"family": "naive_bayes"}, {"family": "linear"}]
FOREST = [{"family": "random_forest"}]


def classes(seed=0, n_rows=90, n_classes=2):
    rng = np.random.default_rng(seed)
    y = np.arange(n_rows) % n_classes
    X = pd.DataFrame(rng.normal(size=(n_rows, 3)) + y[:, None], columns=list("abc"))
    return X.assign(color=pd.Categorical(rng.choice(["red", "blue"], n_rows))), y.astype(str)


def numbers(seed=0, n_rows=90):
    X = np.random.default_rng(seed).normal(size=(n_rows, 4))
    return X, X @ [1.0, 2.0, 0.0, -1.0] + 0.1


def tasks_of_each_kind():
    return [
        ("two", *classes(0), {"openml_id": 7, "group": "g", "source": "here"}),
        ("three", *classes(1, n_classes=3), {}),
        ("line", *numbers(), {"kind": "regression", "licence": "CC0"}),
    ]


def for_kind(kind):
    return [{"family": "linear"}] if kind == "regression" else QUICK


def test_collects_all_kinds_and_resumes():
    base = Experience.empty()
    report = collect(tasks_of_each_kind(), for_kind, base, verbose=0)
    assert report == {
        "evaluations": 5,
        "known": 0,
        "tasks": 3,
        "failed_tasks": {},
        "lost": 0,
        "complete": True,
        "interrupted": False,
    }
    frame = base.tasks(metafeatures=True).set_index("name")
    assert frame["task_type"].to_dict() == {
        "two": "binary",
        "three": "multiclass",
        "line": "regression",
    }
    assert frame.loc["two", ["openml_id", "group", "source"]].tolist() == [7, "g", "here"]
    assert frame.loc["line", "licence"] == "CC0"
    assert frame.loc["three", "NumberOfClasses"] == 3
    runs = base.evaluations()
    assert (runs["status"] == "ok").all()
    assert (runs["rows_used"] == 60).all()
    assert (runs["n_folds"] == 3).all()
    assert base.matrix("binary", "roc_auc").scores.min() > 0.7
    assert base.matrix("regression").scores.max() <= 0
    means = [np.mean(folds["accuracy"]) for folds in runs["fold_metrics"] if "accuracy" in folds]
    np.testing.assert_allclose(runs["accuracy"].dropna(), means)
    assert len(base.like(classes(0)[0].sample(frac=0.5, random_state=0))) == 1

    again = collect(tasks_of_each_kind(), for_kind, base, verbose=0)
    assert (again["evaluations"], again["known"], again["tasks"]) == (0, 5, 3)
    more = collect([("two", *classes(0), {})], [*QUICK, {"family": "neighbors"}], base, verbose=0)
    assert (more["evaluations"], more["known"]) == (1, 2)
    assert len(base.tasks()) == 3


def test_same_seed_gives_the_same_numbers():
    bases = [Experience.empty() for _ in range(3)]
    for base, seed in zip(bases, (0, 0, 1), strict=True):
        collect([("two", *classes(), {})], FOREST, base, random_state=seed, verbose=0)
    scores = [base.evaluations()["log_loss"][0] for base in bases]
    assert scores[0] == scores[1] != scores[2]


def test_rows_are_capped_and_stay_stratified():
    X, y = classes(n_rows=400)
    prepared = prepare_task("t", X, y, {}, folds=3, max_rows=90, random_state=0)
    (problem,) = prepared.problems.values()
    assert len(problem.y) == 90
    assert prepared.record["n_rows"] == 400
    assert prepared.record["metafeatures"]["NumberOfInstances"] == 400
    for train, valid in problem.folds:
        assert len(np.intersect1d(train, valid)) == 0
        share = problem.y[valid].mean()
        assert abs(share - problem.y.mean()) < 0.05


def test_rare_classes_do_not_stop_it():
    X, y = classes()
    y[:2] = "rare"
    base = Experience.empty()
    assert collect([("t", X, y, {})], QUICK, base, verbose=0)["failed_tasks"] == {}
    assert (base.evaluations()["status"] == "ok").all()


def test_a_bad_table_is_reported_and_the_others_go_on():
    X, y = classes()
    tasks = [("bad", X, y[:-1], {}), ("good", X, y, {})]
    report = collect(tasks, QUICK[:1], Experience.empty(), verbose=0)
    assert report["tasks"] == 1
    assert "ValueError" in report["failed_tasks"]["bad"] or report["failed_tasks"]["bad"]


def test_a_failing_fit_is_recorded_with_its_reason():
    base = Experience.empty()
    broken = [{"family": "neighbors", "weights": "nonsense"}, {"family": "naive_bayes"}]
    collect([("t", *classes(), {})], broken, base, verbose=0)
    runs = base.evaluations().set_index("status")
    assert set(runs.index) == {"ok", "error"}
    assert "weights" in runs.loc["error", "reason"]
    assert runs.loc["error", "fit_seconds"] >= 0
    assert base.describe()["failures"] == {"error": 1}


def test_time_limit_ends_an_evaluation():
    base = Experience.empty()
    report = collect([("t", *classes(), {})], FOREST, base, time_limit=1e-3, verbose=0)
    assert report["evaluations"] == 1
    run = base.evaluations().iloc[0]
    assert run["status"] == "timeout"
    assert "0 of 3 folds" in run["reason"]
    assert np.isnan(base.matrix("binary").scores).all()


def test_memory_limit_ends_an_evaluation(monkeypatch):
    monkeypatch.setattr(_collect, "_LOOK_SECONDS", 1e-3)
    base = Experience.empty()
    collect([("t", *classes(), {})], FOREST, base, memory_limit=2**20, verbose=0)
    run = base.evaluations().iloc[0]
    assert run["status"] == "memory"
    assert "1 MiB" in run["reason"]


def test_families_that_do_not_apply_are_left_out():
    base = Experience.empty()
    listed = [{"family": "naive_bayes"}, {"family": "unheard_of"}]
    report = collect([("t", *classes(n_classes=3), {})], listed, base, verbose=0)
    assert report["evaluations"] == 1
    assert report["complete"]


def test_stops_when_its_seconds_are_over():
    base = Experience.empty()
    report = collect(tasks_of_each_kind(), for_kind, base, seconds=0, verbose=0)
    assert report["complete"] is False
    assert report["evaluations"] == 0


def test_tasks_are_taken_one_at_a_time():
    base = Experience.empty()

    def tasks():
        for i in range(3):
            assert len(base.evaluations()) == i  # the one before was run before the next is read
            yield (f"t{i}", *classes(i), {})

    assert collect(tasks(), QUICK[:1], base, verbose=0)["tasks"] == 3


def test_progress_line():
    stream = io.StringIO()
    progress = Progress(4, 1, stream)
    progress.expect(2, 6.0)
    progress.task_seen()
    assert "tasks 1/4, evaluations 0/2+, elapsed 0:00:00, left ?" in progress.text()
    progress._started -= 20  # as if it had taken so long
    progress.evaluation_done("iris", 2.0)
    # 4 tasks of 6 predicted seconds each, 2 of them took 20 s
    assert "elapsed 0:00:20, left 0:03:40 [iris]" in progress.text()
    progress.close()
    assert stream.getvalue().endswith("[iris]\n")
    silent = io.StringIO()
    Progress(None, 0, silent).close()
    assert silent.getvalue() == ""
    assert "tasks 0/?, evaluations 0/0" in Progress(None, 0, silent).text()
