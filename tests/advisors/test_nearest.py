from dataclasses import replace

import numpy as np
import pytest

from sklearn_meta.advisors import NearestTasksAdvisor
from sklearn_meta.advisors.baselines._nearest import _in_turns
from sklearn_meta.spaces import configuration_key
from tests.contracts.advisor_contract import (
    AdvisorContract,
    MemoryExperience,
    keys_of,
    make_matrix,
    make_space,
    make_task,
    run,
)


class TestNearestTasksAdvisor(AdvisorContract):
    @pytest.fixture
    def advisor(self):
        return NearestTasksAdvisor()


def test_the_best_of_each_comes_before_the_second_best():
    best_first = np.array([[0, 1, 2], [2, 0, 1], [0, 2, 1]])
    assert _in_turns(best_first, np.array([3, 3, 3])).tolist() == [0, 2, 1]
    assert _in_turns(best_first, np.array([1, 1, 1])).tolist() == [0, 2]


@pytest.mark.parametrize("number", [0, 7, 19])
def test_the_winner_of_the_task_that_looks_the_same_comes_first(number):
    matrix = make_matrix(n_tasks=20, seed=3)
    advisor = NearestTasksAdvisor().fit(MemoryExperience(matrix))
    looks = matrix.metafeatures.iloc[number].to_dict()
    session = advisor.start(make_task(metafeatures=looks), make_space("binary"))
    assert session.similar_tasks()[0]["name"] == f"task {number}"
    proposal = session.ask()
    best = matrix.keys[int(np.argmax(matrix.scores[number]))]
    assert configuration_key(proposal.configuration) == best


def test_only_the_nearest_are_asked():
    matrix = make_matrix(n_tasks=20, missing=0.5, seed=3)
    looks = matrix.metafeatures.iloc[4].to_dict()
    advisor = NearestTasksAdvisor(n_neighbors=1).fit(MemoryExperience(matrix))
    session = advisor.start(make_task(metafeatures=looks), make_space("binary"), random_state=0)
    listed = [p for p in run(session, 24) if p.origin == "experience"]
    order = np.argsort(-matrix.scores[4])[: np.isfinite(matrix.scores[4]).sum()]
    assert keys_of(listed) == [matrix.keys[c] for c in order]


def test_a_far_off_value_does_not_outweigh_the_others():
    matrix = make_matrix(n_tasks=20, seed=3)
    looks = matrix.metafeatures.copy()
    looks.iloc[0, 0] = 1e12
    advisor = NearestTasksAdvisor().fit(MemoryExperience(replace(matrix, metafeatures=looks)))
    task = make_task(metafeatures=looks.iloc[5].to_dict())
    distances = [t["distance"] for t in advisor.start(task, make_space("binary")).similar_tasks(20)]
    assert distances[0] == 0
    assert distances[5] > 0.05


def test_missing_metafeatures_are_tolerated():
    matrix = make_matrix()
    looks = matrix.metafeatures * np.nan
    advisor = NearestTasksAdvisor().fit(MemoryExperience(replace(matrix, metafeatures=looks)))
    session = advisor.start(make_task(metafeatures={}), make_space("binary"), random_state=0)
    assert len(run(session, 30)) == 30


def test_parameters_are_checked():
    with pytest.raises(ValueError, match="n_neighbors"):
        NearestTasksAdvisor(n_neighbors=0).fit()
