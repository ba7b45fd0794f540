"""What can't be learned from gets an error that says what to do; what can, a model."""

import sqlite3
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import make_scorer
from sklearn.model_selection import GroupKFold

from sklearn_meta import Experience, MetaAutoClassifier, MetaAutoRegressor
from sklearn_meta.exceptions import (
    AllTrialsFailedError,
    ExperienceError,
    SearchWarning,
    SklearnMetaError,
)
from sklearn_meta.spaces import Family

BOTH = pytest.mark.parametrize("estimator", [MetaAutoClassifier, MetaAutoRegressor])


def small(estimator, **parameters):
    return estimator(**{"max_trials": 2, "experience": None, "random_state": 0, **parameters})


# tables


@BOTH
@pytest.mark.parametrize(
    "X, message",
    [
        (np.empty((0, 3)), r"0 sample\(s\)"),
        (np.empty((4, 0)), r"0 feature\(s\)"),
        (pd.DataFrame(), r"0 sample\(s\)"),
        (pd.DataFrame({"a": [], "b": []}), r"0 sample\(s\)"),
        (pd.DataFrame(index=range(4)), r"0 feature\(s\)"),
        ([], "1D array|0 sample"),
        (np.arange(4.0), "1D array"),
        (pd.Series([1.0, 2.0, 3.0, 4.0]), "1D array|1-dimensional|Series"),
        (np.zeros((4, 2, 2)), "dim 3|dimension"),
        ([[1, 2], [3]], "rows of equal length"),
        (np.array([[1.0], [np.inf], [0.0], [2.0]]), "infinity"),
        (pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1, 2, -np.inf, 3]}), r"infinity.*\['b'\]"),
        (pd.DataFrame({"a": [[1], [2], [3], [4]]}), "'a'.*list"),
        (np.full((4, 2), 1j), "[Cc]omplex"),
    ],
)
def test_unusable_table(estimator, X, message):
    with pytest.raises((ValueError, TypeError), match=message):
        small(estimator).fit(X, [0, 1, 0, 1])


@BOTH
def test_mismatched_lengths(estimator):
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[4, 3\]"):
        small(estimator).fit(np.arange(8.0).reshape(4, 2), [0, 1, 0])


@BOTH
def test_single_row(estimator):
    with pytest.raises(ValueError, match="1 sample|one class"):
        small(estimator).fit([[1.0, 2.0]], [1])


@BOTH
def test_no_target(estimator):
    with pytest.raises(ValueError, match="requires y to be passed"):
        small(estimator).fit([[1.0], [2.0]], None)


# targets


@BOTH
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_missing_or_infinite_target(estimator, value):
    y = [0.0, 1.0, value, 1.0]
    with pytest.raises(ValueError, match="Input y contains (NaN|infinity)"):
        small(estimator).fit(np.arange(8.0).reshape(4, 2), y)


@pytest.mark.parametrize("hole", [None, np.nan, pd.NA])
def test_missing_label(hole):
    y = pd.Series(["a", "b", hole, "b"], dtype=object)
    with pytest.raises(ValueError, match="Input y contains NaN. Drop the rows"):
        small(MetaAutoClassifier).fit(np.arange(8.0).reshape(4, 2), y)


def test_one_class():
    with pytest.raises(ValueError, match="only one class: 'yes'"):
        small(MetaAutoClassifier).fit(np.arange(8.0).reshape(4, 2), ["yes"] * 4)


def test_continuous_target_for_a_classifier(numbers):
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        small(MetaAutoClassifier).fit(*numbers)


def test_labels_for_a_regressor():
    with pytest.raises(ValueError, match="regressor needs numbers in y.*Use a classifier"):
        small(MetaAutoRegressor).fit(np.arange(8.0).reshape(4, 2), ["a", "b", "a", "b"])


def test_mixed_labels():
    with pytest.raises(ValueError, match="mixes strings and other values"):
        small(MetaAutoClassifier).fit(np.arange(8.0).reshape(4, 2), ["a", 1, "a", 1])


@BOTH
def test_several_targets(estimator):
    with pytest.raises(ValueError, match="1d array|multi-?output"):
        small(estimator).fit(np.arange(8.0).reshape(4, 2), np.ones((4, 2)))


def test_class_with_one_member(iris):
    X, y = iris
    y = np.append(y, 7)
    X = np.vstack([X, [[9.0, 9.0, 9.0, 9.0]]])
    clf = small(MetaAutoClassifier, max_trials=3).fit(X, y)
    assert clf.classes_.tolist() == [0, 1, 2, 7]
    assert clf.predict_proba(X).shape == (151, 4)
    np.testing.assert_allclose(clf.predict_proba(X).sum(axis=1), 1)
    assert clf.score(X, y) > 0.9


def test_all_classes_have_one_member():
    X = np.arange(12.0).reshape(6, 2)
    clf = small(MetaAutoClassifier).fit(X, list("abcdef"))
    assert set(clf.predict(X)) <= set("abcdef")


def test_two_rows():
    with pytest.warns(SearchWarning, match="log loss"):
        clf = small(MetaAutoClassifier).fit([[0.0], [1.0]], ["a", "b"])
    assert set(clf.predict([[0.0], [1.0]])) <= {"a", "b"}
    reg = small(MetaAutoRegressor).fit([[0.0], [1.0]], [0.0, 1.0])
    assert np.isfinite(reg.predict([[0.5]])).all()


@pytest.mark.parametrize("value", [0.0, 3.5])
def test_constant_number(value, numbers):
    X, _ = numbers
    reg = small(MetaAutoRegressor).fit(X, np.full(len(X), value))
    np.testing.assert_allclose(reg.predict(X[:5]), value, atol=1e-6)


# scores


@BOTH
def test_unknown_scoring(estimator, binary):
    with pytest.raises(ValueError, match="'roc_aucc'"):
        small(estimator, scoring="roc_aucc").fit(*binary)


def broken_score(y_true, y_pred):
    raise RuntimeError("the scorer is broken")


def blind_score(estimator, X, y):
    return float("nan")


@pytest.mark.parametrize(
    "scoring, told",
    [
        (make_scorer(broken_score), "the scorer is broken"),
        (blind_score, "the score is nan"),
    ],
)
def test_scorer_that_always_fails(scoring, told, binary):
    with pytest.raises(AllTrialsFailedError, match=f"All 2 trials failed.*{told}.*scorer"):
        small(MetaAutoClassifier, scoring=scoring).fit(*binary)


def test_scorer_that_does_not_know_the_labels(binary):
    X, y = binary
    with pytest.raises(ValueError, match="'f1' does not fit.*pos_label.*Such as roc_auc"):
        small(MetaAutoClassifier, scoring="f1").fit(X, np.where(y == 1, "yes", "no"))


def test_scorer_of_another_kind_of_task_fails_before_the_trials(binary, numbers):
    X, y = binary
    three = np.arange(len(y)) % 3
    for estimator, scoring, target, told in (
        (MetaAutoClassifier, "roc_auc", three, "3 classes: multi_class.*roc_auc_ovr_weighted"),
        (MetaAutoClassifier, "r2", y, "it scores numbers"),
        (MetaAutoRegressor, "accuracy", numbers[1], "it scores classes.*r2"),
    ):
        with pytest.raises(ValueError, match=f"{scoring!r} does not fit.*{told}"):
            small(estimator, scoring=scoring).fit(X, target)


@pytest.mark.parametrize(
    "cv, groups, told",
    [
        (None, np.zeros(120), "at least two groups"),
        (GroupKFold(5), np.arange(120) % 3, "3 groups.*another cv"),
        (GroupKFold(5), None, "pass groups=... to fit"),
    ],
)
def test_groups_that_cannot_be_split(cv, groups, told, numbers):
    with pytest.raises(ValueError, match=told):
        small(MetaAutoRegressor, cv=cv).fit(*numbers, groups=groups)


# parameters


@BOTH
@pytest.mark.parametrize(
    "name, value",
    [
        ("time_budget", 0),
        ("time_budget", -1.5),
        ("time_budget", "60"),
        ("max_trials", 0),
        ("max_trials", 2.5),
        ("memory_limit", 0),
        ("n_jobs", 1.5),
        ("ensemble", "yes"),
        ("advisor", "gaussian"),
        ("executor", 3),
        ("experience", 3),
        ("verbose", "loud"),
        ("cv", "five"),
    ],
)
def test_parameter_out_of_range(estimator, name, value, binary):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of {estimator.__name__} must be"):
        small(estimator, **{name: value}).fit(*binary)


@BOTH
def test_unknown_family(estimator, binary):
    with pytest.raises(ValueError, match="Unknown family 'random_forst'. Did you mean"):
        small(estimator, families=["random_forst"]).fit(*binary)


@BOTH
def test_no_family_left(estimator, binary):
    with pytest.raises(ValueError, match="No family is left"):
        small(estimator, families=["linear", "-linear"]).fit(*binary)


def test_budget_that_allows_nothing(binary, in_time):
    """Even an absurd budget ends soon, with a model and a word of warning."""
    with in_time(0), pytest.warns(SearchWarning, match="constant prediction. Grant more time"):
        clf = small(MetaAutoClassifier, max_trials=None, time_budget=1e-6).fit(*binary)
    assert clf.predict(binary[0]).shape == (120,)
    assert clf.report()


@BOTH
def test_cv_without_validation_rows(estimator, binary):
    X, y = binary
    with pytest.raises(ValueError, match="cv=.*without rows to train or validate on"):
        small(estimator, cv=[(np.arange(len(y)), np.array([], dtype=int))]).fit(X, y)


# trials


class Refuses:
    """A builder of models that can't be built."""

    def __call__(self, configuration, context):
        raise ZeroDivisionError("no such model")


def test_all_trials_fail(binary):
    family = Family("hopeless", Refuses(), kinds=("binary",), weighted=True)
    with pytest.raises(AllTrialsFailedError, match="ZeroDivisionError: no such model.*hopeless"):
        small(MetaAutoClassifier, families=[family]).fit(*binary)


def test_own_errors_are_also_the_usual_ones():
    assert issubclass(AllTrialsFailedError, RuntimeError)
    assert issubclass(AllTrialsFailedError, SklearnMetaError)
    assert issubclass(ExperienceError, ValueError)


# tables at predict


@pytest.fixture(scope="module")
def fitted_frame():
    X, y = make_classification(120, 3, n_informative=3, n_redundant=0, random_state=0)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    frame["town"] = np.where(frame["a"] > 0, "Rome", "Oslo")
    return small(MetaAutoClassifier, max_trials=4).fit(frame, y), frame


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda frame: frame.drop(columns="b"), "missing.*\n.*b"),
        (lambda frame: frame.assign(extra=1.0), "unseen.*\n.*extra"),
        (lambda frame: frame[["c", "b", "a", "town"]], "same order"),
        (lambda frame: frame.to_numpy()[:, :3], "4 features"),
    ],
)
def test_other_columns_at_predict(fitted_frame, change, message):
    clf, frame = fitted_frame
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an array has no names, says scikit-learn
        with pytest.raises(ValueError, match=message):
            clf.predict(change(frame))


def test_text_where_numbers_were(fitted_frame):
    clf, frame = fitted_frame
    with pytest.raises(ValueError, match="'a'"):
        clf.predict(frame.assign(a="much"))


def test_empty_table_at_predict(fitted_frame):
    clf, frame = fitted_frame
    with pytest.raises(ValueError, match=r"0 sample\(s\)"):
        clf.predict(frame.iloc[:0])


def test_infinity_at_predict(fitted_frame):
    clf, frame = fitted_frame
    with pytest.raises(ValueError, match="infinity"):
        clf.predict_proba(frame.assign(a=np.inf))


def test_unseen_categories_and_gaps_at_predict(fitted_frame):
    clf, frame = fitted_frame
    known = clf.predict_proba(frame)
    strange = frame.assign(town=["Lima", None] * 60)
    proba = clf.predict_proba(strange)
    assert np.isfinite(proba).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert (proba.argmax(axis=1) == known.argmax(axis=1)).mean() > 0.7
    assert np.isfinite(clf.predict_proba(frame.assign(a=np.nan))).all()


# experience files


@pytest.fixture
def experience_file(tmp_path):
    path = tmp_path / "mine.sqlite"
    Experience.create(path).close()
    return path


@BOTH
def test_experience_file_missing(estimator, binary, tmp_path):
    path = tmp_path / "none.sqlite"
    with pytest.raises(FileNotFoundError, match="none.sqlite"):
        small(estimator, experience=str(path)).fit(*binary)
    assert not path.exists()


@pytest.mark.parametrize("as_path", [True, False])
def test_experience_file_corrupt(binary, tmp_path, as_path):
    path = tmp_path / "broken.sqlite"
    path.write_bytes(b"id,name\n1,iris\n" * 100)
    with pytest.raises(ExperienceError, match="broken.sqlite"):
        small(MetaAutoClassifier, experience=path if as_path else str(path)).fit(*binary)


def test_experience_file_of_a_newer_schema(binary, experience_file):
    with sqlite3.connect(experience_file) as connection:
        connection.execute("UPDATE facts SET value = '99' WHERE key = 'schema_version'")
    connection.close()
    with pytest.raises(ExperienceError, match="99(.|\n)*[Uu]pgrade"):
        small(MetaAutoClassifier, experience=str(experience_file)).fit(*binary)


def test_experience_file_that_may_only_be_read(binary, experience_file):
    experience_file.chmod(0o444)
    experience_file.parent.chmod(0o555)
    try:
        clf = small(MetaAutoClassifier, experience=experience_file).fit(*binary)
    finally:
        experience_file.parent.chmod(0o755)
    assert clf.similar_tasks_ == []


# extreme shapes


def test_many_more_columns_than_rows(in_time):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 5_000))
    y = (X[:, 0] + X[:, 1] > 0).astype(int)
    with in_time(5):
        clf = MetaAutoClassifier(time_budget=5, experience=None, random_state=0).fit(X, y)
    assert clf.predict_proba(X).shape == (50, 2)


def test_three_hundred_classes(in_time):
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(300, 8)) * 5
    y = np.repeat(np.arange(300), 6)
    X = centres[y] + rng.normal(size=(1_800, 8))
    with in_time(5):
        clf = MetaAutoClassifier(time_budget=5, experience=None, random_state=0).fit(X, y)
    assert clf.predict_proba(X[:3]).shape == (3, 300)
    assert clf.score(X, y) > 0.5


@pytest.mark.slow
@BOTH
def test_large_table_in_ten_seconds(estimator, in_time):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100_000, 50))
    signal = X[:, 0] * X[:, 1] + X[:, 2]
    y = signal if estimator is MetaAutoRegressor else (signal > 0).astype(int)
    with in_time(10):
        model = estimator(time_budget=10, experience=None, random_state=0, n_jobs=2).fit(X, y)
    assert model.score(X[:5_000], y[:5_000]) > (0.55 if estimator is MetaAutoClassifier else 0.1)
