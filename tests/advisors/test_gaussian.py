import time
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_meta.advisors import GaussianAdvisor
from sklearn_meta.spaces import Family, SearchSpace, configuration_key
from tests.contracts.advisor_contract import (
    FAMILIES,
    AdvisorContract,
    MemoryExperience,
    keys_of,
    make_matrix,
    make_space,
    make_task,
    run,
)


class TestGaussianAdvisor(AdvisorContract):
    @pytest.fixture
    def advisor(self):
        return GaussianAdvisor()


def without_task(matrix, number):
    """The matrix without one task, as if it were the new one."""
    keep = np.arange(len(matrix.tasks)) != number
    return replace(
        matrix,
        tasks=matrix.tasks[keep].reset_index(drop=True),
        scores=matrix.scores[keep],
        seconds=matrix.seconds[keep],
        rows=matrix.rows[keep],
        metafeatures=matrix.metafeatures[keep].reset_index(drop=True),
    )


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_it_finds_good_configurations_sooner_than_chance(kind):
    matrix = make_matrix(kind, n_tasks=40, n_configurations=40, seed=1)
    ranks = []
    for number in range(10):
        truth = dict(zip(matrix.keys, matrix.scores[number], strict=True))
        order = np.argsort(np.argsort(-matrix.scores[number]))
        rank = dict(zip(matrix.keys, order, strict=True))
        advisor = GaussianAdvisor(continuous=False).fit(
            MemoryExperience(without_task(matrix, number))
        )
        metafeatures = matrix.metafeatures.iloc[number].to_dict()
        task = make_task(kind, metafeatures=metafeatures, has_clock=False)
        session = advisor.start(task, make_space(kind), random_state=0)
        asked = []
        while len(asked) < 5:
            proposal = session.ask()
            key = configuration_key(proposal.configuration)
            session.tell(proposal.configuration, truth.get(key, np.nan))
            asked.append(rank.get(key, 40))
        ranks.append(min(asked))
    assert np.mean(ranks) < 2.0  # chance: about 6 of 40


def test_it_adapts_to_scores_that_contradict_the_prior():
    """Meta-features promise the taste of one task, scores tell the opposite one."""
    matrix = make_matrix(n_tasks=80, n_configurations=40, seed=1)
    found = []
    for number in range(8):
        looks = matrix.metafeatures.iloc[number].to_dict()
        truth = dict(zip(matrix.keys, -matrix.scores[number], strict=True))
        session = (
            GaussianAdvisor(continuous=False)
            .fit(MemoryExperience(matrix))
            .start(
                make_task(has_clock=False, metafeatures=looks), make_space("binary"), random_state=0
            )
        )
        asked = []
        for _ in range(10):
            proposal = session.ask()
            asked.append(truth.get(configuration_key(proposal.configuration), -1.0))
            session.tell(proposal.configuration, asked[-1])
        order = sorted(truth.values(), reverse=True)
        found.append(order.index(max(asked)))
        assert order.index(asked[0]) >= 20
    assert np.mean(found) < 4.0  # of 40


def test_predictions_approach_the_truth():
    matrix = make_matrix(n_tasks=60, n_configurations=30, seed=2)
    advisor = GaussianAdvisor(continuous=False).fit(MemoryExperience(without_task(matrix, 0)))
    task = make_task(metafeatures=matrix.metafeatures.iloc[0].to_dict(), has_clock=False)
    session = advisor.start(task, make_space("binary"), random_state=0)
    truth = dict(zip(matrix.keys, matrix.scores[0], strict=True))
    errors = []
    while (proposal := session.ask()) is not None:
        key = configuration_key(proposal.configuration)
        if proposal.origin == "experience":
            errors.append(abs(proposal.predicted_score - truth[key]))
        session.tell(proposal.configuration, truth.get(key, np.nan))
    assert np.mean(errors[10:]) < 0.5 * matrix.scores[0].std()


def test_with_a_clock_cheap_ones_come_first():
    matrix = make_matrix(n_tasks=30, seed=4)
    pace = dict(zip(matrix.keys, np.median(matrix.seconds, axis=0), strict=True))
    spent = {}
    for has_clock in (False, True):
        session = (
            GaussianAdvisor(continuous=False)
            .fit(MemoryExperience(matrix))
            .start(make_task(has_clock=has_clock), make_space("binary"), random_state=0)
        )
        spent[has_clock] = [pace.get(key, 0.0) for key in keys_of(run(session, 6))]
    assert sum(spent[True]) < sum(spent[False])


def test_nothing_is_proposed_that_does_not_fit_the_time_left():
    session = (
        GaussianAdvisor()
        .fit(MemoryExperience(make_matrix()))
        .start(make_task(), make_space("binary"), random_state=0)
    )
    for seconds_left in (5.0, 2.0, 1.0, 0.5):
        proposal = session.ask(seconds_left=seconds_left)
        assert proposal is None or proposal.predicted_seconds * 5 <= seconds_left
    assert session.ask(seconds_left=0.0) is None


def test_a_slow_machine_is_noticed():
    matrix = make_matrix()
    session = (
        GaussianAdvisor()
        .fit(MemoryExperience(matrix))
        .start(make_task(), make_space("binary"), random_state=0)
    )
    first = session.ask()
    for _ in range(6):
        session.tell(first.configuration, 0.8, seconds=10 * first.predicted_seconds)
        first_next = session.ask()
        session.tell(first_next.configuration, 0.7, seconds=10 * first_next.predicted_seconds)
    fresh = (
        GaussianAdvisor()
        .fit(MemoryExperience(matrix))
        .start(make_task(), make_space("binary"), random_state=0)
    )
    assert session._pool.seconds()[:20].sum() > 2 * fresh._pool.seconds()[:20].sum()


def test_own_families_are_tried_early():
    own = Family.from_estimator("mine", LogisticRegression(), kinds=("binary", "multiclass"))
    space = SearchSpace("binary", [*FAMILIES, own])
    session = (
        GaussianAdvisor()
        .fit(MemoryExperience(make_matrix()))
        .start(make_task(), space, random_state=0)
    )
    proposals = run(session, 4)
    assert "mine" in [p.configuration["family"] for p in proposals]
    mine = next(p for p in proposals if p.configuration["family"] == "mine")
    assert mine.origin == "default"


def test_without_experience_every_family_comes_before_the_search_goes_on():
    space = make_space("binary")
    session = GaussianAdvisor().fit().start(make_task(), space, random_state=0)
    proposals = run(session, 12)
    assert [p.origin for p in proposals[:4]] == ["default"] * 4
    assert {p.configuration["family"] for p in proposals[:4]} == set(FAMILIES)
    assert {p.origin for p in proposals[4:]} == {"surrogate"}


def test_the_search_goes_beyond_the_known_configurations():
    session = (
        GaussianAdvisor()
        .fit(MemoryExperience(make_matrix()))
        .start(make_task(), make_space("binary"), random_state=0)
    )
    origins = [p.origin for p in run(session, 45)]
    assert origins[0] == "experience"
    assert 15 < origins.count("surrogate") < 45


def test_families_that_fail_are_avoided():
    session = (
        GaussianAdvisor(continuous=False)
        .fit(MemoryExperience(make_matrix()))
        .start(make_task(has_clock=False), make_space("binary"), random_state=0)
    )
    bad = session.ask().configuration["family"]
    families = []
    for _ in range(12):
        proposal = session.ask()
        families.append(proposal.configuration["family"])
        failed = families[-1] == bad
        session.tell(
            proposal.configuration, np.nan if failed else 0.8, 0.1, "error" if failed else "ok"
        )
    assert families.count(bad) <= 4


def test_groups_columns_of_nan_and_no_metafeatures_are_tolerated():
    matrix = make_matrix(groups=np.arange(20) // 3)
    matrix.scores[:, :3] = np.nan
    matrix.scores[4] = np.nan
    matrix.scores[5] = 0.5
    for metafeatures in (matrix.metafeatures * np.nan, matrix.metafeatures[[]]):
        experience = MemoryExperience(replace(matrix, metafeatures=metafeatures))
        session = (
            GaussianAdvisor()
            .fit(experience)
            .start(make_task(metafeatures={}), make_space("binary"), random_state=0)
        )
        assert len(run(session, 30)) == 30
        assert len(session.similar_tasks()) == 5


def test_an_experience_without_scores_is_like_none():
    matrix = make_matrix()
    matrix.scores[:] = np.nan
    session = (
        GaussianAdvisor()
        .fit(MemoryExperience(matrix))
        .start(make_task(), make_space("binary"), random_state=0)
    )
    assert session.ask().origin == "default"


def test_scores_of_another_metric_are_only_ranked():
    matrix = make_matrix()
    task = replace(make_task(), metric="my_money")
    session = (
        GaussianAdvisor()
        .fit(MemoryExperience(matrix))
        .start(task, make_space("binary"), random_state=0)
    )
    rng = np.random.default_rng(0)
    assert len(run(session, 20, score=lambda c: 1e6 * rng.normal())) == 20


def test_the_task_that_behaves_the_same_is_the_most_similar():
    matrix = make_matrix(n_tasks=30, seed=3)
    truth = dict(zip(matrix.keys, matrix.scores[7], strict=True))
    looks = matrix.metafeatures.iloc[7].to_dict()
    session = (
        GaussianAdvisor(continuous=False)
        .fit(MemoryExperience(matrix))
        .start(make_task(metafeatures=looks), make_space("binary"), random_state=0)
    )
    run(session, 15, score=lambda c: truth.get(configuration_key(c), np.nan))
    similar = session.similar_tasks()
    assert similar[0]["name"] == "task 7"
    assert similar[0]["openml_id"] == 107
    distances = [task["distance"] for task in similar]
    assert distances == sorted(distances)
    assert similar[0]["weight"] >= similar[1]["weight"] > 0


def test_parameters_are_checked():
    with pytest.raises(ValueError, match="boldness"):
        GaussianAdvisor(boldness=-1).fit()


def test_a_session_on_a_large_experience_begins_soon():
    matrix = make_matrix(n_tasks=200, n_configurations=300, missing=0.02)
    advisor = GaussianAdvisor().fit(MemoryExperience(matrix))
    advisor.start(make_task(), make_space("binary"))
    started = time.process_time()
    advisor.start(make_task(), make_space("binary"), random_state=0)
    assert time.process_time() - started < 1.0  # seconds; typically 0.02


def test_without_metafeatures_looks_do_not_matter():
    advisor = GaussianAdvisor(use_metafeatures=False).fit(MemoryExperience(make_matrix()))
    assert not advisor.needs_metafeatures
    assert GaussianAdvisor().needs_metafeatures
    runs = [
        keys_of(run(advisor.start(task, make_space("binary"), random_state=0), 15))
        for task in (make_task(), make_task(metafeatures={"A": -3.0, "B": 2.0}))
    ]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("unit", [1.0, 1e6])
@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_a_users_own_score_guides_whatever_its_units(kind, unit):
    """A scorer that no experience keeps: positive, where the nearest stored metric is a loss."""
    matrix = make_matrix(kind, n_tasks=40, n_configurations=40, seed=1)
    nearest = {"multiclass": "log_loss", "regression": "rmse"}[kind]
    asked = {}
    for is_told in (True, False):
        advisor = GaussianAdvisor(continuous=False).fit(MemoryExperience(without_task(matrix, 3)))
        task = replace(make_task(kind, has_clock=False), metric=nearest, is_comparable=False)
        session = advisor.start(task, make_space(kind), random_state=0)
        order = np.argsort(np.argsort(matrix.scores[3]))  # the higher the better
        truth = dict(zip(matrix.keys, order / len(order), strict=True))
        found = []
        for _ in range(12):
            proposal = session.ask()
            score = truth.get(configuration_key(proposal.configuration), 0.0) if is_told else 0.5
            session.tell(proposal.configuration, unit * score)
            found.append(truth.get(configuration_key(proposal.configuration), 0.0))
        asked[is_told] = found
    assert asked[True] != asked[False]  # what was told matters
    assert max(asked[True]) > 0.9
    expected = session.forecast([proposal.configuration]).scores[0]
    assert expected == pytest.approx(0.5 * unit, rel=0.5)  # in the scorer's own units


def families_asked(variety, is_for_ensemble=True, n_asked=12):
    matrix = make_matrix(n_tasks=40, n_configurations=40, seed=1)
    advisor = GaussianAdvisor(continuous=False, variety=variety)
    advisor.fit(MemoryExperience(without_task(matrix, 0)))
    task = replace(make_task(has_clock=False), is_for_ensemble=is_for_ensemble)
    session = advisor.start(task, make_space("binary"), random_state=0)
    truth = dict(zip(matrix.keys, matrix.scores[0], strict=True))
    families = []
    for _ in range(n_asked):
        proposal = session.ask()
        key = configuration_key(proposal.configuration)
        session.tell(proposal.configuration, truth.get(key, np.nan))
        families.append(proposal.configuration["family"])
    return families


def test_an_ensemble_gets_models_of_several_families():
    varied, alone = families_asked(variety=4.0), families_asked(variety=0.0)
    first_of_each = max(varied.index(family) for family in FAMILIES)
    assert set(varied) == set(FAMILIES)
    assert set(alone[: first_of_each + 1]) < set(FAMILIES)
    assert families_asked(variety=4.0, is_for_ensemble=False) == alone
