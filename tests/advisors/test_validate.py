from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.advisors import (
    BaseAdvisor,
    GaussianAdvisor,
    PortfolioAdvisor,
    RandomAdvisor,
    default_advisors,
    regret_table,
    summarise_regret,
    validate,
)
from sklearn_meta.advisors.simulation._settled import assign_folds
from sklearn_meta.exceptions import SearchWarning
from sklearn_meta.experience import Experience
from tests.contracts.advisor_contract import MemoryExperience, make_matrix

AT = {"trials": (1, 5), "median_seconds": (1, 5), "seconds": (1,)}
PAIR = {"random": RandomAdvisor(), "gaussian": GaussianAdvisor()}


@pytest.fixture(scope="module")
def matrix():
    return make_matrix(n_tasks=24, n_configurations=30, seed=1)


def test_learning_beats_chance_in_every_currency(matrix):
    found = validate(matrix, PAIR, at=AT, folds=6)
    assert list(found.columns) == [
        *("advisor", "kind", "currency", "at", "regret", "standard_error", "n_tasks")
    ]
    assert len(found) == 2 * 5
    assert set(found["n_tasks"]) == {24}
    by = found.set_index(["advisor", "currency", "at"])["regret"]
    for currency, marks in AT.items():
        for mark in marks:
            assert by["gaussian", currency, mark] < 0.8 * by["random", currency, mark]


def test_one_seed_one_result_whatever_the_number_of_jobs(matrix):
    settings = {"at": AT, "folds": 3, "per_task": True}
    first = validate(matrix, PAIR, **settings)
    pd.testing.assert_frame_equal(first, validate(matrix, PAIR, **settings, n_jobs=2))
    other = validate(matrix, PAIR, **settings, seed=1)
    assert not first["regret"].equals(other["regret"])


class SpyAdvisor(RandomAdvisor):
    """Writes down what it was fitted on and what it searches on."""

    log = []

    def fit(self, experience=None):
        self.known_ = set(experience.matrix("binary").tasks["name"])
        return super().fit(experience)

    def start(self, task, space, *, random_state=None):
        SpyAdvisor.log.append((self.known_, task, space))
        return super().start(task, space, random_state=random_state)


@pytest.fixture
def spied():
    SpyAdvisor.log = []
    return SpyAdvisor.log


def test_a_task_and_its_near_duplicates_are_never_learned_from(spied):
    matrix = make_matrix(n_tasks=20, groups=[f"g{n // 4}" for n in range(20)])
    rows = validate(matrix, [SpyAdvisor()], folds=5, at={"trials": [1]}, per_task=True)
    assert len(spied) == 20
    for (known, _, _), name in zip(spied, rows["task"], strict=True):
        group = int(name.split()[1]) // 4
        assert not known & {f"task {4 * group + n}" for n in range(4)}
        assert len(known) == 16


def test_sizes_of_one_table_are_left_out_together(spied):
    matrix = make_matrix(n_tasks=12)
    tasks = matrix.tasks.assign(id=np.arange(12) // 3, name=[f"t{n // 3}" for n in range(12)])
    rows = validate(
        replace(matrix, tasks=tasks), [SpyAdvisor()], folds=4, at={"trials": [1]}, per_task=True
    )
    for (known, _, _), name in zip(spied, rows["task"], strict=True):
        assert name not in known
    assert summarise_regret(rows)["n_tasks"].tolist() == [4]


def test_given_groups_and_folds_are_kept_to(spied):
    matrix = make_matrix(n_tasks=6)
    folds = {f"task {n}": n % 2 for n in range(6)}
    validate(matrix, [SpyAdvisor()], folds=folds, at={"trials": [1]})
    assert {frozenset(known) for known, _, _ in spied} == {
        frozenset(f"task {n}" for n in range(6) if n % 2 == parity) for parity in (0, 1)
    }
    spied.clear()
    groups = {n: n // 3 for n in range(6)}  # by id
    validate(matrix, [SpyAdvisor()], folds=10, groups=groups, at={"trials": [1]})
    assert {len(known) for known, _, _ in spied} == {3}


def test_advisors_are_told_what_the_budget_is(spied, matrix):
    validate(matrix, [SpyAdvisor()], folds=2, at={"trials": [1], "seconds": [1]}, n_fits=3)
    assert [task.has_clock for _, task, _ in spied[:2]] == [False, True]
    assert {task.n_folds for _, task, _ in spied} == {3}


def test_what_was_never_run_is_not_there_and_what_failed_is(spied):
    matrix = make_matrix(n_tasks=4, n_configurations=24)
    matrix.scores[:, :5] = np.nan
    matrix.seconds[:, :2] = np.nan
    matrix.seconds[:, 20] = np.nan
    validate(matrix, [SpyAdvisor()], folds=2, at={"trials": [1], "seconds": [1]})
    sizes = [len(space.columns) for _, _, space in spied]
    assert sizes == [22, 21] * 4


def test_metafeatures_cost_those_who_need_them(matrix):
    def regrets(seconds, advisor):
        settings = {"at": {"seconds": [1, 1000]}, "folds": 3, "metafeature_seconds": seconds}
        return validate(matrix, [advisor], **settings)["regret"].tolist()

    charged = {name: 2.0 for name in matrix.tasks["name"]}
    assert regrets(charged, GaussianAdvisor())[0] == 1.0
    assert regrets(charged, GaussianAdvisor())[1] < 0.01
    for free in (PortfolioAdvisor(), GaussianAdvisor(use_metafeatures=False)):
        assert regrets(charged, free) == regrets(0.0, free)
    stored = replace(matrix, tasks=matrix.tasks.assign(metafeature_seconds=2.0))
    found = validate(stored, [GaussianAdvisor()], at={"seconds": [1]}, folds=3)
    assert found["regret"].tolist() == [1.0]


def test_kinds_are_learned_from_together_and_reported_apart():
    classification = make_matrix("binary", n_tasks=10)
    kinds = ["binary", "multiclass"] * 5
    classification.tasks["task_type"] = kinds
    regression = make_matrix("regression", n_tasks=8)

    class Both:
        def matrix(self, kind, metric):
            return regression if kind == "regression" else classification

    settings = {"folds": 4, "at": {"trials": [1]}}
    found = validate(Both(), [RandomAdvisor()], **settings)
    assert dict(zip(found["kind"], found["n_tasks"], strict=True)) == {
        "classification": 10,
        "regression": 8,
    }
    found = validate(Both(), [RandomAdvisor()], kind="multiclass", **settings)
    assert found["n_tasks"].tolist() == [5]
    found = validate(Both(), [RandomAdvisor()], kind="regression", **settings)
    assert found["n_tasks"].tolist() == [8]


def test_binary_and_multiclass_are_told_apart_by_classes_if_need_be():
    matrix = make_matrix("binary", n_tasks=6)
    matrix.tasks = matrix.tasks.drop(columns="task_type").assign(n_classes=[2, 2, 3, 2, 5, 4])
    for kind, n_tasks in [("binary", 3), ("multiclass", 3), ("classification", 6)]:
        found = validate(matrix, [RandomAdvisor()], kind=kind, folds=3, at={"trials": [1]})
        assert found["n_tasks"].tolist() == [n_tasks]


def test_an_experience_made_of_a_matrix_without_rows():
    matrix = make_matrix("regression", n_tasks=12, n_configurations=12)
    labels = {"index": matrix.tasks["name"], "columns": matrix.keys}
    base = Experience.from_matrix(
        pd.DataFrame(-matrix.scores, **labels),
        pd.DataFrame(matrix.seconds, **labels),
        matrix.metafeatures.set_index(matrix.tasks["name"]),
        metric="rmse",
        configurations=dict(zip(matrix.keys, matrix.configurations, strict=True)),
    )
    found = validate(base, PAIR, at={"trials": [3], "seconds": [1]}, folds=4)
    by = found.set_index(["advisor", "currency"])["regret"]
    assert by["gaussian", "trials"] < by["random", "trials"]
    assert by["gaussian", "seconds"] < by["random", "seconds"]


def test_an_experience_of_another_metric_than_the_default():
    matrix = make_matrix("regression", n_tasks=4, n_configurations=8)
    labels = {"index": matrix.tasks["name"], "columns": matrix.keys}
    base = Experience.from_matrix(pd.DataFrame(-matrix.scores, **labels), metric="mae")
    settings = {"folds": 2, "at": {"trials": [1]}}
    with pytest.raises(ValueError, match="two scores of rmse. Name a metric"):
        validate(base, [RandomAdvisor()], **settings)
    assert validate(base, [RandomAdvisor()], metric="mae", **settings)["n_tasks"].tolist() == [4]


def test_tasks_without_two_scores_are_left_out():
    matrix = make_matrix(n_tasks=6)
    matrix.scores[2, 1:] = np.nan
    matrix.scores[3] = np.nan
    found = validate(matrix, [RandomAdvisor()], folds=3, at={"trials": [1]}, per_task=True)
    assert set(found["task"]) == {"task 0", "task 1", "task 4", "task 5"}


def test_default_advisors_are_compared(matrix):
    found = validate(MemoryExperience(matrix), folds=2, at={"trials": [1]})
    assert found["advisor"].tolist() == list(default_advisors())


def test_the_advisors_given_stay_as_they_are(matrix):
    advisor = GaussianAdvisor()
    validate(matrix, [advisor], folds=2, at={"trials": [1]})
    assert advisor.continuous
    assert not hasattr(advisor, "experience_")


def test_bad_requests_are_refused(matrix):
    for settings, message in [
        ({"kind": "clustering"}, "kind must be one of"),
        ({"reference": "best"}, "reference must be"),
        ({"at": {"hours": [1]}}, r"currencies \['hours'\]"),
        ({"at": {"trials": [0]}}, "above 0"),
        ({"at": {}}, "above 0"),
        ({"folds": 1}, "at least 2"),
        ({"folds": {"task 0": 1}}, "23 are missing, among them 'task 1'"),
        ({"kind": "regression"}, "no task of kind 'regression'"),
        ({"advisors": [RandomAdvisor(), RandomAdvisor()]}, "give them names"),
    ]:
        with pytest.raises(ValueError, match=message):
            validate(matrix, **({"advisors": PAIR} | settings))


def test_another_metric_than_asked_is_named(matrix):
    with pytest.warns(SearchWarning, match="roc_auc where the experience has no 'f1'"):
        validate(matrix, [RandomAdvisor()], metric="f1", folds=2, at={"trials": [1]})


def test_folds_are_even_and_hold_whole_groups():
    groups = np.array(["a"] * 5 + ["b"] * 3 + [f"c{n}" for n in range(22)])
    folds = assign_folds(groups, 5, seed=0)
    sizes = np.bincount([folds[group] for group in groups])
    assert sizes.tolist() == [6] * 5
    assert folds != assign_folds(groups, 5, seed=1)
    assert len(set(assign_folds(np.array(["a", "b"]), 10, seed=0).values())) == 2


def test_the_standard_error_knows_of_near_duplicates():
    rng = np.random.default_rng(0)
    values = rng.normal(size=400)
    facts = {"advisor": "a", "kind": "regression", "currency": "trials", "at": 1}
    rows = [{**facts, "task_id": n, "group": n, "regret": v} for n, v in enumerate(values)]
    alone = pd.DataFrame(rows)
    expected = values.std(ddof=1) / np.sqrt(400)
    assert summarise_regret(alone)["standard_error"][0] == pytest.approx(expected)
    copies = pd.concat([alone.assign(task_id=alone["task_id"] + 1000 * n) for n in range(3)])
    assert summarise_regret(copies)["standard_error"][0] == pytest.approx(expected)
    assert np.isnan(summarise_regret(alone[:1])["standard_error"][0])


def test_tables_keep_the_order_they_came_in(matrix):
    found = validate(matrix, {"z": RandomAdvisor(), "a": PortfolioAdvisor()}, at=AT, folds=2)
    table = regret_table(found, kind="classification")
    assert table.index.tolist() == ["z", "a"]
    assert table.columns.tolist() == ["1", "5", "1 s", "1 x median", "5 x median"]


class BrokenAdvisor(BaseAdvisor):
    def start(self, task, space, *, random_state=None):
        raise RuntimeError("no advice today")


def test_an_advisor_that_fails_is_heard(matrix):
    with pytest.raises(RuntimeError, match="no advice today"):
        validate(matrix, [BrokenAdvisor()], folds=2, at={"trials": [1]})
