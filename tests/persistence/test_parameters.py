"""Parameters in a file: kept where a file can hold them, left out with a word where not."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import make_scorer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.tree import DecisionTreeClassifier

from sklearn_meta.advisors import GaussianAdvisor, RandomAdvisor
from sklearn_meta.exceptions import SklearnMetaWarning
from sklearn_meta.experience import Experience
from sklearn_meta.persistence import load, save
from sklearn_meta.spaces import Family, Int


def stored(model, folder, **parameters):
    """Return a parameter's value after a round trip; only the parameters differ from `model`."""
    changed = clone(model).set_params(**parameters)
    vars(changed).update({k: v for k, v in vars(model).items() if k not in model.get_params()})
    save(changed, folder / "model.skops")
    loaded = load(folder / "model.skops")
    return loaded.get_params(deep=False)[next(iter(parameters))]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_budget", 12.5),
        ("scoring", "accuracy"),
        ("families", ["linear", "-mlp"]),
        ("experience", "bundled"),
        ("experience", "some/base.sqlite"),
        ("experience", ["bundled", "some/base.sqlite"]),
        ("record_to", "some/base.sqlite"),
        ("n_jobs", -1),
    ],
)
def test_plain_values_are_kept(name, value, small, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert stored(small[0], tmp_path, **{name: value}) == value


def test_splitters_advisers_and_random_states_are_kept(small, tmp_path):
    splitter = stored(small[0], tmp_path, cv=StratifiedKFold(3, shuffle=True, random_state=1))
    assert (splitter.n_splits, splitter.random_state) == (3, 1)
    advisor = stored(small[0], tmp_path, advisor=GaussianAdvisor(boldness=0.1))
    assert advisor.boldness == 0.1
    state = np.random.RandomState(4)
    assert stored(small[0], tmp_path, random_state=state).randint(99) == state.randint(99)


def test_a_fitted_adviser_is_stored_without_what_it_learned(small, tmp_path):
    advisor = RandomAdvisor().fit(Experience.empty())
    assert "experience_" not in vars(stored(small[0], tmp_path, advisor=advisor))


def test_an_executor_is_left_out_silently(small, tmp_path):
    with ThreadPoolExecutor(1) as executor, warnings.catch_warnings():
        warnings.simplefilter("error")
        assert stored(small[0], tmp_path, executor=executor) is None


class OwnSplitter(KFold):
    """A splitter that no allow-list knows."""


TREES = Family.from_estimator(
    "tree", DecisionTreeClassifier(), [Int("max_depth", 1, 5, default=2)], kinds="binary"
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scoring", lambda estimator, X, y: 0.0),
        ("scoring", make_scorer(lambda y, p: 0.0)),
        ("cv", OwnSplitter()),
        ("families", [TREES]),
        ("experience", Experience.empty()),
        ("experience", ["bundled", Experience.empty()]),
        ("record_to", Experience.empty()),
    ],
)
def test_values_that_hold_code_are_left_out_with_a_word(name, value, small, tmp_path):
    with pytest.warns(SklearnMetaWarning, match=f"None for the parameter.s. {name}"):
        assert stored(small[0], tmp_path, **{name: value}) is None


def test_an_experience_is_stored_by_its_place(small, tmp_path):
    base = Experience.create(tmp_path / "base.sqlite")
    assert stored(small[0], tmp_path, experience=base) == str(tmp_path / "base.sqlite")
    assert stored(small[0], tmp_path, experience=tmp_path / "x.sqlite") == str(
        tmp_path / "x.sqlite"
    )


def test_passwords_stay_out_of_the_file(small, tmp_path):
    url = "postgresql+pg8000://ann:secret@db.example/base?password=secret&timeout=3"
    assert "secret" not in stored(small[0], tmp_path, record_to=url)
    assert "secret" not in str(stored(small[0], tmp_path, experience=["bundled", url]))
    place = stored(small[0], tmp_path, experience=url)
    assert place == "postgresql+pg8000://ann@db.example/base?timeout=3"
    assert b"secret" not in (tmp_path / "model.skops").read_bytes()
