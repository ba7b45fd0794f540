import numpy as np
import pytest

from sklearn_meta.experience import Experience

FAMILIES = ("naive_bayes", "linear", "random_forest")


def fill_base(base, n_tasks=4, kind="binary"):
    """Add tasks of three columns, each with three configurations evaluated."""
    for i in range(n_tasks):
        table = np.random.default_rng(i).normal(size=(60, 3))
        task = base.add_task(
            f"{kind}_{i}",
            kind,
            n_rows=60,
            n_columns=3,
            n_classes=0 if kind == "regression" else 2,
            fingerprint=table,
            metafeatures={"NumberOfInstances": 60.0, "Dimensionality": np.nan if i else 0.05},
            group=f"group_{i // 2}",
        )
        for j, family in enumerate(FAMILIES):
            base.add_evaluation(
                task,
                {"family": family, "strength": j},
                metrics_of(kind, i, j),
                fold_metrics={"first": [0.1, 0.2]},
                fit_seconds=1.0 + j,
                predict_seconds=0.5,
                rows_used=40,
                n_folds=3,
            )
    return base


def metrics_of(kind, i, j):
    if kind == "regression":
        return {"rmse": 1.0 + i + j, "r2": 0.5}
    return {"roc_auc": 0.5 + i / 100 + j / 10, "log_loss": 0.7 - j / 10}


@pytest.fixture
def base():
    return fill_base(Experience.empty())


@pytest.fixture
def path(tmp_path, base):
    """Path of a base in a file, with the same tasks."""
    with Experience.create(tmp_path / "base.sqlite") as stored:
        stored.merge(base)
    return tmp_path / "base.sqlite"


@pytest.fixture
def fill():
    """The function that adds tasks to a base."""
    return fill_base
