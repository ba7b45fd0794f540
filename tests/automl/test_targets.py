"""Labels of any type go in, and the same labels come out."""

import numpy as np
import pandas as pd
import polars as pl
import pytest


def labels(kind, y):
    return {
        "int": y * 10 - 5,
        "negative": -y,
        "bool": y.astype(bool),
        "float": y.astype(float) + 1,
        "string": np.where(y == 1, "yes", "no"),
        "object": np.where(y == 1, "yes", "no").astype(object),
        "list": ["yes" if one else "no" for one in y],
        "series": pd.Series(np.where(y == 1, "yes", "no"), index=range(1000, 1000 + len(y))),
        "category": pd.Series(np.where(y == 1, "yes", "no"), dtype="category"),
        "nullable": pd.Series(y, dtype="Int64"),
        "nullable bool": pd.Series(y.astype(bool), dtype="boolean"),
        "polars": pl.Series("target", np.where(y == 1, "yes", "no").tolist()),
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "int",
        "negative",
        "bool",
        "float",
        "string",
        "object",
        "list",
        "series",
        "category",
        "nullable",
        "nullable bool",
        "polars",
    ],
)
def test_original_labels_come_out(quick_classifier, binary, kind):
    X, codes = binary
    y = labels(kind, codes)
    clf = quick_classifier(max_trials=2).fit(X, y)
    plain = np.asarray(list(y))
    assert set(clf.classes_) == set(plain.tolist())
    assert (clf.predict(X) == plain).mean() > 0.8
    assert (clf.best_pipeline_.predict(X) == plain).mean() > 0.8
    assert clf.predict(X).dtype == clf.classes_.dtype
    positive = clf.predict_proba(X)[:, list(clf.classes_).index(plain[codes == 1][0])]
    assert positive[codes == 1].mean() > positive[codes == 0].mean() + 0.2


def test_three_string_classes(quick_classifier, iris):
    X, codes = iris
    names = np.array(["setosa", "versicolor", "virginica"])
    clf = quick_classifier().fit(X, names[codes])
    assert clf.classes_.tolist() == names.tolist()
    assert (clf.best_pipeline_.predict(X) == names[codes]).mean() > 0.9
    assert clf.scoring_ == "neg_log_loss"


def test_unused_categories_are_no_classes(quick_classifier, iris):
    X, codes = iris
    y = pd.Categorical.from_codes(codes, ["a", "b", "c", "unused"])
    clf = quick_classifier().fit(X, y)
    assert clf.classes_.tolist() == ["a", "b", "c"]


def test_column_vector_is_flattened_with_a_warning(quick_classifier, binary):
    from sklearn.exceptions import DataConversionWarning

    X, y = binary
    with pytest.warns(DataConversionWarning, match="column-vector"):
        clf = quick_classifier(max_trials=2).fit(X, y.reshape(-1, 1))
    assert clf.predict(X).shape == (120,)


@pytest.mark.parametrize("dtype", ["int64", "float32", "Float64", "Int64"])
def test_regression_dtypes(quick_regressor, numbers, dtype):
    X, y = numbers
    reg = quick_regressor(max_trials=2).fit(X, pd.Series(np.round(y), dtype=dtype))
    assert reg.predict(X).dtype == np.float64
    assert reg.score(X, y) > 0.9


def test_huge_and_tiny_targets(quick_regressor, numbers):
    X, y = numbers
    for factor in (1e12, 1e-12):
        assert quick_regressor(max_trials=2).fit(X, y * factor).score(X, y * factor) > 0.9
