"""Published runs become evaluations of the configurations that do the same."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.experience import Experience, import_published
from sklearn_meta.experience.published._flow_configurations import configuration_of_flow
from sklearn_meta.openml import PublishedEvaluation, TaskSplits

FOREST = "sklearn.ensemble._forest.RandomForestClassifier"
NEIGHBORS = "sklearn.neighbors._classification.KNeighborsClassifier"
IMPUTER, SCALER = "sklearn.impute._base.SimpleImputer", "sklearn.preprocessing._data.StandardScaler"
PIPELINE = f"sklearn.pipeline.Pipeline(imputer={IMPUTER},scaler={SCALER},classifier={NEIGHBORS})"
SVC, BAYES = "sklearn.svm._classes.SVC", "sklearn.naive_bayes.GaussianNB"
LOGISTIC = "sklearn.linear_model._logistic.LogisticRegression"


def forest(**changes):
    defaults = {
        "n_estimators": 100,
        "max_features": "sqrt",
        "min_samples_leaf": 1,
        "max_depth": None,
        "bootstrap": True,
        "criterion": "gini",
        "class_weight": None,
        "n_jobs": -1,
        "random_state": 3,
        "min_impurity_split": None,  # of scikit-learn before 1.0
    }
    return {FOREST: {**defaults, **changes}}


def test_forest():
    assert configuration_of_flow(FOREST, forest(n_estimators=200), "binary", 16) == {
        "family": "random_forest",
        "n_estimators": 200,
        "max_features": 0.25,
        "min_samples_leaf": 1,
        "bootstrap": True,
        "criterion": "gini",
        "class_weight": "none",
    }


@pytest.mark.parametrize(
    ("given", "share"), [(0.5, 0.5), (4, 0.4), (None, 1.0), ("log2", 0.3), ("auto", 0.316228)]
)
def test_share_of_columns(given, share):
    found = configuration_of_flow(FOREST, forest(max_features=given), "binary", 10)
    assert found["max_features"] == share


@pytest.mark.parametrize(
    "change",
    [
        {"max_depth": 3},  # not a parameter of ours, and not its default
        {"n_estimators": 5000},  # out of our range
        {"class_weight": {"a": 2.0}},
        {"max_features": "a word"},
        {"min_impurity_split": 0.5},
    ],
)
def test_forests_that_are_not_ours(change):
    assert configuration_of_flow(FOREST, forest(**change), "binary", 10) is None


def test_pipeline_with_steps():
    components = {
        NEIGHBORS: {"n_neighbors": 7, "weights": "uniform", "p": 1, "metric": "minkowski"},
        IMPUTER: {"strategy": "mean"},
        SCALER: {"with_mean": True},
        PIPELINE: {"steps": "..."},
    }
    assert configuration_of_flow(PIPELINE, components, "multiclass", 4) == {
        "family": "neighbors",
        "n_neighbors": 7,
        "weights": "uniform",
        "p": 1,
        "imputation": "mean",
        "scaling": "standard",
    }
    with_pca = PIPELINE.replace(SCALER, "sklearn.decomposition._pca.PCA")
    assert configuration_of_flow(with_pca, components, "multiclass", 4) is None


def test_no_scaler_is_no_scaling():
    found = configuration_of_flow(NEIGHBORS, {NEIGHBORS: {"n_neighbors": 3}}, "binary", 4)
    assert found["scaling"] == "none"


def test_units_of_gamma_and_kernels():
    given = {"C": 2.0, "gamma": 0.05, "kernel": "rbf", "degree": 3, "class_weight": None}
    found = configuration_of_flow(SVC, {SVC: given}, "binary", 10)
    assert (found["gamma"], found["C"], found["kernel"]) == (0.5, 2.0, "rbf")
    assert "degree" not in found  # matters for another kernel only
    assert configuration_of_flow(SVC, {SVC: {**given, "kernel": "sigmoid"}}, "binary", 10) is None


def test_penalty():
    assert configuration_of_flow(LOGISTIC, {LOGISTIC: {"C": 3.0, "penalty": "l2"}}, "binary", 4)
    assert (
        configuration_of_flow(LOGISTIC, {LOGISTIC: {"C": 3.0, "penalty": "l1"}}, "binary", 4)
        is None
    )


@pytest.mark.parametrize(
    "name", ["weka.J48", f"sklearn.ensemble._bagging.BaggingClassifier(base_estimator={BAYES})"]
)
def test_other_flows(name):
    assert configuration_of_flow(name, {}, "binary", 4) is None


def test_family_of_another_kind():
    assert configuration_of_flow(BAYES, {BAYES: {}}, "regression", 4) is None


@pytest.fixture
def fetch():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(40, 4)), columns=list("abcd"))
    y = pd.Series(np.where(X["a"] > 0, "yes", "no"), dtype="category")
    rows = np.arange(40)
    task = SimpleNamespace(
        X=X,
        y=y,
        kind="binary",
        cv=TaskSplits([(0, k, rows[rows % 2 != k], rows[rows % 2 == k]) for k in range(2)]),
    )
    facts = {"kind": "binary", "openml_id": 7, "source": "https://www.openml.org/d/7"}
    task.as_collect_item = lambda: ("seven", X, y, facts)

    def fetch(task_id):
        if task_id == 404:
            raise ValueError("no such task")
        return task

    return fetch


def run(number, name=FOREST, components=None, task=1, **metrics):
    metrics = metrics or {"area_under_roc_curve": 0.9, "f_measure": 0.7}
    components = forest() if components is None else components
    return PublishedEvaluation(number, task, 7, "seven", 1, name, 50, metrics, 1.5, components)


def test_import(fetch):
    base = Experience.empty()
    runs = [
        run(1),
        run(2, components=forest(n_estimators=300)),
        run(3, "weka.J48"),
        run(4, components=forest(max_depth=2)),
    ]
    report = import_published(runs, base, fetch=fetch)
    assert report["evaluations"] == 2
    assert report["tasks"] == 1
    assert report["left_out"] == {"weka.J48": 1, FOREST: 1}
    matrix = base.matrix("binary", "roc_auc")
    np.testing.assert_array_equal(matrix.scores, [[0.9, 0.9]])
    stored = base.evaluations()
    assert sorted(stored["seed"]) == [1, 2]
    assert set(stored["rows_used"]) == {20}
    assert base.tasks()["openml_id"].tolist() == [7]


def test_import_twice_adds_nothing(fetch):
    base = Experience.empty()
    for _ in range(2):
        import_published([run(1), run(2)], base, fetch=fetch)
    assert len(base.evaluations()) == 2  # two runs of one configuration stand side by side
    assert len(base.configurations()) == 1


def test_own_rows_are_recognised(fetch):
    base = Experience.empty()
    import_published([run(1)], base, fetch=fetch)
    assert len(base.without(fetch(1).X).tasks()) == 0


def test_a_task_that_cannot_be_had_is_named(fetch):
    base = Experience.empty()
    report = import_published([run(1, task=404), run(2)], base, fetch=fetch)
    assert list(report["failed_tasks"]) == [404]
    assert report["evaluations"] == 1
