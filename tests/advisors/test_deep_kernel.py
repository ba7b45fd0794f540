import logging
import subprocess
import sys

import numpy as np
import pytest

from sklearn_meta.advisors import DeepKernelAdvisor
from sklearn_meta.advisors.contract._session import Trial
from sklearn_meta.advisors.deep_kernel._cache import cache_folder, cached
from sklearn_meta.advisors.deep_kernel._candidates import CandidateMaker
from sklearn_meta.advisors.deep_kernel._encoding import ConfigurationEncoder
from sklearn_meta.advisors.deep_kernel._function import DeepKernel
from sklearn_meta.advisors.deep_kernel._session import _Observed
from sklearn_meta.experience import Experience
from sklearn_meta.spaces import SearchSpace, configuration_key
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


class TestDeepKernelAdvisor(AdvisorContract):
    @pytest.fixture
    def advisor(self):
        return DeepKernelAdvisor(n_steps=3, cache=None)


@pytest.fixture
def svm():
    return SearchSpace("regression", ["svm"])


def encoder_of(space):
    return ConfigurationEncoder({}).extended(space.families)


def test_numbers_are_encoded_on_their_own_scale(svm):
    encoder = encoder_of(svm)
    rows = encoder.encode([{"family": "svm", "C": c} for c in (0.01, 1000.0, 10**0.5)])
    varied = rows[:, np.ptp(rows, axis=0) > 0]
    assert varied.shape[1] == 1
    assert np.allclose(varied.ravel(), [-1, 1, 0])


def test_drafts_are_encoded_like_the_configurations_they_become(svm):
    maker = CandidateMaker(svm, encoder_of(svm))
    drafts = maker.draw(np.random.default_rng(0), [svm.complete({"family": "svm"})])
    written = [maker.configuration(draft) for draft in drafts]
    assert all(svm.contains(configuration) for configuration in written)
    again = encoder_of(svm).encode(written)
    apart = np.abs(again - [draft.row for draft in drafts])
    assert apart.max() < 1.0  # whole numbers round
    assert apart.mean() < 0.02


def test_unheard_families_leave_no_trace(svm):
    assert not encoder_of(svm).encode([{"family": "unheard", "C": 1.0}]).any()


def test_a_family_that_does_not_ship_is_encoded_by_the_values_seen():
    seen = [{"family": "own", "depth": d, "rule": r} for d, r in [(1, "a"), (9, "b"), (5, "a")]]
    rows = ConfigurationEncoder.learn(seen, "binary").encode(seen)
    assert len(np.unique(rows, axis=0)) == 3


def test_columns_known_before_stay_in_place():
    small, wide = make_space("binary", ["linear"]), make_space("binary")
    encoder = encoder_of(small)
    rows = [small.complete({"family": "linear", "C": 3.0})]
    wider = encoder.extended(wide.families)
    assert wider.n_columns > encoder.n_columns
    assert np.array_equal(wider.encode(rows)[:, : encoder.n_columns], encoder.encode(rows))


def smooth_experience(n_tasks=30, seed=0):
    """Tasks on which the best C of a linear model is nearly the same."""
    rng = np.random.default_rng(seed)
    space = make_space("binary", ["linear"])
    matrix = make_matrix(n_tasks=n_tasks, n_configurations=20)
    configurations = [space.sample(rng) for _ in range(20)]
    places = np.log10([c["C"] for c in configurations])
    optima = 1.5 + 0.2 * rng.standard_normal((n_tasks, 1))
    matrix.scores[:] = 0.9 - 0.02 * (places - optima) ** 2
    matrix.configurations[:] = configurations
    matrix.keys[:] = [configuration_key(c) for c in configurations]
    return MemoryExperience(matrix)


@pytest.fixture(scope="module")
def smooth():
    return DeepKernelAdvisor(n_steps=150, cache=None).fit(smooth_experience())


def test_training_learns_what_tasks_have_in_common(smooth):
    session = smooth.start(make_task(), make_space("binary", ["linear"]), random_state=0)
    near, far = ({"family": "linear", "penalty": "l2", "C": c} for c in (30.0, 1e-3))
    points = session._field.points([session.space.complete(c) for c in (near, far)])
    mean = points.embedded[2]
    assert mean[0] > mean[1] + 0.5


def test_the_search_goes_beyond_the_known_ones(smooth):
    def score(configuration):
        return 0.9 - 0.02 * (np.log10(configuration["C"]) - 1.5) ** 2

    task = make_task(has_clock=False)
    session = smooth.start(task, make_space("binary", ["linear"]), random_state=0)
    proposals = run(session, 15, score)
    assert "surrogate" in {proposal.origin for proposal in proposals}
    assert max(score(p.configuration) for p in proposals) > 0.899


def test_without_boldness_known_ones_come_first():
    matrix = make_matrix()
    advisor = DeepKernelAdvisor(n_steps=3, boldness=0, cache=None).fit(MemoryExperience(matrix))
    space = make_space("binary")
    proposals = run(advisor.start(make_task(), space, random_state=0), 28)
    assert {p.origin for p in proposals[:24]} <= {"experience", "default"}


def test_what_takes_too_long_is_left_out():
    advisor = DeepKernelAdvisor(n_steps=3, cache=None).fit(MemoryExperience(make_matrix()))
    session = advisor.start(make_task(), make_space("binary"), random_state=0)
    proposal = session.ask(seconds_left=2.0)
    assert proposal.predicted_seconds * 5 <= 2.0
    assert session.ask(seconds_left=1e-6) is None  # not even a random one


def test_trained_kernels_are_kept_and_found_again(tmp_path, monkeypatch):
    experience = MemoryExperience(make_matrix())
    first = DeepKernelAdvisor(n_steps=3, cache=tmp_path).fit(experience)
    kept = keys_of(run(first.start(make_task(), make_space("binary"), random_state=0), 12))
    (path,) = tmp_path.glob("deep_kernel_*.safetensors")
    monkeypatch.setattr(
        "sklearn_meta.advisors.deep_kernel._training.meta_train", lambda *_, **__: 1 / 0
    )
    second = DeepKernelAdvisor(n_steps=3, cache=tmp_path).fit(experience)
    found = keys_of(run(second.start(make_task(), make_space("binary"), random_state=0), 12))
    assert kept == found
    other = DeepKernelAdvisor(n_steps=4, cache=tmp_path).fit(experience)
    with pytest.raises(ZeroDivisionError):
        other.start(make_task(), make_space("binary"))
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_file_is_made_anew(tmp_path, caplog):
    experience = MemoryExperience(make_matrix())
    advisor = DeepKernelAdvisor(n_steps=3, cache=tmp_path)
    advisor.fit(experience).start(make_task(), make_space("binary"))
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with caplog.at_level(logging.WARNING, logger="sklearn_meta"):
        advisor.fit(experience).start(make_task(), make_space("binary"))
    assert "damaged" in caplog.text
    assert path.read_bytes() == whole


def test_a_file_that_lacks_something_is_made_anew(tmp_path):
    made = cached(tmp_path, "x", {"a": (2,)}, lambda: {"a": np.ones(2)})
    again = cached(tmp_path, "x", {"a": (3,)}, lambda: {"a": np.zeros(3)})
    assert made["a"].sum() == 2
    assert again["a"].sum() == 0


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    assert cached(tmp_path / "file", "x", {}, lambda: {"a": np.ones(2)})["a"].sum() == 2


def test_where_kernels_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    own = Experience.create(tmp_path / "own.sqlite")
    assert cache_folder(own, "auto") == tmp_path
    assert cache_folder(Experience.bundled(), "auto") == tmp_path / "home" / "sklearn_meta"
    assert cache_folder(MemoryExperience(None), "auto") is None
    assert cache_folder(own, None) is None


def test_a_score_far_off_moves_nothing_but_itself(smooth):
    sessions = []
    for far_off in (0.5, -1e6):
        session = smooth.start(make_task(), make_space("binary", ["linear"]), random_state=0)
        for place, score in ((1e-4, far_off), (1e-2, 0.7), (1.0, 0.8), (10.0, 0.82), (50.0, 0.85)):
            session.tell({"family": "linear", "penalty": "l2", "C": place}, score)
        sessions.append(session.ask())
    assert sessions[0].configuration["family"] == "linear"
    assert abs(sessions[0].predicted_score - sessions[1].predicted_score) < 0.2


def test_smooth_scores_of_the_task_are_followed_closely(smooth, monkeypatch):
    def off(fewest):
        monkeypatch.setattr("sklearn_meta.advisors.deep_kernel._adaptation._FEWEST", fewest)
        session = smooth.start(make_task(), make_space("binary", ["linear"]), random_state=0)
        told = [session.space.complete({"family": "linear", "C": 10.0**p}) for p in range(-3, 4)]
        # high where earlier tasks have it low
        scores = 0.8 - 0.01 * np.arange(7)
        for configuration, score in zip(told, scores, strict=True):
            session.tell(configuration, score)
        points = session._field.points(told)
        found = [_Observed(session).expect(points.take([n]))[0] for n in range(7)]
        return np.abs(found - scores).max()

    assert off(6) < 0.5 * off(8)  # the seven scores are enough, or are not


def test_the_kernel_is_a_covariance(smooth):
    trained = smooth._digest_of("binary", "roc_auc")
    space = make_space("binary", FAMILIES)
    rng = np.random.default_rng(0)
    configurations = [space.sample(rng) for _ in range(40)]
    rows = trained.encoder.extended(space.families).encode(configurations)
    embedded = trained.kernel.embed(rows)
    families = np.array([c["family"] for c in configurations])
    same = families[:, None] == families[None, :]
    covariance = trained.kernel.covariance(embedded, embedded, same)
    assert np.allclose(np.diag(covariance), trained.kernel.variance)
    assert np.linalg.eigvalsh(covariance).min() > -1e-8


def test_numpy_and_torch_agree_on_the_kernel():
    torch = pytest.importorskip("torch")
    from sklearn_meta.advisors.deep_kernel._training import _as_arrays, _loss, _start

    rng = np.random.default_rng(0)
    rows, z = rng.standard_normal((9, 5)), rng.standard_normal((2, 9))
    model = _start(5)
    same = np.ones((9, 9), dtype=bool)
    loss = _loss(model, torch.tensor(rows), torch.tensor(same), torch.tensor(z))
    kernel = DeepKernel(_as_arrays(model))
    embedded = kernel.embed(rows)
    covariance = kernel.covariance(embedded, embedded, same) + (kernel.noise + 1e-4) * np.eye(9)
    expected = 0.5 * np.linalg.slogdet(covariance)[1] / 9
    expected += 0.5 * np.mean([r @ np.linalg.solve(covariance, r) for r in z - embedded[2]]) / 9
    # each task has its own factor: the volume counts once for each
    assert abs(float(loss.detach()) - expected) < 1e-3


def test_torch_is_loaded_only_for_training():
    code = (
        "import sys; from sklearn_meta.advisors import DeepKernelAdvisor, TaskDescription;"
        "from sklearn_meta.spaces import SearchSpace;"
        "task = TaskDescription('binary', 'roc_auc', 100, 4);"
        "DeepKernelAdvisor().fit().start(task, SearchSpace('binary', ['svm'])).ask();"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_parameters_are_checked():
    with pytest.raises(ValueError, match="n_steps"):
        DeepKernelAdvisor(n_steps=-1).fit()


def test_trials_told_before_are_learned_from(smooth):
    session = smooth.start(make_task(), make_space("binary", ["linear"]), random_state=0)
    trial = Trial({"family": "linear", "C": 30.0, "penalty": "l2"}, 0.9, 0.1, "ok")
    session.tell(trial.configuration, trial.score, trial.seconds)
    assert session.ask().predicted_score > 0.85
