"""A family's configuration and the plain estimator that it stands for say the same."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_regression
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from sklearn_meta.spaces import PlainContext, SearchSpace, known_estimators, plain_model_of
from sklearn_meta.spaces._plain_models import _MODELS

N_DRAWN = 12


def context_of(kind, **more):
    n_classes = {"regression": 0, "binary": 2, "multiclass": 3}[kind]
    return PlainContext(kind=kind, n_rows=200, n_classes=n_classes, width=7, **more)


def kind_of(model):
    return "regression" if _is_for_numbers(model) else "multiclass"


def _is_for_numbers(model):
    return model.estimator.endswith(("Regressor", "SVR", "Ridge", "ElasticNet", "Lasso"))


def built(model, configuration, context):
    """The family's own model, out of what it is wrapped in."""
    found = model.family.build(configuration, context)
    while type(found).__name__ != model.estimator:
        found = getattr(found, "regressor", None) or found.estimator
    return found


def drawn(model, kind, seed=0):
    space = SearchSpace(kind, [model.family.name])
    rng = np.random.default_rng(seed)
    found = [space.sample(rng) for _ in range(20 * N_DRAWN)]
    fitting = [c for c in found if all(c.get(k) == v for k, v in model.fixed.items())]
    return fitting[:N_DRAWN]


def alike(left, right):
    if isinstance(left, float):
        return left == pytest.approx(right, rel=1e-6)
    return repr(left) == repr(right)


def available(model):
    return model.family.is_available()


@pytest.mark.parametrize(
    "model", [m for m in _MODELS if m.estimator != "Lasso"], ids=lambda model: model.estimator
)
def test_translated_params_are_those_that_the_family_builds(model):
    if not available(model):
        pytest.skip(f"{model.package} is not installed")
    kind = kind_of(model)
    context = context_of(kind)
    configurations = drawn(model, kind)
    assert configurations
    for configuration in configurations:
        theirs = built(model, configuration, context)
        said = model.params(configuration, context)
        plain = type(theirs)().set_params(**said)
        own, wanted = plain.get_params(), theirs.get_params()
        relevant = set(model.targets) & set(said)
        assert relevant
        for name in relevant:
            assert alike(own[name], wanted[name]), name


@pytest.mark.parametrize("model", _MODELS, ids=lambda model: model.estimator)
def test_there_and_back(model):
    """What the estimator is told leads back to the configuration."""
    if model.family.name == "gaussian_process":
        pytest.skip("a kernel object does not say which configuration made it")
    if not available(model):
        pytest.skip(f"{model.package} is not installed")
    kind = kind_of(model)
    context = context_of(kind, target_scale=3.0, column_variance=0.5)
    names = {parameter.name for parameter in model.parameters(kind)}
    assert names
    space = SearchSpace(kind, [model.family.name])
    rng = np.random.default_rng(1)
    for _ in range(N_DRAWN):
        whole = {**space.sample(rng), **model.fixed}
        if whole.get("penalty") == "elasticnet":
            whole.setdefault("l1_ratio", 0.5)
        said = model.params(whole, context)
        if "kernel" in whole:
            said.setdefault("degree", 3)
        back = model.configuration(said, context)
        for name in names & set(whole):
            assert alike(back[name], whole[name]), name


def test_every_family_that_is_one_estimator_of_scikit_learn_is_known():
    from sklearn_meta.spaces import FAMILIES

    made_of_parts = {"nystroem_svm"}
    pretrained = {"few_shot", "in_context", "tabicl", "tabpfn"}
    assert {model.family.name for model in _MODELS} == set(FAMILIES) - made_of_parts - pretrained
    assert known_estimators() == sorted(known_estimators())


def test_derived_classes_are_known_and_others_are_not():
    class Mine(RandomForestClassifier):
        pass

    class Stranger(BaseEstimator):
        pass

    assert plain_model_of(Mine()).family.name == "random_forest"
    assert plain_model_of(Stranger()) is None
    assert plain_model_of(LinearRegression()) is None


@pytest.mark.parametrize(
    ("estimator", "held"),
    [
        (LogisticRegression(class_weight={0: 2, 1: 1}), "class_weight"),
        (RandomForestClassifier(oob_score=True), "bootstrap"),
        (RandomForestClassifier(max_samples=0.5), "bootstrap"),
        (SVC(kernel="precomputed"), "kernel"),
        (SVC(kernel="linear"), "gamma"),
        (LogisticRegression(solver="liblinear", dual=True), "penalty"),
    ],
)
def test_what_the_estimator_forbids_is_not_searched(estimator, held):
    names = {parameter.name for parameter in plain_model_of(estimator).parameters("binary")}
    assert names
    assert held not in names


def test_words_and_counts_of_scikit_learn_become_numbers():
    model = plain_model_of(RandomForestClassifier())
    context = context_of("binary")
    for value, share in [("sqrt", 7**-0.5), (None, 1.0), (3, 3 / 7), (0.2, 0.2)]:
        params = RandomForestClassifier(max_features=value).get_params()
        assert model.configuration(params, context)["max_features"] == pytest.approx(share)


@pytest.mark.parametrize(
    ("estimator", "configuration"),
    [
        (ElasticNet(tol=1e-8), {"penalty": "elasticnet", "C": 2.0, "l1_ratio": 0.3}),
        (Lasso(tol=1e-8), {"penalty": "elasticnet", "C": 2.0, "l1_ratio": 1.0}),
        (SVR(tol=1e-6), {"C": 2.0, "gamma": 1.0, "kernel": "rbf", "epsilon": 0.1}),
    ],
)
def test_scale_of_the_target_is_made_up_for(estimator, configuration):
    """The families standardise the target; translated values make up for it."""
    X, y = make_regression(80, 7, noise=10.0, random_state=0)
    X = StandardScaler().fit_transform(X)
    model = plain_model_of(estimator)
    inner = PlainContext(kind="regression", n_rows=80, n_classes=0, width=7)
    outer = PlainContext(
        kind="regression", n_rows=80, n_classes=0, width=7, target_scale=float(y.std())
    )
    scaled = TransformedTargetRegressor(
        type(estimator)(**estimator.get_params()).set_params(**model.params(configuration, inner)),
        transformer=StandardScaler(),
    )
    plain = estimator.set_params(**model.params(configuration, outer))
    theirs, ours = scaled.fit(X, y).predict(X), plain.fit(X, y).predict(X)
    np.testing.assert_allclose(ours, theirs, atol=1e-3 * y.std())
