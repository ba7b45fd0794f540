"""Tables of every container and dtype, and predictions that do not depend on the container."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_classification

QUICK = ["naive_bayes", "linear", "hist_gradient_boosting"]


@pytest.fixture(scope="module")
def mixed():
    """Return a frame with numbers, categories, strings, dates, booleans and gaps."""
    rng = np.random.default_rng(0)
    n = 160
    y = rng.integers(0, 2, n)
    frame = pd.DataFrame(
        {
            "length": np.where(rng.random(n) < 0.1, np.nan, y + rng.normal(size=n)),
            "count": rng.integers(0, 9, n),
            "town": np.where(rng.random(n) < 0.7, np.where(y, "Rome", "Oslo"), "Lima"),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D"),
            "member": rng.random(n) < 0.5,
            "empty": np.full(n, np.nan),
            "constant": 1.0,
        }
    )
    frame.loc[rng.random(n) < 0.1, "town"] = None
    frame.loc[rng.random(n) < 0.1, "day"] = pd.NaT
    frame["grade"] = pd.Categorical(rng.choice(list("abc"), n))
    return frame, y


def test_mixed_frame_in_pandas_and_polars(quick_classifier, mixed):
    frame, y = mixed
    fitted = [
        quick_classifier(max_trials=4, families=QUICK).fit(table, y)
        for table in (frame, pl.from_pandas(frame))
    ]
    from_pandas, from_polars = (
        clf.predict_proba(table)
        for clf, table in zip(fitted, (frame, pl.from_pandas(frame)), strict=True)
    )
    np.testing.assert_array_equal(from_pandas, from_polars)
    assert fitted[0].score(frame, y) > 0.7
    assert list(fitted[1].feature_names_in_) == list(frame.columns)


def test_the_index_does_not_matter(quick_classifier, mixed):
    frame, y = mixed
    clf = quick_classifier(max_trials=2).fit(frame, y)
    shuffled = frame.set_index(np.arange(len(frame))[::-1] * 7)
    again = quick_classifier(max_trials=2).fit(shuffled, pd.Series(y, index=shuffled.index))
    np.testing.assert_array_equal(clf.predict_proba(frame), again.predict_proba(shuffled))


def test_rows_are_predicted_one_by_one_as_together(quick_classifier, mixed):
    frame, y = mixed
    clf = quick_classifier(max_trials=4, families=QUICK).fit(frame, y)
    together = clf.predict_proba(frame.iloc[:6])
    alone = np.vstack([clf.predict_proba(frame.iloc[[row]]) for row in range(6)])
    np.testing.assert_allclose(alone, together, rtol=1e-6)


def test_best_pipeline_stands_alone(quick_classifier, mixed):
    """It takes the raw rows, answers in labels, and holds nothing of this package."""
    frame, y = mixed
    names = np.where(y, "in", "out")
    for family in ("linear", "hist_gradient_boosting"):
        clf = quick_classifier(max_trials=3, families=[family], ensemble=False).fit(frame, names)
        pipeline = clf.best_pipeline_
        assert set(pipeline.predict(frame)) == {"in", "out"}
        assert (pipeline.predict(frame) == names).mean() > 0.7
        assert foreign_parts(pipeline) <= {"sklearn", "skrub"}


def foreign_parts(estimator):
    """Return the top-level modules of an estimator and of all that it is made of."""
    found, queue, seen = set(), [estimator], set()
    while queue:
        part = queue.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, dict):
            queue.extend(part.values())
        elif isinstance(part, list | tuple):
            queue.extend(part)
        elif hasattr(part, "get_params"):
            found.add(type(part).__module__.split(".")[0])
            queue.extend(vars(part).values())
    return found


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "array"])
def test_sparse_tables(quick_classifier, kind):
    X, y = make_classification(200, 10, random_state=0)
    X[np.abs(X) < 0.7] = 0
    maker = {"array": sparse.csr_array}.get(kind) or getattr(sparse, f"{kind}_matrix")
    clf = quick_classifier(max_trials=3).fit(maker(X), y)
    assert clf.score(maker(X), y) > 0.7
    np.testing.assert_allclose(clf.predict_proba(maker(X)), clf.predict_proba(X), atol=1e-9)


def test_sparse_regression(quick_regressor):
    rng = np.random.default_rng(0)
    X = sparse.random(150, 30, 0.2, format="csr", random_state=0)
    y = X @ rng.normal(size=30)
    assert quick_regressor().fit(X, y).score(X, y) > 0.5


@pytest.mark.parametrize(
    "column",
    [
        pd.array([1, None, 3, 4] * 30, dtype="Int64"),
        pd.array([True, None, False, True] * 30, dtype="boolean"),
        pd.array(["a", None, "b", "a"] * 30, dtype="string"),
        pd.Series(["a", 1, None, 2.5] * 30, dtype=object),
        pd.to_timedelta(np.arange(120), unit="h"),
        pd.date_range("2024-01-01", periods=120, tz="Europe/Rome"),
        pd.Series([f"2024-03-{1 + i % 28:02d}" for i in range(120)]),
        pd.Series([f"customer number {i} wrote a long letter" for i in range(120)]),
        np.full(120, None, dtype=object),
    ],
    ids=[
        "Int64",
        "boolean",
        "string",
        "mixed",
        "timedelta",
        "zoned dates",
        "date strings",
        "text",
        "none",
    ],
)
def test_column_dtypes(quick_classifier, binary, column):
    X, y = binary
    frame = pd.DataFrame({"number": X[:, 0], "column": column})
    clf = quick_classifier(max_trials=3, families=QUICK).fit(frame, y)
    assert set(clf.leaderboard_["status"]) <= {"ok", "raced"}
    assert np.isfinite(clf.predict_proba(frame)).all()
    assert np.isfinite(clf.best_pipeline_.predict_proba(frame)).all()


@pytest.mark.parametrize("missing", [False, True])
def test_the_best_pipeline_alone_reads_durations_and_gaps(quick_classifier, binary, missing):
    X, y = binary
    hours = pd.Series(pd.to_timedelta(X[:, 0] * 60, unit="h"))
    counts = pd.Series(np.arange(120) % 7, dtype="Int64")
    if missing:
        hours[::9], counts[::7] = pd.NaT, pd.NA
    frame = pd.DataFrame({"hours": hours, "count": counts})
    clf = quick_classifier(max_trials=2, families=["linear"], ensemble=False, cv=2).fit(frame, y)
    assert clf.best_pipeline_.score(frame, y) > 0.7
    plain = clf.best_pipeline_[1:].predict_proba(
        pd.DataFrame(
            {"hours": hours.dt.total_seconds(), "count": counts.to_numpy(float, na_value=np.nan)}
        )
    )
    np.testing.assert_allclose(clf.best_pipeline_.predict_proba(frame), plain)
    again = pickle.loads(pickle.dumps(clone(clf.best_pipeline_).fit(frame, y)))
    assert again.score(frame, y) > 0.7


def test_the_best_pipeline_of_plain_columns_needs_no_first_step(quick_classifier, mixed):
    frame, y = mixed
    clf = quick_classifier(max_trials=2, families=QUICK).fit(frame, y)
    assert clf.best_pipeline_.steps[0][0] == "preprocess"


def test_column_names_that_are_no_unique_strings(quick_classifier, binary):
    X, y = binary
    for names in ([0, 1, 2, 3, 4], ["a", "a", "b", "b", "c"], [("a", i) for i in range(5)]):
        frame = pd.DataFrame(X)
        frame.columns = pd.Index(names, tupleize_cols=False)
        clf = quick_classifier(max_trials=2).fit(frame, y)
        assert clf.predict(frame).shape == (120,)
        assert not hasattr(clf, "feature_names_in_")


def test_inputs_are_left_as_they_were(quick_classifier, mixed):
    frame, y = mixed
    before, target = frame.copy(deep=True), y.copy()
    quick_classifier(max_trials=3, families=QUICK).fit(frame, y).predict(frame)
    pd.testing.assert_frame_equal(frame, before)
    np.testing.assert_array_equal(y, target)


def test_only_useless_columns(quick_classifier, quick_regressor):
    frame = pd.DataFrame({"constant": [1.0] * 40, "empty": [np.nan] * 40})
    clf = quick_classifier(max_trials=2).fit(frame, [0, 1] * 20)
    np.testing.assert_allclose(clf.predict_proba(frame), 0.5, atol=0.05)
    reg = quick_regressor(max_trials=2).fit(frame, np.arange(40.0))
    np.testing.assert_allclose(reg.predict(frame), 19.5, atol=2)
