"""Rules say which family suits which tables, and how far that holds on tables left out."""

import numpy as np
import pandas as pd
import pytest

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience import Experience

FAMILIES = ("linear", "naive_bayes", "random_forest")


def base_of(n_tasks, kind="binary", winner=None, seed=0):
    """Tasks on which the winner depends on the number of rows, or is drawn."""
    rng = np.random.default_rng(seed)
    base = Experience.empty()
    for number in range(n_tasks):
        n_rows = int(rng.integers(100, 1000))
        best = (n_rows > 500) * 2 if winner is None else winner(rng)
        task = base.add_task(
            f"t{number}", kind, n_rows=n_rows, n_columns=5, n_classes=2 * (kind != "regression"),
            metafeatures={
                "NumberOfInstances": n_rows,
                "MeanSkewnessOfNumericAtts": rng.normal() if number % 4 else np.nan,
                "Dimensionality": 0.1,
            },
            group=f"g{number // 2}",
        )  # fmt: skip
        for j, family in enumerate(FAMILIES):
            score = 0.9 - 0.1 * (j != best) - 0.05 * rng.random()
            metrics = (
                {"r2": score, "rmse": 1 - score} if kind == "regression" else {"roc_auc": score}
            )
            base.add(task, {"family": family, "depth": j}, metrics)
            base.add(task, {"family": family, "depth": j + 5}, {k: 0.1 for k in metrics} | {})
    return base


def test_a_true_rule_is_found():
    found = base_of(60).rules("classification", "roc_auc")
    quality = found.quality.iloc[0]
    assert quality["n_tasks"] == 60 and quality["metric"] == "roc_auc"
    assert quality["accuracy"] > 0.9 > quality["accuracy_of_majority"] + 0.2
    assert quality["loss"] < 0.1 < min(quality["loss_of_majority"], quality["loss_of_single"])
    rules = found.rules
    assert len(rules) == 2 and rules["n_tasks"].sum() == 60
    assert dict(zip(rules["family"], rules["conditions"].str[:20], strict=True)) == {
        "linear": "NumberOfInstances <=",
        "random_forest": "NumberOfInstances > ",
    }
    bound = float(rules["conditions"].iloc[0].split()[-1])
    assert 450 < bound < 550
    assert (rules["share_best"] > 0.9).all()
    text = str(found)
    assert "classification, 60 tasks, roc_auc" in text
    assert f"{rules['conditions'].iloc[0]}: linear" in text


def test_noise_gives_no_accuracy():
    """Held-out figures: rules that fit chance are not better than one constant answer."""
    found = [
        base_of(60, winner=lambda rng: rng.integers(3), seed=seed).rules().quality.iloc[0]
        for seed in range(4)
    ]
    quality = pd.DataFrame(found)[["accuracy", "accuracy_of_majority", "loss"]].mean()
    assert quality["accuracy"] < quality["accuracy_of_majority"] + 0.1
    assert quality["loss"] > 0.4


def test_one_family_is_one_rule():
    found = base_of(20, winner=lambda rng: 1).rules()
    assert found.rules["conditions"].tolist() == ["always"]
    assert found.rules["family"].tolist() == ["naive_bayes"]
    assert found.quality["accuracy"].item() == 1.0


def test_both_kinds_and_losses():
    base = base_of(30)
    base.merge(base_of(30, kind="regression", seed=1))
    found = base.rules()
    assert found.quality["kind"].tolist() == ["classification", "regression"]
    assert found.quality["metric"].tolist()[1] == "rmse"  # less of it is better
    assert found.quality["accuracy"].min() > 0.8
    assert isinstance(found.rules, pd.DataFrame)
    again = base.rules()
    pd.testing.assert_frame_equal(found.rules, again.rules)


def test_metafeatures_of_other_names_will_do():
    base = base_of(40)
    matrix = base.matrix("binary", "roc_auc")
    other = {"NumberOfInstances": "rows", "MeanSkewnessOfNumericAtts": "skew"}
    matrix.metafeatures = matrix.metafeatures.rename(columns=other | {"Dimensionality": "ratio"})

    class Given:
        def matrix(self, kind, metric):
            return matrix

    from sklearn_meta.experience.handle._rules import learn_rules

    assert learn_rules(Given(), "classification").rules["conditions"].str.startswith("rows").all()


@pytest.mark.parametrize("kind", ["regression", None])
def test_too_little_to_learn_from(kind):
    with pytest.raises(ExperienceError, match="at least 10 evaluated tasks"):
        base_of(30 if kind else 8).rules(kind)
