"""Copies and parts of a table are recognised by their looks, other tables are not."""

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, make_classification

from sklearn_meta import MetaAutoClassifier
from sklearn_meta.experience import Experience
from sklearn_meta.experience.identity._near import Description, compare
from sklearn_meta.metafeatures import describe_task


def describe(X, y, kind):
    n_classes = 0 if kind == "regression" else len(np.unique(y))
    return Description(kind, len(y), X.shape[1], n_classes, describe_task(X, y, kind=kind))


def mixed_table(seed, n_rows=1500):
    """Peculiar columns: skewed, of few levels, with gaps; the seed decides how peculiar."""
    rng = np.random.default_rng(seed)
    columns = {f"n{j}": rng.beta(*rng.uniform(0.3, 5, 2), n_rows) for j in range(4)}
    columns["gap"] = np.where(rng.random(n_rows) < rng.uniform(0.1, 0.6), np.nan, columns["n0"])
    for j in range(3):
        shares = rng.dirichlet(np.ones(4 + j))
        columns[f"c{j}"] = pd.Categorical(rng.choice(list("abcdefgh")[: 4 + j], n_rows, p=shares))
    X = pd.DataFrame(columns)
    y = (
        X["n0"] + 0.3 * rng.normal(size=n_rows) > np.quantile(X["n0"], rng.uniform(0.5, 0.9))
    ).astype(int)
    return X, y.to_numpy()


def disguised(X, rng):
    """Round to three digits, rescale, rename, shuffle the columns."""
    X = X.copy()
    for name in X.select_dtypes("number"):
        X[name] = rng.uniform(2, 9) * X[name].map(lambda v: float(f"{v:.3g}")) + rng.normal()
    X = X.iloc[:, rng.permutation(X.shape[1])]
    return X.set_axis([f"x{j}" for j in range(X.shape[1])], axis=1)


def test_most_halves_and_all_disguised_copies_resemble():
    """A cautious sign: some halves differ too much, by chance, to be sure of."""
    found = []
    for seed in range(8):
        X, y = mixed_table(seed)
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(y))
        a, b = order[::2], order[1::2]
        whole, half = describe(X, y, "binary"), describe(X.iloc[a], y[a], "binary")
        found.append(half.resembles(describe(disguised(X, rng).iloc[b], y[b], "binary")))
        assert whole.resembles(describe(disguised(X, rng).iloc[order], y[order], "binary"))
    assert sum(found) >= 5


def test_a_known_table_in_disguise():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    other = disguised(X, np.random.default_rng(0))
    assert describe(X, y, "binary").resembles(describe(other, y, "binary"))


def test_tables_of_the_same_shape_do_not():
    many = [describe(*mixed_table(seed), "binary") for seed in range(8)]
    pairs = [(one, other) for i, one in enumerate(many) for other in many[:i]]
    assert not any(one.resembles(other) for one, other in pairs)


def test_plain_tables_prove_nothing():
    """Without peculiarities nearly equal numbers are no evidence."""
    many = [describe(*make_classification(300, 6, random_state=s), "binary") for s in range(8)]
    distances = [compare(a, b) for i, a in enumerate(many) for b in many[:i]]
    assert min(distance for distance, _ in distances) < 0.9
    assert not any(a.resembles(b) for i, a in enumerate(many) for b in many[:i])


def test_shapes_have_to_be_the_same():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    whole = describe(X, y, "regression")
    assert not whole.resembles(describe(X.iloc[:, 1:], y, "regression"))
    assert not whole.resembles(describe(X.assign(sex=X["sex"].astype(str)), y, "regression"))
    assert not whole.resembles(describe(X, y > 100, "binary"))


def test_unknown_metafeatures_are_no_evidence():
    empty = Description("binary", 100, 3, 2, {})
    assert not empty.resembles(empty)
    partly = Description("binary", 100, 3, 2, {"MaxSkewnessOfNumericAtts": None})
    assert not partly.resembles(partly)


def test_the_search_leaves_copies_out_and_says_so():
    X, y = mixed_table(3)
    order = np.random.default_rng(3).permutation(len(y))
    a, b = order[::2], order[1::2]
    base = Experience.empty()
    for name, table, target in [
        ("its other half", X.iloc[a], y[a]),
        ("another", *mixed_table(1)),
        ("a third", *mixed_table(2)),
    ]:
        task = base.add_task(
            name, "binary", n_rows=len(target), n_columns=8, n_classes=2, fingerprint=table,
            metafeatures=describe_task(table, target),
        )  # fmt: skip
        for family in ("naive_bayes", "linear"):
            base.add(task, {"family": family}, {"roc_auc": 0.7}, fit_seconds=0.1)
    clf = MetaAutoClassifier(
        max_trials=1, families=["naive_bayes"], experience=base, random_state=0
    ).fit(X.iloc[b], y[b])
    assert clf.excluded_because_ == {"its other half": "nearly equal meta-features"}
    assert clf.excluded_tasks_ == ["its other half"]
    assert {task["name"] for task in clf.similar_tasks_} == {"another", "a third"}
    assert "copy or a part of this table: its other half" in clf.report()
