import logging
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import optuna
import pytest

from sklearn_meta.advisors import OptunaSampler, RandomAdvisor, TaskDescription, enqueue
from sklearn_meta.advisors.optuna._advice import CLAIM, trial_score
from sklearn_meta.advisors.optuna._at_hand import experience_for, task_at_hand
from sklearn_meta.experience import Experience
from sklearn_meta.experience.identity._fingerprint import Fingerprint
from sklearn_meta.spaces import SearchSpace, configuration_key
from tests.contracts.advisor_contract import MemoryExperience, make_matrix

FAMILY = "random_forest"


def make_storage(name, folder):
    if name == "sqlite":
        return optuna.storages.RDBStorage(f"sqlite:///{folder}/study.db")
    if name == "journal":
        backend = optuna.storages.journal.JournalFileBackend(f"{folder}/study.log")
        return optuna.storages.JournalStorage(backend)
    return optuna.storages.InMemoryStorage()


@pytest.fixture(params=["memory", "sqlite", "journal"])
def storage(request, tmp_path):
    return make_storage(request.param, tmp_path)


@pytest.fixture(scope="module")
def experience():
    """Forests with many features per split are best on all earlier tasks."""
    rng = np.random.default_rng(0)
    space = SearchSpace("binary", [FAMILY])
    configurations = [space.sample(rng) for _ in range(24)]
    level = np.array([c["max_features"] for c in configurations])
    scores = 0.6 + 0.3 * level + 0.005 * rng.normal(size=(20, len(level)))
    matrix = replace(make_matrix(), configurations=configurations, scores=scores)
    return MemoryExperience(
        replace(matrix, keys=[configuration_key(c) for c in configurations], metric="roc_auc")
    )


def objective(trial):
    max_features = trial.suggest_float("max_features", 0.1, 0.9)
    leaf = trial.suggest_int("min_samples_leaf", 1, 20, log=True)
    return max_features - 0.01 * leaf


def make_sampler(experience, **changes):
    return OptunaSampler(FAMILY, experience=experience, **({"seed": 0} | changes))


def run(sampler, n_trials, target=objective, **study):
    study = optuna.create_study(**({"direction": "maximize", "sampler": sampler} | study))
    study.optimize(target, n_trials=n_trials)
    return study


def params_of(study):
    return [tuple(sorted(trial.params.items())) for trial in study.trials]


def test_a_study_starts_from_experience(experience, storage):
    study = run(make_sampler(experience), 6, storage=storage)
    first = [trial.params["max_features"] for trial in study.trials[:3]]
    assert np.mean(first) > 0.7
    assert len(set(params_of(study))) == 6
    assert all(CLAIM in trial.system_attrs for trial in study.trials)


def test_same_seed_same_trials(experience):
    runs = [params_of(run(make_sampler(experience), 12)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0] != params_of(run(make_sampler(experience, seed=1), 12))


def test_minimising_the_opposite_gives_the_same(experience):
    def opposite(trial):
        return -objective(trial)

    up = run(make_sampler(experience), 12)
    down = run(make_sampler(experience), 12, opposite, direction="minimize")
    assert params_of(up) == params_of(down)


def test_it_goes_on_by_the_results(experience):
    def surprise(trial):
        """Few features are best here, against all experience."""
        value = trial.suggest_float("max_features", 0.05, 1.0, log=True)
        trial.suggest_int("min_samples_leaf", 1, 20)
        return -value

    study = run(make_sampler(experience), 30, surprise)
    values = [trial.params["max_features"] for trial in study.trials]
    assert np.mean(values[-10:]) < np.mean(values[:3])
    assert study.best_value > -0.1


def test_nothing_is_tried_twice_in_a_small_space(experience):
    def small(trial):
        return trial.suggest_categorical("bootstrap", [True, False]) + trial.suggest_int(
            "min_samples_leaf", 1, 3
        )

    study = run(make_sampler(experience, advisor=RandomAdvisor()), 7, small)
    assert len(set(params_of(study)[:6])) == 6
    assert len(study.trials) == 7  # when nothing is left, the independent sampler goes on


def test_steps_of_pipelines_and_other_names_are_understood(experience):
    def named(trial):
        trial.suggest_float("model__max_features", 0.1, 0.9, step=0.1)
        return trial.suggest_int("leaf", 1, 20)

    sampler = make_sampler(experience, parameters={"leaf": "min_samples_leaf"})
    study = run(sampler, 4, named)
    values = [trial.params["model__max_features"] for trial in study.trials]
    assert max(values) > 0.7
    assert np.allclose(np.round(values, 1), values)


def test_choices_of_the_user_are_respected(experience):
    def chosen(trial):
        trial.suggest_categorical("max_features", [0.3, 0.8])
        trial.suggest_categorical("class_weight", [None, "balanced"])
        return trial.suggest_int("n_estimators", 50, 100, step=25)

    study = run(make_sampler(experience), 8, chosen)
    assert len(set(params_of(study))) == 8


def test_strangers_are_drawn_without_advice_and_named_once(experience, caplog):
    def strange(trial):
        return objective(trial) + trial.suggest_float("alien", 0, 1)

    with caplog.at_level(logging.WARNING, logger="sklearn_meta"):
        study = run(make_sampler(experience), 5, strange)
    notes = [record for record in caplog.records if "alien" in record.getMessage()]
    assert len(notes) == 1
    assert len({trial.params["alien"] for trial in study.trials}) == 5


def test_failed_and_pruned_trials_are_taken_note_of(experience):
    def shaky(trial):
        value = objective(trial)
        if trial.number % 3 == 0:
            raise ValueError("no luck")
        if trial.number % 3 == 1:
            trial.report(value, 1)
            raise optuna.TrialPruned
        return value

    study = optuna.create_study(direction="maximize", sampler=make_sampler(experience))
    study.optimize(shaky, n_trials=12, catch=(ValueError,))
    assert len(set(params_of(study))) == 12
    states = [trial.state.name for trial in study.trials]
    assert states.count("FAIL") == states.count("PRUNED") == 4


@pytest.mark.parametrize(("sign", "expected"), [(1, 0.4), (-1, -0.7)])
def test_a_pruned_trial_is_never_better_than_the_middle(sign, expected):
    trial = optuna.trial.create_trial(state=optuna.trial.TrialState.PRUNED)
    assert np.isnan(trial_score(trial, sign, 0.4))
    trial.intermediate_values = {0: 0.2, 5: 0.7}
    assert trial_score(trial, sign, 0.4) == expected


def test_several_objectives_are_refused(experience):
    study = optuna.create_study(directions=["minimize"] * 2, sampler=make_sampler(experience))
    with pytest.raises(ValueError, match="multi-objective"):
        study.optimize(lambda trial: (objective(trial), 1.0), n_trials=1)


def test_threads_share_a_study(experience):
    study = optuna.create_study(direction="maximize", sampler=make_sampler(experience))
    study.optimize(objective, n_trials=16, n_jobs=4)
    assert len(set(params_of(study))) == 16


def test_trials_asked_for_before_any_is_told_differ(experience):
    study = optuna.create_study(direction="maximize", sampler=make_sampler(experience))
    trials = [study.ask() for _ in range(6)]
    for trial in reversed(trials):
        objective(trial)
    assert len(set(params_of(study))) == 6


def test_rivals_give_way(experience):
    """Another worker promises the same between this one's reading and its writing."""
    study = optuna.create_study(direction="maximize", sampler=make_sampler(experience))
    mine, other = study.ask(), study.ask()
    storage, write = study._storage, study._storage.set_trial_system_attr

    def racing(trial_id, key, value):
        write(trial_id, key, value)
        if trial_id == mine._trial_id and not racing.done:
            racing.done = True
            write(other._trial_id, key, value)

    racing.done = False
    storage.set_trial_system_attr = racing
    objective(mine)
    claims = [trial.system_attrs[CLAIM] for trial in study.get_trials(deepcopy=False)]
    assert claims[0] != claims[1]


def test_a_hyperband_study_works(experience):
    pruner = optuna.pruners.HyperbandPruner(max_resource=3)
    study = run(make_sampler(experience), 6, pruner=pruner)
    assert len(study.trials) == 6


def test_reseeding_changes_the_draws(experience):
    sampler = make_sampler(experience, advisor=RandomAdvisor())
    first = params_of(run(sampler, 3))
    sampler.reseed_rng()
    assert params_of(run(sampler, 3)) != first


def test_a_sampler_survives_pickling(experience):
    sampler = make_sampler(experience)
    run(sampler, 3)
    twin = pickle.loads(pickle.dumps(sampler))
    assert params_of(run(twin, 8)) == params_of(run(sampler, 8))


@pytest.mark.parametrize(
    "given",
    [
        {"task": {"NumberOfInstances": 500.0, "NumberOfFeatures": 9.0}},
        {"task": TaskDescription("binary", "roc_auc", 500, 8)},
        {"X": np.arange(60.0).reshape(30, 2), "y": np.arange(30) % 2},
        {"metric": "roc_auc"},
        {"experience": None},
    ],
    ids=["meta-features", "description", "table", "metric", "no experience"],
)
def test_what_is_known_of_the_task(experience, given):
    sampler = OptunaSampler(FAMILY, **({"experience": experience, "seed": 0} | given))
    assert len(set(params_of(run(sampler, 4)))) == 4


def test_mistakes_are_named(experience):
    with pytest.raises(ValueError, match="Did you mean 'max_features'"):
        make_sampler(experience, parameters={"depth": "max_feature"})
    with pytest.raises(ValueError, match="X and y together"):
        make_sampler(experience, X=np.zeros((3, 1)))
    with pytest.raises(ValueError, match="Unknown family"):
        OptunaSampler("forest")


def test_fixed_parameters_leave_results_out(experience):
    sampler = make_sampler(experience, fixed={"bootstrap": True})
    known = sampler._advice
    run(sampler, 2)
    assert 0 < len(known._advisor.experience_.matrix("binary").keys) < 24


def test_optunas_verbosity_is_left_alone(experience):
    before = optuna.logging.get_verbosity()
    run(make_sampler(experience), 3)
    assert optuna.logging.get_verbosity() == before


def test_optuna_is_not_loaded_before_it_is_used():
    code = "import sys, sklearn_meta.advisors; sys.exit('optuna' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


WORKER = """
import sys, time
import optuna
from sklearn_meta.advisors import OptunaSampler

study = optuna.load_study(
    study_name="shared", storage=sys.argv[1], sampler=OptunaSampler("svm", kind="binary", seed=0)
)

def objective(trial):
    C = trial.suggest_float("C", 0.01, 1000, log=True)
    gamma = trial.suggest_float("gamma", 0.01, 10, log=True)
    time.sleep(0.02)
    return -abs(C - 3) - abs(gamma - 1)

study.optimize(objective, n_trials=12)
"""


def test_two_processes_never_try_the_same(tmp_path):
    url = f"sqlite:///{tmp_path}/shared.db"
    optuna.create_study(study_name="shared", storage=url, direction="maximize")
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, url]) for _ in range(2)]
    assert [worker.wait(timeout=300) for worker in workers] == [0, 0]
    study = optuna.load_study(study_name="shared", storage=url)
    assert len(study.trials) == 24
    assert len(set(params_of(study))) == 24


@pytest.mark.parametrize("sampler", [None, optuna.samplers.RandomSampler(seed=0)])
def test_a_portfolio_waits_in_the_study(experience, storage, sampler):
    study = optuna.create_study(direction="maximize", storage=storage, sampler=sampler)
    assert enqueue(study, FAMILY, experience=experience, n_trials=4) == 4
    study.optimize(objective_over_all, n_trials=2)
    assert enqueue(study, FAMILY, experience=experience, n_trials=4) == 0
    study.optimize(objective_over_all, n_trials=4)
    assert study.trials[0].params["max_features"] > 0.7
    assert len(study.trials) == 6


def objective_over_all(trial):
    return trial.suggest_float("max_features", 0.05, 1.0, log=True)


def test_a_portfolio_heeds_ranges_and_names(experience):
    distributions = {
        "rf__max_features": optuna.distributions.FloatDistribution(0.1, 0.6),
        "rf__min_samples_leaf": optuna.distributions.IntDistribution(2, 8),
    }
    study = optuna.create_study(direction="maximize")
    added = enqueue(study, FAMILY, experience=experience, distributions=distributions)
    waiting = [trial.system_attrs["fixed_params"] for trial in study.trials]
    assert len(waiting) == added > 0
    for params in waiting:
        assert set(params) == set(distributions)
        assert 0.1 <= params["rf__max_features"] <= 0.6
        assert 2 <= params["rf__min_samples_leaf"] <= 8


def test_a_portfolio_needs_a_number(experience):
    with pytest.raises(ValueError, match="n_trials"):
        enqueue(optuna.create_study(), FAMILY, n_trials=-1)


def test_several_bases_without_the_table_itself(tmp_path):
    """A table must not be advised by its own evaluations, whichever base has them."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.arange(60) % 2
    paths = [str(tmp_path / name) for name in ("a.sqlite", "b.sqlite")]
    for number, path in enumerate(paths):
        with Experience.create(path) as base:
            for name, table in (("own", X), (f"other {number}", rng.normal(size=(70 + number, 3)))):
                size = {"n_rows": len(table), "n_columns": 3, "n_classes": 2}
                task = base.add_task(name, "binary", fingerprint=Fingerprint.of(table), **size)
                base.add_evaluation(
                    task, {"family": FAMILY}, {"roc_auc": 0.9}, fit_seconds=0.1, rows_used=40
                )
    known = experience_for(paths, X, task_at_hand(X, y, metric="roc_auc"))
    assert len(known.members) == 2
    names = [member.tasks()["name"].tolist() for member in known.members]
    assert names == [["other 0"], ["other 1"]]


def test_an_experience_of_ones_own_need_not_know_tables(experience):
    X, y = np.eye(4), [0, 1, 0, 1]
    assert experience_for(experience, X, task_at_hand(X, y)) is experience
