"""A search appends what it tried to a base, whatever happens, and a fit never fails for it."""

import json
import multiprocessing
import sqlite3
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor
from sklearn_meta.exceptions import ExperienceError, ExperienceNotFoundError, RecordingWarning
from sklearn_meta.experience import Experience
from sklearn_meta.spaces import Family

QUICK = ["naive_bayes", "linear", "neighbors", "discriminant"]


@pytest.fixture
def place(tmp_path):
    return tmp_path / "team.sqlite"


def open_base(place):
    return Experience.open(place, read_only=True)


def test_a_search_is_recorded(quick_classifier, binary, place):
    clf = quick_classifier(families=QUICK, record_to=place, max_trials=5).fit(*binary)
    base = open_base(place)
    task, runs = base.tasks().iloc[0], base.evaluations()
    assert len(base.tasks()) == 1
    assert (task["task_type"], task["n_rows"], task["n_columns"]) == ("binary", 120, 5)
    assert task["id"] == clf.recorded_["task"]
    assert clf.recorded_ == {
        "where": str(place),
        "task": task["id"],
        "evaluations": 5,
        "error": None,
    }
    assert len(runs) == 5
    board = clf.leaderboard_
    scores = board.loc[board["status"] == "ok", "score"]
    np.testing.assert_allclose(
        np.sort(runs.loc[runs["status"] == "ok", "roc_auc"]), np.sort(scores), rtol=1e-4
    )
    assert set(runs["n_folds"]) <= {1, 2, 3, 4, 5}
    assert (runs["fit_seconds"] > 0).all()
    assert runs["machine_speed"].between(0.01, 100).all() and runs["machine_speed"].nunique() == 1
    assert runs["rows_used"].between(90, 100).all()
    assert base.matrix("binary", "log_loss").scores.shape[0] == 1
    assert "recorded to" in clf.report()


def test_regression_is_recorded_on_the_scales_of_the_base(quick_regressor, numbers, place):
    reg = quick_regressor(families=QUICK[1:3], record_to=place).fit(*numbers)
    runs = open_base(place).evaluations()
    finished = runs[runs["status"] == "ok"]
    assert finished["rmse"].min() == pytest.approx(-reg.best_score_, rel=1e-4)
    assert {"rmse", "mae", "r2"} <= set(finished.dropna(axis=1))


def test_the_speed_of_a_machine_is_not_measured_on_a_small_budget(quick_classifier, binary, place):
    quick_classifier(families=QUICK, record_to=place, time_budget=29, max_trials=3).fit(*binary)
    assert open_base(place).evaluations()["machine_speed"].isna().all()


def test_the_same_table_is_one_task(quick_classifier, binary, place):
    """Runs on it gather under one task; another target or another part is another task."""
    X, y = binary
    order = np.random.default_rng(0).permutation(len(y))
    quick = {"families": QUICK[:2], "record_to": place, "max_trials": 2}
    one = quick_classifier(**quick).fit(X, y).recorded_["task"]
    again = quick_classifier(**quick, random_state=1).fit(X[order][:, ::-1], y[order])
    assert again.recorded_["task"] == one
    other = quick_classifier(**quick).fit(X, (X[:, 0] > 0).astype(int)).recorded_["task"]
    half = quick_classifier(**quick).fit(X[::2], y[::2]).recorded_["task"]
    tasks = open_base(place).tasks()
    assert len({one, other, half}) == len(tasks) == 3
    assert tasks["group"].nunique() == 1  # they share rows
    assert set(open_base(place).evaluations().query("task == @one")["seed"]).__len__() == 2


def test_a_task_that_somebody_named_is_recognised(quick_classifier, binary, place):
    from sklearn_meta.metafeatures import describe_task

    X, y = binary
    with Experience.create(place) as base:
        named = base.add_task(
            "mine", "binary", n_rows=120, n_columns=5, n_classes=2, fingerprint=X,
            metafeatures=describe_task(X, y),
        )  # fmt: skip
    clf = quick_classifier(families=QUICK[:2], record_to=place).fit(X, y)
    assert clf.recorded_["task"] == named
    assert open_base(place).tasks()["name"].tolist() == ["mine"]


def test_what_was_recorded_advises_later(quick_classifier, binary, iris, place):
    clf = quick_classifier(families=QUICK, record_to=place, max_trials=4).fit(*iris)
    later = quick_classifier(families=QUICK, experience=place, max_trials=4).fit(*binary)
    assert [task["name"] for task in later.similar_tasks_] == [
        open_base(place).tasks()["name"].item()
    ]
    same = quick_classifier(families=QUICK, experience=place).fit(*iris)
    assert same.similar_tasks_ == []
    assert list(same.excluded_because_.values()) == ["shared rows"]
    assert same.excluded_tasks_ == list(same.excluded_because_)
    assert "left out, since they share rows" in same.report()
    assert clf.excluded_because_ == {}


def test_a_base_that_is_to_grow_and_to_advise_need_not_be_there(quick_classifier, binary, place):
    clf = quick_classifier(families=QUICK, record_to=place, experience=["bundled", str(place)])
    assert clf.fit(*binary).recorded_["error"] is None
    assert len(open_base(place).tasks()) == 1
    with pytest.raises(ExperienceNotFoundError, match="does not exist"):
        quick_classifier(experience=[str(place) + ".other"], record_to=place).fit(*binary)


def test_the_shipped_base_is_not_written_to(quick_classifier, binary, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ExperienceError, match="for reading"):
        quick_classifier(record_to="bundled").fit(*binary)
    assert not list(tmp_path.iterdir())


def test_recording_changes_nothing_else(quick_classifier, binary, place):
    plain = quick_classifier(families=QUICK, max_trials=5).fit(*binary)
    recorded = quick_classifier(families=QUICK, max_trials=5, record_to=place).fit(*binary)
    assert plain.recorded_ is None
    np.testing.assert_array_equal(plain.predict_proba(binary[0]), recorded.predict_proba(binary[0]))
    runs = [clf.trials_ for clf in (plain, recorded)]
    for one, other in zip(*runs, strict=True):
        assert one["configuration"] == other["configuration"]
        assert one["fold_scores"] == other["fold_scores"]


def test_raced_trials_are_marked_and_give_no_score(quick_classifier, binary, place):
    from sklearn_meta.automl._recording import record_run
    from sklearn_meta.search import FoldScore, Order, Trial

    with pytest.MonkeyPatch.context() as patch:
        kept = {}
        patch.setattr("sklearn_meta.automl._base.record_run", lambda *a: kept.update(run=a))
        quick_classifier(families=QUICK, record_to=place).fit(*binary)
    where, problem, result, has_clock, speed = kept["run"]
    facts = {"metrics": {"roc_auc": 0.99}, "fit_seconds": 0.5, "predict_seconds": 0.1}
    fold = FoldScore(0.99, 0.5, 0.1, 96, 1.0, facts)
    order = Order(3, {"family": "knn"}, "experience")
    result.trials.append(Trial(order, [fold], "raced", "clearly behind"))
    assert record_run(where, problem, result, has_clock, speed)["evaluations"] == 4
    runs, matrix = open_base(place).evaluations(), open_base(place).matrix("binary")
    assert sorted(runs["status"]) == ["ok", "ok", "ok", "raced"]
    assert runs.loc[runs["status"] == "raced", "n_folds"].item() == 1
    assert np.isnan(matrix.scores).sum() == 1
    assert np.nanmax(matrix.scores) < 0.99


@pytest.mark.parametrize(
    "obstacle, said",
    [
        ("folder", "OSError|is a folder"),
        ("nowhere", "No experience base can be made"),
        ("text", "is not an experience base"),
        ("other", "not an experience base"),
    ],
)
def test_a_record_that_fails_is_a_warning(quick_classifier, binary, tmp_path, obstacle, said):
    place = tmp_path / "place"
    if obstacle == "folder":
        place.mkdir()
    elif obstacle == "nowhere":
        place = tmp_path / "no" / "such" / "folder.sqlite"
    elif obstacle == "text":
        place.write_text("not a database " * 20)
    else:
        sqlite3.connect(place).execute("create table t (x)").connection.close()
    with pytest.warns(RecordingWarning, match=said):
        clf = quick_classifier(families=QUICK[:2], record_to=place).fit(*binary)
    assert clf.score(*binary) > 0.7
    assert clf.recorded_["error"] and clf.recorded_["evaluations"] == 0
    assert "not recorded" in clf.report()
    if obstacle == "text":
        assert place.read_text().startswith("not a database")


def test_a_locked_file_does_not_hold_the_fit_up(quick_classifier, binary, place, in_time):
    Experience.create(place).close()
    lock = sqlite3.connect(place, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.warns(RecordingWarning, match="locked"), in_time(5):
        clf = quick_classifier(families=QUICK[:2], record_to=place, time_budget=2, max_trials=2)
        clf.fit(*binary)
    lock.execute("ROLLBACK")
    assert clf.predict(binary[0]).shape == (120,)


def test_an_interrupted_search_is_recorded(quick_classifier, binary, place):
    clf = quick_classifier(max_trials=50, scoring=_Impatient(12), record_to=place)
    clf.fit(*binary)
    assert clf.interrupted_
    runs = open_base(place).evaluations()
    assert 1 <= len(runs) == clf.recorded_["evaluations"]
    assert (runs["status"] == "ok").all()


class _Impatient:
    """Presses Ctrl-C at its n-th call."""

    def __init__(self, patience):
        self.patience = patience
        type(self).calls = 0

    def __call__(self, estimator, X, y):
        type(self).calls += 1
        if type(self).calls == self.patience:
            raise KeyboardInterrupt
        return float((estimator.predict(X) == y).mean())


def test_own_families_only_as_json(quick_classifier, binary, place):
    plain = Family.from_estimator("mine", LogisticRegression(), kinds=("binary",))
    clf = quick_classifier(families=["naive_bayes", plain], record_to=place, max_trials=3)
    clf.fit(*binary)
    with open_base(place) as base:
        stored = base.configurations()
        stored = dict(zip(stored["family"], stored["configuration"], strict=True))
    tried = {trial["family"]: trial["configuration"] for trial in clf.trials_}
    for family, configuration in tried.items():
        assert stored[family] == json.loads(json.dumps(configuration))


def test_in_memory_and_by_clone(quick_classifier, binary):
    base = Experience.empty()
    clf = clone(quick_classifier(families=QUICK[:2], record_to=base))
    clf.fit(*binary)
    assert len(base.evaluations()) == clf.recorded_["evaluations"] > 0


def test_views_refuse_and_the_fit_stands(quick_classifier, binary, place):
    quick_classifier(families=QUICK[:2], record_to=place).fit(*binary)
    view = Experience.open(place).without(names=open_base(place).tasks()["name"])
    with pytest.warns(RecordingWarning, match="views are for reading"):
        quick_classifier(families=QUICK[:2], record_to=view).fit(*binary)


def test_inside_a_grid_search(quick_classifier, binary, place):
    search = GridSearchCV(
        quick_classifier(families=QUICK[:2], max_trials=2, record_to=place),
        {"ensemble": [True, False]},
        cv=2,
    ).fit(*binary)
    tasks = open_base(place).tasks()
    assert len(tasks) == 3  # two training parts and the whole
    assert search.best_estimator_.recorded_["error"] is None


def _record(place, seed):
    X = np.random.default_rng(seed).normal(size=(60, 3))
    clf = MetaAutoClassifier(
        max_trials=2, experience=None, families=["naive_bayes", "neighbors"], random_state=0,
        record_to=place,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error", RecordingWarning)
        clf.fit(X, X[:, 0] > 0)


def test_several_processes_record_at_once(place):
    """Also the file is made by whoever comes first; nothing is lost."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_record, args=(place, seed)) for seed in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    base = open_base(place)
    assert len(base.tasks()) == 4
    assert base.evaluations().groupby("task").size().tolist() == [2] * 4
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_subsampled_trials_have_a_size_of_their_own(place):
    """On a large table with a clock trials start on fewer rows: another size level."""
    from sklearn_meta.automl._recording import evaluations_of
    from sklearn_meta.search import FoldScore, Order, Problem, Trial

    rows = np.arange(12_000)
    folds = [(rows[2_000:], rows[:2_000])]
    problem = Problem(np.zeros((12_000, 2)), rows % 2, "binary", 2, folds, None, measured=True)
    facts = {"metrics": {"roc_auc": 0.7}, "fit_seconds": 0.5, "predict_seconds": 0.1}
    configuration = {"family": "naive_bayes"}
    trials = [
        Trial(Order(n, configuration, "experience", max_rows=cap), [FoldScore(*score, facts)])
        for n, (cap, score) in enumerate(
            [(2_500, (0.7, 0.5, 0.1, 2_500, 1.0)), (None, (0.7, 0.5, 0.1, 10_000, 1.0))]
        )
    ]
    cut, whole = evaluations_of(trials, problem)
    assert (cut["max_rows"], cut["rows_used"]) == (3_000, 2_500)
    assert (whole["max_rows"], whole["rows_used"]) == (None, 10_000)
    trials[1].folds = [FoldScore(0.7, 0.5, 0.1, 10_000, 0.4, facts)]
    assert evaluations_of(trials, problem)[1]["status"] == "timeout"
    trials[1] = Trial(Order(1, configuration, "experience"), [], "deadline", "the budget ended")
    assert len(evaluations_of(trials, problem)) == 1


@pytest.mark.parametrize("estimator", [MetaAutoClassifier, MetaAutoRegressor])
def test_parameter_is_checked(estimator, binary):
    with pytest.raises(ValueError, match="record_to"):
        estimator(record_to=3).fit(*binary)
