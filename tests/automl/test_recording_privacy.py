"""What is recorded holds no cell of the table, no name of a column and no label."""

import base64
import json
import sqlite3
import struct

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from sklearn_meta.experience.recording._shareable import shareable_metafeatures, shareable_reason
from sklearn_meta.metafeatures import describe_task
from sklearn_meta.metafeatures._describe import GROUPS
from sklearn_meta.spaces import Family

N_ROWS = 90
NAMES = ["Ottilie Quastenflosser", "Balthasar Zwirbelbart", "Kunigunde Knallfrosch"]
LABELS = ["secretly-ill", "secretly-well"]
CONSTANT = 73519.2468
TARGETS = 1e6 * np.pi


def make_table(kind):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "salary_of_employee": 51234.5678 + rng.normal(size=N_ROWS) * 1234.5678,
            "never_changes": np.full(N_ROWS, CONSTANT),
            "nearly_never": np.where(np.arange(N_ROWS) == 7, np.nan, -CONSTANT / 3),
            "patient_name": rng.choice(NAMES, N_ROWS),
            "birth_date": pd.Timestamp("1957-03-17")
            + pd.to_timedelta(rng.integers(0, 9000, N_ROWS), unit="D"),
            "diary": [f"on day {i} the patient said xyzzy-{i}" for i in range(N_ROWS)],
        }
    )
    if kind == "regression":
        return X, pd.Series(TARGETS + X["salary_of_employee"] * 1.2345, name="hidden_target")
    return X, pd.Series(np.where(rng.random(N_ROWS) < 0.4, *LABELS), name="hidden_target")


class Gossip(ClassifierMixin, BaseEstimator):
    """Fails with an error that quotes cells."""

    def fit(self, X, y):
        raise ValueError(f"can't learn from {NAMES[0]} with {CONSTANT} and {LABELS}")


def texts_and_numbers(path):
    """Return all that the file holds: JSON unpacked, base64 decoded."""
    texts, numbers = [], []
    connection = sqlite3.connect(path)
    for (table,) in connection.execute("select name from sqlite_master where type = 'table'"):
        for row in connection.execute(f'select * from "{table}"'):
            walk([value for value in row if value is not None], texts, numbers)
    connection.close()
    return texts, np.array([number for number in numbers if np.isfinite(number)])


def walk(value, texts, numbers):
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            walk(item, texts, numbers)
    elif isinstance(value, str):
        texts.append(value)
        if value[:1] in ("{", "["):
            walk(json.loads(value), texts, numbers)
        elif len(value) > 200:  # a sketch
            raw = base64.b64decode(value)
            numbers.extend(np.frombuffer(raw, "<f8").tolist())
            numbers.extend(np.frombuffer(raw, "<u8").tolist())
    elif isinstance(value, int | float):
        numbers.append(float(value))


def secrets_of(X, y):
    """Return the texts and the numbers that must not be found."""
    words = [*X.columns, y.name, *NAMES, "xyzzy", "the patient said", "1957", "Quastenflosser"]
    words += [str(day.date()) for day in X["birth_date"]]
    numbers = X.select_dtypes("number").to_numpy().ravel()
    if y.dtype.kind == "f":
        numbers = np.concatenate([numbers, y])
    else:
        words += LABELS
    days = X["birth_date"]
    stamps = np.concatenate([days.astype("int64"), days.astype("datetime64[s]").astype("int64")])
    return words, np.concatenate([numbers[np.isfinite(numbers)], stamps])


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_no_cell_is_in_the_file(kind, quick_classifier, quick_regressor, tmp_path):
    X, y = make_table(kind)
    path = tmp_path / "team.sqlite"
    quick = {"record_to": path, "max_trials": 5, "memory_limit": None}
    if kind == "binary":
        gossip = Family.from_estimator("gossip", Gossip(), kinds=("binary",))
        model = quick_classifier(families=["naive_bayes", "linear", "neighbors", gossip], **quick)
    else:
        model = quick_regressor(families=["linear", "neighbors"], **quick)
    model.fit(X, y)
    assert model.recorded_["evaluations"] >= 3
    texts, numbers = texts_and_numbers(path)
    words, secrets = secrets_of(X, y)
    raw = path.read_bytes()
    for word in words:
        assert not any(word in text for text in texts), word
        for encoding in ("utf-8", "utf-16-le"):
            assert word.encode(encoding) not in raw, word
    # to a tenth of a percent: what is rounded would still tell
    order = np.sort(np.abs(secrets))
    for number in np.abs(numbers):
        nearest = order[np.clip(np.searchsorted(order, number) + [-1, 0], 0, len(order) - 1)]
        assert (np.abs(nearest - number) > 1e-3 * nearest).all(), number
    for secret in secrets:
        for form in ("<d", ">d", "<f", ">f"):
            assert struct.pack(form, secret) not in raw
        assert repr(float(secret))[:7].encode() not in raw
    if kind == "binary":
        reasons = sqlite3.connect(path).execute("select reason from evaluations").fetchall()
        assert ("ValueError",) in reasons


def test_means_of_constants_are_cells_and_stay_out():
    X, y = make_table("regression")
    found = describe_task(X, y, kind="regression")
    near = {name for name, value in found.items() if np.isclose(value, -CONSTANT / 3, rtol=1e-3)}
    assert near == {"MinMeansOfNumericAtts"}
    assert not near & set(shareable_metafeatures(found, "regression"))


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_shared_metafeatures_have_no_units(kind):
    """Whatever is stored is the same when every column is shifted and rescaled, the target too."""
    rng = np.random.default_rng(1)
    X = np.column_stack(
        [rng.lognormal(size=200), rng.normal(size=200), rng.integers(0, 4, 200), np.ones(200)]
    )
    y = X[:, 0] + rng.normal(size=200)
    moved = y * 977.0 + 12345.0
    if kind == "binary":
        y = moved = (y > 1).astype(int)
    groups = [name for name in GROUPS if name != "landmarking"]  # those are scores
    one, other = (
        shareable_metafeatures(describe_task(*table, kind=kind, groups=groups), kind)
        for table in ((X, y), (X * [31.0, 17.0, 119.0, 53.0] + [7e3, -4e3, 1e3, 9e4], moved))
    )
    assert len(one) > 30
    for name, value in one.items():
        np.testing.assert_allclose(value, other[name], rtol=1e-3, atol=1e-6, err_msg=name)
        assert value == float(f"{value:.5g}") or np.isnan(value)


def test_reasons_are_names_of_errors():
    assert shareable_reason("error", "ValueError: Ottilie is 42") == "ValueError"
    assert shareable_reason("error", "sklearn.Oops: Ottilie") == "sklearn.Oops"
    assert shareable_reason("error", "Ottilie Quastenflosser: too late") == "error"
    assert shareable_reason("crash", "the worker died: Ottilie") is None
    assert shareable_reason("ok", "") is None
