import numpy as np
import pandas as pd
import pytest

from sklearn_meta.metafeatures import (
    MetaFeatureExtractor,
    TaskView,
    describe_task,
    metafeature_names,
)


def _task(n_rows, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_rows, 3)), rng.integers(0, 2, n_rows)


def test_describe_is_describe_task_with_the_settings():
    X, y = _task(6000)
    extractor = MetaFeatureExtractor(["simple", "statistical"], kind="regression", random_state=7)
    expected = describe_task(
        X, y, kind="regression", groups=["simple", "statistical"], random_state=7
    )
    assert extractor.describe(X, y) == pytest.approx(expected, nan_ok=True)
    assert extractor.names == list(expected) == metafeature_names(["simple", "statistical"])


def test_many_tasks_become_rows():
    tasks = {"small": _task(30), "view": TaskView(*_task(40), "binary")}
    tasks["weighted"] = (*_task(50), np.arange(50) % 3)
    extractor = MetaFeatureExtractor()
    frame = extractor.describe_many(tasks)
    assert frame.index.tolist() == ["small", "view", "weighted"]
    assert frame.columns.tolist() == extractor.names
    assert set(frame.dtypes) == {np.dtype(float)}
    assert frame["NumberOfInstances"].tolist() == [30, 40, 49]
    pd.testing.assert_series_equal(
        frame.loc["small"], pd.Series(extractor.describe(*tasks["small"])), check_names=False
    )


def test_a_generator_is_read_task_by_task():
    alive = []

    def tasks():
        for n_rows in (20, 30):
            alive.append(n_rows)
            yield _task(n_rows)

    frame = MetaFeatureExtractor("simple").describe_many(tasks())
    assert alive == [20, 30]
    assert frame.index.tolist() == [0, 1]


def test_no_tasks_give_an_empty_frame():
    frame = MetaFeatureExtractor("simple").describe_many([])
    assert frame.shape == (0, len(metafeature_names("simple")))


def test_an_error_says_which_task():
    X, y = _task(30)
    with pytest.raises(ValueError, match="30 rows and y has 29") as error:
        MetaFeatureExtractor().describe_many({"good": (X, y), "short": (X, y[1:])})
    assert "'short'" in error.value.__notes__[0]
    with pytest.raises(ValueError, match="1 parts"):
        MetaFeatureExtractor().describe_many([(X,)])
    with pytest.raises(ValueError, match="no group 'all'"):
        MetaFeatureExtractor("all")
