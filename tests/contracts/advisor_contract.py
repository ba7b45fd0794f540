"""What every advisor must keep to. A test class inherits it and names a fixture ``advisor``."""

import pickle
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from sklearn_meta.advisors import TaskDescription
from sklearn_meta.experience import EvaluationMatrix
from sklearn_meta.spaces import SearchSpace, configuration_key

METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
FAMILIES = ["linear", "neighbors", "random_forest", "hist_gradient_boosting"]
ORIGINS = {"experience", "surrogate", "default", "random"}


class MemoryExperience:
    """An experience that is a matrix."""

    def __init__(self, matrix):
        self._matrix = matrix

    def matrix(self, kind, metric):
        return self._matrix


def make_space(kind, families=FAMILIES):
    return SearchSpace(kind, families, n_rows=300, n_columns=8, n_classes=3)


def make_matrix(kind="binary", n_tasks=20, n_configurations=24, missing=0.0, seed=0, groups=None):
    """Tasks whose scores follow two hidden traits of configurations and tasks."""
    rng = np.random.default_rng(seed)
    space = make_space(kind)
    configurations = [space.sample(rng, FAMILIES[n % 4]) for n in range(n_configurations)]
    traits, tastes = rng.normal(size=(n_configurations, 2)), rng.normal(size=(n_tasks, 2))
    quality = tastes @ traits.T + 0.5 * traits[:, 0] + 0.2 * rng.normal(size=(n_tasks, len(traits)))
    scores = _to_metric(METRICS[kind], quality, rng)
    scores[rng.random(scores.shape) < missing] = np.nan
    n_rows = rng.integers(50, 2000, n_tasks)
    rows = np.tile(n_rows[:, None].astype(float), (1, n_configurations))
    seconds = (
        1e-3 * rows * rng.lognormal(-1, 1, n_configurations) * rng.lognormal(0, 0.1, rows.shape)
    )
    tasks = pd.DataFrame(
        {
            "id": np.arange(n_tasks),
            "name": [f"task {n}" for n in range(n_tasks)],
            "openml_id": np.arange(n_tasks) + 100,
            "kind": "regression" if kind == "regression" else "classification",
            "task_type": kind,
            "n_rows": n_rows,
            "n_columns": rng.integers(2, 60, n_tasks),
            "n_classes": 0 if kind == "regression" else 2,
            "group": None if groups is None else groups,
            "rows_seen": n_rows,
        }
    )
    metafeatures = pd.DataFrame(tastes + 0.3 * rng.normal(size=tastes.shape), columns=["A", "B"])
    keys = [configuration_key(c) for c in configurations]
    return EvaluationMatrix(
        tasks, configurations, keys, scores, seconds, rows, metafeatures, METRICS[kind]
    )


def _to_metric(metric, quality, rng):
    """Scores, greater is better, as a metric would have them."""
    if metric == "roc_auc":
        return 1 / (1 + np.exp(-1 - 0.3 * quality))
    if metric == "log_loss":
        return -np.exp(-1 - 0.3 * quality)
    return -np.exp(-0.2 * quality + rng.normal(0, 4, (len(quality), 1)))


def make_task(kind="binary", **changes):
    facts = {"n_rows": 240, "n_columns": 8, "n_classes": 0 if kind == "regression" else 3}
    facts |= {"metafeatures": {"A": 0.5, "B": -1.0, "Unheard": 3.0}, "n_folds": 5}
    return TaskDescription(kind=kind, metric=METRICS[kind], **(facts | changes))


def run(session, n_trials, score=None, seconds_left=None):
    """Ask and tell; returns the proposals."""
    rng = np.random.default_rng(3)
    proposals = []
    for _ in range(n_trials):
        proposal = session.ask(seconds_left=seconds_left)
        if proposal is None:
            break
        proposals.append(proposal)
        value = rng.uniform(-0.9, -0.1) if score is None else score(proposal.configuration)
        session.tell(proposal.configuration, value, seconds=rng.uniform(0.01, 0.5))
    return proposals


def keys_of(proposals):
    return [configuration_key(proposal.configuration) for proposal in proposals]


EXPERIENCES = {
    "none": lambda kind: None,
    "one task": lambda kind: MemoryExperience(make_matrix(kind, n_tasks=1)),
    "two tasks": lambda kind: MemoryExperience(make_matrix(kind, n_tasks=2)),
    "full": lambda kind: MemoryExperience(make_matrix(kind)),
    "half missing": lambda kind: MemoryExperience(make_matrix(kind, missing=0.5)),
}


class AdvisorContract:
    """Inherit, and write a fixture ``advisor`` that returns an unfitted advisor."""

    @pytest.fixture(params=EXPERIENCES)
    def experience_of(self, request):
        return EXPERIENCES[request.param]

    @pytest.mark.parametrize("kind", METRICS)
    def test_proposals_are_legal_and_never_repeat(self, advisor, experience_of, kind):
        space = make_space(kind)
        session = advisor.fit(experience_of(kind)).start(make_task(kind), space, random_state=0)
        proposals = run(session, 40)
        assert len(proposals) == 40
        assert all(space.contains(p.configuration) for p in proposals)
        assert all(p.origin in ORIGINS for p in proposals)
        assert len(set(keys_of(proposals))) == 40

    def test_same_seed_same_proposals(self, advisor, experience_of):
        advisor.fit(experience_of("binary"))
        runs = [
            keys_of(run(advisor.start(make_task(), make_space("binary"), random_state=seed), 25))
            for seed in (5, 5)
        ]
        assert runs[0] == runs[1]

    def test_a_clone_gives_the_same_advice(self, advisor):
        experience = EXPERIENCES["full"]("binary")
        runs = [
            keys_of(run(a.start(make_task(), make_space("binary"), random_state=1), 10))
            for a in (advisor.fit(experience), clone(advisor).fit(experience))
        ]
        assert runs[0] == runs[1]

    def test_advisor_and_session_survive_pickling(self, advisor):
        advisor.fit(EXPERIENCES["full"]("binary"))
        pickle.loads(pickle.dumps(advisor))
        session = advisor.start(make_task(), make_space("binary"), random_state=0)
        run(session, 12)
        twin = pickle.loads(pickle.dumps(session))
        assert keys_of(run(session, 8)) == keys_of(run(twin, 8))

    def test_pending_configurations_are_not_asked_again(self, advisor):
        advisor.fit(EXPERIENCES["full"]("binary"))
        session = advisor.start(make_task(), make_space("binary"), random_state=0)
        keys = keys_of([session.ask() for _ in range(12)])
        assert len(set(keys)) == 12

    def test_what_was_told_unasked_is_not_proposed(self, advisor):
        space = make_space("binary")
        first = advisor.fit(None).start(make_task(), space, random_state=0).ask().configuration
        session = advisor.start(make_task(), space, random_state=0)
        session.tell(first, 0.8, 0.1)
        assert configuration_key(first) not in keys_of(run(session, 20))

    def test_unheard_configurations_are_tolerated(self, advisor):
        advisor.fit(EXPERIENCES["full"]("binary"))
        session = advisor.start(make_task(), make_space("binary"), random_state=0)
        session.tell({"family": "unheard", "depth": 3}, 0.7, 0.1)
        session.tell({"family": "linear", "unheard": "x"}, 0.7, 0.1)
        assert len(run(session, 5)) == 5

    def test_failures_are_tolerated(self, advisor, experience_of):
        advisor.fit(experience_of("binary"))
        session = advisor.start(make_task(), make_space("binary"), random_state=0)
        for status in ("error", "timeout", "memory", "ok") * 5:
            proposal = session.ask(seconds_left=100)
            session.tell(proposal.configuration, np.nan, np.nan, status)
        session.tell(session.ask().configuration, None, None, "error")
        assert session.ask() is not None

    def test_measured_seconds_do_not_matter_without_a_clock(self, advisor):
        advisor.fit(EXPERIENCES["full"]("binary"))
        runs = []
        for pace in (0.001, 1000.0):
            task = make_task(has_clock=False)
            session = advisor.start(task, make_space("binary"), random_state=0)
            keys = []
            for step in range(25):
                proposal = session.ask(seconds_left=pace)
                keys.append(configuration_key(proposal.configuration))
                session.tell(proposal.configuration, 0.5 + 0.01 * (step % 7), seconds=pace)
            runs.append(keys)
        assert runs[0] == runs[1]

    def test_similar_tasks_are_described(self, advisor):
        advisor.fit(EXPERIENCES["full"]("binary"))
        session = advisor.start(make_task(), make_space("binary"), random_state=0)
        run(session, 6)
        for task in session.similar_tasks():
            assert set(task) == {"name", "openml_id", "distance", "weight", "best_family"}

    def test_identical_scores_are_tolerated(self, advisor):
        advisor.fit(EXPERIENCES["full"]("binary"))
        session = advisor.start(make_task(), make_space("binary"), random_state=0)
        assert len(run(session, 30, score=lambda c: 1.0)) == 30

    def test_asking_and_telling_take_milliseconds(self, advisor):
        matrix = make_matrix(n_tasks=200, n_configurations=300, missing=0.02)
        advisor.fit(MemoryExperience(matrix)).start(make_task(), make_space("binary"))
        runs = []
        with threadpool_limits(1):  # else threads that wait for each other count as well
            # equal ones: what else the machine does lengthens some steps of each
            for _ in range(3):
                session = advisor.start(make_task(), make_space("binary"), random_state=0)
                runs.append([_seconds_of_a_step(session, step) for step in range(20)])
        assert np.median(np.min(runs, axis=0)) < 0.05


def _seconds_of_a_step(session, step):
    """Processor seconds of asking and telling once."""
    started = time.process_time()
    proposal = session.ask(seconds_left=100)
    session.tell(proposal.configuration, 0.7 + 0.01 * (step % 3), 0.1)
    return time.process_time() - started
