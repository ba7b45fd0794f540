"""What is run, and in which order."""

import json
import logging

import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience import Experience, collect
from sklearn_meta.experience.collector import _plan
from sklearn_meta.experience.collector._cost import CostBook
from sklearn_meta.experience.collector._sampler import A_ROUND, propose
from sklearn_meta.experience.collector._task import as_sizes, telling_sizes
from sklearn_meta.spaces import SearchSpace, candidate_configurations, configuration_key

CHEAP = [{"family": "naive_bayes"}, {"family": "linear"}, {"family": "neighbors"}]


def table(name, n_rows=60, seed=0, **facts):
    X, y = make_classification(n_rows, 4, n_redundant=0, random_state=seed)
    return (name, X, y, facts)


def runs_of(base):
    """Rows that tell an evaluation from all others."""
    return sorted(
        base.evaluations()[["task", "configuration", "seed", "max_rows"]].itertuples(index=False)
    )


@pytest.fixture
def recorded(monkeypatch):
    """The (task name, family, max_rows) of all evaluations, as they are written."""
    order = []
    add = Experience.add_evaluation

    def spy(self, task, configuration, metrics, **facts):
        names = dict(zip(self.tasks()["id"], self.tasks()["name"], strict=True))
        order.append((names[task], configuration["family"], facts["max_rows"]))
        add(self, task, configuration, metrics, **facts)

    monkeypatch.setattr(Experience, "add_evaluation", spy)
    return order


def test_cheap_configurations_come_first_on_all_tasks(recorded, monkeypatch):
    monkeypatch.setattr(_plan, "BLOCK", 1)
    listed = [{"family": "random_forest", "n_estimators": 50}, {"family": "naive_bayes"}]
    collect([table("a"), table("b", seed=1)], listed, Experience.empty(), verbose=0)
    assert [run[:2] for run in recorded] == [
        ("a", "naive_bayes"),
        ("b", "naive_bayes"),
        ("a", "random_forest"),
        ("b", "random_forest"),
    ]


def test_sizes_come_one_after_the_other_and_only_where_they_tell(recorded):
    tasks = [table("small", 60), table("middle", 90, 1), table("large", 150, 2)]
    base = Experience.empty()
    report = collect(tasks, CHEAP[:1], base, max_rows=[100, 80, 120], verbose=0)
    assert [(run[0], run[2]) for run in recorded] == [
        ("small", 80),
        ("middle", 80),
        ("large", 80),
        ("middle", 100),
        ("large", 100),
        ("large", 120),
    ]
    assert (report["tasks"], report["evaluations"]) == (3, 6)
    used = base.evaluations().merge(base.tasks(), left_on="task", right_on="id")
    used = used.set_index(["name", "max_rows"])["rows_used"].to_dict()
    assert used["middle", 100] == 60
    assert used["large", 120] == 80
    again = collect(tasks, CHEAP[:1], base, max_rows=(80, 100, 120), verbose=0)
    assert (again["evaluations"], again["known"]) == (0, 6)


def test_a_task_may_name_its_own_sizes(recorded):
    tasks = [table("a", 90, max_rows=(50, 70)), table("b", 90, 1)]
    collect(tasks, CHEAP[:1], Experience.empty(), max_rows=60, verbose=0)
    assert [(run[0], run[2]) for run in recorded] == [("a", 50), ("b", 60), ("a", 70)]


def test_sizes():
    assert as_sizes(2000) == (2000,)
    assert as_sizes(None) == (0,)
    assert as_sizes((0, 300, 20, 300)) == (20, 300, 0)
    assert telling_sizes((20, 300, 0), 20) == [20]
    assert telling_sizes((20, 300, 0), 100) == [20, 300]
    assert telling_sizes((20, 300, 0), 1000) == [20, 300, 0]
    for wrong in (-1, [], 2.5, "all"):
        with pytest.raises(ValueError, match="max_rows is a number of rows"):
            as_sizes(wrong)


def test_no_cap_takes_all_rows():
    base = Experience.empty()
    collect([table("a", 90)], CHEAP[:1], base, max_rows=None, verbose=0)
    run = base.evaluations().iloc[0]
    assert (run["max_rows"], run["rows_used"]) == (0, 60)


def test_each_task_gets_configurations_of_its_own():
    tasks = [table("a"), table("b", seed=1)]
    families = {"naive_bayes", "linear", "neighbors"}
    base = Experience.empty()
    report = collect(tasks, CHEAP, base, n_sampled=6, time_limit=60, verbose=0)
    assert report["evaluations"] == 2 * (3 + 6)
    runs = base.evaluations()
    per_task = [set(group) for _, group in runs.groupby("task")["configuration"]]
    shared = {configuration_key(configuration) for configuration in CHEAP}
    assert shared == per_task[0] & per_task[1]
    assert set(base.configurations()["family"]) > families  # spread over the whole space
    again = collect(tasks, CHEAP, base, n_sampled=6, verbose=0)
    assert (again["evaluations"], again["known"]) == (0, 18)
    more = collect(tasks, CHEAP, base, n_sampled=7, verbose=0)
    assert (more["evaluations"], more["known"]) == (2, 18)


@pytest.fixture
def interrupting(monkeypatch):
    """Press Ctrl-C after every fourth evaluation was written."""
    add, written = Experience.add_evaluation, []

    def add_and_stop(self, *args, **facts):
        add(self, *args, **facts)
        written.append(args)
        if len(written) % 4 == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(Experience, "add_evaluation", add_and_stop)
    return lambda: monkeypatch.setattr(Experience, "add_evaluation", add)


def test_a_collection_that_was_interrupted_goes_on_as_if_it_was_not(interrupting):
    tasks = [table("a"), table("b", seed=1)]
    whole, stopped, reports = Experience.empty(), Experience.empty(), []
    while not reports or not reports[-1]["complete"]:
        reports.append(collect(tasks, CHEAP, stopped, n_sampled=6, time_limit=60, verbose=0))
    assert len(reports) == 5  # 2 tasks of 3 + 6, four at a time
    assert [report["interrupted"] for report in reports] == [True] * 4 + [False]
    assert sum(report["evaluations"] for report in reports) == 18 - 4  # those are in the base
    interrupting()
    collect(tasks, CHEAP, whole, n_sampled=6, time_limit=60, verbose=0)
    assert runs_of(stopped) == runs_of(whole)


def test_proposals_follow_the_scores():
    space = SearchSpace("regression", ["linear", "random_forest"])
    configurations = [space.complete({"family": family}) for family in space.families]
    keys = {configuration_key(configuration) for configuration in configurations}

    def proposed(scores, number=0, task="0123456789abcdef"):
        history = list(zip(configurations, scores, strict=True))
        return propose(space, task, 0, number, history, keys)

    best_linear, best_forest = proposed([2.0, 1.0]), proposed([1.0, 2.0])
    assert len(best_linear) == A_ROUND
    assert best_linear[:2] == best_forest[:2]  # the spread ones follow from the seed alone
    assert best_linear[2:] != best_forest[2:]
    assert all(space.contains(configuration) for configuration in best_linear)
    assert proposed([2.0, 1.0]) == best_linear
    assert proposed([2.0, 1.0], task="fedcba9876543210")[:2] != best_linear[:2]
    assert proposed([2.0, 1.0], number=1)[:2] != best_linear[:2]
    assert len(proposed([np.nan, np.nan])) == A_ROUND  # nothing to be near to


def test_known_configurations_are_ordered_by_their_seconds():
    base = Experience.empty()
    slow, fast = {"family": "linear", "C": 1.0}, {"family": "linear", "C": 2.0}
    for i, n_rows in enumerate((100, 1000)):
        task = base.add_task(f"t{i}", "binary", n_rows=n_rows, n_columns=5, n_classes=2)
        for configuration, factor in ((slow, 5.0), (fast, 1.0)):
            seconds = factor * n_rows / 1000
            base.add_evaluation(
                task, configuration, {"roc_auc": 0.5}, fit_seconds=seconds, rows_used=n_rows
            )
    costs = CostBook([base])
    assert costs.in_order("binary", [slow, fast]) == [fast, slow]
    many, few = (costs.seconds("binary", slow, rows, 5, 2) for rows in (1000, 100))
    assert many / few > 3
    ratio = costs.seconds("binary", slow, 300, 5, 2) / costs.seconds("binary", fast, 300, 5, 2)
    assert ratio == pytest.approx(5.0)
    # what was never run takes after its family, and after what is listed near it
    other = costs.seconds("binary", {"family": "linear", "C": 3.0}, 300, 5, 2)
    assert other == pytest.approx(costs.seconds("binary", slow, 300, 5, 2) / 5**0.5)
    forest = costs.seconds("binary", {"family": "random_forest"}, 300, 5, 2)
    assert forest > costs.seconds("binary", {"family": "naive_bayes"}, 300, 5, 2)


def test_costs_without_experience_follow_the_order_of_families():
    listed = candidate_configurations("regression")
    ordered = CostBook([Experience.empty()]).in_order("regression", listed[::-1])
    assert ordered[0]["family"] == listed[0]["family"]
    assert ordered[-1]["family"] == listed[-1]["family"]


def test_the_log_says_what_was_used():
    base = Experience.empty()
    collect([table("a")], CHEAP[:2], base, verbose=0, random_state=3)
    collect([table("a")], CHEAP[:1], base, verbose=0)
    facts = base.describe()["facts"]
    entries = [json.loads(facts[key]) for key in facts if key.startswith("collection ")]
    assert sorted(entry["evaluations"] for entry in entries) == [1, 2]
    entry = max(entries, key=lambda entry: entry["evaluations"])
    assert entry["settings"]["random_state"] == 3
    assert entry["settings"]["max_rows"] == [2000]
    assert entry["ended"] >= entry["started"]
    assert entry["complete"] is True
    assert "scikit-learn" in entry["versions"]
    assert entry["machine"]["speed"] > 0
    assert entry["wall_seconds"] >= entry["fold_cpu_seconds"] / 4 > 0
    speeds = base.evaluations()["machine_speed"]
    assert speeds.between(0.02, 50).all()


def test_configurations_default_to_the_portfolio(monkeypatch):
    X, y = make_regression(30, 2, random_state=0)
    monkeypatch.setattr(
        "sklearn_meta.spaces.candidate_configurations", lambda kind: [{"family": "linear"}]
    )
    base = Experience.empty()
    assert base.collect([("t", X, y, {"kind": "regression"})], verbose=0)["evaluations"] == 1


def test_a_task_that_comes_twice_is_run_once(caplog):
    with caplog.at_level(logging.WARNING):
        report = collect([table("a"), table("a")], CHEAP, Experience.empty(), verbose=0)
    assert (report["evaluations"], report["tasks"]) == (3, 1)
    assert "there twice" in caplog.text


def test_errors_say_what_is_wanted():
    with pytest.raises(ExperienceError, match=r"into=Experience.open"):
        collect([table("a")], CHEAP)
    with pytest.raises(ExperienceError, match=r"A task is \(name, X, y\)"):
        collect([42], CHEAP, Experience.empty(), verbose=0)
    with pytest.raises(ValueError, match="max_rows is a number"):
        collect([table("a")], CHEAP, Experience.empty(), max_rows=-3, verbose=0)
